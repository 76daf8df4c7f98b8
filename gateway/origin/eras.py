"""What the real service had at which time, as its developers were told (contract 6.2). Pure."""

from dataclasses import replace
from enum import StrEnum
from typing import Final

from gateway.origin.paths import Address, Place


class Era(StrEnum):
    """A time to be like; 2010 is the default and has everything."""

    LAUNCH = "2008"
    """Before ``users/current``, bulk requests, versions and series that are found."""
    EVERYTHING = "2010"
    STREAMING = "2011-10"
    """What was announced for 14 October 2011: no discs anywhere, no categories, series rated as a whole; disc
    queues show the instant one."""
    LAST_CHANGE = "2012-09"
    """After 15 September 2012: no rental history, no old index files, no dates but 1 January 2100."""
    CLOSED = "2014-11"
    """After 14 November 2014: nothing."""


END_OF_TIME: Final = 4_102_444_800
"""1 January 2100, in Unix seconds."""

_ALL_RENTALS: Final = frozenset({Place.AT_HOME, Place.RENTAL_HISTORY, Place.RENTALS})
_GONE: Final = {
    Era.LAUNCH: frozenset({Place.CURRENT_USER, Place.BULK}),
    Era.EVERYTHING: frozenset[Place](),
    Era.STREAMING: frozenset({Place.AT_HOME, Place.DISC, Place.CATEGORY}),
    Era.LAST_CHANGE: _ALL_RENTALS | {Place.CATEGORY},
    Era.CLOSED: frozenset(Place),
}
_GONE_BY_NAME: Final = {
    Era.LAUNCH: frozenset({(Place.INDEX, "full"), (Place.INDEX, "streaming"), (Place.INDEX, "dvd")}),
    Era.STREAMING: frozenset(
        {
            (Place.RENTALS, "shipped"),
            (Place.RENTALS, "returned"),
            (Place.INDEX, "streaming"),
            (Place.INDEX, "dvd"),
        }
    ),
    Era.LAST_CHANGE: frozenset({(Place.INDEX, "index"), (Place.INDEX, "full")}),
}

_DISC_PARTS: Final = frozenset({"discs", "bonus_materials"})

STREAMED: Final = frozenset({"instant"})
"""The formats of what is not sent on discs."""


def is_served(era: Era, address: Address | None) -> bool:
    """Tell whether a request got any further then; what is no resource of the table is not judged here."""
    return era is not Era.CLOSED if address is None else is_there(era, address)


def is_there(era: Era, address: Address) -> bool:
    """Tell whether the service answered at *address* then."""
    named = (address.place, address.name)
    if era is Era.STREAMING and address.part in _DISC_PARTS:
        return False
    return address.place not in _GONE[era] and named not in _GONE_BY_NAME.get(era, frozenset())


def meant(era: Era, address: Address) -> Address:
    """Return what was shown at *address* then: for some months a disc queue's showed the instant one."""
    if era is Era.STREAMING and address.kind == "disc":
        return replace(address, kind="instant")
    return address
