"""As many connections as a worker has: who comes then takes the place of one that is idle, or is told."""

import asyncio
from pathlib import Path
from typing import Final

import httpx
import pytest

from gateway.protocol import Bounds
from tests.attacks.crowd import crowd_at
from tests.attacks.worker import Process, gateway_before

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

PLACES: Final = Bounds().connections
_IDLE: Final[list[bytes]] = []
_BEGUN: Final = [b"GET / HTTP/1.1\r\n"]
_NOWHERE: Final = "http://127.0.0.1:1"


async def _come(worker: Process) -> bytes:
    """Return what is said to one more."""
    at = httpx.URL(worker.url)
    reader, writer = await asyncio.open_connection(at.host, at.port)
    writer.write(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    async with asyncio.timeout(10):
        head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return head


@pytest.mark.parametrize("said", [_IDLE, _BEGUN])
@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_a_worker_has_so_many_places(said: list[bytes], more: int, tmp_path: Path) -> None:
    """The last of one less, of as many, and of one more: it is refused where all others have begun (T25)."""
    with gateway_before(_NOWHERE, tmp_path, files=20_000) as worker, crowd_at(worker.url) as crowd:
        await crowd.join(PLACES + more - 1, lambda _: said)
        head = await _come(worker)

    is_refused = bool(said) and more > 0
    assert head.startswith(b"HTTP/1.1 503 " if is_refused else b"HTTP/1.1 200 ")
    assert (b"\r\nretry-after: 1\r\n" in head) is is_refused
