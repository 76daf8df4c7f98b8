"""Reads out of the origin's refusals which limit was passed (contract 2.9). Pure."""

from enum import Enum, auto

from gateway.upstream.errors import OriginRefused


class Limit(Enum):
    """A limit of the origin's."""

    SECOND = auto()
    DAY = auto()


def limit_of(answer: object) -> Limit | None:
    """Return the limit that *answer* says was passed; such a call was not counted (contract 11)."""
    if not isinstance(answer, OriginRefused) or answer.status not in {403, 429}:
        return None
    words = (answer.message or "").lower()
    if "per day" in words or "qpd" in words:
        return Limit.DAY
    if answer.status == 429 or "per second" in words or "qps" in words:
        return Limit.SECOND
    return None
