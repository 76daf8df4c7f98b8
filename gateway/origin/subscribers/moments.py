"""Moments as programs write them. Pure."""

import re
from datetime import datetime
from math import ceil
from typing import Final

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
        return ceil(datetime.fromisoformat(zoned.upper()).timestamp())
    except (ValueError, OverflowError):
        return None
