"""Whether the origin is alive, and whether it can answer, as a machine asks it."""

import httpx
import pytest

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.settings import OriginSettings

from .conftest import WAIT
from .relay import Relay

pytestmark = pytest.mark.anyio


async def _statuses(url: str) -> list[int]:
    database = Database(url, wait=WAIT)
    app = create_app(database, OriginSettings(public_url="https://origin.example"))
    # By whatever address: a probe knows none of the public ones.
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://10.1.2.3:8001") as http:
        answers = [await http.get(f"/health/{what}") for what in ("live", "ready", "else")]
    await database.close()
    return [answer.status_code for answer in answers]


async def test_an_origin_with_its_database_is_ready(sqlite_url: str) -> None:
    """Without a signature, and by any name; there is nothing else below that address."""
    assert await _statuses(sqlite_url) == [200, 200, 421]


async def test_an_origin_without_its_database_is_alive_and_not_ready(relay: Relay) -> None:
    """To start it anew would help nobody."""
    before = await _statuses(relay.url)
    await relay.cut()

    assert (before, await _statuses(relay.url)) == ([200, 200, 421], [200, 503, 421])
