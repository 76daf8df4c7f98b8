"""Documents written by hand from the contract are what the origin answers, element by element."""

from pathlib import Path

import httpx
import pytest
from lxml import etree

from .conftest import BONUS, DISC, JAWS, LOW_TIDE, PIRANHA, SCHEIDER, SEASON, SHORE, Signer, tree

CATALOG = Path(__file__).parents[2] / "contract" / "catalog"

MOVIE = f"/catalog/titles/movies/{JAWS}"
SERIES = f"/catalog/titles/series/{SHORE}"
EVERYTHING = (
    "@box_art,@synopsis,@short_synopsis,@bonus_materials,@cast,@directors,@formats,@awards,"
    "@screen_formats,@languages_and_audio,@discs,@similars"
)

WRITTEN = [
    ("movie.xml", MOVIE),
    ("movie-expanded.xml", f"{MOVIE}?v=1.5&expand={EVERYTHING}"),
    ("movie-bare.xml", f"/catalog/titles/movies/{PIRANHA}"),
    ("series.xml", SERIES),
    ("season.xml", f"{SERIES}/seasons/{SEASON}?v=1.5&expand=@episodes"),
    ("program.xml", f"/catalog/titles/programs/{LOW_TIDE}?v=1.5"),
    ("program.xml", f"/catalog/titles/programs/{SHORE}/{LOW_TIDE}?v=1.5"),
    ("disc-of-movie.xml", f"/catalog/titles/discs/{DISC}"),
    ("discs-of-season.xml", f"{SERIES}/seasons/{SEASON}/discs"),
    ("synopsis.xml", f"{MOVIE}/synopsis"),
    ("short_synopsis.xml", f"{MOVIE}/short_synopsis"),
    ("cast.xml", f"{MOVIE}/cast"),
    ("no-people.xml", f"{SERIES}/directors"),
    ("delivery_formats.xml", f"{MOVIE}/format_availability"),
    ("similars.xml", f"{MOVIE}/similars?start_index=1&max_results=1"),
    ("search.xml", "/catalog/titles?term=the%20shore&expand=synopsis"),
    ("autocomplete.xml", "/catalog/titles/autocomplete?term=pira"),
    ("people-search.xml", "/catalog/people?term=spielberg&max_results=501"),
    ("person-expanded.xml", f"/catalog/people/{SCHEIDER}?expand=filmography"),
    ("filmography.xml", f"/catalog/people/{SCHEIDER}/filmography?max_results=1"),
    ("not-found.xml", "/catalog/titles/movies/1"),
    ("bad-page.xml", f"{MOVIE}/similars?max_results=0"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "path"), WRITTEN)
async def test_the_origin_answers_what_is_written(
    client: httpx.AsyncClient, sign: Signer, name: str, path: str
) -> None:
    """Every resource is the document written by hand, its attributes in their order."""
    answer = await client.get(sign(path))

    assert tree(answer.content) == tree((CATALOG / name).read_bytes())


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("part", "tag"),
    [
        ("box_art", "box_art"),
        ("format_availability", "delivery_formats"),
        ("awards", "awards"),
        ("screen_formats", "screen_formats"),
        ("languages_and_audio", "languages_and_audio"),
        ("bonus_materials", "bonus_materials"),
    ],
)
async def test_what_is_expanded_is_what_the_link_leads_to(
    client: httpx.AsyncClient, sign: Signer, part: str, tag: str
) -> None:
    """A facet's own address answers the very element that is written inside the expanded link."""
    written = etree.parse(CATALOG / "movie-expanded.xml").find(f"link/{tag}")
    assert written is not None

    answer = await client.get(sign(f"{MOVIE}/{part}?v=1.5"))

    assert tree(answer.content) == tree(etree.tostring(written))


@pytest.mark.anyio
async def test_a_bulk_answer_is_as_written(client: httpx.AsyncClient, sign: Signer) -> None:
    """The answers stand in the order asked, a document with its tag, a refusal as a status."""
    unsigned = f"http://api.netflix.com/catalog/titles/discs/{BONUS}?oauth_consumer_key={sign.key}"
    asked = {
        "entry_synopsis": sign(f"{MOVIE}/synopsis"),
        "entry_unsigned": f"{unsigned}&oauth_timestamp={int(sign.clock.now)}",
    }

    answer = await client.post("/utility/bulk", data=asked)

    alone = await client.get(sign(f"{MOVIE}/synopsis"))
    written = (CATALOG / "bulk.xml").read_text().replace("ETAG", alone.headers["etag"].strip('"'))
    assert tree(answer.content) == tree(written.encode())


@pytest.mark.anyio
async def test_the_bytes_are_those_of_the_recordings(client: httpx.AsyncClient, sign: Signer) -> None:
    """The prolog, the open and closed empty element and the CDATA are written as recorded."""
    synopsis = await client.get(sign(f"{MOVIE}/synopsis"))
    nobody = await client.get(sign(f"{SERIES}/directors"))
    movie = await client.get(sign(MOVIE))

    prolog = b'<?xml version="1.0" standalone="yes"?>\n'
    assert (synopsis.content, nobody.content) == (
        prolog + b"<synopsis><![CDATA[A shark & a town.<p>They meet.]]></synopsis>",
        prolog + b"<people></people>",
    )
    assert (b"/>" in movie.content, movie.content.count(b"></link>")) == (False, 12)
    assert synopsis.headers["content-type"] == "text/xml;charset=UTF-8"
