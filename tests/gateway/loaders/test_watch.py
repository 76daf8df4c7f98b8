"""Watching queues: one poll a queue, at a pace, and only what is news."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from gateway.loaders.viewer import Viewer
from gateway.loaders.watch import Pace, Watches
from gateway.resources import Href
from gateway.subscriber import Queue
from gateway.upstream.errors import (
    MalformedDocument,
    OriginRefused,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
    UpstreamError,
)
from gateway.upstream.identity import Identity
from gateway.upstream.poller import Tagged
from gateway.upstream.reader import Read
from gateway.upstream.signing import Credentials

pytestmark = pytest.mark.anyio

HREF = Href("http://o.test/users/ann/queues/instant")
OTHER = Href("http://o.test/users/ann/queues/disc")
ANN = Viewer("ann", Credentials("token-of-ann", "secret"))
ANN_ELSEWHERE = Viewer("ann", Credentials("another-token-of-ann", "secret"))
BOB = Viewer("bob", Credentials("token-of-bob", "secret"))
PACE = Pace(shortest=5.0, longest=60.0, apart=0.0, jitter=0.0)


@dataclass
class Origin:
    """Queues that differ by their tag alone, and what was asked about them."""

    tag: str = "1"
    failure: UpstreamError | Exception | None = None
    refused: set[str] = field(default_factory=set)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    hold: asyncio.Event | None = None

    async def poll(self, read: Read, tag: str | None, _identity: Identity) -> Tagged | None:
        """Answer one poll."""
        assert read.token is not None
        self.asked.append((read.token.key, tag))
        if self.hold is not None:
            await self.hold.wait()
        if read.token.key in self.refused:
            raise OriginRefused(read.href, 401, message="Invalid Or Expired Token")
        if self.failure is not None:
            raise self.failure
        return None if tag == self.tag else Tagged(Queue(etag=self.tag, items=()), self.tag)


@dataclass
class Rests:
    """Rests until it is told to go on, and remembers for how long it was to rest."""

    asked: list[float] = field(default_factory=list)
    gates: list[asyncio.Event] = field(default_factory=list)

    async def rest(self, woken: asyncio.Event, seconds: float) -> None:
        """Rest until the next ``go_on``, or until *woken*."""
        if seconds <= 0:
            return
        self.asked.append(seconds)
        gate = asyncio.Event()
        self.gates.append(gate)
        ways = [asyncio.create_task(each.wait()) for each in (woken, gate)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()

    def go_on(self) -> None:
        """Let the time of everything that rests be over."""
        for gate in self.gates:
            gate.set()
        self.gates.clear()


@dataclass
class Seen:
    """Somebody who watches: what they were told, and how it ended."""

    tags: list[str] = field(default_factory=list)
    error: Exception | None = None
    task: "asyncio.Task[None] | None" = None

    async def watch(self, watches: Watches, viewer: Viewer, href: Href = HREF) -> None:
        """Watch until it ends."""
        try:
            async with aclosing(watches.watch(viewer, href)) as states:
                async for state in states:
                    self.tags.append(state.etag)
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            self.error = error


def watching(watches: Watches, viewer: Viewer = ANN, href: Href = HREF) -> Seen:
    """Return somebody who has begun to watch."""
    seen = Seen()
    seen.task = asyncio.create_task(seen.watch(watches, viewer, href))
    return seen


async def settle(until: Callable[[], bool] = lambda: False, turns: int = 200) -> None:
    """Let everything happen that needs no time."""
    for _ in range(turns):
        if until():
            return
        await asyncio.sleep(0)


async def leave(*watchers: Seen) -> None:
    """Stop watching."""
    for each in watchers:
        assert each.task is not None
        each.task.cancel()
    await asyncio.gather(*(each.task for each in watchers if each.task), return_exceptions=True)


async def test_a_hundred_watchers_cost_one_poll() -> None:
    """All of them are told what one poll found, now and after a change."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    watchers = [watching(watches) for _ in range(100)]
    await settle()

    assert origin.asked == [("token-of-ann", None)]
    origin.tag = "2"
    rests.go_on()
    await settle()

    assert origin.asked == [("token-of-ann", None), ("token-of-ann", "1")]
    assert [each.tags for each in watchers] == [["1", "2"]] * 100
    await leave(*watchers)


async def test_what_has_not_changed_is_not_told() -> None:
    """A poll that finds nothing new is heard of by nobody."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    for _ in range(4):
        await settle()
        rests.go_on()
    await settle()

    assert (len(origin.asked), ann.tags) == (5, ["1"])
    await leave(ann)


async def test_the_same_queue_under_another_tag_is_not_told() -> None:
    """What counts is the queue's own tag, not the one of the document around it."""
    asked: list[str | None] = []

    async def poll(_read: Read, tag: str | None, _identity: Identity) -> Tagged | None:
        asked.append(tag)
        return Tagged(Queue(etag="1", items=()), f"document-{len(asked)}")

    rests = Rests()
    watches = Watches(poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()
    rests.go_on()
    await settle()

    assert (asked, ann.tags) == ([None, "document-1"], ["1"])
    await leave(ann)


async def test_a_quiet_queue_is_polled_ever_more_seldom_within_bounds() -> None:
    """Intervals double up to the longest, and begin anew after a change."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    for round_ in range(7):
        await settle()
        origin.tag = "2" if round_ >= 5 else "1"
        rests.go_on()
    await settle()

    assert rests.asked == [5, 10, 20, 40, 60, 60, 5, 10]
    await leave(ann)


async def test_intervals_are_left_to_chance_a_little() -> None:
    """With the least and the most of it they differ by the part that is its own."""
    origin, rests = Origin(), Rests()
    chances = iter([0.0, 1.0])
    pace = Pace(shortest=10.0, longest=10.0, apart=0.0, jitter=0.2)
    watches = Watches(origin.poll, pace, rest=rests.rest, chance=lambda: next(chances))
    ann = watching(watches)
    await settle()
    rests.go_on()
    await settle()

    assert rests.asked == [9.0, 11.0]
    await leave(ann)


async def test_polls_of_many_queues_keep_a_distance() -> None:
    """Each of those that come due together waits for a turn of its own."""
    origin, rests = Origin(), Rests()
    pace = Pace(shortest=5.0, longest=60.0, apart=100.0, jitter=0.0)
    watches = Watches(origin.poll, pace, rest=rests.rest)
    hrefs = [Href(f"http://o.test/users/ann/queues/{number}") for number in range(4)]
    watchers = [watching(watches, ANN, href) for href in hrefs]
    await settle()
    assert (len(origin.asked), rests.asked) == (4, [5.0] * 4)

    rests.go_on()
    await settle()

    waits = sorted(seconds for seconds in rests.asked[4:] if seconds > 60)
    assert [round(wait / 100) for wait in waits] == [1, 2, 3]
    assert len(origin.asked) == 5
    await leave(*watchers)


async def test_who_comes_later_is_told_the_queue_as_it_is_now() -> None:
    """Soon after a poll they are told at once; long after it, what another poll finds."""
    origin, rests = Origin(), Rests()
    at_once = Pace(shortest=1e-9, longest=60.0, apart=0.0, jitter=0.0)
    soon, later = Watches(origin.poll, PACE, rest=rests.rest), Watches(origin.poll, at_once, rest=rests.rest)
    watchers = [watching(soon), watching(later)]
    await settle()
    origin.tag = "2"
    watchers += [watching(soon), watching(later)]
    await settle()

    assert [each.tags for each in watchers] == [["1"], ["1", "2"], ["1"], ["2"]]
    assert len(origin.asked) == 3
    await leave(*watchers)


async def test_a_write_wakes_the_watching() -> None:
    """It is looked at once, without waiting for the time to be over, and only for who has written."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann, bob = watching(watches), watching(watches, BOB)
    await settle()
    origin.tag = "2"
    watches.wake(ANN.identity)
    await settle()

    assert (ann.tags, bob.tags) == (["1", "2"], ["1"])
    assert len(origin.asked) == 3
    await leave(ann, bob)


async def test_each_subscriber_is_polled_with_a_token_of_their_own() -> None:
    """Two who watch the same address never share what is found there."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann, bob = watching(watches), watching(watches, BOB)
    await settle()

    assert sorted(key for key, _ in origin.asked) == ["token-of-ann", "token-of-bob"]
    await leave(ann, bob)


async def test_who_is_slow_misses_states_but_never_the_last() -> None:
    """Between two looks of theirs only the latest state is kept."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    states = watches.watch(ANN, HREF)
    told = [(await anext(states)).etag]
    for tag in ("2", "3", "4"):
        origin.tag = tag
        rests.go_on()
        await settle()
    told.append((await anext(states)).etag)

    assert told == ["1", "4"]
    await states.aclose()


FAILURES = [OriginUnreachable(HREF), OriginRefused(HREF, 500), MalformedDocument("/", "a queue")]


@pytest.mark.parametrize("failure", FAILURES)
async def test_a_failure_is_waited_out(failure: UpstreamError) -> None:
    """It is polled ever more seldom, nobody hears of it, and what follows is told."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()
    origin.failure = failure
    for _ in range(3):
        rests.go_on()
        await settle()
    origin.failure, origin.tag = None, "2"
    rests.go_on()
    await settle()

    assert (ann.tags, ann.error) == (["1", "2"], None)
    assert rests.asked == [5, 10, 20, 40, 5]
    await leave(ann)


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [(RateLimited(2.0), 60), (QuotaExhausted(600.0), 600), (QuotaExhausted(80_000.0), 3_600)],
)
async def test_over_quota_is_not_asked_again_soon(failure: UpstreamError, seconds: float) -> None:
    """The pause is as long as it takes, but an hour at most."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()
    origin.failure = failure
    rests.go_on()
    await settle()

    assert rests.asked == [5, seconds]
    await leave(ann)


async def test_what_cannot_be_read_to_begin_with_fails() -> None:
    """Who has been told nothing yet is told why; who knows the queue goes on."""
    origin, rests = Origin(failure=OriginUnreachable(HREF)), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()

    assert isinstance(ann.error, OriginUnreachable)
    assert watches.count == 0


async def test_a_queue_that_is_gone_ends_the_watching() -> None:
    """404 is no failure that passes."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()
    origin.failure = OriginRefused(HREF, 404)
    rests.go_on()
    await settle()

    assert isinstance(ann.error, OriginRefused)
    assert (ann.error.status, watches.count) == (404, 0)


async def test_a_revoked_token_ends_its_own_watchers_alone() -> None:
    """Whoever watches the same queue with another token is told of what comes, polled with theirs."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    here, elsewhere = watching(watches), watching(watches, ANN_ELSEWHERE)
    await settle()
    origin.refused.add("token-of-ann")
    origin.tag = "2"
    rests.go_on()
    await settle()

    assert isinstance(here.error, OriginRefused)
    assert here.error.is_token_refused
    assert (elsewhere.tags, elsewhere.error) == (["1", "2"], None)
    assert [key for key, _ in origin.asked] == ["token-of-ann", "token-of-ann", "another-token-of-ann"]
    await leave(elsewhere)


async def test_a_signature_that_is_refused_ends_nothing() -> None:
    """Then it is our secret or our clock that is wrong, and may be mended."""
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()
    origin.failure = OriginRefused(HREF, 401, message="Invalid Signature")
    rests.go_on()
    await settle()

    assert ann.error is None
    await leave(ann)


async def test_a_fault_of_ours_ends_the_watching_with_a_word() -> None:
    """Nobody is left waiting for news that never come."""
    origin, rests = Origin(failure=RuntimeError("a bug")), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()

    assert (str(ann.error), watches.count) == ("a bug", 0)


async def test_the_last_to_leave_ends_the_polling() -> None:
    """No task is left, even of a poll that is under way, and another watcher begins anew."""
    before = asyncio.all_tasks()
    origin, rests = Origin(hold=asyncio.Event()), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    watchers = [watching(watches), watching(watches)]
    await settle()
    await leave(watchers[0])
    assert watches.count == 1
    await leave(watchers[1])
    await settle()

    assert (watches.count, asyncio.all_tasks() - before) == (0, set())
    origin.hold = None
    again = watching(watches)
    await settle()
    assert again.tags == ["1"]
    await leave(again)


async def test_closing_ends_everything() -> None:
    """Whoever watches is told, and no task is left."""
    before = asyncio.all_tasks()
    origin, rests = Origin(), Rests()
    watches = Watches(origin.poll, PACE, rest=rests.rest)
    ann = watching(watches)
    await settle()
    await watches.close()
    await settle()

    assert isinstance(ann.error, OriginUnreachable)
    assert asyncio.all_tasks() - before == set()
