"""What is particular to a database of a server: its settings, its locks, and what may be wrong with it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import func, make_url, select, text

from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.engines.postgresql import POOL
from gateway.origin.models import Genre
from tests.databases import Databases
from tests.origin.data.conftest import lay_tables

pytestmark = pytest.mark.anyio

ANNA, BORIS = "T1anna", "T1boris"


@pytest.fixture
def url(postgresql_databases: Databases) -> str:
    """Return the address of an empty database of PostgreSQL."""
    return postgresql_databases.copy(lay_tables)


@pytest.fixture
async def other(url: str) -> AsyncIterator[Database]:
    """Open the database as another process does."""
    opened = Database(url)
    yield opened
    await opened.close()


async def _settings(database: Database, *, writing: bool) -> dict[str, str]:
    async with database.write() if writing else database.read() as session:
        names = (
            "transaction_isolation",
            "transaction_read_only",
            "synchronous_commit",
            "statement_timeout",
            "lock_timeout",
            "idle_in_transaction_session_timeout",
            "jit",
        )
        return {name: str(await session.scalar(text(f"SHOW {name}"))) for name in names}


async def test_readers_see_one_snapshot_and_writers_are_durable(database: Database) -> None:
    """Whatever the server's own settings are, and nobody waits without an end."""
    reading, writing = [await _settings(database, writing=writing) for writing in (False, True)]

    waits = {"statement_timeout": "30s", "lock_timeout": "4s", "jit": "off", "synchronous_commit": "on"}
    assert reading == {
        **waits,
        "transaction_isolation": "repeatable read",
        "transaction_read_only": "on",
        "idle_in_transaction_session_timeout": "0",
    }
    assert writing == {
        **waits,
        "transaction_isolation": "read committed",
        "transaction_read_only": "off",
        "idle_in_transaction_session_timeout": "1min",
    }


async def test_writers_of_two_owners_do_not_wait_for_each_other(database: Database, other: Database) -> None:
    """Neither within a process nor between two."""
    async with asyncio.timeout(5), database.write(ANNA) as anna:
        anna.add(Genre(label="Dramas"))
        await anna.flush()
        for opened in (database, other):
            async with opened.write(BORIS) as boris:
                boris.add(Genre(label=f"Comedies {id(opened)}"))
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Genre)) == 3


async def test_writers_of_one_owner_see_what_the_other_left(database: Database, other: Database) -> None:
    """A writer of another process waits at the door, and reads what is there when it may enter."""
    seen: list[int] = []

    async def add(opened: Database, times: int) -> None:
        for _ in range(times):
            async with opened.write(ANNA) as session:
                count = await session.scalar(select(func.count()).select_from(Genre)) or 0
                await asyncio.sleep(0)
                session.add(Genre(id=count + 1, label=f"Genre {count + 1}"))
                seen.append(count)

    await asyncio.gather(add(database, 20), add(other, 20))

    assert sorted(seen) == list(range(40))


async def test_a_crowd_of_one_owner_leaves_connections_to_others(database: Database) -> None:
    """Who must wait for the same owner waits without a connection."""

    async def write(owner: str) -> None:
        async with database.write(owner) as session:
            await session.execute(text("SELECT 1"))

    async with database.write(ANNA):
        crowd = [asyncio.create_task(write(ANNA)) for _ in range(3 * POOL)]
        await asyncio.sleep(0.05)
        async with asyncio.timeout(5):
            await write(BORIS)
    await asyncio.gather(*crowd)


async def test_a_write_that_is_called_off_frees_its_owner(database: Database) -> None:
    """A request that takes too long is given up, and the next one of its owner goes on."""

    async def hang() -> None:
        async with database.write(ANNA) as session:
            session.add(Genre(label="Dramas"))
            await session.flush()
            await session.execute(text("SELECT pg_sleep(60)"))

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hang(), 0.3)
    async with asyncio.timeout(5), database.write(ANNA) as session:
        assert await session.scalar(select(func.count()).select_from(Genre)) == 0


async def test_a_server_that_was_restarted_is_not_noticed(database: Database) -> None:
    """Connections that the server has ended are replaced before anything is asked of them."""
    async with database.read() as session:
        await session.execute(text("SELECT 1"))
    async with database.write() as session:
        await session.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'gateway origin'"
                " AND pid <> pg_backend_pid()"
            )
        )
    async with database.read() as session:
        assert await session.scalar(text("SELECT 1")) == 1


async def test_a_transaction_that_lost_its_connection_fails(database: Database) -> None:
    """What was not acknowledged is not there."""
    with pytest.raises(DatabaseUnusable):
        await _write_and_lose_connection(database)

    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Genre)) == 0


async def _write_and_lose_connection(database: Database) -> None:
    async with database.write() as session:
        session.add(Genre(label="Dramas"))
        await session.flush()
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def _refusal(url: str) -> DatabaseUnusable:
    database = Database(url)
    with pytest.raises(DatabaseUnusable) as refused:
        await database.migrate()
    await database.close()
    return refused.value


async def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    """Where it should be is told, and nothing else of the address."""
    refused = await _refusal("postgresql+asyncpg://origin:secret@127.0.0.1:1/titles")

    assert str(refused) == (
        "The database titles at 127.0.0.1:1 cannot be used: its server cannot be reached."
    )


async def test_a_host_without_address_cannot_be_reached() -> None:
    """Neither can a name that nobody has."""
    refused = await _refusal("postgresql+asyncpg://origin:secret@nowhere.invalid/titles")

    assert refused.reason == "its server cannot be reached"


async def test_a_database_that_is_not_there_is_named(url: str) -> None:
    """The server's own reason is told."""
    missing = make_url(url).set(database="gateway_test_none").render_as_string(hide_password=False)

    assert (await _refusal(missing)).reason == 'database "gateway_test_none" does not exist'


def test_an_option_that_the_driver_does_not_know_is_named() -> None:
    """Other programs call the same option something else."""
    with pytest.raises(DatabaseUnusable) as refused:
        Database("postgresql+asyncpg://origin:secret@localhost/titles?sslmode=require")

    assert refused.value.reason == "its address has an unknown option, sslmode"
    assert "secret" not in str(refused.value)
