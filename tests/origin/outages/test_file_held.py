"""A file of SQLite that another process writes to: what comes waits a while, and is then told so."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing

import pytest
from lxml import etree
from sqlalchemy import func, select, update

from gateway.origin.accounts import Rating
from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.models import Title
from tests.origin.queues.shop import ANN, JAWS, TOTORO, ref
from tests.origin.queues.signing import Signing

from .conftest import WAIT

pytestmark = pytest.mark.anyio

USER, RATINGS, QUEUE = f"/users/{ANN}", f"/users/{ANN}/ratings/title/actual", f"/users/{ANN}/queues/disc"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """Open the database."""
    opened = Database(sqlite_url, wait=WAIT)
    yield opened
    await opened.close()


@pytest.fixture
def signing(ann: Callable[[Database], Signing], database: Database) -> Signing:
    """Act for a subscriber."""
    return ann(database)


@pytest.fixture
def other(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Open the file as another process does."""
    with closing(sqlite3.connect(sqlite_url.partition("///")[2], isolation_level=None)) as connection:
        yield connection


async def stored(database: Database) -> int:
    """Return how many ratings there are."""
    async with database.read() as session:
        return await session.scalar(select(func.count()).select_from(Rating)) or 0


async def test_a_write_that_waited_long_enough_is_told(
    signing: Signing, other: sqlite3.Connection, database: Database
) -> None:
    """While another process writes, writes are 503 with no half of them stored, and reads go on."""
    other.execute("BEGIN IMMEDIATE")
    rated, queued, asked, shown = await asyncio.gather(
        signing("POST", RATINGS, form={"title_ref": ref(JAWS), "rating": "4"}),
        signing("POST", QUEUE, form={"title_ref": ref(TOTORO)}),
        signing("POST", "/oauth/request_token"),
        signing("GET", USER),
    )
    other.execute("ROLLBACK")
    again = await signing("POST", QUEUE, form={"title_ref": ref(TOTORO)})

    for refused in (rated, queued, asked):
        told = etree.fromstring(refused.content)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert (told.tag, told.findtext("status_code")) == ("status", "503")
    assert (shown.status_code, again.status_code, await stored(database)) == (200, 201, 0)
    assert again.headers["location"].endswith(f"/available/1/{TOTORO}")


async def test_a_write_waits_for_a_short_one(signing: Signing, other: sqlite3.Connection) -> None:
    """Nobody learns of another process that is done soon."""
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(signing("POST", RATINGS, form={"title_ref": ref(JAWS), "rating": "4"}))
    shown = await signing("GET", USER)
    other.execute("COMMIT")

    assert (shown.status_code, (await waiting).status_code) == (200, 201)


async def test_a_disk_that_is_full_is_told(database: Database) -> None:
    """What has no room is not stored, which is the fault of the database and of nobody else."""
    with pytest.raises(DatabaseUnusable, match="is full"):
        await _write(database, most_pages=1, synopsis="A shark. " * 10_000)
    await _write(database, most_pages=10_000, synopsis="A shark.")

    async with database.read() as session:
        assert (await session.get_one(Title, JAWS)).synopsis == "A shark."


async def _write(database: Database, *, most_pages: int, synopsis: str) -> None:
    async with database.write() as session:
        connection = await session.connection()
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {most_pages}")
        await session.execute(update(Title).where(Title.id == JAWS).values(synopsis=synopsis))
