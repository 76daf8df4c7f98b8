"""What is held is not asked for, what is on its way is joined, and what fails is asked for again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import pytest

from gateway import relations
from gateway.loaders.errors import TooMuch
from gateway.loaders.levels import Operation
from gateway.loaders.wants import Want
from gateway.loaders.window import Window
from gateway.resources import Href, Text
from gateway.upstream.caching.memory import Memory
from gateway.upstream.errors import (
    OriginLeftAlone,
    OriginRefused,
    OriginTimedOut,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
)
from gateway.upstream.identity import PUBLIC, Identity
from gateway.upstream.quota.meter import Allowance
from gateway.upstream.reader import Reader
from gateway.upstream.signing import Credentials
from tests.gateway.documents import address, status
from tests.gateway.loaders.fetcher import fetcher_over
from tests.gateway.wire import BULK, Entry, Raw, Wire

pytestmark = pytest.mark.anyio

SYNOPSIS = "/catalog/titles/movies/{}/synopsis".format
ONE, TWO, THREE = (Text(f"About film {number}.") for number in (1, 2, 3))
OVER_SECOND: Final = status(403, "Service is over queries per second limit")
OVER_DAY: Final = status(403, "Over queries per day limit")
SHORT: Final = replace(relations.SYNOPSIS, fresh_for=timedelta(0, 0, 1))
"""Fresh for a microsecond, and usable for long."""


def wants(*numbers: int, relation: relations.Relation = relations.SYNOPSIS) -> list[Want]:
    """Return the wants of the synopses of films."""
    return [Want(PUBLIC, Href(address(SYNOPSIS(each))), relation) for each in numbers]


def operation(seconds: float = 5) -> Operation:
    """Return an operation that has *seconds* left."""
    return Operation(asyncio.get_running_loop().time() + seconds)


@dataclass
class Refusing:
    """Puts a refusal in place of some entries of a bulk answer, for a number of answers."""

    body: str
    first: int
    times: int = 1

    def __call__(self, entries: list[Entry]) -> list[Entry]:
        """Refuse all but the *first* entries."""
        self.times -= 1
        if self.times < 0:
            return entries
        return entries[: self.first] + [replace(entry, body=self.body) for entry in entries[self.first :]]


@pytest.fixture
def open_window(reader: Reader) -> Callable[..., Window]:
    """Return what opens a window with a cache of its own; arguments are those of ``fetcher_over``."""

    def opened(**arguments: object) -> Window:
        given = {"place": Memory(1_000_000), **arguments}
        return Window(fetcher_over(reader, **given))  # type: ignore[arg-type]

    return opened


OpenWindow = Callable[..., Window]


async def test_what_is_held_costs_nothing(open_window: OpenWindow, wire: Wire) -> None:
    """The second who asks is answered without a request, and the rest of their wants is one."""
    window, second = open_window(), operation()
    await window.fetch(wants(1, 2), operation())

    assert await window.fetch(wants(1, 2, 3), second) == [ONE, TWO, THREE]

    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)], [SYNOPSIS(3)]]
    assert (second.requests, second.calls, second.stale) == (1, 1, None)


async def test_what_is_not_there_is_held_too(open_window: OpenWindow, wire: Wire) -> None:
    """A title that the origin does not have is asked for once."""
    window = open_window()
    for _ in range(2):
        (answer,) = await window.fetch(wants(9), operation())
        assert isinstance(answer, OriginRefused)
        assert answer.is_not_found
    assert len(wire.requests) == 1


async def test_what_is_on_its_way_is_joined(open_window: OpenWindow, wire: Wire) -> None:
    """Of a level of which a part is on its way only the rest is asked for."""
    window = open_window(place=Memory(0))
    gate = wire.hold(SYNOPSIS(1))
    first = asyncio.create_task(window.fetch(wants(1, 2), operation()))
    await wire.arrived(1)
    second = asyncio.create_task(window.fetch(wants(2, 3), operation()))
    await wire.arrived(2)
    gate.set()

    assert list(await asyncio.gather(first, second)) == [[ONE, TWO], [TWO, THREE]]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)], [SYNOPSIS(3)]]


async def test_nobody_joins_what_is_somebody_elses(open_window: OpenWindow, wire: Wire) -> None:
    """The same address for another subscriber is another entry, signed for them."""
    window = open_window(place=Memory(0))
    gate = wire.hold(SYNOPSIS(1))
    token = Credentials("token", "secret")
    mine, theirs = (
        replace(each, identity=Identity(name), token=token)
        for name, each in zip(("user:ann", "user:bob"), wants(1, 1), strict=True)
    )
    first = asyncio.create_task(window.fetch([mine], operation()))
    await wire.arrived(1)
    second = asyncio.create_task(window.fetch([theirs], operation()))
    await wire.arrived(2)
    gate.set()

    assert list(await asyncio.gather(first, second)) == [[ONE], [ONE]]


async def test_less_than_what_is_wanted_is_not_joined(open_window: OpenWindow, wire: Wire) -> None:
    """A title on its way without its cast does not do for who wants the cast inside."""
    window = open_window(place=Memory(0))
    path = "/catalog/titles/movies/1"
    bare = Want(PUBLIC, Href(address(path)), relations.TITLE)
    gate = wire.hold(path)
    first = asyncio.create_task(window.fetch([bare], operation()))
    await wire.arrived(1)
    second = asyncio.create_task(window.fetch([replace(bare, parts=frozenset({"cast"}))], operation()))
    await wire.arrived(2)
    third = asyncio.create_task(window.fetch([bare], operation()))
    await asyncio.sleep(0.01)
    gate.set()
    await asyncio.gather(first, second, third)

    assert wire.expansions == [{}, {path: "@cast"}]


async def test_who_has_more_time_than_who_asked_asks_again(open_window: OpenWindow, wire: Wire) -> None:
    """The end of another's patience is not the end of ours."""
    window = open_window(place=Memory(0))
    gate = wire.hold(SYNOPSIS(1))
    hasty = asyncio.create_task(window.fetch(wants(1), operation(0.2)))
    await wire.arrived(1)
    patient = asyncio.create_task(window.fetch(wants(1), operation(5)))
    await hasty
    await wire.arrived(2)
    gate.set()

    assert await patient == [ONE]


async def test_what_is_stale_is_used_and_asked_for_behind(open_window: OpenWindow, wire: Wire) -> None:
    """Nobody waits for it: one request for all that was old, and the answer is the old one."""
    window, second = open_window(), operation()
    await window.fetch(wants(1, 2, relation=SHORT), operation())
    gate = wire.hold(SYNOPSIS(1))

    assert await window.fetch(wants(1, 2, relation=SHORT), second) == [ONE, TWO]
    assert second.requests == 0
    assert second.stale is not None
    await wire.arrived(2)
    gate.set()

    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]] * 2


async def test_an_old_answer_is_better_than_none(open_window: OpenWindow, wire: Wire) -> None:
    """When the origin is down, what is held is used and said to be old; what is personal is not."""
    window, ours = open_window(), operation()
    old = replace(SHORT, stale_while_asking=timedelta(0))
    personal = [
        replace(each, relation=replace(old, is_personal=True), identity=Identity("user:ann"))
        for each in wants(1)
    ]
    await window.fetch(wants(1, relation=old), operation())
    await window.fetch(personal, operation())
    wire.raw[SYNOPSIS(1)] = Raw(b"", 503)

    assert await window.fetch(wants(1, relation=old), ours) == [ONE]
    assert ours.stale is not None
    (refused,) = await window.fetch(personal, operation())
    assert isinstance(refused, OriginRefused)


async def test_entries_over_the_seconds_allowance_are_asked_for_once_more(
    open_window: OpenWindow, wire: Wire
) -> None:
    """Only those that were refused, after the pause that the origin wants."""
    window, ours = open_window(), operation()
    wire.tamper = Refusing(OVER_SECOND, first=1)

    assert await window.fetch(wants(1, 2, 3), ours) == [ONE, TWO, THREE]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2), SYNOPSIS(3)], [SYNOPSIS(2), SYNOPSIS(3)]]


async def test_who_is_refused_twice_is_told(open_window: OpenWindow, wire: Wire) -> None:
    """The other entries keep their answers."""
    window = open_window()
    wire.tamper = Refusing(OVER_SECOND, first=1, times=9)

    answers = await window.fetch(wants(1, 2, 3), operation())

    assert [type(answer) for answer in answers] == [Text, Text, RateLimited]
    assert len(wire.requests) == 2


async def test_over_the_days_allowance_nothing_more_is_sent(open_window: OpenWindow, wire: Wire) -> None:
    """What is held is still used; the rest is refused without a request until tomorrow."""
    window = open_window()
    await window.fetch(wants(1), operation())
    wire.tamper = Refusing(OVER_DAY, first=0)

    answers = await window.fetch(wants(2, 3), operation())
    assert [type(answer) for answer in answers] == [QuotaExhausted, QuotaExhausted]
    sent = len(wire.requests)
    later = await window.fetch(wants(1, 2), operation())
    assert later[0] == ONE
    assert isinstance(later[1], QuotaExhausted)
    assert len(wire.requests) == sent


async def test_entries_wait_for_their_turn(open_window: OpenWindow, wire: Wire) -> None:
    """More than the second allows goes out in parts, instead of being refused."""
    window = open_window(allowance=Allowance(per_second=2, per_day=100))

    assert await window.fetch(wants(1, 2, 3), operation()) == [ONE, TWO, THREE]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)], [SYNOPSIS(3)]]


async def test_what_fails_for_a_moment_is_asked_for_again(open_window: OpenWindow, wire: Wire) -> None:
    """A bad gateway once is nobody's news; each attempt is a call."""
    window, ours = open_window(attempts=3), operation()
    wire.raw[SYNOPSIS(1)] = Raw(b"", 502)
    asked = asyncio.create_task(window.fetch(wants(1), ours))
    await wire.arrived(1)
    del wire.raw[SYNOPSIS(1)]

    assert await asked == [ONE]
    assert (ours.requests, ours.calls) == (2, 2)


async def test_only_entries_that_failed_are_asked_for_again(open_window: OpenWindow, wire: Wire) -> None:
    """The others have their answers."""
    window = open_window(attempts=3)
    wire.tamper = Refusing(status(500, "It went wrong"), first=2)

    assert await window.fetch(wants(1, 2, 3), operation()) == [ONE, TWO, THREE]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2), SYNOPSIS(3)], [SYNOPSIS(3)]]


async def test_what_the_origin_refuses_is_not_asked_for_again(open_window: OpenWindow, wire: Wire) -> None:
    """A refusal that will be the same is taken at its word."""
    window = open_window(attempts=3)
    wire.statuses[SYNOPSIS(1)] = 401

    (answer,) = await window.fetch(wants(1), operation())

    assert isinstance(answer, OriginRefused)
    assert len(wire.requests) == 1


async def test_an_origin_without_bulk_requests_is_asked_one_by_one(
    open_window: OpenWindow, wire: Wire
) -> None:
    """That it has none is remembered."""
    window = open_window()
    wire.raw[BULK] = Raw(status(404, "Resource not found").encode(), 404)

    assert await window.fetch(wants(1, 2), operation()) == [ONE, TWO]
    assert await window.fetch(wants(2, 3), operation()) == [TWO, THREE]

    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)], [SYNOPSIS(1)], [SYNOPSIS(2)], [SYNOPSIS(3)]]


@pytest.mark.parametrize("code", [400, 413])
async def test_a_bulk_request_that_is_too_long_is_sent_in_halves(
    open_window: OpenWindow, wire: Wire, code: int
) -> None:
    """Down to single requests, where it must be."""
    window = open_window()
    wire.raw[BULK] = Raw(status(code, "Too long").encode(), code)

    assert await window.fetch(wants(1, 2), operation()) == [ONE, TWO]


async def test_half_a_bulk_answer_is_none(open_window: OpenWindow, wire: Wire) -> None:
    """What came before the break is not trusted; the entries are asked for in smaller parts."""
    window = open_window(attempts=3)
    wire.raw[BULK] = Raw(b"<response><entry><id>entry_1</id>")

    assert await window.fetch(wants(1, 2), operation()) == [ONE, TWO]


async def test_a_wrong_clock_is_set_and_nobody_hears_of_it(open_window: OpenWindow, wire: Wire) -> None:
    """What was signed too early or too late is asked for once more."""
    window = open_window()
    wire.tamper = Refusing(status(401, "Timestamp Is Invalid"), first=0)

    assert await window.fetch(wants(1, 2), operation()) == [ONE, TWO]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]] * 2


async def test_a_clock_that_stays_wrong_is_told(open_window: OpenWindow, wire: Wire) -> None:
    """Once more is not for ever."""
    window = open_window(attempts=3)
    wire.raw[SYNOPSIS(1)] = Raw(b"Timestamp Is Invalid", 401)

    (answer,) = await window.fetch(wants(1), operation())

    assert isinstance(answer, OriginRefused)
    assert len(wire.requests) == 2


async def test_an_origin_that_fails_is_left_alone(open_window: OpenWindow, wire: Wire) -> None:
    """After twenty failures nothing is sent to it for a while, and whoever asks is told at once."""
    window = open_window()
    wire.raw[SYNOPSIS(1)] = Raw(b"", 500)
    answers = [(await window.fetch(wants(1), operation()))[0] for _ in range(25)]

    assert len(wire.requests) == 20
    assert [type(answer) for answer in answers] == [OriginRefused] * 20 + [OriginLeftAlone] * 5


async def test_a_family_that_failed_travels_alone(open_window: OpenWindow, wire: Wire) -> None:
    """Of a request that failed nobody knows whose fault it was; next time each family has one of its own."""
    window = open_window(place=Memory(0))
    title = Want(PUBLIC, Href(address("/catalog/titles/movies/1")), relations.TITLE)
    wire.raw[BULK] = Raw(b"", 500)
    await window.fetch([title, *wants(1)], operation())
    del wire.raw[BULK]
    for _ in range(2):
        await window.fetch([title, *wants(1)], operation())

    alone = [[SYNOPSIS(1)], ["/catalog/titles/movies/1"]]
    assert wire.requests[0] == ["/catalog/titles/movies/1", SYNOPSIS(1)]
    assert sorted(wire.requests[1:3]) == sorted(alone)
    assert wire.requests[3] == ["/catalog/titles/movies/1", SYNOPSIS(1)]


async def test_no_request_is_begun_that_cannot_be_answered_in_time(
    open_window: OpenWindow, wire: Wire
) -> None:
    """With a twentieth of a second left nothing is sent."""
    window = open_window()
    await window.fetch(wants(1), operation(0.05))
    assert wire.requests == []


async def test_what_cannot_be_reached_has_its_error(open_window: OpenWindow, wire: Wire) -> None:
    """After three attempts the failure is the answer."""
    window = open_window(attempts=3)
    wire.raw[SYNOPSIS(1)] = Raw(b"", 504)

    (answer,) = await window.fetch(wants(1), operation())

    assert isinstance(answer, OriginRefused | OriginTimedOut | OriginUnreachable)
    assert len(wire.requests) == 3


async def test_what_is_held_is_no_call_that_an_operation_may_not_make(
    open_window: OpenWindow, wire: Wire
) -> None:
    """Only what would have to be asked for counts against the greatest number of calls."""
    window, ours = open_window(), operation()
    await window.fetch(wants(1, 2), operation())
    ours.most_calls = 1

    assert await window.fetch(wants(1, 2, 3), ours) == [ONE, TWO, THREE]
    (refused,) = await window.fetch(wants(9), ours)

    assert isinstance(refused, TooMuch)
    assert (len(wire.requests), ours.calls) == (2, 1)


async def test_attempts_are_calls_that_an_operation_may_not_make(open_window: OpenWindow, wire: Wire) -> None:
    """What failed is not asked for again by who has used up their calls; who has not gets their answer."""
    window, poor, rich = open_window(attempts=3), operation(), operation()
    poor.most_calls = 1
    wire.raw[SYNOPSIS(1)] = Raw(b"", 503)

    (answer,) = await window.fetch(wants(1), poor)
    assert isinstance(answer, OriginRefused)
    assert len(wire.requests) == 1
    asked = asyncio.create_task(window.fetch(wants(1), rich))
    await wire.arrived(2)
    del wire.raw[SYNOPSIS(1)]

    assert await asked == [ONE]
    assert (rich.calls, poor.calls) == (2, 1)


@pytest.mark.parametrize(("header", "requests"), [("no-store", 2), ("max-age=60", 1), ("", 1)])
async def test_the_origin_says_what_may_be_kept(
    open_window: OpenWindow, wire: Wire, header: str, requests: int
) -> None:
    """Its word goes before what the relation says."""
    window = open_window()
    document = str(wire.documents[SYNOPSIS(1)])
    wire.raw[SYNOPSIS(1)] = Raw(document.encode(), headers={"cache-control": header})
    for _ in range(2):
        assert await window.fetch(wants(1), operation()) == [ONE]

    assert len(wire.requests) == requests
