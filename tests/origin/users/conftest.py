"""Databases with subscribers in them, and programs that ask for them."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.origin.database import Database

from . import household
from .asking import Asking


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the household once; every test has its own copy."""
    file = tmp_path_factory.mktemp("household") / "origin.db"
    asyncio.run(_fill(f"sqlite+aiosqlite:///{file}"))
    return file


async def _fill(url: str) -> None:
    database = Database(url)
    await database.migrate()
    async with database.write() as session:
        await household.put(session, household.rows())
    # What is copied must not be half in a journal.
    await database.close()


@pytest.fixture
def url(furnished: Path, tmp_path: Path) -> str:
    """Return the address of a household of one's own."""
    return f"sqlite+aiosqlite:///{shutil.copy(furnished, tmp_path / 'origin.db')}"


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open the household."""
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
async def blank(tmp_path: Path) -> AsyncIterator[Database]:
    """Open a database without any rows."""
    opened = Database(f"sqlite+aiosqlite:///{tmp_path / 'blank.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
def asking(database: Database) -> Callable[..., Asking]:
    """Return what makes a program for a subscriber: ``asking(BEN)``."""

    def ask(who: str = household.ANN, now: float = 10_000) -> Asking:
        return Asking(database, who, now)

    return ask


@pytest.fixture
def ann(asking: Callable[..., Asking]) -> Asking:
    """Ask for a subscriber who has rented, rated and written."""
    return asking(household.ANN)


@pytest.fixture
def ben(asking: Callable[..., Asking]) -> Asking:
    """Ask for a subscriber who has done nothing yet."""
    return asking(household.BEN)
