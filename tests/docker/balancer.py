"""A small proxy as the files have one: ends TLS; each connection goes to the next server that is ready."""

import asyncio
import contextlib
import ssl
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

_LOOK_EVERY: Final = 0.1


class Balancer:
    """Knows its servers by the addresses that tell whether they are ready."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.port = port
        self.served: Counter[int] = Counter()
        """Connections by the port of the server that got them."""
        self._certificate = certificate
        self._servers: dict[int, str] = {}
        self._ready: list[int] = []
        self._open: Counter[int] = Counter()
        self._changed = threading.Condition()

    def add(self, ready_url: str) -> None:
        """Use a server from when it is ready on, and wait until it is."""
        port = int(urlsplit(ready_url).port or 0)
        with self._changed:
            self._servers[port] = ready_url
            assert self._changed.wait_for(lambda: port in self._ready, 60)

    def withdraw(self, port: int) -> None:
        """Send nothing more to a server, and wait until what it was sent is answered."""
        with self._changed:
            del self._servers[port]
            self._ready = [each for each in self._ready if each != port]
            assert self._changed.wait_for(lambda: not self._open[port], 30)

    async def look(self) -> None:
        """Ask the servers again and again whether they are ready."""
        async with httpx.AsyncClient(timeout=2) as http:
            while True:
                for port, url in list(self._servers.items()):
                    is_ready = await _is_ready(http, url)
                    with self._changed:
                        self._note(port, is_ready=is_ready)
                await asyncio.sleep(_LOOK_EVERY)

    def _note(self, port: int, *, is_ready: bool) -> None:
        others = [each for each in self._ready if each != port]
        if not is_ready or port not in self._servers:
            self._ready = others
        elif port not in self._ready:
            self._ready = [*others, port]
        self._changed.notify_all()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand one connection on, both ways."""
        async with self._server() as server:
            if server is not None:
                there, back = server
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
        writer.close()

    @contextlib.asynccontextmanager
    async def _server(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
        for port in self._in_turn():
            try:
                there, back = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                self._end(port)
                continue
            try:
                yield there, back
            finally:
                back.close()
                self._end(port)
            return
        yield None

    def _in_turn(self) -> Iterator[int]:
        for _ in range(len(self._ready)):
            with self._changed:
                if not self._ready:
                    return
                port = self._ready.pop(0)
                self._ready.append(port)
                self._open[port] += 1
                self.served[port] += 1
            yield port

    def _end(self, port: int) -> None:
        with self._changed:
            self._open[port] -= 1
            self._changed.notify_all()

    async def run(self, started: threading.Event, stop: asyncio.Event) -> None:
        """Listen until *stop*."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._certificate)
        listening = await asyncio.start_server(self.serve, "127.0.0.1", self.port, ssl=context)
        looking = asyncio.create_task(self.look())
        started.set()
        await stop.wait()
        looking.cancel()
        listening.close()


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx.TransportError:
        return False


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextmanager
def balancing(port: int, certificate: Path) -> Iterator[Balancer]:
    """Run a balancer on *port* of this machine."""
    balancer, started = Balancer(port, certificate), threading.Event()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(balancer.run(started, stop),))
    thread.start()
    try:
        assert started.wait(10)
        yield balancer
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
