"""Opening the database, and what its transactions promise."""

import asyncio

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.models import Genre, Kind, TitleGenre
from tests.origin.data import shelf

pytestmark = pytest.mark.anyio


async def _genres(database: Database) -> int:
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Genre)) or 0


async def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    """A transaction is kept whole or not at all."""

    async def fail_half_way() -> None:
        async with database.write() as session:
            session.add(Genre(id=1, label="Dramas"))
            await session.flush()
            session.add(TitleGenre(title_id=404, genre_id=1, position=1))

    with pytest.raises(IntegrityError):
        await fail_half_way()

    assert await _genres(database) == 0


async def test_a_reader_sees_one_state_throughout(database: Database) -> None:
    """What others write meanwhile shows with the next read only."""
    async with database.read() as session:
        before = await session.scalar(select(func.count()).select_from(Genre))
        async with database.write() as writing:
            writing.add(Genre(id=1, label="Dramas"))
        during = await session.scalar(select(func.count()).select_from(Genre))

    assert (before, during, await _genres(database)) == (0, 0, 1)


async def test_writers_queue(database: Database) -> None:
    """Writers that read before they write never fail for each other's sake."""

    async def add() -> None:
        async with database.write() as session:
            count = await session.scalar(select(func.count()).select_from(Genre)) or 0
            await asyncio.sleep(0)
            session.add(Genre(id=count + 1, label=f"Genre {count + 1}"))

    await asyncio.gather(*(add() for _ in range(20)))

    assert await _genres(database) == 20


async def test_waiting_writers_leave_room_for_readers(database: Database) -> None:
    """Writers wait before they have a connection, however many they are."""

    async def add(key: int) -> None:
        async with database.write() as session:
            session.add(Genre(id=key, label=f"Genre {key}"))

    async with database.write():
        waiting = [asyncio.create_task(add(key)) for key in range(1, 31)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            read = await _genres(database)
    await asyncio.gather(*waiting)

    assert (read, await _genres(database)) == (0, 30)


async def test_writers_of_two_processes_queue(database: Database, url: str) -> None:
    """The lock is taken at the door, so a second program waits instead of failing half-way."""
    other = Database(url)

    async def add(opened: Database) -> None:
        for _ in range(5):
            async with opened.write() as session:
                count = await session.scalar(select(func.count()).select_from(Genre)) or 0
                session.add(Genre(id=count + 1, label=f"Genre {count + 1}"))

    await asyncio.gather(add(database), add(other))
    await other.close()

    assert await _genres(database) == 10


async def test_search_columns_are_derived_from_the_facts(database: Database) -> None:
    """Who adds a title need not think of search."""
    async with database.write() as session:
        session.add(shelf.title(1, Kind.MOVIE, "Amélie", synopsis="<b>Montmartre</b>"))
    async with database.read() as session:
        found = (await session.execute(text("SELECT search_name, search_synopsis FROM title"))).one()

    assert tuple(found) == ("amelie", "montmartre")


@pytest.mark.parametrize("address", ["", "titles.db", "postgresql://x:secret@[::1/y", "mysql://x:secret@h/y"])
def test_an_address_that_means_nothing_is_not_repeated(address: str) -> None:
    """The sentence says what would do; what stands there instead may hold a password."""
    with pytest.raises(DatabaseUnusable) as refused:
        Database(address)

    assert "secret" not in str(refused.value)
    assert "must be sqlite+aiosqlite:/// and a file, or postgresql+asyncpg://" in refused.value.reason
