"""All places are taken: the connection that has been idle for longest gives way, and no other (T25)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from gateway.protocol import Bounds
from gateway.serving import Server
from tests.gateway.running import running

pytestmark = pytest.mark.anyio

ASKED: Final = b"GET / HTTP/1.1\r\nHost: g.test\r\n\r\n"
WAITING: Final = ASKED.replace(b"/", b"/wait", 1)
LITTLE: Final = ASKED.replace(b"/", b"/little", 1)
LARGE: Final = ASKED.replace(b"/", b"/large", 1)
POST: Final = b"POST / HTTP/1.1\r\nHost: g.test\r\nContent-Length: 10\r\n\r\n"
UNREAD: Final = POST.replace(b"/", b"/unread", 1)
SHAKING: Final = (
    b"GET /socket HTTP/1.1\r\nHost: g.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
ANSWER: Final = b"HTTP/1.1 200"
MUCH: Final = 15_000_000


async def _read(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())}")


async def _unread(_request: Request) -> Response:
    return PlainTextResponse("unread")


async def _little(_request: Request) -> Response:
    return Response(b"x" * 15_000)


async def _large(_request: Request) -> Response:
    return Response(b"x" * MUCH)


async def _socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.receive()


async def _nothing() -> None:
    """There is nothing to end."""


@dataclass
class _House:
    """A server, and what its answers wait for."""

    server: Server
    port: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, _request: Request) -> Response:
        """Answer once somebody says so."""
        self.begun.set()
        await self.done.wait()
        return PlainTextResponse("done")


@dataclass
class _Client:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def hear(self) -> bytes:
        """Return the next answer."""
        async with asyncio.timeout(10):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            return head + await self.reader.readexactly(int(length or b"0"))

    async def ask(self, request: bytes = ASKED) -> int:
        """Return the status of the answer to *request*."""
        self.writer.write(request)
        return int((await self.hear()).split()[1])

    async def is_let_go(self) -> bool:
        """Wait until something comes; return whether it is the end, with no word before it."""
        async with asyncio.timeout(10):
            return await self.reader.read(1) == b""


@asynccontextmanager
async def _served(places: int, *, keep_alive: float = 75) -> AsyncIterator[_House]:
    app = Starlette()
    server = Server(app, _nothing, Bounds(connections=places))
    server.config.timeout_keep_alive = cast("int", keep_alive)
    house = _House(server)
    app.router.routes += [
        Route("/", _read, methods=["GET", "POST"]),
        Route("/unread", _unread, methods=["POST"]),
        Route("/little", _little),
        Route("/large", _large),
        Route("/wait", house.wait),
        WebSocketRoute("/socket", _socket),
    ]
    async with running(server) as house.port:
        try:
            yield house
        finally:
            house.done.set()


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)


async def _connect(house: _House, stack: AsyncExitStack) -> _Client:
    """Return a connection that the server knows of."""
    known = set(house.server.server_state.connections)
    client = _Client(*await asyncio.open_connection("127.0.0.1", house.port))
    stack.callback(client.writer.close)
    await _until(lambda: bool(house.server.server_state.connections - known))
    return client


async def _come(house: _House) -> int:
    """Return what who comes is answered, and leave."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        return await _Client(reader, writer).ask()
    finally:
        writer.close()


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_one_more_takes_the_place_of_the_first(more: int) -> None:
    """One less and as many stay; who comes then is served, and the one that was idle first is let go."""
    async with _served(3) as house, AsyncExitStack() as stack:
        clients = [await _connect(house, stack) for _ in range(3 + more)]
        statuses = [await client.ask() for client in clients[-3:]]
        if more > 0:
            assert await clients.pop(0).is_let_go()

        assert statuses == [200] * len(statuses)
        assert [await client.ask() for client in clients] == [200] * min(3, 3 + more)


async def test_who_was_used_last_stays() -> None:
    """It counts since when a connection is idle, not since when it is there."""
    async with _served(3) as house, AsyncExitStack() as stack:
        first, silent, last = [await _connect(house, stack) for _ in range(3)]
        await last.ask()
        await first.ask()

        for gone in (silent, last, first):
            assert await (await _connect(house, stack)).ask() == 200
            assert await gone.is_let_go()


@pytest.mark.parametrize("sent", [b"", b"\r\n", ASKED, ASKED + b"\r\n", ASKED * 3, POST + b"0123456789"])
async def test_who_has_begun_nothing_gives_way(sent: bytes) -> None:
    """Be it that nothing came at all, nothing but blank lines, or whole requests."""
    async with _served(1) as house, AsyncExitStack() as stack:
        idle = await _connect(house, stack)
        idle.writer.write(sent)
        for _ in range(sent.count(b"HTTP/")):
            assert (await idle.hear()).startswith(ANSWER)

        # What was sent at last may not have been read yet.
        async with asyncio.timeout(5):
            while await _come(house) != 200:  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert await idle.is_let_go()


@pytest.mark.parametrize("more", [-1, 0])
@pytest.mark.parametrize("begun", [ASKED[:1], ASKED[:-1], POST, POST + b"0123", WAITING, SHAKING, UNREAD])
async def test_who_has_begun_stays(begun: bytes, more: int) -> None:
    """Half a request, one that is being answered, or a WebSocket: who comes finds a place, or is told."""
    async with _served(2) as house, AsyncExitStack() as stack:
        busy = [await _connect(house, stack) for _ in range(2 + more)]
        for client in busy:
            client.writer.write(begun)
            if begun in {SHAKING, UNREAD}:
                await client.hear()

        assert await _come(house) == (503 if more == 0 else 200)


@pytest.mark.parametrize("begun", [ASKED[:1], POST + b"0123"])
async def test_who_has_begun_is_answered(begun: bytes) -> None:
    """However many came in the meantime and were refused; it gives way when it has its answer."""
    async with _served(1) as house, AsyncExitStack() as stack:
        busy = await _connect(house, stack)
        busy.writer.write(begun)
        for _ in range(3):
            assert await _come(house) == 503
        rest = next(each.removeprefix(begun) for each in (ASKED, POST + b"0123456789") if begun in each)
        assert await busy.ask(rest) == 200

        assert await _come(house) == 200
        assert await busy.is_let_go()


async def test_who_has_not_taken_an_answer_stays() -> None:
    """It has been given, but would be lost; once it is taken the connection is idle."""
    async with _served(1) as house, AsyncExitStack() as stack:
        slow = await _connect(house, stack)
        cast("asyncio.ReadTransport", slow.writer.transport).pause_reading()
        slow.writer.write(LARGE)
        await _until(lambda: house.server.held.bytes > 1_000_000)
        assert await _come(house) == 503
        cast("asyncio.ReadTransport", slow.writer.transport).resume_reading()
        assert len(await slow.hear()) > MUCH

        assert await _come(house) == 200
        assert await slow.is_let_go()


async def test_who_has_not_taken_a_little_stays() -> None:
    """Its place would not be free before it takes the rest, which is not waited for."""
    async with _served(1) as house, AsyncExitStack() as stack:
        slow = await _connect(house, stack)
        (kept,) = house.server.server_state.connections
        cast("asyncio.ReadTransport", slow.writer.transport).pause_reading()
        count = 0
        while kept.transport.get_write_buffer_size() == 0:
            slow.writer.write(LITTLE)
            count += 1
            async with asyncio.timeout(5):
                while house.server.server_state.total_requests < count:  # noqa: ASYNC110
                    await asyncio.sleep(0)

        assert await _come(house) == 503
        assert house.server.held.bytes == 0


async def test_what_was_sent_is_answered() -> None:
    """Who has sent a request does not give way because it was not read yet: many came at once."""
    async with _served(2) as house, AsyncExitStack() as stack:
        crowd = []
        for _ in range(4):  # Nothing is waited for: the server finds them all together.
            crowd.append(stack.enter_context(socket.create_connection(("127.0.0.1", house.port))))
            crowd[-1].sendall(ASKED)
        clients = [_Client(*await asyncio.open_connection(sock=each.dup())) for each in crowd]
        for client in clients:
            stack.callback(client.writer.close)

        assert [int((await client.hear()).split()[1]) for client in clients] == [200, 200, 503, 503]


async def test_who_has_left_gives_no_place() -> None:
    """A place is given once."""
    async with _served(2) as house, AsyncExitStack() as stack:
        gone = await _connect(house, stack)
        assert await gone.ask() == 200
        gone.writer.close()
        await _until(lambda: not house.server.server_state.connections)
        for _ in range(2):
            (await _connect(house, stack)).writer.write(WAITING)
        await _until(lambda: len(house.server.server_state.tasks) == 2)

        assert await _come(house) == 503


async def test_a_client_of_a_pool_connects_again() -> None:
    """Nobody notices who keeps connections for later, as libraries do."""
    async with _served(1) as house, httpx.AsyncClient() as one, httpx.AsyncClient() as other:
        url = f"http://127.0.0.1:{house.port}/"
        answers = [await client.get(url) for _ in range(3) for client in (one, other)]

    assert [each.status_code for each in answers] == [200] * 6
    assert house.server.server_state.total_requests == 6


async def test_who_was_answered_early_is_kept_no_longer_than_others() -> None:
    """The rest of the request has come, and no other one: the connection is idle, and then closed."""
    async with _served(2, keep_alive=0.1) as house, AsyncExitStack() as stack:
        client = await _connect(house, stack)
        assert await client.ask(UNREAD) == 200
        client.writer.write(b"0123456789")

        assert await client.is_let_go()
