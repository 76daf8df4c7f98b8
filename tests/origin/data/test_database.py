"""Opening the database, and what its transactions promise."""

import asyncio
import os
import sqlite3
from pathlib import Path

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


async def test_what_was_written_is_durable_and_checked(database: Database) -> None:
    """Every connection writes ahead, syncs fully and knows foreign keys."""
    async with database.read() as session:
        settings = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]

    assert settings == ["wal", 2, 1, 10_000]


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


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Nothing is created where the folder is wrong."""
    path = tmp_path / "nowhere" / "titles.db"

    with pytest.raises(DatabaseUnusable) as refused:
        await Database(f"sqlite+aiosqlite:///{path}").migrate()

    assert str(refused.value) == f"The database {path} cannot be used: its folder does not exist."


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """Another file is refused and left as it is."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 500)
    before = path.read_bytes()

    with pytest.raises(DatabaseUnusable) as refused:
        await Database(f"sqlite+aiosqlite:///{path}").migrate()

    assert str(refused.value) == f"The database {path} cannot be used: file is not a database."
    assert path.read_bytes() == before


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    """What cannot be opened is refused."""
    with pytest.raises(DatabaseUnusable) as refused:
        await Database(f"sqlite+aiosqlite:///{tmp_path}").migrate()

    assert str(refused.value) == f"The database {tmp_path} cannot be used: it is not a file."


async def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """Tables that are not ours are not built upon."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE title (id INTEGER)")
    other.close()
    database = Database(f"sqlite+aiosqlite:///{path}")

    with pytest.raises(DatabaseUnusable) as refused:
        await database.migrate()
    await database.close()

    assert str(refused.value) == f"The database {path} cannot be used: it holds tables of another program."


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unwritable for root")
async def test_an_unwritable_file_is_named(tmp_path: Path) -> None:
    """A database that could only be read is refused at once."""
    path = tmp_path / "titles.db"
    path.touch(mode=0o400)

    with pytest.raises(DatabaseUnusable) as refused:
        await Database(f"sqlite+aiosqlite:///{path}").migrate()

    assert refused.value.reason == "it cannot be written"


@pytest.mark.parametrize("address", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_a_database_in_memory_is_refused(address: str) -> None:
    """It would have one connection, and readers would stand in the writer's transaction."""
    with pytest.raises(DatabaseUnusable) as refused:
        Database(address)

    assert refused.value.reason == "the address must be sqlite+aiosqlite:/// and a file"
