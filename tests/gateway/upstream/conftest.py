"""An origin on a real socket that answers with bytes as they are, however wrong."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from gateway.resources import Href
from gateway.upstream.client import Client, Limits
from gateway.upstream.transport import open_http

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""What a server does after it has read a request."""


def says(*parts: bytes, pause: float = 0.0) -> Script:
    """Write *parts*, with a *pause* before each but the first, and then close."""

    async def script(writer: asyncio.StreamWriter) -> None:
        for number, part in enumerate(parts):
            if number:
                await asyncio.sleep(pause)
            writer.write(part)
            await writer.drain()

    return script


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """Return an HTTP answer."""
    head = (f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers)
    return "\r\n".join((*head, "", "")).encode() + body


@dataclass(slots=True)
class Server:
    """Answers each request with the next of its scripts, and with the last one for ever."""

    scripts: list[Script]
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first request is there."""
    serving: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def href(self) -> Href:
        """Where it is."""
        return Href(f"http://127.0.0.1:{self.port}/catalog/titles")

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection, until it is closed or the test is over."""
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                self.requests.append(await _read(reader))
                self.arrived.set()
                script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
                await script(writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            self.serving.discard(task)


async def _read(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    return head + await reader.readexactly(length)


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """Return a server on loopback; it needs scripts."""
    server = Server([])
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    yield server
    listening.close()
    for task in server.serving:
        task.cancel()
    await asyncio.gather(*server.serving, return_exceptions=True)


LIMITS = Limits(attempt=1.0, connect=0.8, wire_bytes=20_000, inflated_bytes=100_000, connections=1)


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """Return a client with small limits and one connection."""
    async with open_http(LIMITS) as http:
        yield Client(http, LIMITS)
