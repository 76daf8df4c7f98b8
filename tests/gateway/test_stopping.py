"""A gateway that stops in the middle: what it has is answered, nobody else is let in, and it ends (H17)."""

import asyncio
import json
import logging
import math
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from unittest.mock import create_autospec

import httpx
import pytest
import websockets
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from gateway.demo import Server as Demonstrated
from gateway.demo import Supervisor
from gateway.edge import congestion
from gateway.edge.streams import Ending, Streams
from gateway.serving import STOP_WITHIN, Server, bind
from tests.attacks.worker import Process, gateway_before
from tests.faults.proxy import bound, proxy_before
from tests.gateway.documents import listing
from tests.gateway.edge.test_sse import COMPLETE, listening, tag
from tests.gateway.edge.test_websocket import opened
from tests.gateway.queues import QueueOrigin, live
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILMS: Final = "/catalog/titles"
SLOW: Final = {
    "calls_per_second": 100_000,
    "operation_timeout": 60,
    "origin_timeout": 60,
    "origin_first_byte": 60,
}
"""So that nothing ends by itself."""
FOUND: Final = {"data": {"titles": {"totalCount": 3}}}
STOPPED: Final = {"errors": [{"message": "The server stops.", "extensions": {"code": "OVERLOADED"}}]}


class _Origin:
    """Finds films once it is let, and has queues."""

    def __init__(self) -> None:
        self.films = Wire()
        self.films.documents[FILMS] = listing("catalog_titles", total=3)
        self.queues = QueueOrigin()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].startswith("/users/"):
            await self.queues(scope, receive, send)
        else:
            await self.films(scope, receive, send)


async def _search(http: httpx.AsyncClient, url: str, word: int) -> tuple[int, object]:
    asked = {"query": f'{{ titles(search: "{word}") {{ totalCount }} }}'}
    answer = await http.post(f"{url}/graphql", json=asked)
    return answer.status_code, answer.json()


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def _until_closed(url: str) -> None:
    """Wait until nobody is let in any more."""
    async with asyncio.timeout(10):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            except ConnectionRefusedError:
                return
            writer.close()
            await asyncio.sleep(0.01)


def _many(connections: int) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=connections)
    return httpx.AsyncClient(trust_env=False, timeout=60, limits=limits)


@pytest.mark.parametrize("anyio_backend", [pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop")])
async def test_two_hundred_operations_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those under way, and those that have been sent and not been read; streams end at once."""
    # The clients compute beside the gateway: others who take the processor as well must not refuse them.
    monkeypatch.setattr(congestion, "_STANDING", math.inf)
    origin = _Origin()
    gate = origin.films.hold(FILMS)
    async with (
        live(origin, "ann", "bob", settings=SLOW) as gateway,
        AsyncExitStack() as stack,
    ):
        events = [await stack.enter_async_context(listening(gateway)) for _ in range(3)]
        assert [await each.next() for each in events] == [tag(1)] * 3
        sockets = [await stack.enter_async_context(opened(gateway)) for _ in range(3)]
        for each in sockets:
            await each.begin({"authorization": "Bearer bob"})
        http = await stack.enter_async_context(_many(201))
        asking = [asyncio.create_task(_search(http, gateway.url, each % 8)) for each in range(200)]
        await origin.films.arrived(1)
        gateway.server.should_exit = True

        assert [await each.next() for each in events] == [COMPLETE] * 3
        assert [await each.closed() for each in sockets] == [1001] * 3
        await _until_closed(gateway.url)
        assert [each for each in asking if each.done()] == []
        gate.set()
        answers = await asyncio.gather(*asking)

    assert answers == [(200, FOUND)] * 200


async def test_a_request_on_its_way_is_answered() -> None:
    """A connection that is kept is not closed just when it is used again; it is told that it was the last."""
    async with live(_Origin()) as gateway:
        port = int(gateway.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        ready = b"GET /health/ready HTTP/1.1\r\nHost: g.test\r\n\r\n"
        writer.write(ready)
        first = await reader.readuntil(b"\r\n\r\nok")
        for connection in gateway.server.server_state.connections:
            connection.shutdown()
        gateway.streams._is_stopping = True  # noqa: SLF001 - as the server tells it first
        writer.write(ready)
        last = await reader.read()
        writer.close()

    assert (first[9:12], last[9:12]) == (b"200", b"503")
    assert (b"connection: close" in first, b"connection: close" in last) == (False, True)


async def test_a_body_on_its_way_is_read() -> None:
    """What has begun to arrive when the server is told to stop is an operation under way."""
    async with live(_Origin()) as gateway:
        port = int(gateway.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b'{"query": "{ __typename }"}'
        head = b"Host: g.test\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        writer.write(b"POST /graphql HTTP/1.1\r\n" + head + body[:5])
        await _until(lambda: bool(gateway.server.server_state.tasks))
        gateway.server.should_exit = True
        await _until_closed(gateway.url)
        writer.write(body[5:])
        answer = await reader.read()
        writer.close()

    assert answer.endswith(b'{"data":{"__typename":"Query"}}')
    assert b"\r\nconnection: close\r\n" in answer


async def test_a_socket_that_is_not_open_yet_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    """What the application says of it afterwards is heard by nobody, and is no error."""
    begun = asyncio.Event()

    async def serve(websocket: WebSocket) -> None:
        begun.set()
        (connection,) = server.server_state.connections
        while not connection.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0)
        await websocket.accept()
        await websocket.close()

    async def stopping() -> None:
        pass

    listens = bind("127.0.0.1", 0, setting="PORT")
    server = Server(Starlette(routes=[WebSocketRoute("/", serve)]), stopping)
    serving = asyncio.create_task(server.serve(sockets=[listens]))
    await _until(lambda: server.started)
    opening = asyncio.create_task(
        websockets.connect(f"ws://127.0.0.1:{listens.getsockname()[1]}").__aenter__()
    )
    await begun.wait()
    server.should_exit = True
    with pytest.raises(websockets.InvalidStatus) as refused:
        await opening
    await serving

    assert refused.value.response.status_code == 503
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING] == []


class _House:
    """Answers nobody before it is let, and notes what ends."""

    def __init__(self, *, answers: bool = True) -> None:
        self.ended: list[str] = []
        self.begun = asyncio.Event()
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live until the server stops."""
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                await receive()
                self.ended.append(kind)
                await send({"type": f"lifespan.{kind}.complete"})
            return
        self.begun.set()
        try:
            if not self._answers:
                await asyncio.Event().wait()
            await Response("here")(scope, receive, send)
        finally:
            for _ in range(10):
                await asyncio.sleep(0)
            self.ended.append("request")


class _Visited(Server):
    """Somebody comes, and asks, just when it stops."""

    visitor: socket.socket

    async def on_tick(self, counter: int) -> bool:
        """Stop at the third look."""
        if counter == 3:
            (listens,) = self.servers[0].sockets
            self.visitor = socket.create_connection(listens.getsockname())
            self.visitor.sendall(b"GET / HTTP/1.1\r\nHost: g.test\r\n\r\n")
            return True
        return await super().on_tick(counter)


@pytest.mark.parametrize("anyio_backend", [pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop")])
async def test_who_comes_just_then_is_answered() -> None:
    """Who is accepted in the last turn is a connection later; it is waited for all the same."""
    house = _House()
    server = _Visited(house)
    async with asyncio.timeout(10):
        await server.serve(sockets=[bind("127.0.0.1", 0, setting="PORT")])
    with server.visitor as visitor:
        visitor.settimeout(5)
        answer = visitor.recv(4_096)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert house.ended == ["startup", "request", "shutdown"]


async def test_what_is_cut_off_ends_before_the_application() -> None:
    """What it needs to end is there until then."""
    house = _House(answers=False)
    server = Server(house)
    listens = bind("127.0.0.1", 0, setting="PORT")
    serving = asyncio.create_task(server.serve(sockets=[listens]))
    await _until(lambda: server.started)
    reader, writer = await asyncio.open_connection(*listens.getsockname())
    writer.write(b"GET / HTTP/1.1\r\nHost: g.test\r\n\r\n")
    await house.begun.wait()
    server.should_exit = server.force_exit = True
    answer = await reader.read()
    writer.close()
    await serving

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert house.ended == ["startup", "request", "shutdown"]


async def test_told_twice_it_waits_for_no_proxy() -> None:
    """A delay ends at once, and the streams with it."""
    streams = Streams()
    server = Server(_House(), partial(streams.stop, after=3_600))
    serving = asyncio.create_task(server.serve(sockets=[bind("127.0.0.1", 0, setting="PORT")]))
    await _until(lambda: server.started)
    with streams.open() as stream:
        server.should_exit = True
        await _until(lambda: streams.is_stopping)
        assert not stream.ending.done()
        server.force_exit = True  # As SIGINT says it.
        async with asyncio.timeout(10):
            assert await stream.ending is Ending.STOPPING
    async with asyncio.timeout(10):
        await serving


def test_the_demo_waits_for_longer_than_a_server_takes() -> None:
    """It kills no server that is about to end by itself."""
    process = create_autospec(subprocess.Popen, instance=True)
    process.poll.return_value = None
    supervisor = Supervisor([Demonstrated("gateway", [], {}, "", 60.0)])
    supervisor._processes["gateway"] = process  # noqa: SLF001 - it would start one
    supervisor.stop()
    ((waits,), _) = process.wait.call_args

    assert waits >= 65
    assert not process.kill.called


@dataclass(slots=True)
class _Busy:
    """A gateway in a process of its own, and who waits for its answers."""

    gateway: Process
    films: Wire
    gate: asyncio.Event
    http: httpx.AsyncClient
    asking: Sequence["asyncio.Task[tuple[int, object]]"]

    def tell(self, number: signal.Signals) -> None:
        """Tell it by a signal."""
        self.gateway.running.send_signal(number)

    async def answers(self) -> Counter[str]:
        """Return how often each answer came."""
        return Counter(json.dumps(each) for each in await asyncio.gather(*self.asking))

    async def ended(self) -> int:
        """Return how it ended."""
        return await asyncio.to_thread(self.gateway.running.wait, 20)

    def said(self) -> list[str]:
        """Return what its log tells."""
        lines = self.gateway.log.read_text().splitlines()
        return [json.loads(line)["event"] for line in lines if not line.startswith("The graph is at")]


@asynccontextmanager
async def _busy(home: Path, operations: int, **settings: str) -> AsyncIterator[_Busy]:
    """Run a gateway that is at so many *operations*."""
    place = bound()
    films = Wire(f"http://127.0.0.1:{place.getsockname()[1]}")
    films.documents[FILMS] = listing("catalog_titles", total=3)
    gate = films.hold(FILMS)
    slow = {f"GATEWAY_{name.upper()}": str(value) for name, value in SLOW.items()} | settings
    async with (
        proxy_before(httpx.ASGITransport(films), place) as proxy,
        _many(operations + 1) as http,
    ):
        with gateway_before(proxy.url, home, slow) as gateway:
            asking = [asyncio.create_task(_search(http, gateway.url, each % 8)) for each in range(operations)]
            await films.arrived(1)
            yield _Busy(gateway, films, gate, http, asking)


async def test_it_is_not_ready_before_it_closes(tmp_path: Path) -> None:
    """So proxies have time to notice, and are answered meanwhile. A second SIGTERM changes nothing."""
    async with _busy(tmp_path, 20, GATEWAY_STOP_DELAY="2") as busy:
        ready = [(await busy.http.get(f"{busy.gateway.url}/health/ready")).status_code]
        busy.tell(signal.SIGTERM)
        async with asyncio.timeout(10):
            while ready[-1] == 200:
                ready.append((await busy.http.get(f"{busy.gateway.url}/health/ready")).status_code)
        async with httpx.AsyncClient(trust_env=False) as another:
            live = await another.get(f"{busy.gateway.url}/health/live")
        await _until_closed(busy.gateway.url)
        busy.tell(signal.SIGTERM)
        early = [each for each in busy.asking if each.done()]
        busy.gate.set()
        answers, status = await busy.answers(), await busy.ended()

    assert (ready[0], ready[-1], live.status_code) == (200, 503, 200)
    assert early == []
    assert answers == {json.dumps([200, FOUND]): 20}
    assert (status, busy.said()) == (-signal.SIGTERM, [])


async def test_ctrl_c_twice_ends_it_at_once(tmp_path: Path) -> None:
    """Who waits is told so, and what is kept is closed; there is one line, and no stack."""
    async with _busy(tmp_path, 20) as busy:
        busy.tell(signal.SIGINT)
        await _until_closed(busy.gateway.url)
        busy.tell(signal.SIGINT)
        answers, status = await busy.answers(), await busy.ended()

    assert answers == {json.dumps([503, STOPPED]): 20}
    assert (status, busy.said()) == (0, ["cut off"])


@pytest.mark.verify
async def test_nobody_is_waited_for_without_end(tmp_path: Path) -> None:
    """At the deadline, after 15 seconds, two hundred are told so, and the process ends (H17)."""
    async with _busy(tmp_path, 200) as busy:
        loop = asyncio.get_running_loop()
        told = loop.time()
        busy.tell(signal.SIGTERM)
        answers, status = await busy.answers(), await busy.ended()
        seconds = loop.time() - told

    assert answers == {json.dumps([503, STOPPED]): 200}
    assert (status, busy.said()) == (-signal.SIGTERM, ["cut off"])
    assert STOP_WITHIN <= seconds < STOP_WITHIN + 5
