"""The files that this process may have open, and how many of them are for the connections of clients."""

import logging
import resource
from typing import Final

from gateway.telemetry.logs import tell

RESERVE: Final = 256
"""Files that clients leave to connections to the origin and to Redis, to databases and to what is read."""

OWN: Final = 24
"""Files a process has open by itself, at most; where few are left, clients and the origin have half each."""

FEWEST: Final = 64
"""With which anybody can be served."""


class TooFewFiles(Exception):
    """The process may not have as many files open as it needs; the message says how many it needs."""


def places(wanted: int) -> int:
    """Return how many connections there may be, *wanted* at most, and say so where it is less.

    The limit of this process is raised as far as it needs and is allowed to; raise ``TooFewFiles``.
    """
    limit = _raised(wanted + RESERVE)
    if limit < FEWEST:
        raise TooFewFiles(f"This process may have {limit} files open (ulimit -n); it needs {FEWEST} or more.")
    found = share(limit, wanted)
    if found < wanted:
        tell("few files", level=logging.WARNING, limit=limit, connections=found)
    return found


def share(limit: int, wanted: int) -> int:
    """Return how many of *limit* files connections may have, *wanted* at most."""
    return min(wanted, limit - min(RESERVE, (limit + OWN) // 2))


def _raised(needed: int) -> int:
    """Return how many files may be open once the limit has been raised to *needed*, or as far as may be."""
    soft, hard = (needed if each == resource.RLIM_INFINITY else each for each in _limits())
    raised = max(soft, min(needed, hard))
    if raised > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, _limits()[1]))
    return raised


def _limits() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_NOFILE)
