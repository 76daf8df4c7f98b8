"""How much is done at once, and who is let in first."""

import asyncio
from contextlib import suppress

import pytest

from gateway.edge.admission import Admission
from gateway.edge.request import Refusal
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import listing
from tests.gateway.graph import TURNS
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio


async def _turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


class _Guests:
    """Those who come, each with a name, and stay until they are sent away."""

    def __init__(self, places: int, *, soon: float = 60.0) -> None:
        self._admission = Admission(places, soon=soon)
        self.inside: list[str] = []
        self._leaving: dict[str, asyncio.Event] = {}

    def come(self, name: str, *, is_urgent: bool = False) -> "asyncio.Task[None]":
        """Let somebody come."""
        self._leaving[name] = asyncio.Event()
        return asyncio.create_task(self._stay(name, is_urgent=is_urgent))

    async def leave(self, name: str) -> None:
        """Send somebody away."""
        self._leaving[name].set()
        await _turns()

    async def _stay(self, name: str, *, is_urgent: bool) -> None:
        async with self._admission.place(is_urgent=is_urgent):
            self.inside.append(name)
            await self._leaving[name].wait()


async def test_changes_come_before_questions() -> None:
    """A place that is left is a change's first, however late it came, then in the order of coming."""
    guests = _Guests(1)
    tasks = [guests.come("first"), guests.come("second"), guests.come("third")]
    tasks.append(guests.come("change", is_urgent=True))
    await _turns()
    for name in ("first", "change", "second", "third"):
        await guests.leave(name)
    await asyncio.gather(*tasks)

    assert guests.inside == ["first", "change", "second", "third"]


async def test_who_finds_no_place_is_told_soon() -> None:
    """The refusal says when to come again; who is inside is not disturbed, and places are not lost."""
    guests = _Guests(2, soon=0.01)
    tasks = [guests.come("one"), guests.come("two")]
    await _turns()
    with pytest.raises(Refusal) as refusal:
        await guests.come("three")
    await guests.leave("one")
    await guests.leave("two")
    await asyncio.gather(*tasks)
    again = [guests.come("four"), guests.come("five")]
    await _turns()

    assert (refusal.value.status_code, refusal.value.code) == (503, "OVERLOADED")
    assert refusal.value.headers == {"retry-after": "1"}
    assert guests.inside == ["one", "two", "four", "five"]
    for name in ("four", "five"):
        await guests.leave(name)
    await asyncio.gather(*again)


@pytest.mark.parametrize("turns", range(4))
async def test_who_gives_up_loses_no_place(turns: int) -> None:
    """Be it while waiting or in the moment when a place comes free."""
    guests = _Guests(1)
    first, second = guests.come("first"), guests.come("second")
    await _turns()
    leaving = asyncio.create_task(guests.leave("first"))
    for _ in range(turns):
        await asyncio.sleep(0)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    await leaving
    await first
    third = guests.come("third")
    await _turns()

    assert guests.inside[-1] == "third"
    await guests.leave("third")
    await third


async def test_a_worker_has_so_many_operations(open_graph: OpenGraph, wire: Wire) -> None:
    """One more than that is refused in GraphQL's terms, before anything is asked."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=3)
    held = wire.hold("/catalog/titles")
    async with open_graph(operations_at_once=1) as graph:
        asking = asyncio.create_task(graph.ask('{ titles(search: "a") { totalCount } }'))
        await wire.arrived(1)
        response = await graph.http.post("/graphql", json={"query": '{ titles(search: "b") { totalCount } }'})
        held.set()
        answer = await asking

    (error,) = response.json()["errors"]
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    assert error["extensions"]["code"] == "OVERLOADED"
    assert (error["extensions"]["retryable"], error["extensions"]["retryAfterMs"]) == (True, 1000)
    assert answer.data == {"titles": {"totalCount": 3}}
    assert len(wire.requests) == 1
