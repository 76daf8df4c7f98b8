"""What is particular to a database in a file."""

import os
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.origin.database import Database, DatabaseUnusable
from tests.databases import Databases

pytestmark = pytest.mark.anyio


async def test_what_was_written_is_durable_and_checked(sqlite_databases: Databases) -> None:
    """Every connection writes ahead, syncs fully and knows foreign keys."""
    database = Database(sqlite_databases.make())
    async with database.read() as session:
        settings = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    await database.close()

    assert settings == ["wal", 2, 1, 4_000]


async def test_a_statement_is_one_way_to_the_thread_and_back(
    sqlite_databases: Databases, caplog: pytest.LogCaptureFixture
) -> None:
    """A session of two statements begins, asks twice, and undoes itself; so does the pool once more."""
    database = Database(sqlite_databases.make())
    async with database.read():
        pass

    with caplog.at_level("DEBUG", "aiosqlite"):
        async with database.read() as session:
            rows = [(await session.execute(text("VALUES (:a), (2)"), {"a": a})).all() for a in (1, 3)]
    ways = [record for record in caplog.records if record.getMessage().startswith("executing")]
    await database.close()

    assert rows == [[(1,), (2,)], [(3,), (2,)]]
    assert len(ways) == 5


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
