"""Gives memory that nobody uses any more back to the system.

glibc keeps what is freed below what is still used: after an attack some 80 MiB, for ever.
"""

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Give back what can be, where there is a way to; it takes no time where there is nothing to give."""
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return ``malloc_trim``, which glibc has, and others have not."""
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
