"""Clients that break their connections at any moment: nothing is logged of them, and nothing stays (H12)."""

import asyncio
import json
import random
import socket
import struct
from pathlib import Path
from typing import Final

import pytest

from tests.attacks.worker import Process, gateway_before

pytestmark = pytest.mark.anyio

CLIENTS: Final = 16
TIMES: Final = 50
_RESET: Final = struct.pack("ii", 1, 0)
_FOUND: Final = b"<catalog_titles><number_of_results>0</number_of_results></catalog_titles>"
_HOST: Final = b" HTTP/1.1\r\nHost: g.test\r\n"
_LARGE: Final = " ".join(f"a{number}: __schema {{ types {{ name description }} }}" for number in range(8))
_SOCKET: Final = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def _post(query: str, accept: bytes = b"*/*") -> bytes:
    body = json.dumps({"query": query}).encode()
    head = b"Content-Type: application/json\r\nAccept: %b\r\nContent-Length: %d\r\n\r\n" % (accept, len(body))
    return b"POST /graphql" + _HOST + head + body


def _request(chance: random.Random) -> bytes:
    """Return what a client sends: one request, several in a row, half a one, or none."""
    search = _post(f'{{ titles(search: "{chance.random()}") {{ totalCount }} }}')
    page = b"GET /graphql" + _HOST + b"Accept: text/html\r\n\r\n"
    return chance.choice(
        [
            b"",
            b"no HTTP\r\n\r\n",
            search,
            search * 5,
            search[:-3],
            page * 3,
            _post(f"{{ {_LARGE} }}"),
            _post("{ __typename }") * 20,
            _post("{ __typename }", accept=b"text/event-stream"),
            b"GET /health/ready" + _HOST + b"\r\n",
            b"GET /graphql" + _HOST + _SOCKET,
        ]
    )


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Be an origin that finds nothing, after a moment."""
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(0.01)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(_FOUND) + _FOUND)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _come_and_go(port: int, chance: random.Random) -> None:
    for _ in range(TIMES):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_request(chance))
        try:
            async with asyncio.timeout(chance.random() * 0.03):
                await reader.read(chance.choice([1, 1_000, 100_000]))
        except (TimeoutError, ConnectionError):
            pass
        plain: socket.socket = writer.get_extra_info("socket")
        if chance.random() < 0.8:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        writer.transport.abort()


async def _is_quiet(gateway: Process, files: int) -> bool:
    """Whether it has no more than so many *files* open again, soon."""
    for _ in range(200):
        if gateway.files <= files:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_who_breaks_off_is_nobodys_fault(tmp_path: Path) -> None:
    """Whatever they asked and wherever it was: not one line, and their connections are gone."""
    async with await asyncio.start_server(_answer, "127.0.0.1", 0) as origin:
        at = origin.sockets[0].getsockname()[1]
        with gateway_before(f"http://127.0.0.1:{at}", tmp_path) as gateway:
            before = gateway.files
            port = int(gateway.url.rpartition(":")[2])
            await asyncio.gather(*(_come_and_go(port, random.Random(seed)) for seed in range(CLIENTS)))  # noqa: S311
            is_quiet = await _is_quiet(gateway, before + 16)
        lines = gateway.log.read_text().splitlines()
        origin.close()

    assert is_quiet
    assert [line for line in lines if not line.startswith("The graph is at")] == []
