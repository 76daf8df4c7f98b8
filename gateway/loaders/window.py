"""From the wants of one level, of all operations in flight, to few requests."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from gateway.loaders.errors import TooMuch
from gateway.loaders.fetching import Fetcher
from gateway.loaders.lengths import Lengths
from gateway.loaders.orders import Order
from gateway.loaders.plan import Plan
from gateway.loaders.wants import Answered, Ask, Want, ask, merge
from gateway.upstream.errors import DeadlineExceeded, OriginUnreachable
from gateway.upstream.reader import Exchange, Read

QUIET_TURNS: Final = 4
"""Turns of the loop without a sign of an operation after which its level is complete.

A list field resumes one turn later than a single field, and what is answered out of an earlier load leads
to the next want up to four turns later. A turn of an idle loop takes some ten microseconds.
"""

LONGEST_WAIT: Final = 0.002
"""Seconds after which a complete level no longer waits for levels of other operations."""


@dataclass(slots=True, eq=False)
class Operation:
    """One GraphQL operation: until when it waits (a time of the loop), and what it has cost so far."""

    deadline: float
    requests: int = 0
    """HTTP requests that carried something for it."""
    calls: int = 0
    """Calls against the origin's quota: every entry of a bulk request is one."""
    stale: float | None = None
    """How many seconds old the oldest answer is that was used for want of a newer one."""
    most_calls: int = 200
    """Calls that it may cost."""
    plan: Plan = field(default_factory=Plan)
    is_only_planned: bool = False
    sent: list["Sent"] | None = None
    """The requests that carried something for it, where they are to be told; else None."""

    def count(self, sent: "Sent") -> None:
        """Take note of a request that carries something for this operation."""
        self.requests += 1
        self.calls += len(sent.reads)
        if self.sent is not None:
            self.sent.append(sent)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as one operation knows it: others may have had entries in it."""

    exchange: Exchange
    reads: Sequence[Read]
    """What it carried for the operation."""
    waited: float
    """Seconds from the first want of its level until it was sent."""


@dataclass(slots=True, eq=False)
class _Level:
    """The wants of one operation that arrived together, and the answers that are there by now."""

    operation: Operation
    answered: asyncio.Future[None]
    """Done when every want has its answer."""
    opened: float
    """A time of the loop."""
    wants: dict[Want, Want] = field(default_factory=dict)
    """Each want, by itself, with all the parts that were asked for so far."""
    answers: dict[Want, Answered] = field(default_factory=dict)
    last_turn: int = 0

    def widen(self, want: Want) -> None:
        """Want *want*, or the parts that it names of what is wanted here already."""
        (self.wants[want],) = merge([self.wants.get(want, want), want])

    def refuse(self) -> bool:
        """Answer all wants with an error if they are more than the operation may still ask for."""
        calls, most = self.operation.calls + len(ask(self.wants.values())), self.operation.most_calls
        if calls > most:
            error = TooMuch("The calls of an operation", value=calls, limit=most)
            for want in self.wants:
                self.take(want, error)
        return calls > most

    def take(self, want: Want, answer: Answered) -> None:
        """Keep the *answer* to *want*."""
        self.answers[want] = answer
        if len(self.answers) == len(self.wants) and not self.answered.done():
            self.answered.set_result(None)


class Window:
    """Stays open while wants of the same level still arrive, then sends them together."""

    def __init__(self, fetcher: Fetcher, *, entries: int = 200) -> None:
        self._fetcher = fetcher
        self._entries = entries
        self.lengths = Lengths()
        """What the answers so far taught about the lengths of lists."""
        self._levels: dict[Operation, _Level] = {}
        self._unanswered: set[_Level] = set()
        self._turn = 0
        self._settling: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def fetch(self, wants: Sequence[Want], operation: Operation) -> list[Answered]:
        """Return the answers for *wants*, in their order; a failure is an answer too."""
        if self._is_closed:
            return [OriginUnreachable(want.href) for want in wants]
        level = self._level(operation)
        for want in wants:
            level.widen(want)
        level.last_turn = self._turn
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle())
        # Shielded: an operation that gives up must not take the answers of others along.
        answered = asyncio.shield(level.answered)
        try:
            async with asyncio.timeout_at(operation.deadline):
                await answered
        except TimeoutError:
            return [level.answers.get(want) or DeadlineExceeded() for want in wants]
        # Only a window that was closed leaves something out.
        return [level.answers.get(want) or OriginUnreachable(want.href) for want in wants]

    def keep_open(self, operation: Operation, want: Want) -> None:
        """Take note that *operation* still makes progress, so that its level is not complete.

        What is answered out of what was loaded before leads to wants that come some turns late. Where *want*
        is in the level already, its parts are wanted too.
        """
        if level := self._levels.get(operation):
            level.last_turn = self._turn
            if want in level.wants:
                level.widen(want)

    async def close(self) -> None:
        """End what is under way; whoever still waits gets an error, not silence."""
        self._is_closed = True
        tasks = [*self._sending, *([self._settling] if self._settling else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for level in self._unanswered:
            if not level.answered.done():
                level.answered.set_result(None)

    def _level(self, operation: Operation) -> _Level:
        level = self._levels.get(operation)
        if level is None:
            loop = asyncio.get_running_loop()
            answered: asyncio.Future[None] = loop.create_future()
            level = self._levels[operation] = _Level(operation, answered, loop.time())
            self._unanswered.add(level)
            answered.add_done_callback(lambda _: self._unanswered.discard(level))
        return level

    async def _settle(self) -> None:
        """Close the window when it is quiet, again and again until nothing is wanted."""
        loop = asyncio.get_running_loop()
        opened = loop.time()
        while self._levels:
            await asyncio.sleep(0)
            self._turn += 1
            quiet = [level for level in self._levels.values() if self._turn - level.last_turn > QUIET_TURNS]
            is_overdue = loop.time() - opened > LONGEST_WAIT or self._is_full(quiet)
            if quiet and (is_overdue or len(quiet) == len(self._levels)):
                self._send_levels(quiet)
                opened = loop.time()
        self._settling = None

    def _is_full(self, levels: Sequence[_Level]) -> bool:
        return sum(len(level.wants) for level in levels) >= self._entries

    def _send_levels(self, levels: Sequence[_Level]) -> None:
        for level in levels:
            del self._levels[level.operation]
        task = asyncio.create_task(self._answer([level for level in levels if not level.refuse()]))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _answer(self, levels: Sequence[_Level]) -> None:
        """Fetch the wants of *levels*; each of them is answered when all of its own wants are.

        All at once, so that what its answers make wanted next arrives together again.
        """
        order = _order(levels)
        try:
            await self._fetcher.fetch(order)
        except Exception as error:  # noqa: BLE001 - a fault of ours fails those who met it, and nobody else
            for level in levels:
                for want in level.wants.keys() - level.answers.keys():
                    level.take(want, error)
        self._learn(levels)

    def _learn(self, levels: Sequence[_Level]) -> None:
        answers = (each for level in levels for each in level.answers.items())
        self.lengths = self.lengths.after(
            (want.relation, answer) for want, answer in answers if not isinstance(answer, Exception)
        )


def _order(levels: Sequence[_Level]) -> Order:
    """Return the order for what *levels* want together."""

    def levels_of(want: Want) -> list[_Level]:
        return [level for level in levels if want in level.wants]

    def answer(want: Want, answered: Answered) -> None:
        for level in levels_of(want):
            level.take(want, answered)

    def sent(exchange: Exchange, carried: Sequence[Ask]) -> None:
        for level in levels:
            wants = level.wants.keys()
            mine = [each.read for each in carried if not wants.isdisjoint(each.wants)]
            if mine:
                level.operation.count(Sent(exchange, mine, exchange.began - level.opened))

    def stale(want: Want, age: float) -> None:
        for level in levels_of(want):
            level.operation.stale = max(age, level.operation.stale or 0.0)

    return Order(
        wants=merge(want for level in levels for want in level.wants.values()),
        deadline_of=lambda want: max(level.operation.deadline for level in levels_of(want)),
        answer=answer,
        sent=sent,
        stale=stale,
    )
