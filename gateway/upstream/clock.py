"""The origin's time: ours, and by how much the origin's differs from it (contract 2.3)."""

import logging
import time
from collections.abc import Callable, Iterable
from email.utils import parsedate_to_datetime
from typing import Final

from gateway.upstream.errors import OriginRefused

_log: Final = logging.getLogger(__name__)

_WORTH_TELLING: Final = 1.0
"""Seconds by which the origin's clock must differ from what was known of it to be a difference."""


class OriginClock:
    """Tells the time that requests are signed with; *clock* is our own, in Unix seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.ahead = 0.0
        """Seconds by which the origin's clock is ahead of ours."""

    def __call__(self) -> float:
        """Return the origin's time."""
        return self._clock() + self.ahead

    def heed(self, answers: Iterable[object], date: str | None) -> None:
        """Go by the *date* of a response from now on, where one of its *answers* says that we are off."""
        moment = read_date(date)
        if moment is not None and any(_is_about_clocks(answer) for answer in answers):
            self._set(moment)

    def _set(self, moment: float) -> None:
        ahead = moment - self._clock()
        if abs(ahead - self.ahead) < _WORTH_TELLING:
            return
        self.ahead = ahead
        _log.warning("The origin's clock is %+.0f s off ours; requests are signed by the origin's.", ahead)


def _is_about_clocks(answer: object) -> bool:
    return isinstance(answer, OriginRefused) and answer.is_clock_refused


def read_date(header: str | None) -> float | None:
    """Return the Unix seconds of an HTTP date; None where *header* is none."""
    try:
        return None if header is None else parsedate_to_datetime(header).timestamp()
    except (ValueError, OverflowError):
        return None
