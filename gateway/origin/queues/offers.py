"""In which formats a title is to be had, and when. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

INSTANT: Final = "Instant"
DVD: Final = "DVD"
BLU_RAY: Final = "Blu-ray"
DISC_FORMATS: Final = (DVD, BLU_RAY)
"""What queues call the formats; a title's own document says ``instant`` (contract 8, 9)."""


class Phase(IntEnum):
    """Where a moment lies to the time in which a format is to be had; the better the sooner."""

    NOW = 1
    LATER = 2
    OVER = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """The time in which a title is to be had in a format; an end that is missing is open."""

    opens: int | None = None
    closes: int | None = None

    def phase(self, now: int) -> Phase:
        """Return where *now* lies."""
        if self.closes is not None and self.closes <= now:
            return Phase.OVER
        return Phase.LATER if self.opens is not None and self.opens > now else Phase.NOW


Offers = Mapping[str, Offer]
"""By format, as queues call it."""


def read_format(text: str) -> str | None:
    """Return the format that *text* means, however it is written."""
    return _BY_NAME.get(text.strip().lower())


_BY_NAME: Final = {name.lower(): name for name in (INSTANT, *DISC_FORMATS)}
