"""The catalog that comes with the program, and how catalogs of its kind are read."""

from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, queries
from gateway.origin.catalog import embedded
from gateway.origin.catalog.embedded import embed
from gateway.origin.catalog.entries import CatalogMistaken
from gateway.origin.database import Database
from gateway.origin.models import Kind, Title
from gateway.origin.records import Facet

pytestmark = pytest.mark.anyio

PEOPLE = """
[[person]]
id = 1
name = "Steven Spielberg"
bio = "Born in <i>Ohio</i>."
[[person]]
id = 2
name = "Roy Scheider"
"""

MOVIES = """
[[movie]]
id = 10
name = "Jaws"
short = "Jaws!"
year = 1975
minutes = 124
average_rating = 4
ratings = { mpaa = "PG" }
maturity_level = 80
genres = ["Thrillers", "Classics"]
cast = ["Roy Scheider"]
directors = ["Steven Spielberg"]
synopsis = "<p>A shark."
short_synopsis = "A shark."
official_url = "http://www.example.org/jaws"
awards = [
  { body = "academy_awards", name = "Best Picture", year = 1976, won = false },
  { body = "afi", name = "Heroes", won = true, person = "Roy Scheider" },
]
formats = [
  { format = "instant", from = 2010-01-01, until = 2010-01-02, quality = "HD" },
  { format = "DVD" },
]
screen_formats = [ { format = "DVD", label = "Widescreen 2.35:1" } ]
languages = [
  { format = "DVD", language = "English", audio = ["Mono", "Stereo"] },
  { format = "DVD", language = "French" },
]
subtitles = [ { format = "DVD", languages = ["Spanish", "English"] } ]
[[movie.disc]]
id = 11
name = "Jaws: Bonus"
number = 1
bonus = true
"""

SERIES = """
id = 20
name = "Taken"
year = 2002
directors = ["Steven Spielberg"]
[[season]]
id = 21
number = 1
name = "Taken: Season 1"
[[season.episode]]
id = 22
number = 1
name = "Beyond the Sky"
minutes = 80
[[season.disc]]
id = 23
number = 1
name = "Taken: Disc 1"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a small catalog."""
    place = tmp_path / "catalog"
    (place / "series").mkdir(parents=True)
    (place / "people.toml").write_text(PEOPLE, encoding="utf-8")
    (place / "movies.toml").write_text(MOVIES, encoding="utf-8")
    (place / "series" / "taken.toml").write_text(SERIES, encoding="utf-8")
    return place


async def _dump(session: AsyncSession) -> dict[str, set[tuple[object, ...]]]:
    """Return all rows of all tables."""
    return {
        table.name: {tuple(row) for row in await session.execute(select(table))}
        for table in models.Base.metadata.sorted_tables
    }


async def test_every_fact_of_a_film_is_kept(database: Database, folder: Path) -> None:
    """What the file says is what queries answer."""
    await embed(database, folder=folder, now=5)
    async with database.read() as session:
        film = (await queries.titles(session, [10], load=frozenset(Facet)))[10].title

    assert (film.name, film.short_name, film.release_year, film.runtime, film.updated) == (
        "Jaws",
        "Jaws!",
        1975,
        124 * 60,
        5,
    )
    assert (film.average_rating, film.maturity_level, film.synopsis) == (4.0, 80, "<p>A shark.")
    assert (film.short_synopsis, film.official_url) == ("A shark.", "http://www.example.org/jaws")
    assert [genre.label for genre in film.genres] == ["Thrillers", "Classics"]
    assert [rating.label for rating in film.ratings] == ["PG"]
    assert [person.name for person in (*film.cast, *film.directors)] == ["Roy Scheider", "Steven Spielberg"]
    assert [
        (award.body, award.year, award.is_won, award.person and award.person.id) for award in film.awards
    ] == [
        ("academy_awards", 1976, False, None),
        ("afi", None, True, 2),
    ]
    assert [
        (offer.format, offer.available_from, offer.available_until, offer.quality)
        for offer in film.availability
    ] == [("instant", 1262304000, 1262390400, "HD"), ("DVD", None, None, None)]
    assert [(shape.format, shape.label) for shape in film.screen_formats] == [("DVD", "Widescreen 2.35:1")]
    assert [(track.language, track.audio) for track in film.languages] == [
        ("English", "Mono"),
        ("English", "Stereo"),
        ("French", None),
    ]
    assert [(row.format, row.language) for row in film.subtitles] == [("DVD", "Spanish"), ("DVD", "English")]


async def test_seasons_episodes_and_discs_find_their_places(database: Database, folder: Path) -> None:
    """A season hangs below its series, the rest below the season, a film's disc below the film."""
    await embed(database, folder=folder)
    columns = (Title.id, Title.kind, Title.parent_id, Title.series_id, Title.number, Title.is_bonus)
    async with database.read() as session:
        places = [tuple(row) for row in await session.execute(select(*columns).order_by(Title.id))]

    assert places == [
        (10, Kind.MOVIE, None, None, None, False),
        (11, Kind.DISC, 10, None, 1, True),
        (20, Kind.SERIES, None, None, None, False),
        (21, Kind.SEASON, 20, 20, 1, False),
        (22, Kind.PROGRAM, 21, 20, 1, False),
        (23, Kind.DISC, 21, 20, 1, False),
    ]


async def test_loading_again_changes_nothing(database: Database, folder: Path) -> None:
    """Not a row is added, and none is touched."""
    await embed(database, folder=folder, now=1)
    async with database.read() as session:
        before = await _dump(session)
    await embed(database, folder=folder, now=2)
    async with database.read() as session:
        after = await _dump(session)

    assert before["title"]
    assert after == before


async def test_a_changed_fact_is_updated(database: Database, folder: Path) -> None:
    """The file holds; only the title concerned is touched, and search follows."""
    await embed(database, folder=folder, now=1)
    changed = (
        MOVIES.replace('"Jaws"', '"Les dents de la mer"').replace('"Thrillers", ', "").replace("PG", "R")
    )
    (folder / "movies.toml").write_text(changed.replace("from = 2010-01-01", "from = 2009-01-01"))
    await embed(database, folder=folder, now=2)
    async with database.read() as session:
        film = (await queries.titles(session, [10], load=frozenset({Facet.FORMATS})))[10].title
        touched = list(await session.scalars(select(Title.id).where(Title.updated == 2)))

    assert (film.name, film.search_name) == ("Les dents de la mer", "les dents de la mer")
    assert [genre.label for genre in film.genres] == ["Classics"]
    assert [rating.label for rating in film.ratings] == ["R"]
    assert [(offer.format, offer.available_from) for offer in film.availability] == [
        ("instant", 1230768000),
        ("DVD", None),
    ]
    assert touched == [10]


MISTAKES = {
    "an unknown key": (
        "movies.toml",
        "minutes = 124",
        "minuets = 124",
        'there is no key "minuets" in such an entry',
    ),
    "an unknown person": (
        "movies.toml",
        'cast = ["Roy Scheider"]',
        'cast = ["Roy Shyder"]',
        'there is no person "Roy Shyder" in people.toml',
    ),
    "an unknown winner": (
        "movies.toml",
        'person = "Roy Scheider"',
        'person = "Nobody"',
        'there is no person "Nobody"',
    ),
    "two equal ids": ("movies.toml", "id = 11", "id = 10", "id 10 is taken by another title"),
    "an id of imports": ("movies.toml", "id = 10", "id = 1000000000", '"id" must be below 1000000000'),
    "no name": ("movies.toml", 'name = "Jaws"', 'name = ""', '"name" is missing'),
    "a year in quotes": (
        "movies.toml",
        "year = 1975",
        'year = "1975"',
        "\"year\" must be a whole number, not '1975'",
    ),
    "no number": (
        "series/taken.toml",
        'number = 1\nname = "Beyond',
        'name = "Beyond',
        '"number" must be a whole number from 1',
    ),
    "an unknown format": (
        "movies.toml",
        '{ format = "DVD" }',
        '{ format = "VHS" }',
        '"format" must be one of instant, DVD, Blu-ray, HD DVD, not "VHS"',
    ),
    "a format twice": (
        "movies.toml",
        '{ format = "DVD" }',
        '{ format = "instant" }',
        "the format is listed twice",
    ),
    "an unknown rating": ("movies.toml", "mpaa", "fsk", '"ratings" must be texts for mpaa, tv or ca'),
    "a genre twice": (
        "movies.toml",
        '"Classics"',
        '"Thrillers"',
        '"genres" must be a list of different texts',
    ),
}

ENTRIES = {
    "an unknown winner": "movie Jaws, awards Heroes",
    "two equal ids": "movie Jaws, disc Jaws: Bonus",
    "no name": "movie 1",
    "no number": "season Taken: Season 1, episode Beyond the Sky",
    "an unknown format": "movie Jaws, formats VHS",
    "a format twice": "movie Jaws, formats instant",
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_mistake_is_named_with_its_file_and_entry(
    database: Database, folder: Path, name: str
) -> None:
    """One clear sentence, and nothing is loaded."""
    file, right, wrong, mistake = MISTAKES[name]
    text = (folder / file).read_text()
    (folder / file).write_text(text.replace(right, wrong, 1))

    with pytest.raises(CatalogMistaken) as refused:
        await embed(database, folder=folder)

    assert right in text
    assert str(refused.value) == f"{file}, {ENTRIES.get(name, 'movie Jaws')}: {mistake}."
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Title)) == 0


async def test_a_file_that_cannot_be_read_is_named(folder: Path) -> None:
    """Broken TOML is told with its place; so is an unknown table, and a file that is missing."""
    (folder / "people.toml").write_text("[[person]\n")
    with pytest.raises(CatalogMistaken, match=r"^people\.toml: it cannot be read \(.*line 1.*\)\.$"):
        embedded.read(folder)

    (folder / "people.toml").write_text("[[human]]\nid = 1\n")
    with pytest.raises(CatalogMistaken, match=r'^people\.toml: there is no key "human" in such an entry\.$'):
        embedded.read(folder)

    (folder / "people.toml").unlink()
    with pytest.raises(CatalogMistaken, match=r"^people\.toml: it cannot be read"):
        embedded.read(folder)


async def test_the_programs_own_catalog_is_right(database: Database) -> None:
    """It has no mistake, and a title of every kind."""
    await embed(database)
    async with database.read() as session:
        kinds = set(await session.scalars(select(Title.kind).distinct()))

    assert kinds == set(Kind)
