"""Says it once, and loudly, when the origin does not know the gateway itself any more."""

import logging
from collections.abc import Iterable
from typing import Final

from gateway.upstream.errors import OriginRefused

_log: Final = logging.getLogger(__name__)


class Alarm:
    """Is raised by the first answer that refuses our own credentials; the first good one calls it off."""

    def __init__(self) -> None:
        self.is_raised = False

    def hear(self, answers: Iterable[object]) -> None:
        """Take note of *answers* of the origin."""
        heard = list(answers)
        refusal = next((each for each in heard if _refuses_us(each)), None)
        if isinstance(refusal, OriginRefused):
            if not self.is_raised:
                _log.error(
                    "The origin refuses the gateway itself (%d), and every request, until"
                    " GATEWAY_CONSUMER_KEY and GATEWAY_CONSUMER_SECRET are right.",
                    refusal.status,
                )
            self.is_raised = True
        elif any(not isinstance(each, Exception) for each in heard):
            self.is_raised = False


def _refuses_us(answer: object) -> bool:
    return isinstance(answer, OriginRefused) and answer.is_consumer_refused
