"""What an operation leaves behind: nothing, for collecting garbage holds up everybody."""

import asyncio
import gc
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from graphql.execution import Executor

from gateway.contract import Rel
from gateway.edge.sse import EventStream
from gateway.edge.websocket import Socket
from gateway.loaders.loader import ResourceLoader
from gateway.loaders.watch import _Watched
from gateway.schema.context import Context
from tests.gateway.documents import link, listing, person, title
from tests.gateway.edge.test_sse import listening
from tests.gateway.edge.test_websocket import ANN, opened
from tests.gateway.graph import TURNS, Graph
from tests.gateway.household import FILM
from tests.gateway.queues import Live, QueueOrigin, live
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

QUERY = """{ title(by: {href: "http://o.test/catalog/titles/movies/1"}) { name { regular }
    cast { name bio } } }"""
KINDS = (Executor, ResourceLoader, Context, Socket, EventStream, _Watched, asyncio.CancelledError)


async def test_an_operation_is_gone_when_it_is_answered(graph: Graph, wire: Wire) -> None:
    """With all that it has loaded, without the garbage collector: no circle keeps it."""
    wire.documents[FILM(1)] = title(FILM(1), "F1", link(Rel.CAST, f"{FILM(1)}/cast"))
    wire.documents[f"{FILM(1)}/cast"] = listing("people", person("/catalog/people/1", "P"))
    wire.documents["/catalog/people/1"] = person("/catalog/people/1", "P")
    with _watching() as left:
        answer = await graph.ask(QUERY)
        for _ in range(TURNS):
            await asyncio.sleep(0)

    assert answer.codes == {}
    assert left == []


_INIT = {"type": "connection_init", "payload": ANN}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([], 4408),
        ([_INIT], None),
        ([_INIT, _INIT], 4429),
        ([{"type": "?"}], 4400),
        ([{"type": "connection_init", "payload": {"authorization": "Bearer eve"}}], 4401),
    ],
)
async def test_a_socket_is_gone_when_it_is_closed(said: Sequence[object], code: int | None) -> None:
    """Whoever closes it, and why: an error that is raised once more would keep the socket by its frames."""
    async with live(QueueOrigin(), "ann", init_within=0.2 if not said else 10) as gateway:
        with _watching() as left:
            async with opened(gateway) as client:
                for each in said:
                    await client.socket.send(json.dumps(each))
                if code is not None:
                    assert await client.closed() == code
                else:
                    await client.hear()
            await _until_left(gateway)

    assert left == []


async def _by_socket(gateway: Live) -> None:
    async with opened(gateway) as client:
        await client.begin()
        await client.subscribe("1")
        await client.hear()


async def _by_events(gateway: Live) -> None:
    async with listening(gateway) as client:
        await client.next()


@pytest.mark.parametrize("watch", [_by_socket, _by_events])
async def test_what_was_watched_is_gone_with_who_watched(watch: Callable[[Live], Awaitable[None]]) -> None:
    """What is cancelled knows where it was; where that knows what was cancelled, there is a circle."""
    async with live(QueueOrigin(), "ann") as gateway:
        await watch(gateway)  # What is loaded once is no garbage.
        await _until_left(gateway)
        with _watching() as left:
            await watch(gateway)
            await _until_left(gateway)

    assert left == []


async def _until_left(gateway: Live) -> None:
    """Wait until nobody is there any more, and nothing is polled."""
    async with asyncio.timeout(5):
        while gateway.server.server_state.tasks:  # noqa: ASYNC110 - uvicorn tells in no other way
            await asyncio.sleep(0.01)
    for _ in range(TURNS):
        await asyncio.sleep(0)


@contextmanager
def _watching() -> Iterator[list[type]]:
    """Nothing collects garbage meanwhile; at the end the list has what is left of ours, by type.

    What is there at the start does not count: a test's parameter that was raised keeps where it was.
    """
    left: list[type] = []
    gc.collect()
    others = _ours()
    gc.disable()
    try:
        yield left
        left += [type(each) for each in _ours() if not any(each is other for other in others)]
    finally:
        gc.enable()


def _ours() -> list[object]:
    return [each for each in gc.get_objects() if issubclass(type(each), KINDS)]
