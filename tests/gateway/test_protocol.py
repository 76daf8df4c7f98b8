"""Clients that are slow or send too much, by raw sockets: each is ended in time, and nobody else notices."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.protocol import Bounds
from gateway.serving import Server, bind
from gateway.telemetry.events import Event, Observer, Refused, silent
from tests.ambiguous import AMBIGUOUS, CHUNKED, SELDOM, answered
from tests.gateway.queues import QueueOrigin, live

pytestmark = pytest.mark.anyio

LINE: Final = b"GET / HTTP/1.1\r\nHost: g.test\r\n"
POST: Final = b"POST / HTTP/1.1\r\nHost: g.test\r\nContent-Length: 10\r\n\r\n"
LARGE: Final = 15_000_000
SOON: Final = {"head_within": 0.2, "body_within": 0.2, "taken_within": 0.2}
"""Deadlines that are over soon."""


async def _hello(request: Request) -> Response:
    return PlainTextResponse(f"{request.url.path} {len(await request.body())}")


async def _headers(request: Request) -> Response:
    await request.body()
    return PlainTextResponse(" ".join(sorted(request.headers)))


async def _much(_request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(4_000):
            yield b"x" * 65_536

    return StreamingResponse(parts())


async def _large(_request: Request) -> Response:
    return Response(b"x" * LARGE)


async def _fails(request: Request) -> Response:
    """Fail once there is something that the client does not take, but not much."""
    (connection,) = request.app.state.server.server_state.connections

    async def parts() -> AsyncIterator[bytes]:
        while connection.transport.get_write_buffer_size() == 0:
            yield b"x" * 4_000
        raise RuntimeError("as it may happen")

    return StreamingResponse(parts())


@asynccontextmanager
async def _served(observer: Observer = silent, /, **bounds: Any) -> AsyncIterator[Server]:  # noqa: ANN401
    app = Starlette(
        routes=[
            Route("/much", _much),
            Route("/large", _large),
            Route("/fails", _fails),
            Route("/headers", _headers, methods=["POST"]),
            Route("/{rest:path}", _hello, methods=["GET", "POST"]),
        ]
    )
    listening = bind("127.0.0.1", 0, setting="PORT")
    server = Server(app, bounds=Bounds(**bounds), observer=observer)
    app.state.server = server
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await _until(lambda: server.started)
    server.port = listening.getsockname()[1]  # type: ignore[attr-defined]
    try:
        yield server
    finally:
        server.should_exit = True
        async with asyncio.timeout(20):
            await serving


@asynccontextmanager
async def _connected(server: Server) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)  # type: ignore[attr-defined]
    try:
        yield reader, writer
    finally:
        writer.close()


async def _all(reader: asyncio.StreamReader) -> bytes:
    """Return what is sent until the connection is closed."""
    async with asyncio.timeout(10):
        try:
            return await reader.read()
        except ConnectionResetError:
            return b""


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)


async def _flood(writer: asyncio.StreamWriter) -> None:
    async with asyncio.timeout(5):
        for _ in range(5_000):
            writer.write(b"y" * 1_024)
            await writer.drain()


def _status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def _errors(answer: bytes) -> Any:  # noqa: ANN401
    return json.loads(answer.partition(b"\r\n\r\n")[2])["errors"]


async def _asked(server: Server, request: bytes) -> bytes:
    async with _connected(server) as (reader, writer):
        writer.write(request.replace(b"\r\nHost", b"\r\nConnection: close\r\nHost", 1))
        return await _all(reader)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 0),
        (b"GET / HT", 408),
        (LINE, 408),
        (LINE + b"X: ", 408),
        (POST, 408),
        (POST + b"12345", 408),
        (POST.replace(b"Content-Length: 10", b"Transfer-Encoding: chunked") + b"5\r\n123", 408),
    ],
)
async def test_what_does_not_arrive_is_not_waited_for(sent: bytes, status: int) -> None:
    """A head or a body that stops half-way ends with its deadline; others are answered (H4, H11)."""
    async with _served(**SOON) as server, _connected(server) as (reader, writer):
        writer.write(sent)
        assert (await _asked(server, LINE + b"\r\n")).endswith(b"/ 0")

        assert _status(await _all(reader)) == status


@pytest.mark.parametrize("begun", [LINE, POST])
async def test_who_drips_gains_no_time(begun: bytes) -> None:
    """A deadline is for the whole, however often another byte arrives (T25)."""
    async with _served(**SOON) as server, _connected(server) as (reader, writer):
        writer.write(begun)

        async def drip() -> None:
            while True:
                writer.write(b"x" if begun is LINE else b"")
                await asyncio.sleep(0.02)

        dripping = asyncio.create_task(drip())
        assert _status(await _all(reader)) in {408, 0}  # Whoever still sends may lose what was answered.
        dripping.cancel()


async def test_a_second_request_has_its_own_time() -> None:
    """A connection that is used again is waited for as if it were new, blank lines or not."""
    async with _served(head_within=0.3, body_within=0.2) as server, _connected(server) as (reader, writer):
        for _ in range(3):
            writer.write(POST + b"0123456789")
            async with asyncio.timeout(5):
                assert (await reader.readuntil(b"/ 10")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.15)
        writer.write(b"\r\n")

        assert _status(await _all(reader)) == 0


async def test_who_takes_nothing_is_given_up() -> None:
    """A client that does not read what it asked for does not keep its connection (H11)."""
    async with _served(**SOON) as server, _connected(server) as (reader, writer):
        incoming = cast("asyncio.ReadTransport", writer.transport)
        incoming.pause_reading()
        writer.write(LINE.replace(b"/", b"/much", 1) + b"\r\n")
        await _until(lambda: bool(server.server_state.connections))
        await _until(lambda: not server.server_state.connections)
        incoming.resume_reading()
        assert len(await _all(reader)) < 4_000 * 65_536


async def test_large_bodies_have_so_much_room_together() -> None:
    """What has arrived of all bodies is bounded; who has little is answered all the same (F11, H3)."""
    large = POST.replace(b"Content-Length: 10", b"Content-Length: 90000")
    async with _served(held=50_000, share=8_192) as server:
        async with _connected(server) as (_, one), _connected(server) as (reader, other):
            one.write(large + b"x" * 40_000)
            await _until(lambda: server.held.bytes > 40_000)
            other.write(large + b"x" * 40_000)

            assert _status(await _all(reader)) == 503
            assert _status(await _asked(server, POST + b"0123456789")) == 200
        await _until(lambda: not server.server_state.connections)

        assert _status(await _asked(server, large + b"x" * 90_000)) == 503
        assert _status(await _asked(server, POST + b"0123456789")) == 200


async def test_who_closes_without_taking_is_given_up() -> None:
    """The rest of an answer does not keep a connection that is to be closed (H11)."""
    async with _served(**SOON) as server, _connected(server) as (reader, writer):
        incoming = cast("asyncio.ReadTransport", writer.transport)
        incoming.pause_reading()
        writer.write(LINE.replace(b"/", b"/large", 1) + b"Connection: close\r\n\r\n")
        await _until(lambda: bool(server.server_state.connections))
        await _until(lambda: not server.server_state.connections)
        incoming.resume_reading()

        assert len(await _all(reader)) < LARGE


async def test_what_a_failure_leaves_is_not_waited_for() -> None:
    """The beginning of an answer that failed does not keep its connection, however little is left (H11)."""
    async with _served(**SOON) as server, _connected(server) as (_, writer):
        cast("asyncio.ReadTransport", writer.transport).pause_reading()
        writer.write(LINE.replace(b"/", b"/fails", 1) + b"\r\n")
        await _until(lambda: bool(server.server_state.connections))
        await _until(lambda: not server.server_state.connections)


def _with_headers(count: int) -> bytes:
    return LINE + b"".join(b"X-%d: y\r\n" % number for number in range(count - 1)) + b"\r\n"


def _with_bytes(size: int) -> bytes:
    used = len(LINE.partition(b"\r\n")[2]) + len("X: \r\n")
    return LINE + b"X: " + b"y" * (size - used) + b"\r\n\r\n"


def _with_url(size: int) -> bytes:
    return b"GET /" + b"u" * (size - 1) + b" HTTP/1.1\r\nHost: g.test\r\n\r\n"


@pytest.mark.parametrize(
    ("request_of", "limit", "refusal"),
    [(_with_headers, 100, 431), (_with_bytes, 16_384, 431), (_with_url, 8_192, 414)],
)
@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_a_head_has_limits(request_of: Any, limit: int, refusal: int, more: int) -> None:  # noqa: ANN401
    """One byte, or one header, too many is refused by both numbers, and the connection closed (H5, G19)."""
    async with _served() as server, _connected(server) as (reader, writer):
        writer.write(request_of(limit + more))
        if more <= 0:  # What is good keeps the connection open: say that this was all.
            writer.write(b"GET /last HTTP/1.0\r\n\r\n")

        answer = await _all(reader)

    assert _status(answer) == (refusal if more > 0 else 200)
    if more > 0:
        (error,) = _errors(answer)
        assert error["message"].endswith(f" may be at most {limit}, not {limit + 1}.")
        assert error["extensions"] == {"code": "LIMIT_EXCEEDED"}


@pytest.mark.parametrize("name", [b"X: ", b"X"])
async def test_a_header_without_end_is_not_kept(name: bytes) -> None:
    """What has arrived of a header counts before it is complete (F11)."""
    async with _served() as server, _connected(server) as (reader, writer):
        writer.write(LINE + name)
        with pytest.raises(ConnectionError):
            await _flood(writer)

        assert _status(await _all(reader)) in {431, 0}


async def test_there_are_so_many_connections() -> None:
    """Who comes when all places are taken is told when to come again; a place that is left is free."""
    async with _served(connections=2) as server:
        async with _connected(server) as (_, one), _connected(server) as (_, other):
            one.write(LINE)
            other.write(LINE)
            refused = await _asked(server, LINE + b"\r\n")
            assert _status(refused) == 503
            assert b"retry-after: 1\r\n" in refused
            assert _errors(refused)[0]["message"] == "The connections may be at most 2, not 3."
        await _until(lambda: not server.server_state.connections)

        assert _status(await _asked(server, LINE + b"\r\n")) == 200


async def test_what_is_refused_is_counted_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever anybody sends: a line for each would fill the disk (H12)."""
    heard: list[Event] = []
    async with _served(heard.append, connections=1) as server:
        for sent in (b"garbage\r\n\r\n", _with_url(8_193), _with_headers(101)):
            await _asked(server, sent)
        async with _connected(server) as (_, held):
            held.write(LINE)
            await _until(lambda: bool(server.server_state.connections))
            await _asked(server, LINE + b"\r\n")

    assert heard == [Refused(400), Refused(414), Refused(431), Refused(503)]
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.INFO] == []


async def test_requests_may_be_pipelined() -> None:
    """A hundred requests in one go have a hundred answers, in their order (H10)."""
    requests = b"".join(LINE.replace(b"/", b"/%d" % number, 1) + b"\r\n" for number in range(100))
    async with _served() as server, _connected(server) as (reader, writer):
        writer.write(requests + b"GET /last HTTP/1.0\r\n\r\n")
        answers = await _all(reader)

    positions = [answers.index(b"\r\n/%d 0" % number) for number in range(100)]
    assert positions == sorted(positions)
    assert answers.count(b"HTTP/1.1 200") == 101


SHAKING: Final = POST.replace(b"\r\n\r\n", b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")


async def test_what_could_be_read_in_two_ways_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody between us and a client can be made to see other requests than we do (T32, H4, H9, G17)."""
    async with live(QueueOrigin()) as gateway:
        answers = await answered(gateway.url, {**AMBIGUOUS, "a body before a WebSocket": SHAKING})

    refusals = {name: told[told.rindex(b"HTTP/1.1 ") :] for name, told in answers.items()}
    assert {name: _status(told) for name, told in refusals.items()} == dict.fromkeys(answers, 400)
    assert [name for name, told in answers.items() if b"/next" in told] == []
    for refusal in refusals.values():
        assert b"\r\nconnection: close\r\n" in refusal
        assert [each["extensions"] for each in _errors(refusal)] == [{"code": "BAD_USER_INPUT"}]
    assert [each for each in caplog.records if each.levelno >= logging.ERROR] == []


WHY: Final = {
    "an unknown method": "This is not HTTP/1.1, or has a method that is not known.",
    "no host": "A request needs a header `Host`.",
    "two hosts": "The header `Host` must be there once, and be a name or an address with or without a port.",
    "a fragment in the address": "The address of a request has no fragment.",
    "an unknown coding": "A body may be coded in chunks only, said once, and by HTTP/1.1.",
    "a body before a WebSocket": "A request that changes the protocol has no body.",
    "HTTP/9.9": "This is not HTTP/1.1: Invalid HTTP version.",
    "no colon": "This is not HTTP/1.1: Invalid header token.",
    "a length below 0": "This is not HTTP/1.1: Invalid character in Content-Length.",
    "two lengths": "This is not HTTP/1.1: Duplicate Content-Length.",
}


async def test_a_refusal_says_why() -> None:
    """It names what is wrong, and says nothing of what was sent."""
    others = {
        "an unknown method": LINE.replace(b"GET", b"FOO") + b"\r\n",
        "HTTP/9.9": LINE.replace(b"HTTP/1.1", b"HTTP/9.9") + b"\r\n",
        "a body before a WebSocket": SHAKING,
    }
    async with live(QueueOrigin()) as gateway:
        sent = {**AMBIGUOUS, **others}
        answers = await answered(gateway.url, {name: sent[name] for name in WHY})

    assert {name: _errors(told)[0]["message"] for name, told in answers.items()} == WHY


TRAILING: Final = b"Authorization: Bearer evil\r\nX-Forwarded-For: 192.0.2.1\r\nCookie: a=b\r\n"


async def test_what_follows_a_body_is_no_header() -> None:
    """A proxy that looks at headers alone does not let in by the back door what it keeps out (T32)."""
    sent = CHUNKED.replace(b" / ", b" /headers ").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with _served() as server, _connected(server) as (reader, writer):
        writer.write(sent + b"1\r\nx\r\n0\r\n" + TRAILING + b"\r\n")
        answer = await _all(reader)

    assert answer.endswith(b"\r\n\r\nconnection host transfer-encoding")


async def test_what_is_seldom_is_answered() -> None:
    """What can be read in one way is good, and not waited for (H10)."""
    async with _served() as server:
        answers = await answered(f"http://127.0.0.1:{server.port}", SELDOM)  # type: ignore[attr-defined]

    found = {
        name: [line[9:12] for line in told.split(b"\r\n") if line.startswith(b"HTTP/")]
        for name, told in answers.items()
    }
    ok = [b"200"]
    assert found == {
        **dict.fromkeys(SELDOM, ok),
        "a body that waits to be wanted": [b"100", *ok],
    }
