"""The schema's history and the models say the same."""

import asyncio
import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from gateway.origin import migrations
from gateway.origin.accounts import Subscriber
from gateway.origin.database import WAIT_SECONDS, Database, DatabaseUnusable
from gateway.origin.start import prepare
from tests.databases import Databases

pytestmark = pytest.mark.anyio


def _differences(connection: Connection) -> list[object]:
    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        # Models have no word for full-text indexes, nor for one with the nulls at its end.
        others = {"table": ("_search",), "index": ("_words", "_rank")}.get(kind, ())
        return name is None or not any(other in name for other in others)

    context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
    return list(compare_metadata(context, Subscriber.metadata))


def _relations(connection: Connection) -> list[str]:
    found = inspect(connection)
    return [*found.get_table_names(), *found.get_view_names()]


async def _lay(url: str, statement: str) -> None:
    """Execute *statement* as another program would."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


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
    """One look is enough; the first one may have to connect."""
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        await database.migrate()
        seconds.append(time.perf_counter() - started)

    assert min(seconds) < 0.1


async def test_an_upgrade_that_fails_leaves_nothing(databases: Databases) -> None:
    """Tables are rolled back like rows, and the next start begins anew."""
    url = databases.make()
    await _lay(url, "CREATE VIEW title_genre AS SELECT 1 AS one")
    database = Database(url)

    with pytest.raises(DBAPIError, match=r"title_genre.* already exists"):
        await database.migrate()
    async with database.read() as session:
        left = await (await session.connection()).run_sync(_relations)
    await database.close()

    assert left == ["title_genre"]


async def test_a_database_of_another_program_is_refused(databases: Databases) -> None:
    """Tables that are not ours are not built upon."""
    url = databases.make()
    await _lay(url, "CREATE TABLE title (id INTEGER)")
    database = Database(url)

    with pytest.raises(DatabaseUnusable) as refused:
        await database.migrate()
    await database.close()

    assert refused.value.reason == "it holds tables of another program"


async def test_programs_may_start_at_once(databases: Databases) -> None:
    """One of them fills the new database, the others wait and find it done."""
    url = databases.make()

    consumers = await asyncio.gather(*(prepare(url) for _ in range(3)))
    database = Database(url)
    async with database.read() as session:
        is_current = await (await session.connection()).run_sync(migrations.is_current)
    await database.close()

    assert is_current
    assert len(set(consumers)) == 1


@pytest.mark.verify
async def test_a_start_waits_longer_than_a_request(databases: Databases) -> None:
    """A new database may take another program a while to fill."""
    url = databases.make()
    other = Database(url)
    held = asyncio.Event()

    async def fill() -> None:
        async with other.write():
            held.set()
            await asyncio.sleep(WAIT_SECONDS + 1)

    filling = asyncio.create_task(fill())
    await held.wait()
    consumer = await prepare(url)
    await filling
    await other.close()

    assert consumer.key


async def test_a_newer_database_is_refused(database: Database) -> None:
    """An older program does not touch what it cannot know."""
    async with database.write() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnusable) as refused:
        await database.migrate()

    assert refused.value.reason == "a newer version of this program made it (revision 9999)"
