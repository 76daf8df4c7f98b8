"""The day's calls while the database is away: counted all the same, and saved when it is back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import select

from gateway.origin.accounts import Usage
from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.oauth.claims import Claims
from gateway.origin.oauth.known import find_known
from gateway.origin.quota.gate import Gate
from gateway.origin.settings import OriginSettings
from tests.origin.queues import shop
from tests.origin.queues.signing import KEY

from .conftest import WAIT
from .relay import Relay

pytestmark = pytest.mark.anyio

OFTEN = 0.01
CLAIMS = Claims(
    consumer_key=KEY,
    token="",
    signature=None,
    signature_method=None,
    timestamp=None,
    nonce=None,
    version=None,
    signed=(),
)


@pytest.fixture
async def database(relay: Relay) -> AsyncIterator[Database]:
    """Open the database by a way that can be cut."""
    opened = Database(relay.url, wait=WAIT)
    yield opened
    await opened.close()


async def count(gate: Gate, database: Database, calls: int) -> None:
    """Let calls pass."""
    async with database.read() as session:
        known = await find_known(session, [CLAIMS])
        await gate.admit(session, [CLAIMS] * calls, known)


async def saved(database: Database) -> list[int]:
    """Return what is saved."""
    async with database.read() as session:
        return list(await session.scalars(select(Usage.calls)))


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again, until it is so."""
    async with asyncio.timeout(20):
        while not await is_so():  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(OFTEN)


async def cut_off(gate: Gate, database: Database, relay: Relay) -> None:
    """Count calls that cannot be saved: somebody else writes, until the way to the database is cut."""
    async with database.write():
        await count(gate, database, 4)
        await relay.cut()


async def test_saving_goes_on_when_the_database_is_back(
    relay: Relay, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it fails, nothing that was counted is lost or saved twice."""
    gate = Gate(database, OriginSettings(public_url=shop.BASE, clock=lambda: shop.NOW))
    await count(gate, database, 3)
    saving = asyncio.create_task(gate.keep_saving(OFTEN))

    async def is_saved(calls: int) -> bool:
        return await saved(database) == [calls]

    async def has_failed_twice() -> bool:
        return caplog.text.count("could not be saved") >= 2

    try:
        await until(lambda: is_saved(3))
        with pytest.raises(DatabaseUnusable):
            await cut_off(gate, database, relay)
        await until(has_failed_twice)
        await relay.mend()
        await until(lambda: is_saved(7))
    finally:
        saving.cancel()
        await asyncio.wait({saving})

    assert "cannot be used" in caplog.text


async def test_the_end_saves_what_is_left(database: Database) -> None:
    """An origin that stops saves what it has counted."""
    gate = Gate(database, OriginSettings(public_url=shop.BASE, clock=lambda: shop.NOW))
    await count(gate, database, 5)
    saving = asyncio.create_task(gate.keep_saving())
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.wait({saving})

    assert await saved(database) == [5]
