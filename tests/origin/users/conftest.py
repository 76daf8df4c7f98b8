"""Databases with subscribers in them, and programs that ask for them."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from gateway.origin.catalog.embedded import embed
from gateway.origin.database import Database
from tests.databases import Databases

from . import household
from .asking import Asking


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def _lay_tables(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


async def _embed(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await embed(database)
    await database.close()


async def _fill(url: str) -> None:
    database = Database(url)
    await database.migrate()
    async with database.write() as session:
        await household.put(session, household.rows())
    await database.close()


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of a household of one's own, on every kind of database."""
    return databases.copy(_fill)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open the household."""
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
def blank_url(databases: Databases) -> str:
    """Return the address of a database without any rows."""
    return databases.copy(_lay_tables)


@pytest.fixture
async def blank(blank_url: str) -> AsyncIterator[Database]:
    """Open a database without any rows."""
    opened = Database(blank_url)
    yield opened
    await opened.close()


@pytest.fixture
async def shop(databases: Databases) -> AsyncIterator[Database]:
    """Open a database with the embedded catalog and nobody in it."""
    opened = Database(await asyncio.to_thread(databases.copy, _embed))
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
