"""Resources over HTTP: versions, verbs, kinds, and links that lead somewhere."""

from collections.abc import Callable
from urllib.parse import quote

import httpx
import pytest
from lxml import etree

from gateway.origin.paths import SEGMENTS

from .conftest import (
    BASE,
    BONUS,
    DISC,
    JAWS,
    LOW_TIDE,
    PIRANHA,
    SCHEIDER,
    SEASON,
    SEASON_DISC,
    SHORE,
    Signer,
    tree,
)

MOVIE = f"/catalog/titles/movies/{JAWS}"
TITLES = [
    MOVIE,
    f"/catalog/titles/movies/{PIRANHA}",
    f"/catalog/titles/series/{SHORE}",
    f"/catalog/titles/series/{SHORE}/seasons/{SEASON}",
    f"/catalog/titles/programs/{LOW_TIDE}",
    f"/catalog/titles/discs/{DISC}",
    f"/catalog/titles/discs/{BONUS}",
    f"/catalog/titles/discs/{SEASON_DISC}",
]


def status(code: int, message: str, sub_code: int | None = None) -> object:
    """Return what a status document is as a tree."""
    sub = (("sub_code", (), str(sub_code), ()),) if sub_code else ()
    return "status", (), "", (("status_code", (), str(code), ()), *sub, ("message", (), message, ()))


@pytest.mark.anyio
@pytest.mark.parametrize("segments", [{}, {part: f"x-{part}" for part in SEGMENTS}])
@pytest.mark.parametrize("version", ["1.0", "1.5", "2.0"])
async def test_no_link_leads_to_nothing(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer, segments: dict[str, str], version: str
) -> None:
    """Whatever the parts are called, every link to us that any document holds is answered."""
    waiting, seen = {BASE + path for path in TITLES}, dict[str, int]()
    async with make_client(segments) as client:
        while waiting:
            href = waiting.pop()
            answer = await client.get(sign(f"{href.removeprefix(BASE)}?v={version}"))
            seen[href] = answer.status_code
            links = etree.fromstring(answer.content).xpath("//link/@href")
            assert isinstance(links, list)
            waiting |= {str(link) for link in links if _is_ours(str(link))} - seen.keys()

    # Each kind of title, each part that any of them has, and the people; not one of them missing.
    assert set(seen.values()) == {200}
    assert len(seen) == {"1.0": 32, "1.5": 41, "2.0": 41}[version]
    renamed = [href for href in seen if "/x-" in href]
    assert len(renamed) == ({"1.0": 23, "1.5": 32, "2.0": 32}[version] if segments else 0)


def _is_ours(href: str) -> bool:
    return href.startswith(BASE) and "/boxshots/" not in href


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path",
    [
        f"/catalog/titles/series/{JAWS}",
        f"/catalog/titles/discs/{JAWS}",
        f"/catalog/titles/movies/{SHORE}/synopsis",
        f"/catalog/titles/series/{JAWS}/seasons/{SEASON}",
        f"/catalog/titles/programs/{JAWS}/{LOW_TIDE}",
        f"/catalog/titles/movies/{PIRANHA}/synopsis",
        f"{MOVIE}/seasons",
        f"/catalog/titles/series/{SHORE}/seasons/{SEASON}/seasons",
        f"/catalog/titles/programs/{LOW_TIDE}/episodes",
        f"/catalog/people/{JAWS}",
        f"/catalog/people/{SCHEIDER}/cast",
        f"{MOVIE}/filmography",
        "/catalog/titles/movies/1/similars",
        "/catalog/people/1/filmography",
        "/categories/nothing",
        "/nothing",
    ],
)
async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, sign: Signer, path: str) -> None:
    """An unknown id, one of another kind, an unfit part and an unknown path are all 404."""
    answer = await client.get(sign(path))

    assert (answer.status_code, tree(answer.content)) == (404, status(404, "Resource not found"))


@pytest.mark.anyio
async def test_the_root_tells_a_stranger_that_somebody_is_there(
    client: httpx.AsyncClient, sign: Signer
) -> None:
    """Without a key it is 403, as programs saw it (contract 1.1); with one, nothing is found there."""
    answers = [await client.get("/"), await client.get(sign("/")), await client.get("/nothing")]

    assert [(one.status_code, "Developer Inactive" in one.text) for one in answers] == [
        (403, True),
        (404, False),
        (404, False),
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("version", ["", "v=1.0", "v="])
async def test_nothing_of_15_appears_before_15(client: httpx.AsyncClient, sign: Signer, version: str) -> None:
    """Without a version it is 1.0, where the extras are not even expanded."""
    plain = await client.get(sign(MOVIE))

    answer = await client.get(sign(f"{MOVIE}?expand=@box_art,@short_synopsis&{version}"))

    assert answer.content == plain.content


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("v=3.0", "v"),
        ("v=2.0.0", "v"),
        ("v=1.4", "v"),
        ("output=html", "output"),
        ("output=atom", "output"),
        ("v=1.0&v=1.5", "v"),
        ("method=FETCH", "method"),
        ("term=a%00b", "term"),
    ],
)
async def test_parameters_that_mean_nothing_are_named(
    client: httpx.AsyncClient, sign: Signer, query: str, parameter: str
) -> None:
    """A wrong value of a common parameter is 400 and says which."""
    answer = await client.get(sign(f"{MOVIE}?{query}"))

    assert (answer.status_code, tree(answer.content)) == (400, status(400, f"{parameter} is invalid"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "query", ["output=pox", "output=xml", "output=", "expand=", "movie_id=7", "v=1.0&v=1.0", "method=get"]
)
async def test_what_is_empty_or_unknown_is_passed_over(
    client: httpx.AsyncClient, sign: Signer, query: str
) -> None:
    """Empty and unknown parameters change nothing, though they are signed (contract 9, 13)."""
    plain = await client.get(sign(MOVIE))

    answer = await client.get(sign(f"{MOVIE}?{query}"))

    assert (answer.status_code, answer.content) == (200, plain.content)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "expand",
    [
        "@cast,@format_availability,@languages_and_audio",
        "cast,format_availability,languages_and_audio",
        "cast, formats, languages and audio",
        " @cast , @formats,@nonsense,,languages_and_audio",
        "Cast,Formats,Languages And Audio",
    ],
)
@pytest.mark.parametrize("version", ["1.0", "1.5"])
async def test_expand_is_understood_in_every_spelling(
    client: httpx.AsyncClient, sign: Signer, expand: str, version: str
) -> None:
    """Aliases with and without @, link titles, blanks and unknown names work in both versions."""
    answer = await client.get(sign(f"{MOVIE}?v={version}&expand={quote(expand)}"))

    links = etree.fromstring(answer.content).iterfind("link")
    expanded = {link.get("title"): [child.tag for child in link] for link in links if len(link)}
    assert expanded == {
        "cast": ["people"],
        "formats": ["delivery_formats"],
        "languages and audio": ["languages_and_audio"],
    }


@pytest.mark.anyio
@pytest.mark.parametrize("verb", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
async def test_other_verbs_are_refused(client: httpx.AsyncClient, sign: Signer, verb: str) -> None:
    """What cannot be written says so, and says what can be done with it."""
    answer = await client.request(verb, sign(MOVIE, verb))

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert tree(answer.content) == status(405, "Method not allowed")


@pytest.mark.anyio
async def test_head_is_get_without_the_body(client: httpx.AsyncClient, sign: Signer) -> None:
    """HEAD has the headers that GET has."""
    whole = await client.get(sign(MOVIE))

    answer = await client.head(sign(MOVIE, "HEAD"))

    assert (answer.status_code, answer.content, answer.headers) == (200, b"", whole.headers)


@pytest.mark.anyio
@pytest.mark.parametrize("slash", ["", "/"])
async def test_the_path_is_signed_as_it_was_sent(client: httpx.AsyncClient, sign: Signer, slash: str) -> None:
    """A trailing slash is forgiven, and is part of what is signed."""
    answer = await client.get(sign(MOVIE + slash))

    assert answer.status_code == 200
