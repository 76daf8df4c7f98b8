"""What the origin says about how long its answer may be kept (RFC 9111, section 5.2.2). Pure."""

import re
from typing import Final

_MAX_AGE: Final = re.compile(r"\s*max-age\s*=\s*\"?([0-9]{1,9})\"?\s*", re.IGNORECASE)

FORBIDDEN: Final = -1.0
"""In place of a number of seconds: the answer must not be kept at all."""


def fresh_for(cache_control: str | None) -> float | None:
    """Return for how many seconds an answer is fresh, or FORBIDDEN; None where the header does not say."""
    directives = (cache_control or "").split(",")
    names = {directive.partition("=")[0].strip().lower() for directive in directives}
    if "no-store" in names:
        return FORBIDDEN
    if "no-cache" in names:
        return 0.0
    ages = [float(found[1]) for each in directives if (found := _MAX_AGE.fullmatch(each))]
    return min(ages, default=None)
