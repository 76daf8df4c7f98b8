"""What is held of WebSockets and of connections that are lost: it is counted, bounded, and let go."""

import asyncio
import gc
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle
from websockets.server import ServerProtocol

from gateway.protocol import Bounds, HttpProtocol
from gateway.serving import Server, bind
from gateway.websocket_protocol import WebSocketProtocol

pytestmark = pytest.mark.anyio

MOST: Final = 10_000
SHAKING: Final = (
    b"GET / HTTP/1.1\r\nHost: g.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
WAITING: Final = b"GET /wait HTTP/1.1\r\nHost: g.test\r\n\r\n"
TEXT, CONTINUED, LAST = 1, 0, 0x80

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(str(len(text)))


async def _nothing() -> None:
    """There is nothing to end."""


@asynccontextmanager
async def _served(**bounds: int) -> AsyncIterator[tuple[Server, asyncio.Event]]:
    """Serve sockets that tell the lengths of messages, and requests that wait for an event."""
    done = asyncio.Event()

    async def wait(_request: Request) -> Response:
        await done.wait()
        return PlainTextResponse("")

    app = Starlette(routes=[WebSocketRoute("/", _echo), Route("/wait", wait)])
    listening = bind("127.0.0.1", 0, setting="PORT")
    server = Server(app, _nothing, Bounds(**bounds))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await _until(lambda: server.started)
    server.port = listening.getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield server, done
    finally:
        done.set()
        server.should_exit = True
        async with asyncio.timeout(20):
            await serving


@asynccontextmanager
async def _said(server: Server, said: bytes) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)  # type: ignore[attr-defined]
    writer.write(said)
    try:
        yield reader, writer
    finally:
        writer.close()


@asynccontextmanager
async def _socket(server: Server) -> AsyncIterator[Connection]:
    async with _said(server, SHAKING) as (reader, writer):
        await _heard(reader.readuntil(b"\r\n\r\n"))
        yield reader, writer


async def _heard(telling: Awaitable[bytes]) -> bytes:
    async with asyncio.timeout(10):
        return await telling


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)


def _piece(size: int, kind: int, *, sent: int | None = None) -> bytes:
    """Return a frame of *size* bytes, or the first *sent* of them."""
    return struct.pack("!BBH", kind, 0x80 | 126, size) + bytes(4) + b"x" * (size if sent is None else sent)


def _half_message(held: int) -> bytes:
    first = 4_096 + 64 + 1_000
    return _piece(1_000, TEXT) + _piece(held - first - 64, CONTINUED)


def _half_frame(held: int) -> bytes:
    return _piece(MOST + 1_000, TEXT, sent=held)


@pytest.mark.parametrize("half", [_half_message, _half_frame])
@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_half_a_message_is_held(half: Callable[[int], bytes], more: int) -> None:
    """What has come of a message counts, whole pieces or not; where it is too much the socket ends (G9)."""
    async with _served(held=MOST, share=0) as (server, _), _socket(server) as (reader, writer):
        writer.write(half(MOST + more))
        if more <= 0:
            await _until(lambda: server.held.bytes == MOST + more)
            return
        told = await _heard(reader.read())

        assert struct.unpack("!H", told[2:4]) == (1013,)
        await _until(lambda: server.held.bytes == 0)


async def test_what_a_socket_was_told_is_let_go() -> None:
    """A message counts until the application takes it, in how many pieces it ever came."""
    async with _served(held=MOST, share=0) as (server, _), _socket(server) as (reader, writer):
        for _ in range(20):
            writer.write(_piece(1_000, TEXT) + _piece(1_000, CONTINUED | LAST))
            assert await _heard(reader.readexactly(6)) == b"\x81\x042000"

        assert server.held.bytes == 0


async def test_there_are_so_many_sockets() -> None:
    """Who comes when all places are taken is told when to come again; a place that is left is free."""
    async with _served(sockets=2) as (server, _):
        async with _socket(server), _socket(server) as (_, other):
            async with _said(server, SHAKING) as (reader, _):
                refused = await _heard(reader.read())
            assert refused.startswith(b"HTTP/1.1 503 ")
            assert b"The WebSockets may be at most 2, not 3." in refused
            other.close()
            await _until(lambda: server.held.sockets == 1)
            async with _socket(server):
                assert server.held.sockets == 2
        await _until(lambda: server.held.sockets == 0)


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_many_headers_are_held(more: int) -> None:
    """A header takes more than its bytes: from the twenty-first on, each counts for what it takes."""
    headers = b"".join(b"X-%d: y\r\n" % number for number in range(19 + more))
    sent = WAITING[:-2] + headers + b"\r\n"
    async with _served() as (server, done), _said(server, sent):
        await _until(lambda: server.held.bytes > 0)

        assert server.held.bytes == 4_096 + len(sent) + 160 * max(more, 0)
        done.set()
        await _until(lambda: server.held.bytes == 0)


async def test_nothing_is_kept_of_who_has_left() -> None:
    """Requests that wait for others of a connection go with it, without any garbage to look for."""
    async with _served() as (server, done):
        gc.collect()
        gc.disable()
        try:
            async with _said(server, WAITING * 50 + b"no request") as (reader, _):
                assert (await _heard(reader.read())).startswith(b"HTTP/1.1 400 ")
            await _until(lambda: not server.server_state.connections)
            done.set()
            await _until(lambda: not server.server_state.tasks)
            kinds = (HttpProtocol, RequestResponseCycle)
            left = [type(each) for each in gc.get_objects() if isinstance(each, kinds)]
        finally:
            gc.enable()

    assert left == []


async def test_nothing_is_kept_of_a_socket_that_has_left() -> None:
    """Nor of half a message that it has sent, nor of the request that it began with."""
    async with _served() as (server, _):
        gc.collect()
        gc.disable()
        try:
            async with _socket(server) as (_, writer):
                writer.write(_piece(1_000, TEXT) + _piece(1_000, CONTINUED, sent=500))
                await _until(lambda: server.held.bytes > 0)
            await _until(lambda: not server.server_state.tasks and not server.server_state.connections)
            kinds = (HttpProtocol, WebSocketProtocol, ServerProtocol)
            left = [type(each) for each in gc.get_objects() if isinstance(each, kinds)]
        finally:
            gc.enable()

    assert left == []
