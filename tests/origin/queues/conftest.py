"""A catalog with subscribers of one's own, and programs that act for them."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from gateway.origin.models import Base
from tests.databases import Databases

from . import shop
from .program import Acting, Program


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def fill(url: str) -> None:
    """Make a catalog with its subscribers, and nothing in their queues."""
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
    return sqlite_databases.copy(fill)


@pytest.fixture
def any_url(databases: Databases) -> str:
    """Run the test on every kind of database; a module whose ``url`` this is runs all of its tests so."""
    return databases.copy(fill)


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
