"""Databases to try: empty, or with a small catalog in which every kind of title occurs."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from tests.origin.data import shelf


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def _lay_tables(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the tables once; every test has its own copy."""
    file = tmp_path_factory.mktemp("blank") / "titles.db"
    asyncio.run(_lay_tables(f"sqlite+aiosqlite:///{file}"))
    return file


@pytest.fixture
def url(blank: Path, tmp_path: Path) -> str:
    """Return the address of an empty database."""
    return f"sqlite+aiosqlite:///{shutil.copy(blank, tmp_path / 'titles.db')}"


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
