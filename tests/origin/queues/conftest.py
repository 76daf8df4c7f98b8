"""A catalog with subscribers of one's own, and programs that act for them."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database
from gateway.origin.models import Base

from . import shop
from .program import Acting, Program


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the catalog once; every test has its own copy."""
    file = tmp_path_factory.mktemp("shop") / "origin.db"
    asyncio.run(_fill(f"sqlite+aiosqlite:///{file}"))
    return file


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
def url(stocked: Path, tmp_path: Path) -> str:
    """Return the address of a catalog of one's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(stocked, tmp_path / 'origin.db')}"


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
