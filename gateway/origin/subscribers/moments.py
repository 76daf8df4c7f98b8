"""Moments as programs write them. Pure."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS: Final = re.compile(r"[0-9]{1,12}")
_RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+ -][0-9]{2}:[0-9]{2})"
)


def read_moment(text: str) -> int | None:
    """Return Unix seconds, read as such or as RFC 3339 has it; none if it is neither."""
    if _SECONDS.fullmatch(text):
        return int(text)
    if not _RFC_3339.fullmatch(text):
        return None
    # A plus that was not encoded has arrived as a blank.
    zoned = re.sub(r" (?=[0-9]{2}:[0-9]{2}$)", "+", text)
    try:
        moment = datetime.fromisoformat(zoned.upper())
    except ValueError:
        return None
    # The first whole second that is not before it; exact, which a float is not in far centuries.
    return -((_EPOCH - moment) // timedelta(seconds=1))
