"""A small catalog: three films, a series of two seasons with episodes and discs, and what goes with them."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models
from gateway.origin.models import Kind, Role

JAWS, TOTORO, AMELIE = 1, 2, 3
"""Films."""

EARTH, FIRST, SECOND = 10, 11, 12
"""A series and its seasons."""

POLES, CAVES, OCEANS = 21, 22, 23
"""Episodes: two of the first season, one of the second."""

DISC_1, DISC_2, EXTRAS = 31, 32, 33
"""Discs: one of each season, and one with what goes with a film."""

SPIELBERG, SHAW, TAUTOU, SCHEIDER = 1, 2, 3, 4
THRILLERS, FAMILY, ROMANCE = 101, 102, 103
"""Not the numbers that a database gives."""


async def put(session: AsyncSession, rows: Iterable[models.Base]) -> None:
    """Add *rows* table by table: relationships that are only read order no inserts."""
    of_table: dict[str, list[models.Base]] = {}
    for row in rows:
        of_table.setdefault(row.__tablename__, []).append(row)
    for table in models.Base.metadata.sorted_tables:
        session.add_all(of_table.get(table.name, ()))
        await session.flush()


def title(key: int, kind: Kind, name: str, **facts: object) -> models.Title:
    """Make a title's row."""
    return models.Title(id=key, kind=kind, name=name, updated=1, **facts)


def rows() -> Sequence[models.Base]:
    """Make all rows of the catalog."""
    return [*_titles(), *_people(), *_details()]


def _titles() -> Iterator[models.Base]:
    yield title(JAWS, Kind.MOVIE, "Jaws", release_year=1975, average_rating=3.9, synopsis="<p>A shark.</p>")
    yield title(TOTORO, Kind.MOVIE, "My Neighbor Totoro", release_year=1988, short_synopsis="Sisters.")
    yield title(AMELIE, Kind.MOVIE, "Amélie", release_year=2001, average_rating=4.1)
    yield title(EARTH, Kind.SERIES, "Planet Earth", release_year=2006, synopsis="A planet, and a shark.")
    for number, season in ((2, SECOND), (1, FIRST)):
        below = {"parent_id": EARTH, "series_id": EARTH, "number": number}
        yield title(season, Kind.SEASON, f"Planet Earth: Season {number}", **below)
    for season, number, episode, name in (
        (FIRST, 1, CAVES, "Caves"),
        (SECOND, 1, OCEANS, "Oceans"),
        (FIRST, 2, POLES, "Poles"),
    ):
        below = {"parent_id": season, "series_id": EARTH, "number": number}
        yield title(episode, Kind.PROGRAM, name, **below)
    yield title(DISC_2, Kind.DISC, "Earth: Disc 2", parent_id=SECOND, series_id=EARTH, number=1)
    yield title(DISC_1, Kind.DISC, "Earth: Disc 1", parent_id=FIRST, series_id=EARTH, number=1)
    yield title(EXTRAS, Kind.DISC, "Jaws: Bonus Material", parent_id=JAWS, number=1, is_bonus=True)


def _people() -> Iterator[models.Base]:
    for person, name in (
        (SPIELBERG, "Steven Spielberg"),
        (SHAW, "Robert Shaw"),
        (TAUTOU, "Audrey Tautou"),
        (SCHEIDER, "Roy Scheider"),
    ):
        yield models.Person(id=person, name=name)
    for position, person in enumerate((SCHEIDER, SHAW), 1):
        yield models.Credit(title_id=JAWS, role=Role.CAST, person_id=person, position=position)
    yield models.Credit(title_id=JAWS, role=Role.DIRECTOR, person_id=SPIELBERG, position=1)
    yield models.Credit(title_id=AMELIE, role=Role.CAST, person_id=TAUTOU, position=1)


def _details() -> Iterator[models.Base]:
    labels = {THRILLERS: "Thrillers", FAMILY: "Children & Family Movies", ROMANCE: "Romantic Movies"}
    for genre, label in labels.items():
        yield models.Genre(id=genre, label=label)
    for titled, genre, position in (
        (JAWS, FAMILY, 2),
        (JAWS, THRILLERS, 1),
        (TOTORO, FAMILY, 1),
        (EARTH, ROMANCE, 1),
    ):
        yield models.TitleGenre(title_id=titled, genre_id=genre, position=position)
    yield models.MaturityRating(title_id=JAWS, system=models.RatingSystem.MPAA, label="PG")
    won = {"body": "academy_awards", "name": "Best Film Editing", "year": 1976, "is_won": True}
    yield models.Award(title_id=JAWS, person_id=SPIELBERG, position=1, **won)
    yield models.ScreenFormat(title_id=JAWS, position=1, format="DVD", label="Widescreen 2.35:1")
    yield models.LanguageAudio(title_id=JAWS, position=1, format="DVD", language="English", audio=None)
    yield _offer(JAWS, "DVD", available_from=100)
    yield _offer(TOTORO, "instant", available_from=200, available_until=300)
    yield _offer(EARTH, "instant")


def _offer(titled: int, format: str, **window: int) -> models.Availability:
    return models.Availability(title_id=titled, format=format, position=1, **window)
