"""How often somebody may be wrong: a bucket for each name, which empties with time."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_MOST_NAMES: Final = 20_000


class Tries:
    """Counts tries by name, in bounded memory; *most* at once, and *most* more in every *seconds*."""

    def __init__(self, *, most: int, seconds: float, clock: Callable[[], float]) -> None:
        self._most = most
        self._per_second = most / seconds
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """By name, the least recently tried first: how full its bucket was, and when."""

    def take(self, name: str) -> bool:
        """Take note of a try; false when there were too many.

        It is noted before it is known to be wrong, so that tries at the same time are all counted.
        """
        now = self._clock()
        level = self._level(name, now)
        if level > self._most - 1:
            return False
        self._keep(name, level + 1, now)
        return True

    def give_back(self, name: str) -> None:
        """Forget one try: it was right."""
        now = self._clock()
        self._keep(name, max(0.0, self._level(name, now) - 1), now)

    def _level(self, name: str, now: float) -> float:
        level, then = self._levels.get(name, (0.0, now))
        return max(0.0, level - max(0.0, now - then) * self._per_second)

    def _keep(self, name: str, level: float, now: float) -> None:
        self._levels[name] = (level, now)
        self._levels.move_to_end(name)
        if len(self._levels) > _MOST_NAMES:
            self._levels.popitem(last=False)
