"""Who may call next: whoever waits with a person before whoever works behind, then in order of coming."""

import asyncio
import itertools
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Final

from gateway.telemetry.events import AccountClass, Called, Exhausted, Observer, silent
from gateway.upstream.errors import OriginRefused, QuotaExhausted, RateLimited
from gateway.upstream.identity import PUBLIC
from gateway.upstream.quota.limits import Limit, limit_of
from gateway.upstream.quota.meter import DAY, Account, Allowance, Grant, Meter


@dataclass(frozen=True, slots=True)
class Standing:
    """An account's allowance, and what is left of it."""

    per_second: int
    per_day: int
    used: int
    resets_at: datetime

    @property
    def remaining(self) -> int:
        """Return how many calls are left today."""
        return max(0, self.per_day - self.used)


@dataclass(slots=True)
class _Line:
    """Those who wait for permits of one account, by urgency and order of coming."""

    places: list[tuple[bool, int]] = field(default_factory=list)
    gone: set[tuple[bool, int]] = field(default_factory=set)
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    def first(self) -> tuple[bool, int]:
        """Return whose turn it is."""
        while self.places[0] in self.gone:
            self.gone.remove(heappop(self.places))
        return self.places[0]


_HOLD: Final = 2.0
"""Seconds that a permit is held at least, should its call never end."""

_LONGEST_NAP: Final = 0.25
"""Seconds after which one who waits asks again: permits may have come back on another node."""


class Budget:
    """Gives out permits for calls; every call is to be covered by one."""

    def __init__(
        self,
        meter: Meter,
        allowance: Allowance,
        *,
        clock: Callable[[], float] = time.time,
        observer: Observer = silent,
    ) -> None:
        self._meter = meter
        self._observer = observer
        self._allowance = allowance
        self._clock = clock
        self._lines: defaultdict[Account, _Line] = defaultdict(_Line)
        self._numbers = itertools.count()

    async def take_now(self, account: Account, count: int, *, hold: float) -> tuple[str, ...]:
        """Return as many permits as there are now, *count* at most; none while others wait for theirs."""
        if account in self._lines:
            return ()
        permits = (await self._meter.take(account, count, hold=hold)).permits
        self._observer(Called(_class_of(account), len(permits)))
        return permits

    async def take(
        self, account: Account, count: int, *, deadline: float, hold: float, is_background: bool = False
    ) -> tuple[str, ...]:
        """Return one permit at least and *count* at most, waiting until *deadline*, a time of the loop.

        Raises ``RateLimited`` when none will be there in time, ``QuotaExhausted`` when none until tomorrow.
        """
        line = self._lines[account]
        place = (is_background, next(self._numbers))
        heappush(line.places, place)
        try:
            while True:
                nap = deadline - asyncio.get_running_loop().time()
                if line.first() == place:
                    grant = await self._grant(account, count, hold)
                    if grant.permits:
                        self._observer(Called(_class_of(account), len(grant.permits)))
                        return grant.permits
                    if grant.is_day_over:
                        self._observer(Exhausted(_class_of(account)))
                        raise QuotaExhausted(self.seconds_left(), self._allowance.per_day)
                    _check_in_time(grant.wait, deadline, self._allowance.per_second)
                    # By chance, so that of several nodes each is first now and then.
                    nap = min(grant.wait, _LONGEST_NAP) + random.uniform(0.001, 0.01)  # noqa: S311
                await _nap(line.moved, nap, deadline, self._allowance.per_second)
        finally:
            line.gone.add(place)
            await self._wake(account)

    @asynccontextmanager
    async def call(
        self, account: Account, *, deadline: float, is_background: bool = False
    ) -> AsyncIterator[None]:
        """Cover one call that is made inside, and take note if the origin says that it was one too many.

        Raises as ``take`` does, and in place of the origin's own words.
        """
        hold = max(0.0, deadline - asyncio.get_running_loop().time()) + _HOLD
        permits = await self.take(account, 1, deadline=deadline, hold=hold, is_background=is_background)
        uncounted = 0
        try:
            yield
        except OriginRefused as error:
            limit = limit_of(error)
            uncounted = int(limit is not None)
            if limit is Limit.DAY:
                await self.over_day(account)
                raise QuotaExhausted(self.seconds_left()) from error
            if limit is Limit.SECOND:
                await self.over_second(account, 1.0)
                raise RateLimited(1.0) from error
            raise
        finally:
            await self.give_back(account, permits, uncounted=uncounted)

    async def give_back(self, account: Account, permits: Sequence[str], *, uncounted: int = 0) -> None:
        """Return *permits* whose answers are there; the origin refused *uncounted* of the calls."""
        await self._meter.give_back(account, permits, uncounted=uncounted)
        await self._wake(account)

    async def over_second(self, account: Account, seconds: float) -> None:
        """Take note that the origin saw too many calls at once; it wants *seconds* without any."""
        await self._meter.block(account, seconds)

    async def over_day(self, account: Account) -> None:
        """Take note that the origin gives no more calls today."""
        self._observer(Exhausted(_class_of(account)))
        await self._meter.exhaust(account)

    async def standing(self, account: Account) -> Standing:
        """Return what is left for *account*."""
        resets_at = datetime.fromtimestamp((int(self._clock()) // DAY + 1) * DAY, UTC)
        used = await self._meter.used(account)
        return Standing(self._allowance.per_second, self._allowance.per_day, used, resets_at)

    def seconds_left(self) -> float:
        """Return how long the day lasts."""
        return DAY - self._clock() % DAY

    async def _grant(self, account: Account, count: int, hold: float) -> Grant:
        """Take what there is; whoever is cancelled meanwhile leaves nothing taken."""
        taking = asyncio.ensure_future(self._meter.take(account, count, hold=hold))
        try:
            return await asyncio.shield(taking)
        except asyncio.CancelledError:
            permits = (await taking).permits
            await self._meter.give_back(account, permits, uncounted=len(permits))
            raise

    async def _wake(self, account: Account) -> None:
        line = self._lines[account]
        if len(line.gone) == len(line.places):
            del self._lines[account]
        async with line.moved:
            line.moved.notify_all()


def _class_of(account: Account) -> AccountClass:
    return "consumer" if account == Account(PUBLIC) else "subscriber"


def _check_in_time(wait: float, deadline: float, limit: int) -> None:
    if asyncio.get_running_loop().time() + wait > deadline:
        raise RateLimited(wait, limit)


async def _nap(moved: asyncio.Condition, seconds: float, deadline: float, limit: int) -> None:
    """Wait until somebody has left the line, or for *seconds*; raise ``RateLimited`` at *deadline*."""
    if asyncio.get_running_loop().time() >= deadline:
        raise RateLimited(seconds, limit)
    try:
        async with asyncio.timeout(seconds), moved:
            await moved.wait()
    except TimeoutError:
        return
