"""The index files over HTTP: who is listed, what is told of each, and to whom."""

import gzip

import httpx
import pytest
from lxml import etree

from gateway.origin.catalog.facts import TitleFacts
from gateway.origin.database import Database
from gateway.origin.models import Kind
from tests.origin.data.shelf import title as row
from tests.origin.http.conftest import tree
from tests.origin.index import shelf
from tests.origin.index.conftest import client_of, sign
from tests.origin.index.shelf import BASE, BONUS, DISC, JAWS, LOW_TIDE, PIRANHA, SEASON, SHORE, TRUSTED

pytestmark = pytest.mark.anyio

S = "http://schemas.netflix.com"
C = f"{BASE}/categories"
SHORE_HREF = f"{BASE}/catalog/titles/series/10"

JAWS_ITEM = f"""
<title_index_item>
  <id>{BASE}/catalog/titles/movies/1</id>
  <title>Jaws</title>
  <updated>1290000000</updated>
  <category scheme="{C}/genres" label="Thrillers" term="Thrillers"/>
  <category scheme="{C}/genres" label="Children &amp; Family" term="Children &amp; Family"/>
  <link href="{BASE}/catalog/people/101" rel="{S}/catalog/person.actor" title="Roy Scheider"/>
  <link href="{BASE}/catalog/people/102" rel="{S}/catalog/person.director" title="Steven Spielberg"/>
  <link href="{BASE}/catalog/titles/discs/13" rel="{S}/catalog/disc" title="Jaws: Disc 1"/>
  <link href="{BASE}/catalog/titles/discs/14" rel="{S}/catalog/disc" title="Jaws: Bonus"/>
  <release_year>1975</release_year>
  <link href="http://www.netflix.com/Movie/Jaws/1" rel="alternate" title="web page"/>
  <external_ids>
    <id rel="{S}/catalog/id.upc">025192</id>
    <id rel="{S}/catalog/id.upc">025193</id>
  </external_ids>
  <delivery_formats>
    <availability available_from="1262304000" available_until="4102444800">
      <category scheme="{C}/title_formats" label="instant" term="instant"/>
      <category scheme="{BASE}/catalog/titles/formats" label="instant" term="instant" status="deprecated"/>
    </availability>
    <availability available_from="963273600">
      <category scheme="{C}/title_formats" label="DVD" term="DVD"/>
      <category scheme="{BASE}/catalog/titles/formats" label="DVD" term="DVD" status="deprecated"/>
    </availability>
  </delivery_formats>
</title_index_item>"""

EPISODE_ITEM = f"""
<title_index_item>
  <id>{BASE}/catalog/titles/programs/12</id>
  <title>The Shore: Season 2: Low Tide</title>
  <updated>1290000000</updated>
  <link href="{SHORE_HREF}/seasons/11" rel="{S}/catalog/season" title="The Shore: Season 2"/>
  <link href="{SHORE_HREF}" rel="{S}/catalog/series" title="The Shore"/>
  <release_year></release_year>
  <link href="http://www.netflix.com/Movie/The_Shore_Season_2_Low_Tide/12" rel="alternate" title="web page"/>
  <delivery_formats>
    <availability>
      <category scheme="{C}/title_formats" label="instant" term="instant"/>
      <category scheme="{BASE}/catalog/titles/formats" label="instant" term="instant" status="deprecated"/>
    </availability>
  </delivery_formats>
  <sequence_nr_in_series>3</sequence_nr_in_series>
</title_index_item>"""


def items(answer: httpx.Response) -> dict[int, bytes]:
    """Return the items of a file by the title's id, each as it stands on its line."""
    lines = answer.content.split(b"\n")[2:-1]
    found = {etree.fromstring(line).findtext("id", ""): line for line in lines}
    return {int(address.rpartition("/")[2]): line for address, line in found.items()}


async def test_first_index(any_client: httpx.AsyncClient) -> None:
    """The first index tells of each title what was told in 2008, in that order."""
    answer = await any_client.get(sign("/catalog/titles/index"))

    found = items(answer)
    told = {id_: tree(found[id_]) for id_ in (JAWS, LOW_TIDE)}
    assert told == {JAWS: tree(JAWS_ITEM.encode()), LOW_TIDE: tree(EPISODE_ITEM.encode())}
    assert list(found) == [JAWS, PIRANHA, SHORE, SEASON, LOW_TIDE, DISC, BONUS]


@pytest.mark.parametrize("name", ["index", "full", "streaming", "dvd"])
async def test_whole_document(client: httpx.AsyncClient, name: str) -> None:
    """An index file is one document, whatever its length, and XML whatever was asked for."""
    answer = await client.get(sign(f"/catalog/titles/{name}?output=json&v=1.0"))

    root = etree.fromstring(answer.content)
    assert (root.tag, answer.headers["content-type"]) == (
        "catalog_title_index" if name == "index" else "catalog_titles",
        "text/xml;charset=UTF-8",
    )
    assert {child.tag for child in root} == {"title_index_item" if name == "index" else "catalog_title"}


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("full", [JAWS, PIRANHA, SHORE, SEASON, LOW_TIDE, DISC, BONUS]),
        ("streaming", [JAWS, LOW_TIDE]),
        ("dvd", [JAWS]),
    ],
)
async def test_selection(any_client: httpx.AsyncClient, name: str, listed: list[int]) -> None:
    """The streaming file lists what can be streamed, the DVD file what comes on discs."""
    answer = await any_client.get(sign(f"/catalog/titles/{name}"))

    assert list(items(answer)) == listed


async def test_formats_of_selection(client: httpx.AsyncClient) -> None:
    """A title of the DVD file says nothing of streams."""
    answer = await client.get(sign("/catalog/titles/dvd"))

    categories = etree.fromstring(answer.content).iter("category")
    formats = {one.get("term") for one in categories if one.get("scheme") == f"{C}/title_formats"}
    assert formats == {"DVD"}


async def test_expanded(any_client: httpx.AsyncClient) -> None:
    """The later files are of the 2.0 shape, with the links expanded, and moments in milliseconds."""
    answer = await any_client.get(sign("/catalog/titles/full"))

    title = etree.fromstring(items(answer)[JAWS])
    expanded = {link.get("title"): len(link) for link in title.findall("link")}
    assert expanded == {
        "box art": 1,
        "synopsis": 1,
        "short synopsis": 1,
        "formats": 1,
        "screen formats": 1,
        "cast": 1,
        "directors": 1,
        "languages and audio": 1,
        "awards": 1,
        "bonus materials": 1,
        "discs": 0,
        "similars": 0,
        "official webpage": 0,
        "web page": 0,
        "Tiny URL": 0,
    }
    assert (title.findtext("updated"), title.find("box_art"), title.find("runtime")) == (
        "1290000000000",
        None,
        None,
    )


async def test_bare_facts(client: httpx.AsyncClient) -> None:
    """Rating and runtime of a title without formats stand by themselves, after the year."""
    answer = await client.get(sign("/catalog/titles/full"))

    children = list(etree.fromstring(items(answer)[SHORE]))
    year = [child.tag for child in children].index("release_year")
    after = children[year + 1 : year + 4]
    assert [child.get("term") or child.text for child in after] == ["PG", "TV-14", "1800"]


async def test_season_labels(client: httpx.AsyncClient) -> None:
    """Seasons, episodes and discs say where they belong."""
    answer = await client.get(sign("/catalog/titles/full"))

    found = {id_: etree.fromstring(line) for id_, line in items(answer).items()}
    tags = ("season_label", "season_number", "sequence")
    told = {id_: [found[id_].findtext(tag) for tag in tags] for id_ in (SEASON, LOW_TIDE, DISC, JAWS)}
    assert told == {
        SEASON: ["Season 2", "2", None],
        LOW_TIDE: ["Season 2", "2", "3"],
        DISC: [None, None, "1"],
        JAWS: [None, None, None],
    }


@pytest.mark.parametrize(
    ("key", "query", "systems"),
    [
        (shelf.KEY, "", ["upc", "upc"]),
        (shelf.KEY, "?include_amg=1&include_tms=true", ["upc", "upc"]),
        (TRUSTED, "", ["upc", "upc"]),
        (TRUSTED, "?include_amg=1", ["upc", "upc", "amg"]),
        (TRUSTED, "?include_amg=false&include_tms=true", ["upc", "upc", "tms"]),
        (TRUSTED, "?include_amg=1&include_tms=1", ["upc", "upc", "amg", "tms"]),
    ],
)
@pytest.mark.parametrize("name", ["index", "full"])
async def test_external_ids(
    client: httpx.AsyncClient, key: str, query: str, systems: list[str], *, name: str
) -> None:
    """Ids of other catalogs are for those who asked for them and may know them; UPCs are for all."""
    answer = await client.get(sign(f"/catalog/titles/{name}{query}", key=key))

    rels = etree.fromstring(answer.content).xpath("//external_ids/id/@rel")
    assert rels == [f"{S}/catalog/id.{system}" for system in systems]


async def test_not_signed(client: httpx.AsyncClient) -> None:
    """An index file is for those who sign."""
    answers = [
        await client.get("/catalog/titles/index"),
        await client.get(f"/catalog/titles/full?oauth_consumer_key={shelf.KEY}"),
    ]

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_not_in_bulk(client: httpx.AsyncClient) -> None:
    """An index file is no entry of a bulk request, and does not spoil the others."""
    entries = {"entry_a": sign("/catalog/titles/index"), "entry_b": sign("/catalog/titles/movies/1")}

    answer = await client.post("/utility/bulk", data=entries)

    codes = etree.fromstring(answer.content).xpath("//body/status/status_code/text() | //body/status/text()")
    assert codes == ["400", "200"]


async def test_verbs(client: httpx.AsyncClient) -> None:
    """An index file can be looked for, but not written to."""
    head = await client.head(sign("/catalog/titles/index", "HEAD"))
    post = await client.post(sign("/catalog/titles/index", "POST"))

    assert (head.status_code, head.content, "content-length" in head.headers) == (200, b"", False)
    assert (post.status_code, post.headers["allow"]) == (405, "GET, HEAD")


async def test_packed(client: httpx.AsyncClient) -> None:
    """A packed file is the same file, under its own tag."""
    plain = await client.get(sign("/catalog/titles/full"))
    request = client.build_request("GET", sign("/catalog/titles/full"), headers={"accept-encoding": "gzip"})
    packed = await client.send(request, stream=True)
    raw = b"".join([chunk async for chunk in packed.aiter_raw()])

    assert (packed.headers["content-encoding"], gzip.decompress(raw)) == ("gzip", plain.content)
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'


async def test_unchanged(any_client: httpx.AsyncClient) -> None:
    """Who has the file is not sent it again."""
    first = await any_client.get(sign("/catalog/titles/full"))
    tag = {"if-none-match": first.headers["etag"]}
    again = await any_client.get(sign("/catalog/titles/full"), headers=tag)
    other = await any_client.get(sign("/catalog/titles/index"), headers=tag)

    assert (again.status_code, again.content, other.status_code) == (304, b"", 200)


async def test_changed(client: httpx.AsyncClient, catalog: Database) -> None:
    """A title more, and the file has another tag."""
    first = await client.get(sign("/catalog/titles/index"))
    async with catalog.write() as session:
        session.add(row(99, Kind.MOVIE, "Another"))
    second = await client.get(sign("/catalog/titles/index"))

    assert first.headers["etag"] != second.headers["etag"]


async def test_many_pages(any_empty: Database) -> None:
    """A catalog of many pages is listed whole, each title once, in the order of the ids."""
    films = [TitleFacts(id=id_, kind=Kind.MOVIE, name=f"Film {id_}") for id_ in range(7, 507)]
    await shelf.fill_consumers(any_empty)
    await shelf.put(any_empty, (), films)

    async with client_of(any_empty) as client:
        answer = await client.get(sign("/catalog/titles/index"))

    assert list(items(answer)) == list(range(7, 507))
