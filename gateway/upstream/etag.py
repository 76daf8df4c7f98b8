"""The many ways in which the service wrote an entity tag. Pure."""

import re
from typing import Final

_TAG: Final = re.compile(r"(?:W/)?(?P<quote>\"?)(?P<tag>[\x21\x23-\x7e]+?)(?:-gzip)?(?P=quote)(?:-gzip)?")


def normalise(value: str) -> str | None:
    """Return the tag in *value* without quotes, weakness and ``-gzip``, or nothing if there is none.

    The suffix stands inside or outside of the quotes, or there are no quotes (contract 1.12).
    """
    match = _TAG.fullmatch(value.strip())
    return match["tag"] if match else None
