"""Imports of index files as they may come: old, packed, broken, or about what is here already."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.origin.catalog.facts import OfferFacts, PersonFacts, TitleFacts
from gateway.origin.catalog.identities import LOWEST
from gateway.origin.catalog.index_file import CatalogFileUnusable, ImportReport, import_index
from gateway.origin.database import Database
from gateway.origin.models import Kind, Person, Title
from tests.origin.index import shelf
from tests.origin.index.tables import BOTH, FULL, dump

pytestmark = pytest.mark.anyio

Write = Callable[..., Path]

# As in 2008: no titles, the old spelling of a scheme, doubled blanks, a host of its own.
OLD = b"""<catalog_title_index>
  <title_index_item>
    <id>http://api.netflix.com/catalog/titles/movies/777</id>
    <updated>1217404229</updated>
    <category scheme="http://api.netflix.com/categories/genres" label="Comedy"></category>
    <link href="http://api.netflix.com/catalog/people/5" rel="http://schemas.netflix.com/catalog/person.actor"
      title="Ada Actor"></link>
    <release_year>1996</release_year>
    <link href="http://www.netflix.com/Movie/Geese_Go_Home/777" rel="alternate" title="  web page"></link>
    <external_ids><id rel="http://schemas.netflix.com/catalog/id.amg">V   154424</id></external_ids>
    <delivery_formats>
      <availability available_from="862297200">
        <category scheme="http://api.netflix.com/categories/title_format" label="DVD" term="DVD"></category>
      </availability>
    </delivery_formats>
  </title_index_item>
  <title_index_item><id>http://api.netflix.com/catalog/people/5</id></title_index_item>
  <title_index_item><id>http://api.netflix.com/catalog/titles/movies/778</id></title_index_item>
  <title_index_item><id>http://api.netflix.com/catalog/titles/movies/777</id><title>Again</title></title_index_item>
</catalog_title_index>"""

FULL_ITEM = """<catalog_title><id>https://api-public.netflix.com/catalog/titles/{path}</id>
<title regular="{name}" short="{name}"/><release_year>{year}</release_year>{more}</catalog_title>"""


def full(*items: str) -> bytes:
    """Return a file of the later shape."""
    return (
        f'<?xml version="1.0" standalone="yes"?>\n<catalog_titles>{"".join(items)}</catalog_titles>'.encode()
    )


def item(path: str, name: str, year: str = "", more: str = "") -> str:
    """Return a title of the later shape."""
    return FULL_ITEM.format(path=path, name=name, year=year, more=more)


async def count(database: Database) -> int:
    """Return how many titles there are."""
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Title)) or 0


async def test_old_file(any_empty: Database, write: Write) -> None:
    """A file of 2008 is read: names come from web addresses, and what says nothing is left out."""
    report = await import_index(any_empty, write(OLD))

    assert report == ImportReport(
        read=4,
        imported=1,
        matched=0,
        mended={"its name was taken from the address of its page": 1},
        skipped={
            "its id is no address of a title": 1,
            "it has no name": 1,
            "a title of this id stands further up": 1,
        },
    )
    assert await dump(any_empty, BOTH) == {
        "basics": [(777, Kind.MOVIE, "Geese Go Home", 1996, 1217404229, None, None, None)],
        "credits": [(777, "cast", 1, 5, "Ada Actor")],
        "genres": [(777, 1, "Comedy")],
        "windows": [(777, 1, "DVD", 862297200, None)],
        "external ids": [(777, "amg", "V   154424")],
    }


async def test_what_no_column_holds(any_empty: Database, write: Write) -> None:
    """Names that no index holds are cut and counted; numbers that are too large are none."""
    long = "".join(chr(0x4E00 + number * 7_919 % 20_000) for number in range(4_000))
    more = f"""<category scheme="http://x/categories/genres" term="{long}"/>
        <link rel="http://schemas.netflix.com/catalog/people.cast" href=""><people>
        <link rel="http://schemas.netflix.com/catalog/person" href="/catalog/people/5" title="{long}"/>
        </people></link><runtime>{2**31}</runtime><updated>{10**12}</updated>"""
    items = item("movies/7", long, "99999999999", more), item("movies/8", "Short", f"{2**31 - 1}")

    report = await import_index(any_empty, write(full(*items)))

    assert report.mended == {"a name in it that was too long was cut": 1}
    (first, second) = (await dump(any_empty, BOTH))["basics"]
    assert (first[0], long.startswith(str(first[2])), first[3:5]) == (7, True, (None, 10**9))
    assert second[:4] == (8, Kind.MOVIE, "Short", 2**31 - 1)
    async with any_empty.read() as session:
        people = list(await session.scalars(select(Person.name)))
    assert people == [first[2]]


async def test_children_first(any_empty: Database, write: Write) -> None:
    """A family is put together whatever the order in which its members come."""
    series = '<link rel="http://schemas.netflix.com/catalog/titles.series" href="http://x/catalog/titles/series/9"/>'
    season = (
        '<link rel="http://schemas.netflix.com/catalog/titles.season" '
        'href="http://x/catalog/titles/series/9/seasons/8"/>'
    )
    file = write(
        full(
            item("programs/7", "Episode", more=season + series + "<sequence>4</sequence>"),
            item("series/9/seasons/8", "Season", more=series + "<season_number>2</season_number>"),
            item("series/9", "Series"),
        )
    )

    await import_index(any_empty, file)

    basics = (await dump(any_empty, BOTH))["basics"]
    assert [(row[0], row[1], *row[5:]) for row in basics] == [
        (7, Kind.PROGRAM, 8, 9, 4),
        (8, Kind.SEASON, 9, 9, 2),
        (9, Kind.SERIES, None, None, None),
    ]


async def test_alone(empty: Database, write: Write) -> None:
    """A season whose series is nowhere to be found is here without it, and that is told."""
    report = await import_index(empty, write(full(item("series/9/seasons/8", "Season"))))

    assert report.mended == {"what it is a part of is neither in the file nor here": 1}
    assert (await dump(empty, BOTH))["basics"][0][5:7] == (None, None)


async def test_known_title(any_catalog: Database, write: Write) -> None:
    """What a file says of a title that is here holds, and what it does not say stays."""
    before = await dump(any_catalog, FULL)

    report = await import_index(any_catalog, write(full(item("movies/1", "Jaws!", "1976"))))

    async with any_catalog.read() as session:
        jaws = (await session.scalars(select(Title).where(Title.id == shelf.JAWS))).one()
    after = await dump(any_catalog, FULL)
    unchanged = {name for name in FULL if before[name] == after[name]}
    assert (report.imported, report.matched, jaws.name, jaws.release_year, jaws.runtime) == (
        0,
        1,
        "Jaws!",
        1976,
        7440,
    )
    assert unchanged == FULL.keys() - {"basics"}


async def test_bonus_discs_stay(catalog: Database, write: Write) -> None:
    """A file that cannot tell which discs are bonus material does not deny it."""
    old = b"""<catalog_title_index><title_index_item><id>http://x/catalog/titles/discs/14</id>
        <title>Jaws: Bonus</title></title_index_item></catalog_title_index>"""
    before = await dump(catalog, FULL)

    await import_index(catalog, write(old))

    assert await dump(catalog, FULL) == before


async def test_same_title_under_another_id(any_empty: Database, write: Write) -> None:
    """A title equal in kind, name and year is that title: it gets what it lacks, and keeps its id."""
    film, series, season, ada = LOWEST + 1, LOWEST + 2, LOWEST + 3, LOWEST + 4
    offer = OfferFacts(format="instant", available_from=5)
    here = (
        TitleFacts(id=film, kind=Kind.MOVIE, name="Jaws", release_year=1975, cast=[ada], offers=[offer]),
        TitleFacts(id=series, kind=Kind.SERIES, name="The Shore", release_year=2009),
        TitleFacts(id=season, kind=Kind.SEASON, name="S2", parent_id=series, series_id=series, number=2),
    )
    await shelf.put(any_empty, [PersonFacts(id=ada, name="Roy Scheider")], here)
    catalog = full(
        item(
            "movies/1", "JAWS", "1975", _people(101, "Roy Scheider") + "<average_rating>3.9</average_rating>"
        ),
        item("movies/2", "Jaws", "1999"),
        item("series/10", "The Shore", "2009"),
        item("series/10/seasons/11", "The Shore: Season 2", more="<season_number>2</season_number>"),
        item("series/10/seasons/12", "The Shore: Season 3", more="<season_number>3</season_number>"),
    )

    report = await import_index(any_empty, write(catalog))

    tables = await dump(any_empty, FULL)
    assert (report.imported, report.matched) == (2, 3)
    assert [row[:4] + row[5:] for row in tables["basics"]] == [
        (film, Kind.MOVIE, "Jaws", 1975, None, None, None),
        (series, Kind.SERIES, "The Shore", 2009, None, None, None),
        (season, Kind.SEASON, "S2", None, series, series, 2),
        (12, Kind.SEASON, "The Shore: Season 3", None, series, series, 3),
        (2, Kind.MOVIE, "Jaws", 1999, None, None, None),
    ]
    assert (tables["people"], tables["windows"]) == ([(ada, "Roy Scheider")], [(film, 1, "instant", 5, None)])
    assert await _count_people(any_empty) == 1


async def test_twice(empty: Database, write: Write) -> None:
    """Two titles alike in a file are two titles, and a second import knows both."""
    file = write(full(item("movies/1", "Jaws", "1975"), item("movies/2", "Jaws", "1975")))

    reports = [await import_index(empty, file), await import_index(empty, file)]

    assert [(report.imported, report.matched) for report in reports] == [(2, 0), (0, 2)]


async def test_progress(empty: Database, write: Write) -> None:
    """Progress is told in bytes of the file as it lies there."""
    file = write(
        gzip.compress(full(*(item(f"movies/{id_}", "Film") for id_ in range(1, 2_000)))), "index.xml.gz"
    )
    told: list[tuple[int, int]] = []

    await import_index(empty, file, progress=lambda done, total: told.append((done, total)))

    size = file.stat().st_size
    assert (len(told) > 1, told[-1], {total for _, total in told}) == (True, (size, size), {size})
    assert [done for done, _ in told] == sorted(done for done, _ in told)


BOMB = b'<!DOCTYPE catalog_titles [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
UNUSABLE = {
    "empty": (b"", "it is no XML that could be read"),
    "no XML": (b"show_id,type,title", "it is no XML that could be read"),
    "another document": (b"<queue><etag>0</etag></queue>", "its root is neither"),
    "an item by itself": (item("movies/1", "Film").encode(), "its root is neither"),
    "buried": (b"<all>" + full(item("movies/1", "Film"))[39:] + b"</all>", "its root is neither"),
    "cut short": (full(item("movies/1", "Film"))[:-20], "it is no XML that could be read"),
    "two roots": (full() + full()[39:], "it is no XML that could be read"),
    "a document type": (BOMB + b"<catalog_titles>&b;</catalog_titles>", "it has a document type"),
    "an outside document type": (
        b'<!DOCTYPE catalog_titles SYSTEM "file:///etc/passwd"><catalog_titles/>',
        "it has a",
    ),
    "deep": (b"<catalog_titles>" + b"<a>" * 300 + b"</a>" * 300 + b"</catalog_titles>", "it is no XML"),
    "torn gzip": (gzip.compress(full())[:-6], "it is packed, and cannot be unpacked"),
    "no gzip": (b"\x1f\x8b no such thing", "it is packed, and cannot be unpacked"),
    "an endless item": (b"<catalog_titles>" + b"<a></a>" * 2_500_000, "an item of it is longer than"),
}


@pytest.mark.parametrize(("content", "reason"), UNUSABLE.values(), ids=UNUSABLE)
async def test_unusable(empty: Database, write: Write, content: bytes, reason: str) -> None:
    """What is no index file, or not a whole one, is refused by name, and nothing of it stays."""
    with pytest.raises(CatalogFileUnusable, match=reason):
        await import_index(empty, write(content))

    assert await count(empty) == 0


async def test_whole_or_not_at_all(any_empty: Database, write: Write) -> None:
    """What came before the break is not kept either."""
    films = [item(f"movies/{id_}", "Film") for id_ in range(1, 1_000)]

    with pytest.raises(CatalogFileUnusable):
        await import_index(any_empty, write(full(*films)[:-40]))

    assert await count(any_empty) == 0


async def test_missing(empty: Database, tmp_path: Path) -> None:
    """A file that is not there is refused by name."""
    with pytest.raises(CatalogFileUnusable, match=r"nothing\.xml cannot be imported: it cannot be read"):
        await import_index(empty, tmp_path / "nothing.xml")


CAST = "http://schemas.netflix.com/catalog/people.cast"
ODD = [
    "<release_year>MCMLXXV</release_year>",
    "<updated>99999999999999999999</updated>",
    "<average_rating>NaN</average_rating><average_rating>inf</average_rating>",
    '<category scheme="http://[" term="x"/><category/>',
    '<link rel="http://schemas.netflix.com/catalog/titles.season" href="http://["/><link/>',
    f'<link rel="{CAST}"><people><link href="x" title="y"/></people></link>',
    '<link rel="http://schemas.netflix.com/catalog/titles/awards"><awards><award_winner/></awards></link>',
    "<external_ids><id/><id rel='x'>1</id></external_ids><title/><id/>",
    "<season_number>-1</season_number><sequence>1e3</sequence>",
]


@pytest.mark.parametrize("more", ODD)
async def test_odd_parts(empty: Database, write: Write, more: str) -> None:
    """A part that makes no sense is left out; the title is still a title."""
    report = await import_index(empty, write(full(item("movies/1", "Film", more=more))))

    basics = (await dump(empty, BOTH))["basics"]
    assert (report.imported, [row[:4] for row in basics]) == (1, [(1, Kind.MOVIE, "Film", None)])


def _people(id_: int, name: str) -> str:
    link = f'<link href="http://x/catalog/people/{id_}" title="{name}"/>'
    return f'<link rel="{CAST}"><people>{link}</people></link>'


async def _count_people(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Person)) or 0
