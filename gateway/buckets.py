"""How much each of many has done lately: a leaky bucket each, of as many as are remembered. Pure."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST: Final = 20_000
"""Buckets that are remembered; whoever did least recently is forgotten first."""


class Buckets:
    """Buckets that hold *size*, and leak *a_second* of it; *clock* tells seconds."""

    def __init__(self, size: float, a_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._a_second = a_second
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """How full each was, and when; the one that was filled least recently first."""

    def fill(self, name: str, amount: float) -> float:
        """Put *amount* into the bucket *name*; return by how much it is too full, and then put in nothing."""
        now = self._clock()
        level, then = self._levels.pop(name, (0.0, now))
        level = max(0.0, level - (now - then) * self._a_second)
        over = max(0.0, level + amount - self._size)
        self._levels[name] = (level if over else level + amount, now)
        if len(self._levels) > _MOST:
            self._levels.popitem(last=False)
        return over
