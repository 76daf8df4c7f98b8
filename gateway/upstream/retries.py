"""When a read is tried again, and how long before; a write never is."""

import random
import time
from dataclasses import dataclass
from typing import Final

from gateway.upstream.clock import read_date
from gateway.upstream.errors import (
    MalformedDocument,
    MissingEntry,
    OriginRefused,
    OriginTimedOut,
    OriginUnreachable,
)

ATTEMPTS: Final = 3
"""How often a read is sent at most."""

_SHARE: Final = 0.2
"""Of what is under way may be retries."""
_FEWEST: Final = 3
"""Retries that may be under way however little is."""
_FIRST_PAUSE: Final = 0.05
_LONGEST_PAUSE: Final = 2.0
_MOST_DIGITS: Final = 9

_TRANSIENT_STATUSES: Final = frozenset({500, 502, 503, 504})


def is_transient(answer: object) -> bool:
    """Say whether asking once more may bring something better than *answer*."""
    if isinstance(answer, OriginRefused):
        return answer.status in _TRANSIENT_STATUSES
    return isinstance(answer, OriginUnreachable | OriginTimedOut | MissingEntry | MalformedDocument)


def wanted_pause(header: str | None) -> float | None:
    """Return the seconds that a ``Retry-After`` of *header* asks for; None where it says nothing of use.

    It may be a number of seconds, or a date (RFC 9110 section 10.2.3).
    """
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header[:_MOST_DIGITS])
    moment = read_date(header)
    return None if moment is None else max(0.0, moment - time.time())


def pause(attempt: int, retry_after: float | None = None) -> float:
    """Return the seconds to wait after *attempt* (1 is the first): by chance, longer each time.

    What the origin itself says goes first.
    """
    if retry_after is not None:
        return retry_after
    return random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt))  # noqa: S311


@dataclass(slots=True)
class RetryBudget:
    """Keeps retries a small share of what is under way, so that a broken origin is not asked the more."""

    active: int = 0
    retries: int = 0

    def begin(self) -> None:
        """Take note that a request is sent."""
        self.active += 1

    def end(self) -> None:
        """Take note that it has ended."""
        self.active -= 1

    def take(self) -> bool:
        """Say whether one more retry may be made, and count it until ``give_back``."""
        if self.retries >= max(_FEWEST, _SHARE * self.active):
            return False
        self.retries += 1
        return True

    def give_back(self) -> None:
        """Take note that a retry has ended."""
        self.retries -= 1
