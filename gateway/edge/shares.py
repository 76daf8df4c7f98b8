"""What one user may take of a worker: so much at once, and so many searches in a time."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from typing import Final

from gateway.buckets import Buckets
from gateway.edge.request import Refusal

SEARCHES_AT_ONCE: Final = 60
"""Fields that search, which a user may ask for without a pause."""
SEARCHES_A_SECOND: Final = 10
"""The same for ever."""


class Shares:
    """Keeps account of users: each has at most *most* operations under way, counting each search as one."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._under_way: Counter[str] = Counter()
        self._searched = Buckets(SEARCHES_AT_ONCE, SEARCHES_A_SECOND, clock=clock)

    @contextmanager
    def taken(self, user: str, searches: int) -> Iterator[None]:
        """Count an operation of *user* with *searches* in it; raise ``Refusal`` 429 where it is too much."""
        weight = max(1, searches)
        if (found := self._under_way[user] + weight) > self._most:
            raise _too_much("operations and searches under way", self._most, found, wait=1.0)
        if searches and (over := self._searched.fill(user, searches)):
            wait = over / SEARCHES_A_SECOND
            raise _too_much("searches in a row", SEARCHES_AT_ONCE, SEARCHES_AT_ONCE + ceil(over), wait=wait)
        self._under_way[user] += weight
        try:
            yield
        finally:
            self._under_way[user] -= weight
            if self._under_way[user] == 0:
                del self._under_way[user]


def _too_much(what: str, limit: int, value: int, *, wait: float) -> Refusal:
    message = f"The {what} of a user may be at most {limit}, not {value}."
    return Refusal(429, message, {"retry-after": str(ceil(wait))}, code="RATE_LIMITED")
