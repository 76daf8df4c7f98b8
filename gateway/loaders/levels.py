"""One operation, the level of it that is being answered, and the order that levels make together."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.loaders.errors import TooMuch
from gateway.loaders.plan import Plan
from gateway.loaders.wants import Answered, Ask, Want, ask, merge
from gateway.telemetry.trail import Met, Trail
from gateway.upstream.errors import DeadlineExceeded
from gateway.upstream.reader import Exchange, Read


@dataclass(slots=True, eq=False)
class Operation:
    """One GraphQL operation: until when it waits (a time of the loop), and what it has cost so far."""

    deadline: float
    changes_until: float = 0.0
    """Until when it waits, if that is later, once it changes anything."""
    began: float | None = None
    """When it began, where that is known."""
    requests: int = 0
    """HTTP requests that carried something for it."""
    calls: int = 0
    """Calls against the origin's quota: every entry of a bulk request is one."""
    stale: float | None = None
    """How many seconds old the oldest answer is that was used for want of a newer one."""
    most_calls: int = 200
    """Calls that it may cost."""
    admitted: int = 0
    """Calls that it was let make so far, made or not yet."""
    plan: Plan = field(default_factory=Plan)
    is_only_planned: bool = False
    has_left: bool = False
    """Whether nobody waits for it any more."""
    sent: list["Sent"] | None = None
    """The requests that carried something for it, where they are to be told; else None."""
    trail: Trail = field(default_factory=Trail)
    """What those who run the gateway see of it."""

    def too_late(self) -> DeadlineExceeded:
        """Return what is said when its time is over."""
        return DeadlineExceeded(None if self.began is None else round(self.deadline - self.began, 3))

    def begin_change(self) -> None:
        """Give it the time that changes have: what they are is to be found out, whatever gets lost."""
        self.deadline = max(self.deadline, self.changes_until)

    def admit(self, calls: int) -> bool:
        """Let it make that many more *calls*, if it may."""
        is_admitted = self.admitted + calls <= self.most_calls
        if is_admitted:
            self.admitted += calls
        return is_admitted

    def count(self, sent: "Sent") -> None:
        """Take note of a request that carries something for this operation."""
        self.requests += 1
        self.calls += len(sent.reads)
        self.trail.requests += 1
        self.trail.calls += len(sent.reads)
        sent.exchange.trails.append(self.trail)
        self.admitted = max(self.admitted, self.calls)
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
class Level:
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

    def admit(self, asked: Sequence[Want]) -> None:
        """Answer those of *asked* that are wanted here with an error, if they are more than may be asked."""
        mine = [want for want in asked if want in self.wants]
        calls, operation = len(ask(mine)), self.operation
        if not operation.admit(calls):
            value, limit = operation.admitted + calls, operation.most_calls
            error = TooMuch("The calls of an operation", value=value, limit=limit)
            for want in mine:
                self.take(want, error)

    def waits_for(self, want: Want) -> bool:
        """Say whether *want* is wanted here, and has no answer yet."""
        return not self.operation.has_left and want in self.wants and want not in self.answers

    def part_of(self, asks: Sequence[Ask]) -> list[Ask]:
        """Return those of *asks* that bring something that is waited for here."""
        return [each for each in asks if any(map(self.waits_for, each.wants))]

    def take(self, want: Want, answer: Answered) -> None:
        """Keep the *answer* to *want*."""
        self.answers[want] = answer
        if len(self.answers) == len(self.wants):
            self.end()

    def end(self) -> None:
        """Let nobody wait for more answers than there are."""
        if not self.answered.done():
            self.answered.set_result(None)


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """The order of levels that are answered together."""

    levels: Sequence[Level]
    is_background: bool = False

    @property
    def wants(self) -> Sequence[Want]:
        """Return what the levels want, each thing once."""
        return merge(want for level in self.levels for want in level.wants.values())

    def deadline_of(self, want: Want) -> float:
        """Return until when the last of those who want *want* waits; 0 where nobody does."""
        return max((level.operation.deadline for level in self._waiting(want)), default=0.0)

    def waits_for(self, want: Want) -> bool:
        """Say whether any level still waits for *want*."""
        return any(level.waits_for(want) for level in self.levels)

    def admit(self, wants: Sequence[Want]) -> Sequence[Want]:
        """Let each level ask for what it may."""
        for level in self.levels:
            level.admit(wants)
        return [want for want in wants if self._waiting(want)]

    def affords(self, asks: Sequence[Ask]) -> bool:
        """Say whether every level may make its part of *asks* once more."""
        return all(level.operation.admit(len(level.part_of(asks))) for level in self.levels)

    def answer(self, want: Want, answer: Answered) -> None:
        """Hand *answer* to those who want *want*."""
        for level in self._waiting(want):
            level.take(want, answer)

    def sent(self, exchange: Exchange, asks: Sequence[Ask]) -> None:
        """Count what the request carries, at each operation what is its own."""
        for level in self.levels:
            if reads := [ask.read for ask in level.part_of(asks)]:
                level.operation.count(Sent(exchange, reads, exchange.began - level.opened))

    def stale(self, want: Want, age: float) -> None:
        """Tell the operations how old their oldest answer is."""
        for level in self._waiting(want):
            level.operation.stale = max(age, level.operation.stale or 0.0)

    def met(self, want: Want, how: Met) -> None:
        """Tell the operations how what they want is met."""
        for level in self._waiting(want):
            level.operation.trail.met[how] += 1

    def _waiting(self, want: Want) -> list[Level]:
        return [level for level in self.levels if level.waits_for(want)]
