"""Clients that leave before they are answered, over sockets: their reads end, their writes do not."""

import asyncio
import json
import logging
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest

from gateway.resources import Kind
from gateway.schema import ids
from gateway.telemetry.events import Event, OperationEnded
from gateway.telemetry.trail import Trail
from gateway.upstream.href import Address
from tests.gateway.documents import listing, status, title
from tests.gateway.edge.test_websocket import opened
from tests.gateway.household import ANN, FILM, Household, rating_of
from tests.gateway.queues import TAGS, Live, live
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

FILMS: Final = "/catalog/titles"
SEARCH: Final = '{ titles(search: "x") { totalCount } }'
FOUND: Final = {"data": {"titles": {"totalCount": 3}}}
HOME: Final = f"/users/{ANN}"
BEARER: Final = {"authorization": f"Bearer {ANN}"}


def movie(number: int) -> str:
    """Return the id of a film."""
    return ids.encode(Address(Kind.MOVIE, (str(number),)))


@pytest.fixture
def wire() -> Wire:
    """Return an origin that finds three films."""
    wire = Wire()
    wire.documents[FILMS] = listing("catalog_titles", total=3)
    return wire


@pytest.fixture
def ended() -> list[Trail]:
    """Return what was told to have ended."""
    return []


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return what tells of warnings and errors that were logged."""
    return lambda: [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


@asynccontextmanager
async def gateway_over(wire: Wire, ended: list[Trail], **settings: Any) -> AsyncIterator[Live]:  # noqa: ANN401
    """Run a gateway; see that nothing is held in the end."""

    def observe(event: Event) -> None:
        if isinstance(event, OperationEnded):
            ended.append(event.trail)

    usual = {
        "attempts": 1,
        "cache_bytes": 1,
        "calls_per_second": 1_000,
        "origin_first_byte": 60,
        "origin_timeout": 60,  # So that nothing ends by itself.
        "operation_timeout": 60,
    }
    async with live(wire, ANN, observer=observe, settings={**usual, **settings}) as gateway:
        yield gateway
        await until(lambda: held(gateway) == {})


def held(gateway: Live) -> dict[str, object]:
    """Return what is not given back."""
    sender = gateway.fetcher._sender  # noqa: SLF001 - to be looked at from here alone
    exchanger = sender._exchanger  # noqa: SLF001
    held = {
        "flights": gateway.fetcher._flights._flights,  # noqa: SLF001
        "under way": sender._interest._under_way,  # noqa: SLF001
        "lines": sender._budget._lines,  # noqa: SLF001
        "places": exchanger._bulkheads.taken,  # noqa: SLF001
        "requests": exchanger._retries.active,  # noqa: SLF001
        "connections": gateway.server.server_state.connections,
        "streams": gateway.streams.count,
    }
    return {name: value for name, value in held.items() if value}


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what nothing tells of."""
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def post(query: str, **headers: str) -> bytes:
    """Return a request by POST."""
    body = json.dumps({"query": query}).encode()
    given = {"content-type": "application/json", "content-length": str(len(body)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items())
    return f"POST /graphql HTTP/1.1\r\nhost: g.test\r\n{lines}\r\n".encode() + body


GET: Final = f"GET /graphql?query={quote(SEARCH)} HTTP/1.1\r\nhost: g.test\r\n\r\n".encode()
REQUESTS: Final = {
    "POST": post(SEARCH),
    "GET": GET,
    "events": post(SEARCH, accept="text/event-stream"),
    "two at once": post(SEARCH) * 2,
}


async def connect(gateway: Live) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection to *gateway*."""
    return await asyncio.open_connection("127.0.0.1", int(gateway.url.rpartition(":")[2]))


async def close(writer: asyncio.StreamWriter) -> None:
    """Leave as browsers do."""
    writer.close()
    await writer.wait_closed()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Leave as what has crashed."""
    plain: socket.socket = writer.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def half_close(writer: asyncio.StreamWriter) -> None:
    """Say that nothing more is sent."""
    writer.write_eof()


@pytest.mark.parametrize("leave", [close, reset, half_close])
@pytest.mark.parametrize("name", REQUESTS)
async def test_who_leaves_ends_what_is_read_for_them(
    name: str,
    leave: Callable[[asyncio.StreamWriter], Awaitable[None]],
    wire: Wire,
    ended: list[Trail],
    errors: Callable[[], list[str]],
) -> None:
    """However they ask and leave, the request to the origin is cancelled, and one line says so (H12)."""
    wire.hold(FILMS)
    async with gateway_over(wire, ended) as gateway:
        _, writer = await connect(gateway)
        writer.write(REQUESTS[name])
        await wire.arrived(1)
        await leave(writer)
        await until(lambda: bool(wire.given_up and ended))

        assert wire.given_up == [[FILMS]]
        assert [(trail.outcome, trail.kind, trail.calls, dict(trail.codes)) for trail in ended] == [
            ("gone", "query", 1, {})
        ]
        writer.close()
    assert errors() == []


async def test_a_subscription_that_has_not_begun_ends_too(wire: Wire, ended: list[Trail]) -> None:
    """What leads to its events is read for nobody else."""
    Household().serve(wire)
    wire.hold(HOME)
    async with gateway_over(wire, ended) as gateway:
        _, writer = await connect(gateway)
        writer.write(post(TAGS, accept="text/event-stream", **BEARER))
        await wire.arrived(1)
        await close(writer)
        await until(lambda: bool(wire.given_up and ended))

        assert wire.given_up == [[HOME]]
        assert [(trail.outcome, trail.kind) for trail in ended] == [("gone", "subscription")]


async def test_who_leaves_while_asking_has_asked_nothing(
    wire: Wire, ended: list[Trail], errors: Callable[[], list[str]]
) -> None:
    """Half a body is no operation, and nobody's fault."""
    async with gateway_over(wire, ended) as gateway:
        _, writer = await connect(gateway)
        writer.write(REQUESTS["POST"][:-5])
        await until(lambda: bool(gateway.server.server_state.tasks))
        await close(writer)
        await until(lambda: not gateway.server.server_state.tasks)

    assert (wire.requests, ended, errors()) == ([], [], [])


@pytest.mark.parametrize("times", [1, 20])
@pytest.mark.parametrize("anyio_backend", [pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop")])
async def test_who_leaves_while_answered_is_logged_once(
    times: int, wire: Wire, ended: list[Trail], errors: Callable[[], list[str]]
) -> None:
    """An answer that nobody takes was one, and those behind it in a row are none (H12).

    uvloop, that the gateway is served on, raises where something is written for who has left.
    """
    films = [movie(number) for number in range(5)]
    for number in range(5):
        wire.documents[FILM(number)] = title(FILM(number), "x" * 180_000)
    async with gateway_over(wire, ended) as gateway:
        reader, writer = await connect(gateway)
        asked = post(f"{{ nodes(ids: {json.dumps(films)}) {{ ... on Movie {{ name {{ regular }} }} }} }}")
        writer.write(asked * times)
        await reader.readexactly(1)
        await reset(writer)
        await until(lambda: not gateway.server.server_state.tasks)

        outcomes = [str(trail.outcome) for trail in ended]
        assert outcomes[0] == "ok"
        assert {*outcomes[1:]} <= {"ok", "gone"}
        assert sum((trail.codes for trail in ended), Counter()) == {}
    assert errors() == []


@pytest.mark.parametrize("ending", ["complete", "close"])
async def test_an_operation_on_a_socket_ends_with_it(ending: str, wire: Wire, ended: list[Trail]) -> None:
    """Or when the client wants no more of it; the others on the socket are answered."""
    wire.hold(FILMS)
    async with gateway_over(wire, ended) as gateway, opened(gateway) as client:
        await client.begin(BEARER)
        await client.subscribe("1", SEARCH)
        await wire.arrived(1)
        if ending == "complete":
            await client.say("complete", id="1")
            await until(lambda: bool(wire.given_up))
            await client.subscribe("2", "{ __typename }")
            assert (await client.hear())["id"] == "2"
        else:
            await client.socket.close()
        await until(lambda: bool(wire.given_up and ended))

        assert wire.given_up == [[FILMS]]
        assert ended[0].outcome == "gone"


async def test_who_asks_the_same_is_answered_though_another_leaves(wire: Wire, ended: list[Trail]) -> None:
    """Two clients share an execution: it ends with the last of them alone."""
    gate = wire.hold(FILMS)
    async with gateway_over(wire, ended) as gateway, httpx.AsyncClient(trust_env=False) as http:
        _, first = await connect(gateway)
        first.write(REQUESTS["POST"])
        await wire.arrived(1)
        staying = asyncio.create_task(http.post(f"{gateway.url}/graphql", json={"query": SEARCH}))
        await until(lambda: len(gateway.server.server_state.tasks) == 2)
        await close(first)
        await until(lambda: len(ended) == 1)
        gate.set()

        assert (await staying).json() == FOUND
    assert (wire.requests, wire.given_up) == ([[FILMS]], [])
    assert [trail.outcome for trail in ended] == ["gone", "ok"]


class Holding:
    """An origin on a real socket that answers nothing, and sees who goes."""

    def __init__(self) -> None:
        self.requests = 0
        self.left = 0
        self._server: asyncio.Server | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one request, and wait until its connection is closed."""
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        await reader.read()
        self.left += 1
        writer.close()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[str]:
        """Listen, and give the address."""
        async with await asyncio.start_server(self.serve, "127.0.0.1", 0) as server:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(("bulk_limit", "requests"), [(2, 10), (200, 1)])
async def test_q18_twenty_keys_wait_when_the_client_leaves(
    bulk_limit: int, requests: int, wire: Wire, ended: list[Trail]
) -> None:
    """Every request is cancelled, with its connection; calls stay counted, the rest is given back (Q18)."""
    origin, query = Holding(), "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Movie { synopsis } } }"
    body = json.dumps({"query": query, "variables": {"ids": [movie(number) for number in range(20)]}})
    async with (
        origin.opened() as url,
        gateway_over(
            wire,
            ended,
            origin_url=url,
            bulk_limit=bulk_limit,
        ) as gateway,
    ):
        _, writer = await connect(gateway)
        head = f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(f"POST /graphql HTTP/1.1\r\nhost: g.test\r\n{head}{body}".encode())
        await until(lambda: origin.requests == requests)
        assert held(gateway).keys() >= {"flights", "under way", "places", "requests"}
        await close(writer)
        await until(lambda: origin.left == requests)
        await until(lambda: held(gateway) == {})

        assert (origin.requests, ended[0].outcome, ended[0].calls) == (requests, "gone", 20)


OPINIONS: Final = "/of/ann/given"
RATE: Final = f"""mutation {{ rateTitle(input: {{
    titleId: "{movie(1)}", opinion: {{stars: 4}}, clientMutationId: "m" }}) {{ __typename }} }}"""


@pytest.mark.parametrize("place", [HOME, "/of/ann/stars", OPINIONS])
@pytest.mark.parametrize("is_lost", [False, True])
async def test_a_change_is_made_for_who_has_left(
    place: str,
    is_lost: bool,  # noqa: FBT001
    wire: Wire,
    ended: list[Trail],
) -> None:
    """Wherever it is when they leave; its outcome is kept, be it by a look where the answer is lost."""
    rated: list[int] = []

    def rate(_asked: dict[str, str]) -> str:
        rated.append(4)
        return status(201, "Created")

    Household(rating=lambda href: rating_of(href, *rated)).serve(wire)
    wire.documents[OPINIONS] = rate
    if is_lost:
        wire.raw[OPINIONS] = Raw(b"", 502)
    gate = wire.hold(place)
    async with gateway_over(wire, ended) as gateway, httpx.AsyncClient(trust_env=False) as http:
        _, writer = await connect(gateway)
        writer.write(post(RATE, **BEARER))
        await until(lambda: any(place in paths for paths in wire.requests))
        await close(writer)
        await until(lambda: not gateway.server.server_state.connections)
        gate.set()
        await until(lambda: bool(ended))
        sent = list(wire.requests)
        again = await http.post(f"{gateway.url}/graphql", json={"query": RATE}, headers=BEARER)

        assert (sent.count([OPINIONS]), rated) == (1, [4])
        assert again.json() == {"data": {"rateTitle": {"__typename": "TitleRated"}}}
        assert wire.requests == sent
        assert [(trail.outcome, trail.calls) for trail in ended] == [("gone", len(sent)), ("ok", 0)]
    assert wire.given_up == []
