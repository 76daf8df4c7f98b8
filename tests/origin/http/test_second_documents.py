"""Documents of 2.0 and documents in JSON are what was written by hand from the contract."""

import json
from pathlib import Path

import httpx
import pytest

from .conftest import BONUS, JAWS, PIRANHA, SCHEIDER, SEASON, SHORE, Signer, tree

CATALOG = Path(__file__).parents[2] / "contract" / "catalog"

MOVIE = f"/catalog/titles/movies/{JAWS}"
BARE = f"/catalog/titles/movies/{PIRANHA}"
SERIES = f"/catalog/titles/series/{SHORE}"
PERSON = f"/catalog/people/{SCHEIDER}"

XML_WRITTEN = [
    ("movie-2.0.xml", f"{MOVIE}?v=2.0"),
    ("movie-2.0.xml", f"{MOVIE}?v=2"),
    ("delivery_formats-2.0.xml", f"{MOVIE}/format_availability?v=2.0"),
    ("episodes-2.0.xml", f"{SERIES}/seasons/{SEASON}/episodes?v=2.0"),
    ("episodes-2.0.xml", f"{SERIES}/seasons/{SEASON}/episodes?v=2.0&expand=@title"),
    ("discs-2.0.xml", f"{MOVIE}/discs?v=2.0&start_index=1&max_results=1"),
    ("similars-2.0.xml", f"{MOVIE}/similars?v=2.0&start_index=1&max_results=1"),
    ("filmography-2.0.xml", f"{PERSON}/filmography?v=2.0"),
    ("filmography-2.0.xml", f"{PERSON}/filmography?v=2.0&expand=@filmography_item,@synopsis"),
    ("filmography-expanded-2.0.xml", f"{PERSON}/filmography?v=2.0&max_results=1&expand=@title,@synopsis"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "path"), XML_WRITTEN)
async def test_version_20_is_as_written(
    client: httpx.AsyncClient, sign: Signer, name: str, path: str
) -> None:
    """Every resource of 2.0 is the document written by hand, its attributes in their order."""
    answer = await client.get(sign(path))

    assert tree(answer.content) == tree((CATALOG / name).read_bytes())


@pytest.mark.anyio
async def test_what_is_expanded_in_20_is_what_the_link_leads_to(
    client: httpx.AsyncClient, sign: Signer
) -> None:
    """The formats inside a title tell their languages, as the formats by themselves do."""
    answer = await client.get(sign(f"{MOVIE}?v=2.0&expand=@formats"))

    written = (CATALOG / "movie-2.0.xml").read_text()
    formats = (CATALOG / "delivery_formats-2.0.xml").read_text()
    inner = formats[formats.index("<delivery_formats>") :]
    expected = written.replace('title="formats"></link>', f'title="formats">{inner}</link>')
    assert tree(answer.content) == tree(expected.encode())


@pytest.mark.anyio
@pytest.mark.parametrize("page", ["max_results=0", "max_results=x", "start_index=-1"])
async def test_children_are_paged_in_20_alone(client: httpx.AsyncClient, sign: Signer, page: str) -> None:
    """A bad page is refused in 2.0 and passed over where there are no pages."""
    path = f"{SERIES}/seasons/{SEASON}/episodes?{page}"

    answers = [await client.get(sign(f"{path}&v={version}")) for version in ("1.0", "1.5", "2.0")]

    assert [answer.status_code for answer in answers] == [200, 200, 400]


JSON_WRITTEN = [
    ("people-search.json", "/catalog/people?term=roy&output=json"),
    ("people-search.json", "/catalog/people?term=roy&output=JSON&v=1.5"),
    ("movie-bare.json", f"{BARE}?output=json"),
    ("synopsis.json", f"{MOVIE}/synopsis?output=json"),
    ("no-people.json", f"{SERIES}/directors?output=json"),
    ("not-found.json", "/catalog/titles/movies/1?output=json"),
    ("not-found.json", "/catalog/titles/movies/1?output=json&v=2.0"),
    ("bad-page.json", f"{MOVIE}/similars?max_results=0&output=json"),
    ("autocomplete.json", "/catalog/titles/autocomplete?term=pira&output=json"),
    ("autocomplete-2.0.json", "/catalog/titles/autocomplete?term=pira&output=json&v=2.0"),
    ("autocomplete-none-2.0.json", "/catalog/titles/autocomplete?term=nothing&output=json&v=2.0"),
    ("movie-bare-2.0.json", f"{BARE}?output=json&v=2.0"),
    ("synopsis-2.0.json", f"{MOVIE}/synopsis?output=json&v=2.0"),
    ("cast-2.0.json", f"{MOVIE}/cast?output=json&v=2.0"),
    ("no-directors-2.0.json", f"{SERIES}/directors?output=json&v=2.0"),
    ("awards-2.0.json", f"{MOVIE}/awards?output=json&v=2.0"),
    ("screen_formats-2.0.json", f"{MOVIE}/screen_formats?output=json&v=2.0"),
    ("languages_and_audio-2.0.json", f"{MOVIE}/languages_and_audio?output=json&v=2.0"),
    ("delivery_formats-2.0.json", f"{MOVIE}/format_availability?output=json&v=2.0"),
    ("person-expanded-2.0.json", f"{PERSON}?output=json&v=2.0&expand=@filmography"),
    ("filmography-2.0.json", f"{PERSON}/filmography?output=json&v=2.0&max_results=1"),
    (
        "search-expanded-2.0.json",
        "/catalog/titles?term=the%20shore&output=json&v=2.0&expand=@title,@synopsis,@cast,@seasons",
    ),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "path"), JSON_WRITTEN)
async def test_json_is_as_written(client: httpx.AsyncClient, sign: Signer, name: str, path: str) -> None:
    """The JSON of every version is the document written by hand; the order of keys means nothing."""
    answer = await client.get(sign(path))

    assert answer.json() == json.loads((CATALOG / name).read_bytes())


@pytest.mark.anyio
@pytest.mark.parametrize("part", ["discs", "similars", "bonus_materials", "box_art", "short_synopsis"])
async def test_a_part_is_under_its_own_name(client: httpx.AsyncClient, sign: Signer, part: str) -> None:
    """In 2.0 a document is under the name of the link that leads to it."""
    title = (await client.get(sign(f"{MOVIE}?output=json&v=2.0"))).json()
    href = title["meta"]["links"][part].removeprefix("http://api.netflix.com")

    document = (await client.get(sign(f"{href}?output=json&v=2.0"))).json()

    assert next(iter(document)) == part


@pytest.mark.anyio
async def test_all_expands_everything(client: httpx.AsyncClient, sign: Signer) -> None:
    """``expand=all`` is what naming every link is."""
    named = (
        "@title,@box_art,@synopsis,@short_synopsis,@formats,@screen_formats,@cast,@directors,"
        "@languages_and_audio,@awards,@bonus_materials,@discs,@similars"
    )

    answers = [
        await client.get(sign(f"{MOVIE}?v=2.0&output=json&expand={expand}")) for expand in ("all", named)
    ]

    assert answers[0].content == answers[1].content
    assert len(answers[0].json()["catalog_title"]) == 22


async def _bulk(client: httpx.AsyncClient, sign: Signer, query: str, version: str = "1.0") -> httpx.Response:
    unsigned = f"http://api.netflix.com/catalog/titles/discs/{BONUS}?oauth_consumer_key={sign.key}"
    asked = {
        "entry_synopsis": sign(f"{MOVIE}/synopsis?v={version}"),
        "entry_unsigned": f"{unsigned}&oauth_timestamp={int(sign.clock.now)}",
    }
    if version == "2.0":
        del asked["entry_unsigned"]
    return await client.post(f"/utility/bulk?{query}", data=asked)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "query", "version"), [("bulk.json", "", "1.0"), ("bulk-2.0.json", "&v=2.0", "2.0")]
)
async def test_a_bulk_answer_in_json_is_as_written(
    client: httpx.AsyncClient, sign: Signer, name: str, query: str, version: str
) -> None:
    """The wrapper is converted like any document, and in 2.0 an array is always an array."""
    answer = await _bulk(client, sign, f"output=json{query}", version)

    alone = await client.get(sign(f"{MOVIE}/synopsis?output=json&v={version}"))
    written = (CATALOG / name).read_text().replace("ETAG", alone.headers["etag"].strip('"'))
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert answer.json() == json.loads(written)
