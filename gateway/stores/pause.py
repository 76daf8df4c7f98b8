"""Leaves a server that failed alone for a while: what can do without it does not wait for it each time."""

import logging
import time
from collections.abc import Callable
from typing import Final

PAUSE: Final = 5.0
"""Seconds for which a server that failed is left alone."""

_log: Final = logging.getLogger(__name__)


class Pause:
    """Says whether the server is left alone now; *what* is not there for the time."""

    def __init__(self, what: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._until = 0.0

    @property
    def is_on(self) -> bool:
        """Whether the server is left alone."""
        return self._clock() < self._until

    def begin(self, error: Exception) -> None:
        """Leave the server alone from now on, for it failed with *error*."""
        self._until = self._clock() + PAUSE
        _log.warning("%s cannot be used now: %s.", self._what, type(error).__name__)
