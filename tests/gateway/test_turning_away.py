"""What a connection does with requests that are refused as they came, by raw sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.edge.admission import Admission
from gateway.edge.priority import Priority
from gateway.edge.turnstile import Turnstile
from gateway.holding import Held
from gateway.protocol import Bounds
from gateway.serving import Server
from tests.gateway.graph import TURNS
from tests.gateway.running import running

pytestmark = pytest.mark.anyio

POST: Final = b"POST %b HTTP/1.1\r\nHost: g.test\r\nContent-Length: %d\r\n\r\n"
ASKED: Final = POST % (b"/graphql", 2) + b"{}"


class _Door(Admission):
    """Turns questions away while it is closed."""

    def __init__(self) -> None:
        super().__init__(1)
        self.is_open = False
        self.inside: list[int] = []

    @property
    def is_short(self) -> bool:
        return not self.is_open

    def turns_away(self, priority: Priority, inside: int) -> bool:
        del priority
        self.inside.append(inside)
        return not self.is_open


@dataclass
class _House:
    """A server, and what it lets in."""

    port: int = 0
    door: _Door = field(default_factory=_Door)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    held_bytes: Held = field(default_factory=lambda: Held(0, 0))
    server: Server | None = None

    def stop(self) -> None:
        """Tell every connection that the server stops."""
        assert self.server is not None
        for each in self.server.server_state.connections:
            each.shutdown()

    async def answer(self, request: Request) -> Response:
        """Answer, once somebody says so, with as much as was sent."""
        self.begun.set()
        await self.held.wait()
        return PlainTextResponse(f"{len(await request.body())} bytes")


async def _at_once(_request: Request) -> Response:
    return PlainTextResponse("unread")


@asynccontextmanager
async def _house(bounds: Bounds | None = None) -> AsyncIterator[_House]:
    house = _House()
    routes = [
        Route("/graphql", house.answer, methods=["POST"]),
        Route("/unread", _at_once, methods=["POST"]),
    ]
    server = Server(Starlette(routes=routes), bounds=bounds, turnstile=Turnstile(house.door))
    house.held_bytes, house.server = server.held, server
    async with running(server) as house.port:
        yield house


class _Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def answer(self) -> tuple[int, bytes]:
        """Return the next answer: its status and its body."""
        async with asyncio.timeout(10):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode()
            lines = dict(each.lower().split(": ", 1) for each in head.strip().split("\r\n")[1:])
            return int(head.split()[1]), await self._reader.readexactly(int(lines["content-length"]))


@asynccontextmanager
async def _client(house: _House) -> AsyncIterator[_Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        yield _Client(reader, writer)
    finally:
        writer.close()


async def test_who_is_turned_away_may_come_again() -> None:
    """By the same connection, and is answered once there is a place."""
    async with _house() as house, _client(house) as client:
        house.held.set()
        answers = []
        for is_open in (False, False, True, False):
            house.door.is_open = is_open
            client.writer.write(ASKED)
            answers.append(await client.answer())

    assert [status for status, _ in answers] == [503, 503, 200, 503]
    assert answers[2][1] == b"2 bytes"
    assert b"OVERLOADED" in answers[0][1]
    assert house.door.inside == [0, 0, 0, 0]


async def test_who_is_inside_counts_until_answered_or_gone() -> None:
    """One who is being answered counts; one who has hung up does no more."""
    async with _house() as house, _client(house) as first, _client(house) as second:
        house.door.is_open = True
        first.writer.write(ASKED)
        await house.begun.wait()
        house.door.is_open = False
        second.writer.write(ASKED)
        assert (await second.answer())[0] == 503
        first.writer.transport.abort()
        async with asyncio.timeout(10):
            while house.door.inside[-1] != 0:
                second.writer.write(ASKED)
                assert (await second.answer())[0] == 503
        house.held.set()

    assert house.door.inside[:2] == [0, 1]


async def test_the_rest_of_a_body_is_no_request() -> None:
    """Of a request that was answered before all of it came, what comes later is not answered again (T32)."""
    async with _house() as house, _client(house) as client:
        client.writer.write(POST % (b"/unread", len(ASKED)))
        assert await client.answer() == (200, b"unread")
        client.writer.write(ASKED)
        for _ in range(TURNS):
            await asyncio.sleep(0)  # The server has read it by itself then.
        client.writer.write(POST % (b"/unread", 0))
        again = await client.answer()

    assert again == (200, b"unread")
    assert house.door.inside == []


async def test_what_comes_in_pieces_goes_the_long_way() -> None:
    """While there are places it is not waited for, and not judged by what has come of it."""
    async with _house() as house, _client(house) as client:
        house.held.set()
        house.door.is_open = True
        client.writer.write(ASKED[:-1])
        await house.begun.wait()
        client.writer.write(ASKED[-1:])

        assert await client.answer() == (200, b"2 bytes")
    assert house.door.inside == []


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - what a server holds is told in no other way
            await asyncio.sleep(0)


async def _write_apart(house: _House, client: _Client, pieces: Iterable[bytes]) -> None:
    """Write *pieces*, each once the one before has been kept."""
    for piece in pieces:
        before = house.held_bytes.bytes
        client.writer.write(piece)
        await _until(lambda before=before: house.held_bytes.bytes != before)  # type: ignore[misc]


@pytest.mark.parametrize("opens", [False, True])
async def test_the_rest_is_waited_for_while_others_are_turned_away(opens: bool) -> None:  # noqa: FBT001
    """Most libraries send the body behind the head: all of it is judged, and let in or refused."""
    async with _house() as house, _client(house) as client:
        house.held.set()
        await _write_apart(house, client, [ASKED[:-2], ASKED[-2:-1]])
        assert house.door.inside == []
        house.door.is_open = opens
        client.writer.write(ASKED[-1:])
        status, body = await client.answer()

        assert (status, b"OVERLOADED" in body) == ((200, False) if opens else (503, True))
        assert house.door.inside == [0]
        assert house.held_bytes.bytes == 0


async def test_more_than_the_rest_goes_the_long_way() -> None:
    """There it is seen what it is."""
    async with _house() as house, _client(house) as client:
        house.held.set()
        await _write_apart(house, client, [ASKED[:-1]])
        client.writer.write(ASKED[-1:] + ASKED)

        assert [await client.answer(), await client.answer()] == [(200, b"2 bytes")] * 2
        assert house.door.inside == []


@pytest.mark.parametrize(("length", "is_awaited"), [(65_536, True), (65_537, False)])
async def test_no_more_than_64_kib_are_waited_for(length: int, is_awaited: bool) -> None:  # noqa: FBT001
    """Longer bodies go the long way (limit, limit + 1)."""
    async with _house() as house, _client(house) as client:
        client.writer.write(POST % (b"/graphql", length))
        await _until(lambda: house.begun.is_set() or house.held_bytes.bytes > 0)
        for _ in range(TURNS):
            await asyncio.sleep(0)

        assert house.begun.is_set() is not is_awaited
        house.held.set()


async def test_the_rest_must_come_in_time() -> None:
    """It is not waited for longer than for any body."""
    async with _house(Bounds(body_within=0.1)) as house, _client(house) as client:
        client.writer.write(ASKED[:-1])
        status, body = await client.answer()

    assert status == 408
    assert b"The body of a request must arrive within 0.1 s." in body
    assert house.held_bytes.bytes == 0


async def test_the_rest_may_come_while_the_server_stops() -> None:
    """It is a body that was begun, not a request on its way: it has the time of a body."""
    async with _house(Bounds(last_within=0.0)) as house, _client(house) as client:
        house.held.set()
        await _write_apart(house, client, [ASKED[:-2]])
        house.stop()
        await _write_apart(house, client, [ASKED[-2:-1]])
        client.writer.write(ASKED[-1:])
        answer = await client.answer()

    assert answer == (200, b"2 bytes")


async def test_who_is_waited_for_is_told_that_the_server_stops() -> None:
    """Where the rest does not come in time."""
    async with _house() as house, _client(house) as client:
        await _write_apart(house, client, [ASKED[:-1]])
        assert house.server is not None
        house.server.should_exit = house.server.force_exit = True
        status, body = await client.answer()

    assert (status, b"The server stops." in body) == (503, True)


async def test_who_leaves_is_not_waited_for() -> None:
    """What was kept of an operation goes with its client."""
    async with _house() as house, _client(house) as client:
        await _write_apart(house, client, [ASKED[:-1]])
        client.writer.transport.abort()
        await _until(lambda: house.held_bytes.bytes == 0)

    assert house.door.inside == []


async def test_who_is_waited_for_keeps_the_place() -> None:
    """What is kept of an operation is a request that was begun: the connection is not idle."""
    async with _house(Bounds(connections=1)) as house, _client(house) as client:
        await _write_apart(house, client, [ASKED[:-1]])
        async with _client(house) as other:
            assert (await other.answer())[0] == 503
        client.writer.write(ASKED[-1:])
        status, body = await client.answer()

    assert (status, b"OVERLOADED" in body) == (503, True)


async def test_what_is_waited_for_is_counted() -> None:
    """With all that is held for clients: there is no more room for it than for what is read at once."""
    async with _house(Bounds(held=0, share=5_000)) as house, _client(house) as client:
        await _write_apart(house, client, [POST % (b"/graphql", 2_000)])
        client.writer.write(b" " * 1_000)
        status, body = await client.answer()

    assert status == 503
    assert b"The gateway holds too much for its clients." in body
    assert house.held_bytes.bytes == 0
