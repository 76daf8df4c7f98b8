"""Subscribers who write at the same moment."""

import asyncio

import httpx
import pytest
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from gateway.origin.accounts import AccessToken, Subscriber
from gateway.origin.database import Database
from tests.databases import Databases

from .conftest import BASE, JAWS, KEY, NOW, SECRET, fill

pytestmark = pytest.mark.anyio

ANNA, BORIS = "T1anna", "T1boris"


@pytest.fixture
def catalog_url(postgresql_databases: Databases) -> str:
    """Return the address of a catalog that can have two writers."""
    return postgresql_databases.copy(fill)


@pytest.fixture
async def subscribed(database: Database) -> None:
    """Let two subscribers have allowed the application everything."""
    async with database.write() as session:
        for name in (ANNA, BORIS):
            session.add(Subscriber(id=name, login=name, password="", first_name=name, last_name=""))
        await session.flush()
        for name in (ANNA, BORIS):
            session.add(AccessToken(token=name, secret="", consumer_key=KEY, subscriber_id=name, created=NOW))


async def _rate(client: httpx.AsyncClient, name: str) -> int:
    """Rate a film in the name of a subscriber; return the status of the answer."""
    signer = Client(
        KEY,
        SECRET,
        resource_owner_key=name,
        signature_type=SIGNATURE_TYPE_QUERY,
        timestamp=str(NOW),
    )
    film = f"{BASE}/catalog/titles/movies/{JAWS}"
    path = f"{BASE}/users/{name}/ratings/title/actual?title_ref={film}&rating=4"
    url, _, _ = signer.sign(path, http_method="POST")
    return (await client.post(str(url))).status_code


@pytest.mark.usefixtures("subscribed")
async def test_a_subscriber_waits_for_their_own_writes_alone(
    client: httpx.AsyncClient, database: Database
) -> None:
    """While a write of theirs takes its time, the next one waits; others' do not, nor for the catalog's."""
    async with database.write(ANNA), database.write():
        own = asyncio.create_task(_rate(client, ANNA))
        async with asyncio.timeout(8):
            of_another = await _rate(client, BORIS)
        too_early, _ = await asyncio.wait({own}, timeout=0.3)

    assert (of_another, too_early, await own) == (201, set(), 201)
