"""A catalog with subscribers of one's own, and programs that act for them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from gateway.origin.models import Base
from tests.databases import Databases, PostgreSQLDatabases

from . import shop
from .program import Acting, Program


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def _fill(url: str) -> None:
    database = Database(url)
    await database.migrate()
    async with database.write() as session:
        await put(session, *shop.rows())
    # What is copied must not be half in a journal.
    await database.close()


async def put(session: AsyncSession, *rows: Base) -> None:
    """Add *rows* table by table: relationships that are only read order no inserts."""
    for table in Base.metadata.sorted_tables:
        session.add_all([row for row in rows if row.__tablename__ == table.name])
        await session.flush()


@pytest.fixture
def url(sqlite_databases: Databases) -> str:
    """Return the address of a catalog of one's own."""
    return sqlite_databases.copy(_fill)


@pytest.fixture(scope="session")
def shared_url(postgresql_server: PostgreSQLDatabases) -> str:
    """Return the address of a catalog on a server, which tests use one after the other.

    To clear a few tables there is a matter of milliseconds; to make and drop a database is not.
    """
    filled: list[str] = []

    async def fill(url: str) -> None:
        filled.append(url)
        await _fill(url)

    postgresql_server.copy(fill)
    return filled[0]


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest) -> str:
    """Run the test on every kind of database; a module whose ``url`` this is runs all of its tests so."""
    url: str = request.getfixturevalue("url_of_" + request.param)
    return url


@pytest.fixture
def url_of_sqlite(sqlite_databases: Databases) -> str:
    """Return the address of a file of one's own."""
    return sqlite_databases.copy(_fill)


@pytest.fixture
def url_of_postgresql(shared_url: str) -> str:
    """Return the address of the shared catalog, as it was in the beginning."""
    asyncio.run(_refill(shared_url))
    return shared_url


async def _refill(url: str) -> None:
    database = Database(url)
    async with database.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            await session.execute(delete(table))
        await put(session, *shop.rows())
    await database.close()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open the catalog."""
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def acting(database: Database) -> Acting:
    """Return what makes a program for a subscriber: ``acting(BOB)``."""

    def act(subscriber: str = shop.ANN, **settings: object) -> Program:
        return Program(database, subscriber, **settings)  # type: ignore[arg-type]

    return act


@pytest.fixture
def ann(acting: Acting) -> Program:
    """Act for a subscriber who gets everything and prefers Blu-ray."""
    return acting(shop.ANN)
