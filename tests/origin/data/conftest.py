"""Databases to try: empty, or with a small catalog in which every kind of title occurs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from tests.origin.data import shelf

NOW = 1_300_000_000


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the address of a database that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'titles.db'}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open an empty database."""
    opened = Database(url)
    await opened.migrate()
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
