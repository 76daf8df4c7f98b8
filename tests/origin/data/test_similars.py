"""What is similar to a title, and in which order."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from gateway.origin import models, queries
from gateway.origin.database import Database
from gateway.origin.models import Kind, Role
from tests.origin.data import shelf

pytestmark = pytest.mark.anyio

CAST, DIRECTOR = Role.CAST, Role.DIRECTOR

PEOPLE: Mapping[int, Sequence[tuple[Role, int]]] = {
    1: [(CAST, 1), (CAST, 2), (DIRECTOR, 1)],
    2: [(CAST, 1), (DIRECTOR, 1)],
    5: [(CAST, 2)],
    8: [(CAST, 1)],
}
GENRES: Mapping[int, Sequence[int]] = {1: [1, 2], 3: [1, 2], 4: [1], 5: [1], 6: [2], 7: [1]}
RATINGS = {6: 4.5, 7: 1.0}
KINDS = {7: Kind.SERIES, 8: Kind.SEASON}


def _rows() -> Iterator[models.Base]:
    for key in (1, 2):
        yield models.Person(id=key, name=f"Person {key}")
        yield models.Genre(id=key, label=f"Genre {key}")
    for key in range(1, 9):
        kind = KINDS.get(key, Kind.MOVIE)
        yield shelf.title(key, kind, f"Title {key}", average_rating=RATINGS.get(key))
        for position, (role, person) in enumerate(PEOPLE.get(key, ())):
            yield models.Credit(title_id=key, role=role, person_id=person, position=position)
        for position, genre in enumerate(GENRES.get(key, ())):
            yield models.TitleGenre(title_id=key, genre_id=genre, position=position)


@pytest.fixture
async def similars(database: Database) -> Mapping[int, Sequence[int]]:
    """Return the similars of a film, a series and a season, and of nothing."""
    async with database.write() as session:
        await shelf.put(session, _rows())
    async with database.read() as session:
        return await queries.similar_ids(session, [1, 7, 8, 404])


async def test_shared_people_weigh_more_than_shared_genres(similars: Mapping[int, Sequence[int]]) -> None:
    """A person and a genre make 4, a person 3 however many roles, genres 1 each; then rating, then id."""
    assert similars[1] == [5, 2, 3, 6, 7, 4]


async def test_a_series_is_similar_to_films(similars: Mapping[int, Sequence[int]]) -> None:
    """Films and series share people and genres."""
    assert similars[7] == [1, 3, 4, 5]


async def test_only_films_and_series_have_similars(similars: Mapping[int, Sequence[int]]) -> None:
    """A season is similar to nothing, and nothing to a season."""
    assert (similars[8], similars[404]) == ([], [])


async def test_there_are_at_most_five_hundred(database: Database) -> None:
    """The best five hundred are kept."""
    async with database.write() as session:
        films = [shelf.title(key, Kind.MOVIE, "Film", average_rating=key / 200) for key in range(1, 603)]
        dramas = [models.TitleGenre(title_id=key, genre_id=1, position=1) for key in range(1, 603)]
        await shelf.put(session, [models.Genre(id=1, label="Dramas"), *films, *dramas])
    async with database.read() as session:
        similars = await queries.similar_ids(session, [602])

    assert similars == {602: list(range(601, 101, -1))}
