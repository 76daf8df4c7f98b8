"""Gives memory that nobody uses any more back to the system.

glibc keeps what is freed below what is still used: after an attack some 80 MiB, for ever. Python keeps some
thousand tuples and the like to use them again, each of which keeps a MiB around it: after a crowd another 20.
It lets go of them when it looks for garbage everywhere.
"""

import ctypes
import gc
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Give back what can be, where there is a way to; it takes little time where there is little to give.

    Garbage is looked for only in what has not been set aside, see ``garbage``.
    """
    gc.collect()
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return ``malloc_trim``, which glibc has, and others have not."""
    found: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return found
