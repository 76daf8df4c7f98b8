"""How much is done at once, and who is let in first."""

import asyncio
from contextlib import suppress

import pytest

from gateway.edge.admission import Admission
from gateway.edge.priority import Demand, Priority
from gateway.edge.request import Refusal
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import listing
from tests.gateway.graph import TURNS, USER
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

    def come(self, name: str, *, priority: Priority = Priority.READ) -> "asyncio.Task[None]":
        """Let somebody come."""
        self._leaving[name] = asyncio.Event()
        return asyncio.create_task(self._stay(name, priority=priority))

    async def leave(self, name: str) -> None:
        """Send somebody away."""
        self._leaving[name].set()
        await _turns()

    async def _stay(self, name: str, *, priority: Priority) -> None:
        async with self._admission.place(Demand(priority, None)):
            self.inside.append(name)
            await self._leaving[name].wait()


async def test_changes_come_before_questions() -> None:
    """A place that is left is a change's first, a search's last, and else taken in the order of coming."""
    guests = _Guests(1)
    tasks = [guests.come("first"), guests.come("search", priority=Priority.SEARCH)]
    tasks += [guests.come("second"), guests.come("third"), guests.come("change", priority=Priority.CHANGE)]
    await _turns()
    order = ["first", "change", "second", "third", "search"]
    for name in order:
        await guests.leave(name)
    await asyncio.gather(*tasks)

    assert guests.inside == order


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


class _Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_standing_queue_is_not_waited_in() -> None:
    """Once there was always somebody waiting for a while, questions are turned away at once, changes not."""
    clock = _Clock()
    admission = Admission(1, soon=60.0, clock=clock)
    async with admission.place(Demand(Priority.READ, None)):
        waiting = asyncio.create_task(admission.place(Demand(Priority.READ, None)).__aenter__())
        await _turns()
        before = [admission.turns_away(each, 1) for each in Priority]
        clock.now += 61.0
        after = [admission.turns_away(each, 1) for each in Priority]
        with pytest.raises(Refusal):
            await admission.place(Demand(Priority.READ, None)).__aenter__()
        waiting.cancel()
        await _turns()
        left = admission.turns_away(Priority.READ, 1)

    assert (before, after, left) == ([False] * 3, [True, True, False], False)


async def test_searches_are_turned_away_first() -> None:
    """Of a loop that is too busy they get half of what is left, changes whatever they need."""
    admission = Admission(100)
    admission._congestion._limit = 10.0  # noqa: SLF001 - as it becomes under load
    rooms = {each: next((n for n in range(200) if admission.turns_away(each, n)), None) for each in Priority}
    guests = [admission.place(Demand(Priority.READ, None)) for _ in range(10)]
    for guest in guests:
        await guest.__aenter__()
    async with admission.place(Demand(Priority.CHANGE, None)):
        pass
    for guest in guests:
        await guest.__aexit__(None, None, None)

    assert rooms == {Priority.SEARCH: 5, Priority.READ: 10, Priority.CHANGE: None}


async def test_one_user_cannot_take_all_places(open_graph: OpenGraph, wire: Wire) -> None:
    """A tenth is what one user gets (T20): one more is refused, and others are answered."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=3)
    held = wire.hold("/catalog/titles")
    async with open_graph(operations_at_once=10) as graph:
        asking = asyncio.create_task(graph.ask('{ titles(search: "a") { totalCount } }', user="ann"))
        await wire.arrived(1)
        again = [
            await graph.http.post("/graphql", json={"query": "{ __typename }"}, headers={USER: user})
            for user in ("ann", "bob")
        ]
        held.set()
        answer = await asking

    (error,) = again[0].json()["errors"]
    assert [each.status_code for each in again] == [429, 200]
    assert (error["extensions"]["code"], error["extensions"]["retryAfterMs"]) == ("RATE_LIMITED", 1000)
    assert answer.data == {"titles": {"totalCount": 3}}
