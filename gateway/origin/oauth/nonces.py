"""The nonces of reads that were seen lately, in bounded memory."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Seen:
    """What one consumer has sent: by timestamp, and how far back it is remembered."""

    by_timestamp: dict[int, set[int]] = field(default_factory=dict)
    count: int = 0
    floor: int = 0
    """Nothing at or before this moment is remembered any more, so nothing that old is accepted."""

    def forget_before(self, moment: int) -> None:
        for timestamp in [stamp for stamp in self.by_timestamp if stamp < moment]:
            self.count -= len(self.by_timestamp.pop(timestamp))

    def forget_oldest(self) -> None:
        self.floor = min(self.by_timestamp)
        self.count -= len(self.by_timestamp.pop(self.floor))


class Nonces:
    """Remembers each (key, timestamp, rest) for as long as the timestamp is accepted.

    The memory is bounded for each key by itself: who sends too many loses the far end of the window,
    and nobody else does.
    """

    def __init__(self, *, window: int, limit: int) -> None:
        self._window = window
        self._limit = limit
        self._seen: dict[str, _Seen] = defaultdict(_Seen)

    def __len__(self) -> int:
        """Return how many nonces are remembered."""
        return sum(seen.count for seen in self._seen.values())

    def take(self, key: str, timestamp: int, rest: tuple[str, ...], *, now: float) -> bool:
        """Take note of a nonce; false when it was taken before, or may have been."""
        seen = self._seen[key]
        # The hash is keyed by the process, so nobody outside can aim for a collision.
        mark = hash(rest)
        if mark in seen.by_timestamp.get(timestamp, ()):
            return False
        if timestamp not in seen.by_timestamp:
            seen.forget_before(int(now) - self._window)
        if seen.count >= self._limit:
            seen.forget_oldest()
        if timestamp <= seen.floor:
            return False
        seen.by_timestamp.setdefault(timestamp, set()).add(mark)
        seen.count += 1
        return True
