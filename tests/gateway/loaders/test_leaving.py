"""Who leaves is waited for no more: what others want goes on, and what nobody wants ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from gateway import relations
from gateway.loaders import recovery
from gateway.loaders.fetching import Fetcher
from gateway.loaders.levels import Operation
from gateway.loaders.wants import Want
from gateway.loaders.window import Window
from gateway.resources import Href, Text
from gateway.upstream.breaker import Breaker, Tripping
from gateway.upstream.caching.memory import Memory
from gateway.upstream.errors import DeadlineExceeded, MalformedDocument, OriginBusy, OriginRefused
from gateway.upstream.identity import PUBLIC
from gateway.upstream.quota.meter import Allowance
from gateway.upstream.reader import Reader
from tests.gateway.documents import address
from tests.gateway.graph import TURNS, running
from tests.gateway.loaders.fetcher import budget_of, fetcher_over
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

SYNOPSIS: Final = "/catalog/titles/movies/{}/synopsis".format
ONE, TWO, THREE = (Text(f"About film {number}.") for number in (1, 2, 3))
SHORT: Final = replace(relations.SYNOPSIS, fresh_for=timedelta(0, 0, 1))


def wants(*numbers: int, relation: relations.Relation = relations.SYNOPSIS) -> list[Want]:
    """Return the wants of the synopses of films."""
    return [Want(PUBLIC, Href(address(SYNOPSIS(each))), relation) for each in numbers]


class House:
    """A window onto the wire, and what it may hold for somebody."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher
        self.window = Window(fetcher)

    def ask(self, *numbers: int, **of: Any) -> tuple[Operation, "asyncio.Task[list[Any]]"]:  # noqa: ANN401
        """Let another operation want the synopses of films."""
        operation = Operation(asyncio.get_running_loop().time() + 5)
        return operation, asyncio.create_task(self.window.fetch(wants(*numbers, **of), operation))

    @property
    def breaker(self) -> Breaker:
        """Return what leaves the origin alone."""
        return self.fetcher._sender._exchanger._breaker  # noqa: SLF001 - to be looked at from here alone

    def held(self) -> dict[str, object]:
        """Return what is not given back."""
        sender = self.fetcher._sender  # noqa: SLF001
        exchanger = sender._exchanger  # noqa: SLF001
        held = {
            "levels": self.window._unanswered,  # noqa: SLF001
            "levels that are open": self.window._levels,  # noqa: SLF001
            "tasks": self.window._sending,  # noqa: SLF001
            "flights": self.fetcher._flights._flights,  # noqa: SLF001
            "under way": sender._interest._under_way,  # noqa: SLF001
            "lines": sender._budget._lines,  # noqa: SLF001
            "places": exchanger._bulkheads.taken,  # noqa: SLF001
            "requests": exchanger._retries.active,  # noqa: SLF001
            "retries": exchanger._retries.retries,  # noqa: SLF001
        }
        return {name: value for name, value in held.items() if value}

    @property
    def calls(self) -> int:
        """Return how many calls are counted."""
        return budget_of(self.fetcher).used


Opening = Callable[..., Any]


@pytest.fixture
async def opened(reader: Reader) -> AsyncIterator[Opening]:
    """Return what opens a house; see that it holds nothing in the end, and leaves no task behind."""
    before = running()

    @asynccontextmanager
    async def house_over(**given: Any) -> AsyncIterator[House]:  # noqa: ANN401
        house = House(fetcher_over(reader, **given))
        yield house
        await turns()
        assert house.held() == {}
        await house.window.close()
        await house.fetcher.close()

    async with AsyncExitStack() as stack:

        async def open_house(**given: Any) -> House:  # noqa: ANN401
            return await stack.enter_async_context(house_over(**given))

        yield open_house
    await turns()
    assert running() == before


async def turns() -> None:
    """Let everything go on that can."""
    for _ in range(5 * TURNS):
        await asyncio.sleep(0)


async def test_what_nobody_waits_for_is_cancelled(opened: Opening, wire: Wire) -> None:
    """The request ends, its calls stay counted, and whoever still awaits an answer has one at once."""
    house = await opened()
    wire.hold(SYNOPSIS(1))
    ours, asked = house.ask(1, 2)
    await wire.arrived(1)
    house.window.leave(ours)

    assert [type(answer) for answer in await asked] == [DeadlineExceeded] * 2
    await turns()
    assert wire.given_up == [[SYNOPSIS(1), SYNOPSIS(2)]]
    assert (house.calls, house.held()) == (2, {})


async def test_who_has_left_asks_nothing_more(opened: Opening, wire: Wire) -> None:
    """Neither what waits in the window is sent, nor what is wanted afterwards."""
    house = await opened()
    ours, asked = house.ask(1)
    await asyncio.sleep(0)
    house.window.leave(ours)
    await asked

    assert [type(each) for each in await house.window.fetch(wants(2), ours)] == [DeadlineExceeded]
    await turns()
    assert wire.requests == []


async def test_what_is_old_is_not_asked_for_anew_for_who_has_left(opened: Opening, wire: Wire) -> None:
    """Whoever leaves before the window closes has not even looked."""
    house = await opened(place=Memory(1_000_000))
    await house.ask(1, relation=SHORT)[1]
    ours, asked = house.ask(1, relation=SHORT)
    await asyncio.sleep(0)
    house.window.leave(ours)
    await asked
    await turns()

    assert wire.requests == [[SYNOPSIS(1)]]


async def test_those_in_the_same_request_keep_their_answers(opened: Opening, wire: Wire) -> None:
    """One of two leaves; the request goes on, and carried what both had wanted."""
    house = await opened()
    gate = wire.hold(SYNOPSIS(1))
    ours, first = house.ask(1, 2)
    _, second = house.ask(2, 3)
    await wire.arrived(1)
    house.window.leave(ours)
    await first
    gate.set()

    assert await second == [TWO, THREE]
    assert (wire.requests, wire.given_up) == ([[SYNOPSIS(1), SYNOPSIS(2), SYNOPSIS(3)]], [])


async def test_who_joined_keeps_a_request_that_its_owner_left(opened: Opening, wire: Wire) -> None:
    """It costs nothing more; with the last of those who wait it ends."""
    house = await opened()
    gate = wire.hold(SYNOPSIS(1))
    ours, first = house.ask(1)
    await wire.arrived(1)
    _, second = house.ask(1)
    third, last = house.ask(1)
    await turns()
    house.window.leave(ours)
    house.window.leave(third)
    await asyncio.gather(first, last)
    gate.set()

    assert await second == [ONE]
    assert (wire.requests, wire.given_up) == ([[SYNOPSIS(1)]], [])


async def test_the_last_who_joined_ends_it(opened: Opening, wire: Wire) -> None:
    """Owner and joiner leave, in this order."""
    house = await opened()
    wire.hold(SYNOPSIS(1))
    ours, _ = house.ask(1)
    await wire.arrived(1)
    theirs, _ = house.ask(1)
    await turns()
    house.window.leave(ours)
    await turns()
    assert wire.given_up == []
    house.window.leave(theirs)
    await turns()

    assert wire.given_up == [[SYNOPSIS(1)]]


async def test_who_comes_while_it_is_cancelled_asks_anew(opened: Opening, wire: Wire) -> None:
    """What is ended at the very moment is nobody's answer."""
    house = await opened()
    gate = wire.hold(SYNOPSIS(1))
    ours, _ = house.ask(1)
    await wire.arrived(1)
    _, later = house.ask(1)
    for _ in range(20):  # Whoever comes finds what is under way some turns from now: before, then and after.
        await asyncio.sleep(0)
        if not ours.has_left:
            house.window.leave(ours)
    gate.set()

    assert await later == [ONE]
    assert wire.requests == [[SYNOPSIS(1)]] * 2


async def test_who_joined_goes_on_in_the_place_of_who_left(opened: Opening, wire: Wire) -> None:
    """What fails then is asked for again, at the cost of who still waits."""
    house = await opened(attempts=3)
    gate = wire.hold(SYNOPSIS(1))
    wire.raw[SYNOPSIS(1)] = Raw(b"", 502)
    ours, _ = house.ask(1)
    await wire.arrived(1)
    theirs, second = house.ask(1)
    await turns()
    house.window.leave(ours)
    gate.set()
    await wire.arrived(2)
    del wire.raw[SYNOPSIS(1)]

    assert await second == [ONE]
    assert (ours.calls, theirs.calls) == (1, len(wire.requests) - 1)


async def test_what_is_asked_for_behind_goes_on(opened: Opening, wire: Wire) -> None:
    """Whoever had the old answer may leave: what comes is kept."""
    house = await opened(place=Memory(1_000_000))
    first, asked = house.ask(1, relation=SHORT)
    assert await asked == [ONE]
    gate = wire.hold(SYNOPSIS(1))
    second, asked = house.ask(1, relation=SHORT)
    assert await asked == [ONE]
    await wire.arrived(2)
    house.window.leave(first)
    house.window.leave(second)
    await turns()
    assert wire.given_up == []
    gate.set()
    await turns()

    assert await house.ask(1)[1] == [ONE]
    assert len(wire.requests) == 2


async def test_nobody_waits_in_line_for_who_has_left(opened: Opening, wire: Wire) -> None:
    """A line of those who want permits is left, and what others want in it is sent when there are some."""
    seconds = [0.0]
    house = await opened(allowance=Allowance(per_second=1, per_day=100), clock=lambda: seconds[0])
    await house.ask(1)[1]
    _, second = house.ask(3)
    ours, first = house.ask(1, 2)
    await turns()
    house.window.leave(ours)
    await first
    seconds[0] += 2

    assert await second == [THREE]
    assert (wire.requests, house.calls) == ([[SYNOPSIS(1)], [SYNOPSIS(3)]], 2)


async def test_a_line_of_those_who_left_is_empty(opened: Opening, wire: Wire) -> None:
    """At once, not when there would have been permits; nothing is counted."""
    house = await opened(allowance=Allowance(per_second=1, per_day=100))
    await house.ask(1)[1]
    ours, first = house.ask(2, 3)
    await turns()
    assert set(house.held()) >= {"lines", "under way"}
    house.window.leave(ours)
    await first
    await turns()

    assert (house.held(), house.calls, wire.requests) == ({}, 1, [[SYNOPSIS(1)]])


async def test_nobody_pauses_for_who_has_left(opened: Opening, wire: Wire) -> None:
    """What failed is not asked for again."""
    house = await opened(attempts=3)
    wire.raw[SYNOPSIS(1)] = Raw(b"", 503, {"retry-after": "1"})
    ours, first = house.ask(1)
    await wire.arrived(1)
    await turns()
    assert "retries" in house.held()
    house.window.leave(ours)
    await first
    await turns()

    assert (house.held(), wire.requests) == ({}, [[SYNOPSIS(1)]])


async def test_a_probe_that_is_given_up_is_given_back(opened: Opening, wire: Wire) -> None:
    """An origin that is tried again after a failure can be tried as often as if nobody had left."""
    house = await opened(breaker=Breaker(lambda: 0.0, Tripping(fewest=1, open_for=0.0, probes=1)))
    house.breaker.went(well=False)
    gate = wire.hold(SYNOPSIS(1))
    ours, first = house.ask(1)
    await wire.arrived(1)
    assert not house.breaker.admit()
    house.window.leave(ours)
    await first
    await turns()
    gate.set()

    assert await house.ask(2)[1] == [TWO]
    assert not house.breaker.is_open


async def test_what_was_not_waited_for_is_held_against_nobody(opened: Opening, wire: Wire) -> None:
    """Neither the breaker nor the lanes take it for a failure."""
    house = await opened()
    wire.hold(SYNOPSIS(1))
    for _ in range(25):
        count = len(wire.requests)
        ours, first = house.ask(1, 2)
        await wire.arrived(count + 1)
        house.window.leave(ours)
        await first
        await turns()

    assert not house.breaker.is_open
    assert house.fetcher._sender._lanes._suspected == {}  # noqa: SLF001


async def test_a_task_that_is_cancelled_gives_its_probe_back(opened: Opening, wire: Wire) -> None:
    """Whatever it is that cancels it."""
    house = await opened(breaker=Breaker(lambda: 0.0, Tripping(fewest=1, open_for=0.0, probes=1)))
    house.breaker.went(well=False)
    wire.hold(SYNOPSIS(1))
    _, first = house.ask(1)
    await wire.arrived(1)
    await house.window.close()
    await first

    assert house.breaker.admit()
    house.breaker.give_up()


async def test_want_of_room_here_is_no_failure_of_the_origin(opened: Opening, wire: Wire) -> None:
    """An answer that finds no place was no probe, and is not asked for again at once."""
    house = await opened(breaker=Breaker(lambda: 0.0, Tripping(fewest=1, open_for=0.0, probes=1)))
    house.breaker.went(well=False)
    wire.faults[SYNOPSIS(1)] = OriginBusy("The large answers of the origin at once", 2)
    _, first = house.ask(1)

    assert [type(each) for each in await first] == [OriginBusy]
    assert len(wire.requests) == 1
    assert house.breaker.is_open
    assert house.breaker.admit()
    house.breaker.give_up()


@pytest.mark.parametrize("answer", [Raw(b"", 503), Raw(b"<no>")])
@pytest.mark.parametrize("fewest", [1, 2])
async def test_what_went_wrong_is_told_where_there_is_no_retry(
    answer: Raw, fewest: int, opened: Opening, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The breaker opens at once, or while a retry waits: what failed is told, not that nobody asks now."""
    house = await opened(attempts=3, breaker=Breaker(lambda: 0.0, Tripping(fewest=fewest)))
    wire.raw[SYNOPSIS(1)] = answer

    def pause(*_: object) -> float:
        house.breaker.went(well=False)
        return 0.0

    monkeypatch.setattr(recovery, "pause", pause)
    _, first = house.ask(1)
    (told,) = await first

    assert isinstance(told, OriginRefused | MalformedDocument)
    assert len(wire.requests) == 1
