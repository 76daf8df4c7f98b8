"""Keeps what is slow or failing apart: a family of links under suspicion travels in a request of its own."""

from collections.abc import Callable, Collection, Iterable
from typing import Final

SUSPECTED_FOR: Final = 30.0
"""Seconds for which a family travels alone after it was slow or failing."""

SLOW: Final = 1.0
"""Seconds from which an answer is slow."""

TOGETHER: Final = ""
"""The lane of all families that nothing is held against."""


class Lanes:
    """Remembers which families were in requests that were slow or failed; *clock* is monotonic."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._suspected: dict[str, float] = {}

    def of(self, family: str) -> str:
        """Return the lane that *family* travels in."""
        return family if self._suspected.get(family, 0.0) > self._clock() else TOGETHER

    def suspect(self, families: Collection[str]) -> None:
        """Let *families* travel alone for a while."""
        self._suspected.update(dict.fromkeys(families, self._clock() + SUSPECTED_FOR))

    def went(self, families: Collection[str], *, seconds: float, is_failed: bool) -> None:
        """Take note how a request went that held *families*.

        Of several nobody knows which it was, so all of them are suspected, each travels alone next time, and
        is cleared by going well.
        """
        if is_failed or seconds >= SLOW:
            self.suspect(families)
        elif len(families) == 1:
            self._clear(families)

    def _clear(self, families: Iterable[str]) -> None:
        for family in families:
            self._suspected.pop(family, None)
