"""Importing the Netflix table: what becomes of its rows."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, queries
from gateway.origin.catalog import identities
from gateway.origin.catalog.netflix_cells import Mend
from gateway.origin.catalog.netflix_rows import Skip
from gateway.origin.catalog.netflix_titles import CatalogFileUnusable, ImportReport, import_titles
from gateway.origin.database import Database
from gateway.origin.models import Kind, Role, Title
from gateway.origin.records import Facet, TitleRecord
from tests import netflix_table as invented
from tests.origin.data import shelf

pytestmark = pytest.mark.anyio

JAWS = {
    "type": "Movie",
    "title": "Jaws",
    "director": "Steven Spielberg",
    "cast": "Roy Scheider, Robert Shaw",
    "date_added": "16-Sep-21",
    "release_year": "1975",
    "rating": "PG",
    "duration": "124 min",
    "listed_in": "Classic Movies, Thrillers",
    "description": "Sharks & men.",
}
EARTH = {
    **dict.fromkeys(JAWS, ""),
    "type": "TV Show",
    "title": "Planet Earth",
    "release_year": "2006",
    "duration": "3 Seasons",
}


def _table(folder: Path, *rows: Mapping[str, str]) -> Path:
    file = folder / "table.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        sheet = csv.DictWriter(text, list(JAWS))
        sheet.writeheader()
        sheet.writerows(rows)
    return file


async def _dump(database: Database) -> dict[str, set[tuple[object, ...]]]:
    async with database.read() as session:
        tables = models.Base.metadata.sorted_tables
        return {table.name: {tuple(row) for row in await session.execute(select(table))} for table in tables}


async def _counts(database: Database) -> dict[str, int]:
    return {name: len(rows) for name, rows in (await _dump(database)).items()}


async def _named(session: AsyncSession, name: str) -> TitleRecord:
    """Return the one title called *name* with everything."""
    ids = list(await session.scalars(select(Title.id).where(Title.name == name)))
    assert len(ids) == 1
    return (await queries.titles(session, ids, load=frozenset(Facet)))[ids[0]]


async def test_a_film_has_the_facts_of_its_row(database: Database, tmp_path: Path) -> None:
    """Every cell that states a fact is kept."""
    report = await import_titles(database, _table(tmp_path, JAWS), now=7)
    async with database.read() as session:
        film = (await _named(session, "Jaws")).title

    assert report == ImportReport(read=1, imported=1, matched=0, mended={}, skipped={})
    assert (film.kind, film.release_year, film.runtime, film.updated) == (Kind.MOVIE, 1975, 124 * 60, 7)
    assert (film.synopsis, film.search_synopsis) == ("Sharks &amp; men.", "sharks and men")
    assert [genre.label for genre in film.genres] == ["Classic Movies", "Thrillers"]
    assert [(rating.system, rating.label) for rating in film.ratings] == [("mpaa", "PG")]
    assert [person.name for person in film.cast] == ["Roy Scheider", "Robert Shaw"]
    assert [person.name for person in film.directors] == ["Steven Spielberg"]
    assert [(offer.format, offer.available_from, offer.available_until) for offer in film.availability] == [
        ("instant", 1631750400, None)
    ]


async def test_a_show_becomes_a_series_with_seasons(database: Database, tmp_path: Path) -> None:
    """Each season is a title below it."""
    await import_titles(database, _table(tmp_path, EARTH))
    async with database.read() as session:
        series = await _named(session, "Planet Earth")
        columns = (Title.name, Title.kind, Title.parent_id, Title.series_id, Title.number)
        seasons = await session.execute(select(*columns).where(Title.parent_id.is_not(None)))
        below = sorted(tuple(season) for season in seasons)

    key = series.title.id
    assert series.title.kind is Kind.SERIES
    assert below == [(f"Planet Earth: Season {n}", Kind.SEASON, key, key, n) for n in (1, 2, 3)]
    assert [child.title.number for child in series.children[Facet.SEASONS]] == [1, 2, 3]


async def test_a_title_already_there_learns_what_is_missing(library: Database, tmp_path: Path) -> None:
    """What is known stays, in whatever way it differs; what is not known is filled in."""
    row = {**JAWS, "title": "JAWS", "listed_in": "Dramas", "rating": "R", "cast": "Nobody Else"}
    report = await import_titles(library, _table(tmp_path, row, EARTH), now=7)
    async with library.read() as session:
        found = await queries.titles(session, [shelf.JAWS, shelf.EARTH], load=frozenset(Facet))
        film, series = found[shelf.JAWS].title, found[shelf.EARTH]
        touched = set(await session.scalars(select(Title.id).where(Title.updated == 7)))
        people = set(await session.scalars(select(models.Person.name)))

    assert report == ImportReport(read=2, imported=0, matched=2, mended={}, skipped={})
    assert (film.name, film.runtime, film.synopsis) == ("Jaws", 124 * 60, "<p>A shark.</p>")
    assert [person.name for person in film.cast] == ["Roy Scheider", "Robert Shaw"]
    assert [genre.label for genre in film.genres] == ["Thrillers", "Children & Family Movies"]
    assert [rating.label for rating in film.ratings] == ["PG"]
    assert sorted(offer.format for offer in film.availability) == ["DVD", "instant"]
    seasons = [child.title.id for child in series.children[Facet.SEASONS]]
    assert seasons[:2] == [shelf.FIRST, shelf.SECOND]
    assert touched == {shelf.JAWS, seasons[2]}
    assert people == {"Steven Spielberg", "Robert Shaw", "Audrey Tautou", "Roy Scheider"}


async def test_a_title_of_another_year_is_another_title(library: Database, tmp_path: Path) -> None:
    """So is one of another kind."""
    other = {**JAWS, "release_year": "1999"}
    show = {**EARTH, "title": "Jaws", "release_year": "1975"}
    report = await import_titles(library, _table(tmp_path, other, show))

    assert (report.imported, report.matched) == (2, 0)


async def test_people_are_known_by_their_names(library: Database, tmp_path: Path) -> None:
    """The same name is the same person, in whatever case, here and in the database."""
    row = {**JAWS, "title": "Jaws 2", "director": "steven SPIELBERG", "cast": "Murray Hamilton, Róbert Shaw"}
    sequel = {**JAWS, "title": "Jaws 3", "director": "", "cast": "MURRAY HAMILTON"}
    await import_titles(library, _table(tmp_path, row, sequel))
    async with library.read() as session:
        second, third = [(await _named(session, name)).title for name in ("Jaws 2", "Jaws 3")]

    assert [person.id for person in second.directors] == [shelf.SPIELBERG]
    assert [person.id for person in second.cast][1] == shelf.SHAW
    assert second.cast[0].id == third.cast[0].id
    assert (third.cast[0].name, third.cast[0].id >= identities.LOWEST) == ("Murray Hamilton", True)


async def test_a_row_said_again_only_fills_in(database: Database, tmp_path: Path) -> None:
    """The first row holds; the second adds what the first left out."""
    poor = {**JAWS, "cast": "", "duration": ""}
    again = {**JAWS, "title": "JAWS", "description": "Something else.", "date_added": "1-Jan-19"}
    report = await import_titles(database, _table(tmp_path, poor, again))
    async with database.read() as session:
        film = (await _named(session, "Jaws")).title

    assert (report.imported, report.matched) == (1, 1)
    assert (film.runtime, film.synopsis) == (124 * 60, "Sharks &amp; men.")
    assert [person.name for person in film.cast] == ["Roy Scheider", "Robert Shaw"]
    assert [offer.available_from for offer in film.availability] == [1631750400]


async def test_ids_do_not_depend_on_what_else_is_imported(database: Database, tmp_path: Path) -> None:
    """The same title has the same id in every database, and so have its seasons."""
    other = Database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    await other.migrate()
    await import_titles(database, _table(tmp_path, JAWS, EARTH))
    await import_titles(other, _table(tmp_path, {**JAWS, "title": "First"}, EARTH, JAWS))

    ids = [{row[2]: row[0] for row in (await _dump(opened))["title"]} for opened in (database, other)]
    await other.close()

    assert len(ids[0]) == 5
    assert {name: key for name, key in ids[1].items() if name != "First"} == ids[0]


async def test_nothing_is_imported_from_a_file_that_is_not_the_table(
    database: Database, tmp_path: Path
) -> None:
    """It is refused before anything is written."""
    file = tmp_path / "other.csv"
    file.write_text("name,year\nJaws,1975\n")

    with pytest.raises(CatalogFileUnusable):
        await import_titles(database, file)

    assert sum((await _counts(database)).values()) == 0


async def test_an_import_that_fails_leaves_nothing(database: Database, tmp_path: Path) -> None:
    """Whole or not at all, also when it is the caller who gives up."""
    file = invented.write(tmp_path / "titles.csv", 1_200)

    def give_up(done: int, _total: int) -> None:
        if done > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_titles(database, file, progress=give_up)

    assert sum((await _counts(database)).values()) == 0


@pytest.fixture
def invention(tmp_path: Path) -> invented.Invention:
    """Write a table of 1,500 rows with every kind of mess."""
    invented.write(tmp_path / "titles.csv", 1_500)
    return invented.invent(1_500)


async def test_a_table_as_untidy_as_the_real_one_is_imported_and_accounted_for(
    database: Database, tmp_path: Path, invention: invented.Invention
) -> None:
    """Every row is somewhere in the report, and every title in the database."""
    steps: list[tuple[int, int]] = []
    report = await import_titles(
        database, tmp_path / "titles.csv", progress=lambda done, total: steps.append((done, total))
    )
    async with database.read() as session:
        counted = await session.execute(select(Title.kind, func.count().label("titles")).group_by(Title.kind))
        kinds = {row.kind: row.titles for row in counted}

    faults = invention.faults
    assert report == ImportReport(
        read=1_500,
        imported=invention.titles,
        matched=faults["again"],
        mended={
            Mend.BLANKS: faults["written date"]
            + faults["blanks in title"]
            + faults["invisible in description"]
            + faults["again"],
            Mend.NO_NAME: faults["number for director"],
            Mend.PROSE: faults["prose in cast"],
            Mend.TWICE: faults["name twice"],
            Mend.MINUTES: faults["minutes in rating"],
        },
        skipped={},
    )
    assert kinds == {
        Kind.MOVIE: invention.titles - invention.series,
        Kind.SERIES: invention.series,
        Kind.SEASON: invention.seasons,
    }
    assert steps[-1] == (1_500, 1_500)
    assert steps == sorted(steps)


@pytest.mark.usefixtures("invention")
async def test_importing_again_changes_nothing(database: Database, url: str, tmp_path: Path) -> None:
    """Not even after a restart: the same rows are there, none doubled, none touched."""
    file = tmp_path / "titles.csv"
    await import_titles(database, file, now=1)
    before = await _dump(database)
    again = Database(url)
    report = await import_titles(again, file, now=2)
    await again.close()

    assert before["credit"]
    assert await _dump(database) == before
    assert (report.imported, report.matched) == (0, 1_500)


async def test_rows_that_are_no_titles_are_counted(database: Database, tmp_path: Path) -> None:
    """The report says how many were left out, and why."""
    table = _table(tmp_path, JAWS, {**JAWS, "type": "Game"}, {**JAWS, "title": ""}, {**JAWS, "type": "Book"})

    assert await import_titles(database, table) == ImportReport(
        read=4, imported=1, matched=0, mended={}, skipped={Skip.KIND: 2, Skip.NAME: 1}
    )


async def test_names_that_no_index_holds_are_cut(database: Database, tmp_path: Path) -> None:
    """They, and characters that no text has, are mended and counted, and the rest of the row is there."""
    long = "".join(chr(0x4E00 + number * 7_919 % 20_000) for number in range(4_000))
    rows = (
        {**JAWS, "title": long, "cast": f"Roy Scheider, {long}", "listed_in": f"Thrillers, {long}"},
        {**JAWS, "title": "Jaws\0 2", "cast": "Roy\0Scheider", "director": "\0", "description": "A\0shark."},
    )
    report = await import_titles(database, _table(tmp_path, *rows))
    async with database.read() as session:
        found = {name: await _named(session, name) for name in await session.scalars(select(Title.name))}

    assert report == ImportReport(
        read=2, imported=2, matched=0, mended={Mend.LONG: 1, Mend.NO_NAME: 1, Mend.BLANKS: 1}, skipped={}
    )
    second, first = sorted(found)
    assert (second, long.startswith(first), 700 < len(first) < 900) == ("Jaws 2", True, True)
    casts = [[person.name for person in record.title.cast] for record in found.values()]
    assert casts == [["Roy Scheider"], ["Roy Scheider"]]
    assert [len(genre.label) for genre in found[first].title.genres] == [len("Thrillers"), len(first)]
    assert found[second].title.synopsis == "A shark."


async def test_people_have_roles(database: Database, tmp_path: Path) -> None:
    """Someone may direct what they play in."""
    await import_titles(database, _table(tmp_path, {**JAWS, "cast": "Steven Spielberg"}))
    async with database.read() as session:
        roles = list(await session.scalars(select(models.Credit.role).order_by(models.Credit.role)))

    assert roles == [Role.CAST, Role.DIRECTOR]


def test_the_invented_table_is_the_same_every_time(
    tmp_path: Path, netflix_table: Callable[..., Path]
) -> None:
    """A seed names a table."""
    first, second, other = (
        netflix_table(tmp_path / f"{number}.csv", 300, seed=seed).read_bytes()
        for number, seed in enumerate((1, 1, 2))
    )

    assert first == second
    assert first != other
