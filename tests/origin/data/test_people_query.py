"""What someone worked on."""

import pytest

from gateway.origin import models, queries
from gateway.origin.database import Database
from gateway.origin.models import Kind, Role
from tests.origin.data import shelf

pytestmark = pytest.mark.anyio


async def test_a_filmography_is_the_newest_first_and_each_title_once(database: Database) -> None:
    """Ties go by name; a title without a year comes last; who directs what they play in has one title."""
    years = {1: ("Old", 1990), 2: ("New B", 2000), 3: ("New A", 2000), 4: ("Undated", None)}
    films = [shelf.title(key, Kind.MOVIE, name, release_year=year) for key, (name, year) in years.items()]
    played = [models.Credit(title_id=key, role=Role.CAST, person_id=7, position=1) for key in years]
    directed = models.Credit(title_id=2, role=Role.DIRECTOR, person_id=7, position=1)
    async with database.write() as session:
        await shelf.put(session, [models.Person(id=7, name="Agnès Varda"), *films, *played, directed])

    async with database.read() as session:
        found = await queries.filmography_ids(session, [7])

    assert found == {7: [3, 2, 1, 4]}
