"""Bulk requests: many entries in, each verified, answered and refused by itself."""

from collections.abc import Callable
from urllib.parse import urlencode

import httpx
import pytest
from lxml import etree
from sqlalchemy import event
from sqlalchemy.engine import Engine

from .conftest import BASE, DISC, JAWS, KEY, LOW_TIDE, PIRANHA, SCHEIDER, SHORE, Signer, tree
from .test_resources import status

MOVIE = f"/catalog/titles/movies/{JAWS}"
TITLES = [
    MOVIE,
    f"/catalog/titles/movies/{PIRANHA}",
    f"/catalog/titles/series/{SHORE}",
    f"/catalog/titles/programs/{LOW_TIDE}",
    f"/catalog/titles/discs/{DISC}",
]


def bodies(answer: httpx.Response) -> dict[str | None, etree._Element]:
    """Return the bodies of a bulk answer by the names of their entries."""
    assert answer.status_code == 200
    entries = etree.fromstring(answer.content).iterfind("entry")
    return {entry.findtext("id"): _body(entry) for entry in entries}


def _body(entry: etree._Element) -> etree._Element:
    body = entry.find("body")
    assert body is not None
    return body


def codes(answer: httpx.Response) -> dict[str | None, str]:
    """Return the status of each entry, by whichever element says it."""
    return {
        name: body.findtext("status/status_code") or body.findtext("status") or "none"
        for name, body in bodies(answer).items()
    }


def messages(answer: httpx.Response) -> dict[str | None, str | None]:
    """Return what each entry is refused with."""
    return {name: body.findtext("status/message") for name, body in bodies(answer).items()}


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/utility/bulk", "/bulk", "/bulk/"])
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_entries_are_what_single_requests_answer(
    client: httpx.AsyncClient, sign: Signer, path: str, verb: str
) -> None:
    """An entry has the very document and the very tag that a request of its own would have."""
    paths = [TITLES[0], f"{MOVIE}/cast", "/catalog/titles?term=jaws", "/catalog/people/82729"]
    alone = [await client.get(sign(one)) for one in paths]
    asked = {f"entry_{place}": sign(one) for place, one in enumerate(paths)}

    request = {"data": asked} if verb == "POST" else {"params": asked}
    answer = await client.request(verb, path, **request)  # type: ignore[arg-type]

    found = bodies(answer)
    assert list(found) == list(asked)
    assert [
        (body[0].text, body[1].get("name"), body[1].get("value"), tree(etree.tostring(body[2])))
        for body in found.values()
    ] == [("200", "ETag", one.headers["etag"], tree(one.content)) for one in alone]


@pytest.mark.anyio
async def test_answers_keep_the_order_of_the_entries(client: httpx.AsyncClient, sign: Signer) -> None:
    """Whatever is read together, the answers stand in the order asked."""
    order = [2, 0, 4, 1, 3, 0, 2]
    mixed = [TITLES[place] + part for place in order for part in ("", "/similars", "/nothing")]
    asked = {f"entry_{place}": sign(path) for place, path in enumerate(mixed)}

    answer = await client.post("/bulk", data=asked)

    assert list(bodies(answer)) == list(asked)


@pytest.mark.anyio
async def test_a_hundred_entries_cost_what_one_costs(client: httpx.AsyncClient, sign: Signer) -> None:
    """The number of statements depends on the kinds of entries, not on how many there are."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    async def cost(count: int) -> int:
        statements.clear()
        asked = {
            f"entry_{place}": sign(f"{TITLES[place % 5]}?expand=@cast&page={place}") for place in range(count)
        }
        answer = await client.post("/bulk", data=asked)
        assert set(codes(answer).values()) == {"200"}
        return len(statements)

    await cost(1)  # The first call of a day looks up how many there have been.
    event.listen(Engine, "before_cursor_execute", note)
    try:
        costs = [await cost(5), await cost(100)]
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert costs == [costs[0]] * 2
    assert 0 < costs[0] <= 10


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://evil.test/catalog/titles", "entry is invalid: it must be a URL of this service"),
        ("http://api.netflix.com@evil.test/", "entry is invalid: it must be a URL of this service"),
        ("http://u:p@api.netflix.com/", "entry is invalid: it must be a URL of this service"),
        ("http://api.netflix.com:8001/", "entry is invalid: it must be a URL of this service"),
        ("http://api.netflix.com.evil.test/", "entry is invalid: it must be a URL of this service"),
        ("http://api-public.netflix.com/", "entry is invalid: it must be a URL of this service"),
        ("http://169.254.169.254/latest", "entry is invalid: it must be a URL of this service"),
        ("http://2130706433/", "entry is invalid: it must be a URL of this service"),
        ("http://[::1", "entry is invalid: it must be a URL of this service"),
        ("http://[::ffff:127.0.0.1]/", "entry is invalid: it must be a URL of this service"),
        ("//api.netflix.com/catalog/titles", "entry is invalid: it must be a URL of this service"),
        ("/catalog/titles", "entry is invalid: it must be a URL of this service"),
        ("file:///etc/passwd", "entry is invalid: it must be a URL of this service"),
        ("gopher://api.netflix.com/", "entry is invalid: it must be a URL of this service"),
        ("http://api.netflix.com/\r\nx", "entry is invalid: it must be a URL of this service"),
        ("http://api.netflix.com/#a", "entry is invalid: it must be a URL of this service"),
        ("", "entry is invalid: it must be a URL of this service"),
        (f"{BASE}/bulk", "entry is invalid: a bulk request holds no other"),
        (f"{BASE}/utility/bulk/?entry_a=b", "entry is invalid: a bulk request holds no other"),
        (f"{BASE}/nowhere", "Resource not found"),
        (BASE, "Developer Inactive"),
        (f"{BASE}{MOVIE}", "Missing Required Consumer Key"),
        (f"{BASE}{MOVIE}?oauth_consumer_key={KEY}", "Timestamp Is Invalid"),
        (f"{BASE}{MOVIE}?oauth_consumer_key=x&oauth_consumer_key=y", "oauth_consumer_key is invalid"),
        (f"{BASE}{MOVIE}?a=%ff", "request is invalid: parameters must be UTF-8"),
        (f"{BASE}{MOVIE}?a={'x' * 66_000}", "The URL is limited to 65536 bytes"),
        (f"{BASE}{MOVIE}?method=DELETE", "Method not allowed"),
    ],
)
async def test_a_bad_entry_fails_alone(
    client: httpx.AsyncClient, sign: Signer, url: str, message: str
) -> None:
    """What is not ours, not signed or not sensible is refused in its place, and nothing is fetched."""
    asked = {"entry_bad": url, "entry_good": sign(MOVIE)}

    answer = await client.post("/bulk", data=asked)

    assert messages(answer) == {"entry_bad": message, "entry_good": None}


@pytest.mark.anyio
async def test_an_entry_verifies_by_its_own_signature(client: httpx.AsyncClient, sign: Signer) -> None:
    """A signature is good for its own address, and a nonce for one entry."""
    signed = sign(MOVIE)
    asked = {
        "entry_first": signed,
        "entry_copy": signed,
        "entry_moved": sign(TITLES[1]).replace(str(PIRANHA), str(JAWS)),
        "entry_search": sign("/catalog/titles?term=jaws&v=1.5").replace("term=jaws", "term=shore"),
    }

    answer = await client.post("/bulk", data=asked)

    assert codes(answer) == {
        "entry_first": "200",
        "entry_copy": "401",
        "entry_moved": "401",
        "entry_search": "401",
    }


@pytest.mark.anyio
async def test_a_name_used_twice_is_answered_once(client: httpx.AsyncClient, sign: Signer) -> None:
    """Two entries of one name are one refusal; the others are answered."""
    pairs = [("entry_a", sign(MOVIE)), ("entry_b", sign(MOVIE)), ("entry_a", sign(TITLES[1]))]

    answer = await client.post("/bulk", content=urlencode(pairs), headers=FORM)

    assert messages(answer) == {"entry_a": "entry is invalid: its name is used twice", "entry_b": None}


FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.anyio
@pytest.mark.parametrize(("count", "code"), [(3, 200), (4, 400)])
async def test_there_are_only_so_many_entries(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer, count: int, code: int
) -> None:
    """At the limit all are answered; one more, and the whole request is refused, the limit named."""
    async with make_client(bulk_entries=3) as client:
        answer = await client.post("/bulk", data={f"entry_{place}": sign(MOVIE) for place in range(count)})

    assert answer.status_code == code
    assert ("at most 3 of them, not 4" in answer.text) is (code == 400)


@pytest.mark.anyio
@pytest.mark.parametrize(("length", "code"), [(4000, 200), (4001, 414)])
async def test_a_bulk_get_is_at_most_4000_bytes_long(
    client: httpx.AsyncClient, length: int, code: int
) -> None:
    """A request target of 4,000 bytes is read, a longer one is not."""
    target = "/utility/bulk?padding="

    answer = await client.get(target + "x" * (length - len(target)))

    assert answer.status_code == code


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "code"),
    [("", 200), ("output=pox", 200), ("output=html", 400), ("v=9", 400), ("oauth_nonce=n", 200)],
)
async def test_the_wrapper_has_an_output_and_no_signature(
    client: httpx.AsyncClient, query: str, code: int
) -> None:
    """The wrapper itself is unsigned; without entries its answer is empty."""
    answer = await client.get(f"/bulk?{query}")

    assert answer.status_code == code
    assert (answer.content.endswith(b"<response></response>")) is (code == 200)


@pytest.mark.anyio
async def test_a_bulk_request_is_no_write(client: httpx.AsyncClient) -> None:
    """Verbs that write are refused with those that do not."""
    answer = await client.put("/bulk")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert tree(answer.content) == status(405, "Method not allowed")


@pytest.mark.anyio
async def test_names_are_written_so_that_they_can_be_read(client: httpx.AsyncClient, sign: Signer) -> None:
    """A name with signs of its own comes back as it was, without what XML cannot hold."""
    answer = await client.post("/bulk", data={'entry_<&">\x01é': sign(MOVIE)})

    assert list(bodies(answer)) == ['entry_<&">é']


@pytest.mark.anyio
async def test_a_bulk_answer_is_no_longer_than_allowed(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """What does not fit any more can be asked for again; what fits is answered."""
    async with make_client(answer_bytes=5000) as client:
        asked = {f"entry_{place}": sign(f"{MOVIE}?x={place}") for place in range(2)}
        asked["entry_small"] = sign(f"/catalog/people/{SCHEIDER}")
        answer = await client.post("/bulk", data=asked)

    assert codes(answer) == {"entry_0": "200", "entry_1": "503", "entry_small": "200"}
