"""What goes out together with what, who waits for whom, and how waiting ends."""

import asyncio
from dataclasses import replace

import pytest

from gateway import relations
from gateway.loaders.levels import Operation
from gateway.loaders.wants import Want
from gateway.loaders.window import Window
from gateway.resources import Href, Text
from gateway.upstream.errors import DeadlineExceeded, OriginUnreachable
from gateway.upstream.identity import PUBLIC
from gateway.upstream.reader import Reader
from tests.gateway.documents import address
from tests.gateway.loaders.conftest import MOVIES
from tests.gateway.loaders.fetcher import fetcher_over
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

SYNOPSIS = "/catalog/titles/movies/{}/synopsis".format
ONE, TWO, THREE = (Text(f"About film {number}.") for number in (1, 2, 3))


def wants(*numbers: int) -> list[Want]:
    """Return the wants of the synopses of films."""
    return [Want(PUBLIC, Href(address(SYNOPSIS(each))), relations.SYNOPSIS) for each in numbers]


def operation(seconds: float = 5) -> Operation:
    """Return an operation that has *seconds* left."""
    return Operation(asyncio.get_running_loop().time() + seconds)


async def test_two_operations_share_a_bulk(window: Window, wire: Wire) -> None:
    """What two operations want at the same moment is one request; each counts its own calls."""
    first, second = operation(), operation()

    answers = await asyncio.gather(window.fetch(wants(1), first), window.fetch(wants(2), second))

    assert list(answers) == [[ONE], [TWO]]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]]
    assert [(each.requests, each.calls) for each in (first, second)] == [(1, 1), (1, 1)]


async def test_two_operations_share_an_entry(window: Window, wire: Wire) -> None:
    """What two operations both want travels once, and each of them gets it."""
    answers = await asyncio.gather(
        window.fetch(wants(1, 2), operation()), window.fetch(wants(2, 1), operation())
    )

    assert list(answers) == [[ONE, TWO], [TWO, ONE]]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]]


async def test_an_entry_that_two_operations_share_has_the_parts_of_both(window: Window, wire: Wire) -> None:
    """A film that two operations want with other parts travels once, with all of them."""
    film = Want(PUBLIC, Href(address(MOVIES[0])), relations.TITLE)
    cast, synopsis = (replace(film, parts=frozenset({part})) for part in ("cast", "synopsis"))

    await asyncio.gather(window.fetch([cast], operation()), window.fetch([synopsis], operation()))

    assert wire.expansions == [{MOVIES[0]: "@cast,@synopsis"}]


async def test_an_operation_counts_the_requests_that_carry_something_for_it(window: Window) -> None:
    """A level that is split costs its operation a request for each part that it has wants in."""
    first, second = operation(), operation()

    await asyncio.gather(window.fetch(wants(1), first), window.fetch(wants(2, 3), second))

    assert [(each.requests, each.calls) for each in (first, second)] == [(1, 1), (2, 2)]


async def test_an_operation_is_told_of_its_own_entries_alone(window: Window) -> None:
    """Of a request that two operations share, neither is told what the other one asked for."""
    first, second = operation(), operation()
    first.sent, second.sent = [], []

    await asyncio.gather(window.fetch(wants(1), first), window.fetch(wants(2), second))

    assert [[read.href for read in sent.reads] for sent in first.sent] == [[wants(1)[0].href]]
    assert [[read.href for read in sent.reads] for sent in second.sent] == [[wants(2)[0].href]]
    assert first.sent[0].exchange is second.sent[0].exchange


async def test_wants_of_several_turns_are_one_level(window: Window, wire: Wire) -> None:
    """A want that comes a turn later than the first still goes along."""
    ours = operation()
    first = asyncio.create_task(window.fetch(wants(1), ours))
    for _ in range(3):  # one to begin, one to open the window, one that is quiet
        await asyncio.sleep(0)

    answers = [await window.fetch(wants(2), ours), await first]

    assert answers == [[TWO], [ONE]]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]]


async def test_who_keeps_on_wanting_does_not_hold_up_another(window: Window, wire: Wire) -> None:
    """An operation whose level is complete goes ahead of one that never comes to rest."""
    greedy, content = operation(), operation()

    async def want_on() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(2000):
                group.create_task(window.fetch(wants(2), greedy))
                await asyncio.sleep(0)

    wanting = asyncio.create_task(want_on())
    answers = await window.fetch(wants(1), content)
    await wanting

    assert answers == [ONE]
    assert wire.requests[0] == [SYNOPSIS(1)]


async def test_each_waiter_of_a_bulk_keeps_its_own_deadline(window: Window, wire: Wire) -> None:
    """An answer that is too late for one operation is in time for another that waits for the same bulk."""
    held = wire.hold(SYNOPSIS(1))
    patient = asyncio.create_task(window.fetch(wants(2), operation()))

    answers = await window.fetch(wants(1), operation(0.05))

    assert [type(each) for each in answers] == [DeadlineExceeded]
    held.set()
    assert await patient == [TWO]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)]]


async def test_what_is_there_at_the_deadline_counts(window: Window, wire: Wire) -> None:
    """Of a level in two parts the one that was answered is kept when the other is late."""
    wire.hold(SYNOPSIS(1))

    answers = await window.fetch(wants(1, 2, 3), operation(1))

    assert [type(each) for each in answers] == [DeadlineExceeded, DeadlineExceeded, Text]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)], [SYNOPSIS(3)]]


async def test_who_is_cancelled_takes_nobody_along(window: Window, wire: Wire) -> None:
    """A caller that goes away leaves the others of its level and of its bulk their answers."""
    held = wire.hold(SYNOPSIS(1))
    ours = operation()
    leaving = asyncio.create_task(window.fetch(wants(1), ours))
    staying = asyncio.create_task(window.fetch(wants(1, 2), ours))
    other = asyncio.create_task(window.fetch(wants(2), operation()))
    await wire.arrived(1)

    leaving.cancel()
    held.set()

    assert [await staying, await other] == [[ONE, TWO], [TWO]]
    assert leaving.cancelled()


async def test_closing_ends_what_is_under_way(window: Window, wire: Wire) -> None:
    """Whoever waits for the origin when the window closes gets an error at once."""
    wire.hold(SYNOPSIS(1))
    waiting = asyncio.create_task(window.fetch(wants(1, 2, 3), operation()))
    await wire.arrived(2)

    await window.close()

    async with asyncio.timeout(3):
        answers = await waiting
    assert [type(each) for each in answers[:2]] == [OriginUnreachable, OriginUnreachable]


async def test_closing_ends_what_is_not_sent_yet(window: Window, wire: Wire) -> None:
    """Wants of a level that is still open get an error too, and are never sent."""
    waiting = asyncio.create_task(window.fetch(wants(1, 2), operation()))
    await asyncio.sleep(0)

    await window.close()

    async with asyncio.timeout(3):
        answers = await waiting
    assert [type(each) for each in answers] == [OriginUnreachable, OriginUnreachable]
    assert wire.requests == []


async def test_a_closed_window_sends_nothing(window: Window, wire: Wire) -> None:
    """A want that comes after the end gets an error."""
    await window.close()

    answers = await window.fetch(wants(1), operation())

    assert [type(each) for each in answers] == [OriginUnreachable]
    assert wire.requests == []


async def test_closing_leaves_no_task(window: Window, wire: Wire) -> None:
    """Nothing of a window runs on after it was closed."""
    before = asyncio.all_tasks()
    wire.hold(SYNOPSIS(1))
    waiting = asyncio.create_task(window.fetch(wants(1, 2, 3), operation()))
    await wire.arrived(2)

    await window.close()
    await waiting

    assert asyncio.all_tasks() == before


async def test_a_fault_of_ours_fails_its_part_alone(window: Window, wire: Wire) -> None:
    """An exception that nobody expected is handed to those it concerns; the other part is answered."""
    wire.faults[SYNOPSIS(1)] = ZeroDivisionError()

    answers = await window.fetch(wants(1, 2, 3), operation())

    assert [type(each) for each in answers] == [ZeroDivisionError, ZeroDivisionError, Text]


async def test_answers_that_are_asked_for_again_are_counted(reader: Reader, wire: Wire) -> None:
    """A bulk answer that is too large is asked for in halves, and the cost says so."""
    window, ours = Window(fetcher_over(reader)), operation()
    wire.raw["/utility/bulk"] = Raw(b"x" * 8_000_001)

    answers = await window.fetch(wants(1, 2), ours)

    assert answers == [ONE, TWO]
    assert wire.requests == [[SYNOPSIS(1), SYNOPSIS(2)], [SYNOPSIS(1)], [SYNOPSIS(2)]]
    assert (ours.requests, ours.calls) == (3, 4)


async def test_the_time_of_an_operation_is_handed_down(reader: Reader, wire: Wire) -> None:
    """A request ends with the last operation that waits for it."""
    window = Window(fetcher_over(reader))
    wire.hold(SYNOPSIS(1))

    answers = await window.fetch(wants(1), operation(0.05))
    await asyncio.sleep(0.05)

    assert [type(each) for each in answers] == [DeadlineExceeded]
    assert [task for task in asyncio.all_tasks() if "Window" in repr(task.get_coro())] == []
