"""The schema's history and the models say the same."""

import sqlite3
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from gateway.origin import migrations
from gateway.origin.accounts import Subscriber
from gateway.origin.database import Database, DatabaseUnusable

pytestmark = pytest.mark.anyio


def _differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name is None or "_search" not in name

    context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
    return list(compare_metadata(context, Subscriber.metadata))


async def test_migrations_and_models_agree(database: Database) -> None:
    """A database brought up to date has the tables, columns, indexes and keys of the models."""
    async with database.read() as session:
        connection = await session.connection()

        assert await connection.run_sync(_differences) == []


async def test_the_newest_revision_is_known(database: Database) -> None:
    """The short way of a start does not miss a new migration."""
    async with database.read() as session:
        connection = await session.connection()
        await connection.run_sync(migrations.upgrade)

        assert await connection.run_sync(migrations.is_current)


async def test_a_start_with_nothing_to_do_is_quick(database: Database) -> None:
    """One look is enough."""
    started = time.perf_counter()
    await database.migrate()

    assert time.perf_counter() - started < 0.1


async def test_an_upgrade_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Tables are rolled back like rows, and the next start begins anew."""
    file = tmp_path / "in_the_way.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE VIEW title_genre AS SELECT 1")
    other.close()
    database = Database(f"sqlite+aiosqlite:///{file}")

    with pytest.raises(OperationalError, match="title_genre already exists"):
        await database.migrate()
    async with database.read() as session:
        left = list(await session.scalars(text("SELECT name FROM sqlite_master")))
    await database.close()

    assert left == ["title_genre"]


async def test_a_newer_database_is_refused(database: Database) -> None:
    """An older program does not touch what it cannot know."""
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnusable) as refused:
        await database.migrate()

    assert refused.value.reason == "a newer version of this program made it (revision 9999)"
