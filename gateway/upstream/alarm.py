"""Says it once a minute, and loudly, while the origin does not know the gateway itself any more."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from typing import Final

from gateway.upstream.errors import OriginRefused

_EVERY: Final = 60.0

_log: Final = logging.getLogger(__name__)


class Alarm:
    """Is raised by answers that refuse our own credentials; the first good one calls it off."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = -math.inf

    def hear(self, answers: Iterable[object]) -> None:
        """Take note of *answers* of the origin."""
        heard = list(answers)
        refusal = next((each for each in heard if _refuses_us(each)), None)
        if isinstance(refusal, OriginRefused):
            self._raise(refusal.status)
        elif any(not isinstance(each, Exception) for each in heard):
            self._next = -math.inf

    def _raise(self, status: int) -> None:
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _EVERY
        _log.error(
            "The origin refuses the gateway itself (%d), and every request, until"
            " GATEWAY_CONSUMER_KEY and GATEWAY_CONSUMER_SECRET are right.",
            status,
        )


def _refuses_us(answer: object) -> bool:
    return isinstance(answer, OriginRefused) and answer.is_consumer_refused
