"""A proxy on a real socket before a real origin, which lets happen to requests what a plan says.

A fault counts as served when its bytes are written, or when its silence has been listened to; one that
changes nothing is no fault, and fails the test.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import httpx

from gateway.serving import bind
from tests.faults.exchange import Asked, read_request
from tests.faults.loops import settled
from tests.faults.origin import Memory, Origin

_LINGER: Final = struct.pack("ii", 1, 0)
"""Close at once and without a farewell: the peer gets a reset."""


class Inert(AssertionError):
    """A fault left an answer as it was."""


class Line:
    """The way back to who asked."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, *parts: bytes, pause: float = 0.0) -> None:
        """Write *parts*, with a *pause* of so many seconds before each but the first."""
        for number, part in enumerate(parts):
            if number and pause:
                await asyncio.sleep(pause)
            self._writer.write(part)
            await self._writer.drain()

    async def listen(self) -> None:
        """Say nothing until the peer has had enough."""
        while await self._reader.read(65_536):
            pass

    def reset(self) -> None:
        """Break the connection."""
        bare: socket.socket = self._writer.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self._writer.transport.abort()


Fault = Callable[[Asked, Origin, Line], Awaitable[bool]]
"""What happens to a request in place of its answer; it says whether the connection may be used again."""

Plan = Callable[[Asked], tuple[str, Fault] | None]
"""Says which fault a request gets, by name, if any."""


def healthy(_asked: Asked) -> None:
    """Let nothing happen."""


@dataclass(slots=True)
class Proxy:
    """Stands before *origin*."""

    origin: Origin
    url: str
    plan: Plan = healthy
    served: Counter[str] = field(default_factory=Counter)
    """How often each fault really happened."""
    asked: list[Asked] = field(default_factory=list)
    """All requests that arrived."""
    busy: int = 0
    """Requests that are being answered now."""
    errors: list[BaseException] = field(default_factory=list)
    """What went wrong in the proxy itself; there is to be nothing."""
    connections: set[asyncio.Task[None]] = field(default_factory=set)
    accepted: int = 0
    """Connections that there ever were."""

    @property
    def calls(self) -> int:
        """Return how many calls arrived."""
        return sum(len(each.paths) for each in self.asked)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it is closed."""
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        self.accepted += 1
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        except Exception as error:  # noqa: BLE001 - it is told where the test looks
            self.errors.append(error)
        finally:
            self.connections.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether there may be another on this connection."""
        asked = await read_request(reader)
        self.asked.append(asked)
        planned = self.plan(asked)
        self.busy += 1
        try:
            if planned is None:
                writer.write((await self.origin.ask(asked)).encode())
                await writer.drain()
                return True
            name, fault = planned
            goes_on = False
            with contextlib.suppress(ConnectionError):  # The peer had enough of it: so it was served.
                goes_on = await fault(asked, self.origin, Line(reader, writer))
            self.served[name] += 1
            return goes_on and asked.headers.get("connection") != "close"
        finally:
            self.busy -= 1

    def forget(self) -> None:
        """Begin to count anew."""
        self.served.clear()
        self.asked.clear()
        self.errors.clear()
        self.plan = healthy

    async def quiet(self) -> bool:
        """Wait until no request is being answered; tell whether that came about."""
        return await settled(lambda: not self.busy)


@asynccontextmanager
async def proxy_before(
    transport: httpx.AsyncBaseTransport, port_of: socket.socket, *, memory: Memory | None = None
) -> AsyncIterator[Proxy]:
    """Run a proxy at the address that *port_of* is bound to, before what *transport* leads to.

    What is in *memory* is not read there again.
    """
    url = f"http://127.0.0.1:{port_of.getsockname()[1]}"
    proxy = Proxy(Origin(transport, url, memory), url)
    server = await asyncio.start_server(proxy.serve, sock=port_of, limit=4_000_000)
    try:
        yield proxy
    finally:
        server.close()
        serving = list(proxy.connections)
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)


def bound() -> socket.socket:
    """Return a socket that has an address on loopback."""
    return bind("127.0.0.1", 0, setting="PORT")
