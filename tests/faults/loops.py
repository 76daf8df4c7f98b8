"""A loop whose clock stands still while it works: so what waits is told from a machine that is busy."""

import asyncio
import selectors
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

_TICK: Final = 0.01
"""Seconds that a rest is counted for at most: what it takes longer is somebody else's turn on the machine."""

Find = Callable[[str], Awaitable[Sequence[str]]]
"""Finds the addresses of a name."""


class _Resting(selectors.DefaultSelector):
    """Waits for events, and counts how long."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for a tick at most; a loop that finds nothing to do waits again."""
        longest = _TICK if timeout is None else min(max(timeout, 0.0), _TICK)
        began = time.monotonic()
        found = super().select(longest)
        self.seconds += min(time.monotonic() - began, longest)
        return found


class Loop(asyncio.SelectorEventLoop):
    """Tells the time that it has rested: timers and deadlines are about that alone.

    However slow the machine is, nothing times out for it; and what is late has waited.
    """

    def __init__(self) -> None:
        self._resting = _Resting()
        super().__init__(self._resting)
        self.find: Find | None = None
        """Finds the addresses of names, in place of the system."""

    async def getaddrinfo(self, host: Any, port: Any, **asked: Any) -> list[Any]:  # noqa: ANN401
        """Return the addresses of *host*."""
        if self.find is None:
            return await super().getaddrinfo(host, port, **asked)
        family, kind = socket.AF_INET, socket.SOCK_STREAM
        return [(family, kind, 6, "", (address, port)) for address in await self.find(host)]

    def time(self) -> float:
        """Return for how many seconds there was nothing to do."""
        return self._resting.seconds


async def settled(is_settled: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait until something is so; tell whether it came about within *seconds* of the loop."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while not (done := is_settled()) and loop.time() < until:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.005)
    return done
