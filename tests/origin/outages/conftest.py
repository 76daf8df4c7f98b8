"""A subscriber's application at an origin whose database can be taken away."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from starlette.applications import Starlette

from gateway.origin.accounts import AccessToken
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.models import Consumer
from gateway.origin.settings import OriginSettings
from tests.databases import Databases
from tests.origin.queues import shop
from tests.origin.queues.conftest import put
from tests.origin.queues.signing import KEY, SECRET, TOKEN_SECRET, Signing, token_of

from .relay import Relay

WAIT = 0.5
"""Seconds; as long as the origin waits for its database here."""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


async def _fill(url: str) -> None:
    database = Database(url)
    await database.migrate()
    async with database.write() as session:
        await put(session, *shop.rows(), Consumer(key=KEY, secret=SECRET, name="Program"))
        granted = {"secret": TOKEN_SECRET, "consumer_key": KEY, "created": shop.NOW}
        tokens = [
            AccessToken(token=token_of(who), subscriber_id=who, **granted) for who in (shop.ANN, shop.BOB)
        ]
        await put(session, *tokens)
    await database.close()


@pytest.fixture
def sqlite_url(sqlite_databases: Databases) -> str:
    """Return the address of a file of one's own."""
    return sqlite_databases.copy(_fill)


@pytest.fixture
def postgresql_url(postgresql_databases: Databases) -> str:
    """Return the address of a database of one's own, on a server."""
    return postgresql_databases.copy(_fill)


@pytest.fixture
async def relay(postgresql_url: str) -> AsyncIterator[Relay]:
    """Put a way that can be cut before the database."""
    relay = await Relay.to(postgresql_url)
    yield relay
    await relay.cut()


def app_of(database: Database) -> Starlette:
    """Return an origin over *database*."""
    return create_app(database, OriginSettings(public_url=shop.BASE, clock=lambda: shop.NOW))


@pytest.fixture
async def ann() -> AsyncIterator[Callable[[Database], Signing]]:
    """Return what makes an application that acts for a subscriber of the origin over a database."""
    clients: list[httpx.AsyncClient] = []

    def act(database: Database) -> Signing:
        transport = httpx.ASGITransport(app_of(database))
        clients.append(httpx.AsyncClient(transport=transport, base_url=shop.BASE))
        return Signing(clients[-1])

    yield act
    await asyncio.gather(*(client.aclose() for client in clients))
