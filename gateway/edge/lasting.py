"""What subscriptions hold for as long as they last: it is bounded, for each user and for a worker."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import orjson

from gateway.edge.request import Asked, Refusal

_EACH: Final = 24_576
"""Bytes that a subscription takes, about, however little it asks for."""
_TIMES: Final = 40
"""As many times the bytes that values have as JSON they take in memory, at most, about."""
_RETRY: Final = {"retry-after": "5"}


def weight_of(asked: Asked, document: int) -> int:
    """Return the bytes that a subscription takes, about, whose document takes so many."""
    return _EACH + document + _TIMES * len(orjson.dumps(asked.variables))


class Lasting:
    """The subscriptions of a worker, by the bytes that they take, about."""

    def __init__(self, *, user: int = 5_000_000, worker: int = 48_000_000) -> None:
        self._of_user = user
        self._of_worker = worker
        self._by_user: Counter[str] = Counter()

    @property
    def bytes(self) -> int:
        """How many all take now."""
        return self._by_user.total()

    @contextmanager
    def held(self, weight: int, user: str) -> Iterator[None]:
        """Count *weight* bytes of *user* meanwhile; raise ``Refusal`` (429 or 503) where it is too much."""
        _check(429, "LIMIT_EXCEEDED", "a user", self._by_user[user] + weight, self._of_user)
        _check(503, "OVERLOADED", "a worker", self.bytes + weight, self._of_worker)
        self._by_user[user] += weight
        try:
            yield
        finally:
            self._by_user[user] -= weight
            self._by_user += Counter()  # Forgets who has none.


def _check(status: int, code: str, whose: str, value: int, limit: int) -> None:
    if value > limit:
        message = f"The bytes of the subscriptions of {whose} may be at most {limit}, not {value}."
        raise Refusal(status, message, _RETRY, code=code)
