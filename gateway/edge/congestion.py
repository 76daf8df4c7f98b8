"""How much may be under way at once, told by what is scarce: the time of the event loop.

While operations wait for the origin the loop is free, and many may be under way; while they compute, each
more only makes the others later, and every refusal. As in CoDel (RFC 8289) a burst is no congestion: there is
a standing queue where even the shortest turn of the loop in an interval had much to do, and the loop hardly
ever waited in it for anything but the processor.
"""

import asyncio
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_MUCH: Final = 0.001
"""Seconds of work in a turn of the loop."""
_INTERVAL: Final = 0.02
"""Seconds over which the shortest turn counts."""
_BUSY: Final = 0.5
"""The share of an interval that the loop has computed for, or could have, where it is busy."""
_STANDING: Final = 1.0
"""Seconds for which it must have been busy without a pause: many who come at once are served sooner."""
_LEAST_LEFT: Final = 0.3
"""The share of the limit that is left, however long the turns were."""
_GROWTH: Final = 1.25
"""What the limit is multiplied by after an interval that would have had room for more."""

_SCHEDULED: Final = Path("/proc/thread-self/schedstat")
"""Nanoseconds that this thread has computed, and that it has waited for a processor (Linux, sched-stats)."""


def _kept_from_computing() -> float:
    """Return the seconds that this thread has waited for a processor; 0 where it is not told."""
    try:
        return int(_SCHEDULED.read_text().split()[1]) * 1e-9
    except (OSError, IndexError, ValueError):
        return 0.0


class Congestion:
    """Limits what is under way to *most*, and to less where that keeps the loop busy; never to less than 1.

    *work* tells the seconds for which this thread has computed, *kept* those for which it could have and
    others had the processor: a turn is no longer for that, but a queue stands all the same.
    """

    def __init__(
        self,
        most: int,
        *,
        clock: Callable[[], float] = time.perf_counter,
        work: Callable[[], float] = time.thread_time,
        kept: Callable[[], float] = _kept_from_computing,
    ) -> None:
        self._most = float(most)
        self._limit = float(most)
        self._clock = clock
        self._work = work
        self._kept = kept
        self._is_measuring = False
        self._begun: tuple[float, float] | None = None
        """When the interval began, and what had been wanted by then."""
        self._shortest = math.inf
        self._peak = 0
        self._is_pressed = False
        self._busy: tuple[float, float] | None = None
        """From when to when all intervals were busy, up to the last."""

    @property
    def limit(self) -> int:
        """How much may be under way now."""
        return int(self._limit)

    @property
    def is_felt(self) -> bool:
        """Whether the limit is less than it could be."""
        return self._limit < self._most

    def came(self, under_way: int) -> None:
        """Take note that somebody came while so much was under way; measure the turn that begins."""
        self._peak = max(self._peak, under_way)
        if not self._is_measuring:
            self._is_measuring = True
            worked = self._work()
            if self._begun is None:
                self._begun = self._clock(), worked + self._kept()
            asyncio.get_running_loop().call_soon(self._turned, worked, *self._begun)

    def turned_away(self) -> None:
        """Take note that there could have been more under way."""
        self._is_pressed = True

    def _turned(self, worked_before: float, begun: float, wanted_then: float) -> None:
        """End a turn before which so much had been worked, in the interval that had *begun* then."""
        self._is_measuring = False
        worked = self._work()
        self._shortest = min(self._shortest, worked - worked_before)
        now = self._clock()
        if now - begun >= _INTERVAL:
            wanted = worked + self._kept() - wanted_then
            is_busy = self._shortest > _MUCH and wanted > _BUSY * (now - begun)
            self._busy = (self._busy_since(begun), now) if is_busy else None
            self._adapt()
            self._begun, self._shortest, self._peak, self._is_pressed = None, math.inf, 0, False

    def _busy_since(self, begun: float) -> float:
        """Return since when it has been busy, where it is in the interval that has *begun* then."""
        if self._busy is None or begun - self._busy[1] > _INTERVAL:
            return begun
        return self._busy[0]

    def _adapt(self) -> None:
        if self._busy is not None:
            since, now = self._busy
            if self.is_felt or now - since >= _STANDING:
                used = min(self._limit, float(self._peak))
                self._limit = max(1.0, used * max(_LEAST_LEFT, _MUCH / self._shortest))
        elif self._peak >= self.limit or self._is_pressed:
            self._limit = min(self._most, max(self._limit + 1, self._limit * _GROWTH))
