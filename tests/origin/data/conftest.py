"""Databases to try: empty, or with a small catalog in which every kind of title occurs."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from tests.databases import Databases
from tests.origin.data import shelf


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def lay_tables(url: str) -> None:
    """Make an empty database."""
    database = Database(url)
    await database.migrate()
    await database.close()


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of an empty database; every kind has its turn."""
    return databases.copy(lay_tables)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open an empty database."""
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
async def library(database: Database) -> Database:
    """Fill the database with the small catalog of ``shelf``."""
    async with database.write() as session:
        await shelf.put(session, shelf.rows())
    return database


@pytest.fixture
async def session(library: Database) -> AsyncIterator[AsyncSession]:
    """Read the small catalog."""
    async with library.read() as reading:
        yield reading
