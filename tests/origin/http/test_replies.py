"""What goes out: tags, 304, compression, and how long an answer may be kept."""

import gzip

import httpx
import pytest

from .conftest import JAWS, Signer

MOVIE = f"/catalog/titles/movies/{JAWS}"


@pytest.mark.anyio
async def test_a_tag_is_twelve_digits_and_stands_for_the_document(
    client: httpx.AsyncClient, sign: Signer
) -> None:
    """The same document has the same tag, another version of it another."""
    answers = [await client.get(sign(path)) for path in (MOVIE, MOVIE, f"{MOVIE}?v=1.5")]

    first, second, other = (answer.headers["etag"] for answer in answers)
    assert (len(first), first[1:-1].isdigit(), first == second, first == other) == (14, True, True, False)


@pytest.mark.anyio
@pytest.mark.parametrize("verb", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "dress",
    ['"{}"', "{}", 'W/"{}"', '"{}-gzip"', '"{}"-gzip', '"000000000000", "{}"', '"a","{}" ,"b"', "*"],
)
async def test_what_is_known_is_not_repeated(
    client: httpx.AsyncClient, sign: Signer, verb: str, dress: str
) -> None:
    """However programs of the time wrote the tag, it is recognised (contract 1.12)."""
    tag = (await client.get(sign(MOVIE))).headers["etag"].strip('"')

    answer = await client.request(verb, sign(MOVIE, verb), headers={"if-none-match": dress.format(tag)})

    assert (answer.status_code, answer.content) == (304, b"")
    assert dict(answer.headers) == {
        "etag": f'"{tag}"',
        "cache-control": "private, max-age=3600",
        "vary": "Accept, Accept-Encoding",
    }


@pytest.mark.anyio
@pytest.mark.parametrize("tags", ["", '"000000000000"', ",", '"', "W/", "\xff"])
async def test_what_is_not_known_is_sent(client: httpx.AsyncClient, sign: Signer, tags: str) -> None:
    """Another tag, and none, get the whole document."""
    headers = {b"if-none-match": tags.encode("latin-1")}

    assert (await client.get(sign(MOVIE), headers=headers)).status_code == 200


@pytest.mark.anyio
async def test_a_condition_does_not_hide_a_refusal(client: httpx.AsyncClient, sign: Signer) -> None:
    """Who may not ask, and what is not there, is said in any case."""
    known = {"if-none-match": "*"}

    answers = [await client.get(path, headers=known) for path in (MOVIE, sign("/nothing"))]

    assert [answer.status_code for answer in answers] == [401, 404]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("accept", "is_compressed"),
    [
        ("gzip", True),
        ("GZIP;q=0.5, deflate", True),
        ("deflate, x-gzip", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip;q=0.0, *", False),
        ("*;q=0", False),
        ("gzip;q=nonsense", False),
        ("identity", False),
        ("", False),
    ],
)
async def test_answers_are_compressed_when_that_is_welcome(
    client: httpx.AsyncClient, sign: Signer, accept: str, *, is_compressed: bool
) -> None:
    """A quality of zero says no; a compressed answer has a tag that says so."""
    plain = await client.get(sign(MOVIE))

    answer = await client.get(sign(MOVIE), headers={"accept-encoding": accept})

    etag = plain.headers["etag"]
    assert (answer.content, answer.headers["vary"]) == (plain.content, "Accept, Accept-Encoding")
    assert answer.headers.get("content-encoding") == ("gzip" if is_compressed else None)
    assert answer.headers["etag"] == (f'{etag[:-1]}-gzip"' if is_compressed else etag)


@pytest.mark.anyio
async def test_bulk_answers_are_compressed_too(client: httpx.AsyncClient, sign: Signer) -> None:
    """A large answer is compressed like a small one."""
    asked = {f"entry_{place}": sign(f"{MOVIE}?v=1.5&x={place}") for place in range(90)}

    async with client.stream("POST", "/bulk", data=asked, headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])

    assert (answer.headers["content-encoding"], gzip.decompress(raw).count(b"</entry>")) == ("gzip", 90)


@pytest.mark.anyio
async def test_short_answers_are_not_worth_compressing(client: httpx.AsyncClient, sign: Signer) -> None:
    """What would hardly get shorter is sent as it is."""
    answer = await client.get(sign(f"{MOVIE}/synopsis"), headers={"accept-encoding": "gzip"})

    assert "content-encoding" not in answer.headers


@pytest.mark.anyio
async def test_only_documents_may_be_kept_and_only_by_who_asked(
    client: httpx.AsyncClient, sign: Signer
) -> None:
    """A shared cache would answer those who have no key."""
    answers = [await client.get(path) for path in (sign(MOVIE), "/bulk", MOVIE, "/nothing")]

    assert [answer.headers["cache-control"] for answer in answers] == [
        "private, max-age=3600",
        *["no-store"] * 3,
    ]
