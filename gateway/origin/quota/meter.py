"""Counts calls per second and per day: of each consumer, and of each subscriber through one. Pure.

A second is a token bucket with a burst of one second's allowance, a day is the calendar day in UTC. A call
that is refused for being over a limit does not count; all others do, whatever their answer.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.origin.errors import Refusal

DAY: Final = 86_400
_MOST_BUCKETS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """Calls that are allowed; None is no limit."""

    per_second: int | None
    per_day: int | None


class OverLimit(Refusal):
    """Too many calls; says which limit, and when to come again."""

    def __init__(self, message: str, code: str, detail: str, retry_after: int) -> None:
        super().__init__(403, message)
        self.headers = {
            "x-mashery-responder": "origin",
            "x-mashery-error-code": code,
            "x-mashery-error-detail": detail,
            "retry-after": str(retry_after),
        }


def _over_second() -> OverLimit:
    return OverLimit(
        "Service is over queries per second limit",
        "ERR_403_DEVELOPER_OVER_QPS",
        "Account Over Queries Per Second Limit",
        1,
    )


def _over_day(now: float) -> OverLimit:
    return OverLimit(
        "Over queries per day limit",
        "ERR_403_DEVELOPER_OVER_QPD",
        "Account Over Rate Limit",
        DAY - int(now) % DAY,
    )


@dataclass(slots=True)
class _Bucket:
    """What one bucket has used."""

    tokens: float
    filled: float
    day: int
    calls: int
    unsaved: int = 0

    def refill(self, now: float, per_second: int) -> None:
        earned = max(0.0, now - self.filled) * per_second
        self.tokens = min(float(per_second), self.tokens + earned)
        self.filled = now


class Meter:
    """Takes calls out of buckets, and knows which counts are not saved yet."""

    def __init__(self) -> None:
        self._buckets: dict[str, _Bucket] = {}

    def unknown(self, names: Collection[str], now: float) -> set[str]:
        """Return those buckets whose count of today has to be looked up first."""
        today = int(now) // DAY
        return {name for name in names if (held := self._buckets.get(name)) is None or held.day != today}

    def learn(self, calls: Mapping[str, int], now: float) -> None:
        """Begin buckets with the *calls* that were saved for today."""
        self._forget(now)
        for name, count in calls.items():
            held = self._buckets.get(name)
            tokens, filled = (held.tokens, held.filled) if held else (float("inf"), now)
            self._buckets[name] = _Bucket(tokens, filled, int(now) // DAY, count)

    def take(self, name: str, allowance: Allowance, now: float) -> None:
        """Take a call out of the bucket *name*, or raise which limit it is over."""
        bucket = self._buckets[name]
        if allowance.per_day is not None and bucket.calls >= allowance.per_day:
            raise _over_day(now)
        if allowance.per_second is not None:
            bucket.refill(now, allowance.per_second)
            if bucket.tokens < 1:
                raise _over_second()
            bucket.tokens -= 1
        bucket.calls += 1
        bucket.unsaved += 1

    def unsaved(self) -> dict[tuple[str, int], int]:
        """Return the calls by bucket and day that nobody has saved, and take them for saved."""
        counts = {(name, held.day): held.unsaved for name, held in self._buckets.items() if held.unsaved}
        for name, _ in counts:
            self._buckets[name].unsaved = 0
        return counts

    def give_back(self, counts: Mapping[tuple[str, int], int]) -> None:
        """Take *counts* for unsaved again; those of a day that is over are of no use to anybody."""
        for (name, day), calls in counts.items():
            held = self._buckets.get(name)
            if held is not None and held.day == day:
                held.unsaved += calls

    def correct(self, totals: Mapping[tuple[str, int], int]) -> None:
        """Take over what all nodes together have saved."""
        for (name, day), calls in totals.items():
            held = self._buckets.get(name)
            if held is not None and held.day == day:
                held.calls = calls + held.unsaved

    def _forget(self, now: float) -> None:
        """Forget buckets of other days that are saved, when there are many."""
        if len(self._buckets) < _MOST_BUCKETS:
            return
        today = int(now) // DAY
        kept = {name: held for name, held in self._buckets.items() if held.unsaved or held.day == today}
        self._buckets = kept
