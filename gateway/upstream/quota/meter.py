"""How calls are counted: one account for what is public, one for each subscriber (contract 2.9).

A call holds a permit from the moment it is sent until a second after its answer. So whenever it arrived, no
second at the origin has more calls than there are permits, however long anything was on its way.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NewType, Protocol

DAY: Final = 86_400

Account = NewType("Account", str)
"""What the origin counts by itself: the consumer's own calls, or those of one subscriber through it."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many calls an account may make in a second, and in a calendar day in UTC."""

    per_second: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What came of asking for permits."""

    permits: tuple[str, ...] = ()
    """As many as there were, at most as many as were asked for."""
    wait: float = 0.0
    """Seconds before which there can be none, where there were none: an answer frees its permits in one."""
    is_day_over: bool = False
    """Whether there are none until tomorrow."""


class Meter(Protocol):
    """Counts the calls of all accounts, perhaps of several nodes together."""

    async def take(self, account: Account, count: int, *, hold: float) -> Grant:
        """Take up to *count* permits; whoever dies with them loses them after *hold* seconds."""
        ...

    async def give_back(self, account: Account, permits: Sequence[str], *, uncounted: int = 0) -> None:
        """Free *permits* in a second, for their answers are there; the origin did not count *uncounted*."""
        ...

    async def block(self, account: Account, seconds: float) -> None:
        """Give out nothing for *seconds*: the origin says that there were too many calls."""
        ...

    async def exhaust(self, account: Account) -> None:
        """Give out nothing until tomorrow: the origin says that the day's calls are made."""
        ...

    async def used(self, account: Account) -> int:
        """Return how many calls were made today."""
        ...


@dataclass(slots=True)
class _Count:
    """What an account has in use (permits, and until when they are held), and has used today."""

    held: dict[str, float] = field(default_factory=dict)
    blocked_until: float = 0.0
    day: int = 0
    calls: int = 0

    def turn(self, now: float) -> None:
        """Free what is no longer held, and begin a new day where there is one."""
        self.held = {permit: until for permit, until in self.held.items() if until > now}
        if self.day != int(now) // DAY:
            self.day, self.calls = int(now) // DAY, 0


OWN: Final = "own-"
"""How permits begin that a process has given itself."""


class OwnMeter:
    """Counts the calls of this process alone; *clock* tells Unix seconds."""

    def __init__(self, allowance: Allowance, *, clock: Callable[[], float]) -> None:
        self._allowance = allowance
        self._clock = clock
        self._counts: dict[Account, _Count] = {}
        self._names = itertools.count()

    async def take(self, account: Account, count: int, *, hold: float) -> Grant:
        """Take up to *count* permits."""
        now, held = self._clock(), self._count(account)
        if held.calls >= self._allowance.per_day:
            return Grant(is_day_over=True)
        if held.blocked_until > now:
            return Grant(wait=held.blocked_until - now)
        free = min(self._allowance.per_second - len(held.held), self._allowance.per_day - held.calls, count)
        if free <= 0:
            return Grant(wait=min(min(held.held.values()) - now, 1.0))
        permits = tuple(f"{OWN}{next(self._names)}" for _ in range(free))
        held.held |= dict.fromkeys(permits, now + hold)
        held.calls += free
        return Grant(permits)

    async def give_back(self, account: Account, permits: Sequence[str], *, uncounted: int = 0) -> None:
        """Free *permits* in a second."""
        now, held = self._clock(), self._count(account)
        held.held |= dict.fromkeys(permits, now + 1)
        held.calls = max(0, held.calls - uncounted)

    async def block(self, account: Account, seconds: float) -> None:
        """Give out nothing for *seconds*."""
        held = self._count(account)
        held.blocked_until = max(held.blocked_until, self._clock() + seconds)

    async def exhaust(self, account: Account) -> None:
        """Give out nothing until tomorrow."""
        held = self._count(account)
        held.calls = max(held.calls, self._allowance.per_day)

    async def used(self, account: Account) -> int:
        """Return how many calls were made today."""
        return self._count(account).calls

    def _count(self, account: Account) -> _Count:
        count = self._counts.setdefault(account, _Count())
        count.turn(self._clock())
        return count
