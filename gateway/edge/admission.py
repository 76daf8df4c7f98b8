"""How much is done at once: who finds no place soon is told so soon, and changes come before questions."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from gateway.edge.request import Refusal

_SOON: Final = 0.05
"""Seconds that one waits for a place."""


class Admission:
    """Places for operations on this worker."""

    def __init__(self, places: int, *, soon: float = _SOON) -> None:
        self._places = places
        self._soon = soon
        self._taken = 0
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def place(self, *, is_urgent: bool) -> AsyncIterator[None]:
        """Hold a place; raise ``Refusal`` 503 where none is free soon."""
        if self._taken < self._places:
            self._taken += 1
        else:
            await self._wait(self._urgent if is_urgent else self._others)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, line: deque[asyncio.Future[None]]) -> None:
        """Wait for a place that another one leaves."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            async with asyncio.timeout(self._soon):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave()  # It came in the very moment.
            else:
                turn.cancel()  # Whoever leaves passes it over.
            if isinstance(error, TimeoutError):
                raise _overloaded() from error
            raise

    def _leave(self) -> None:
        """Give a place to who waits for one."""
        for line in (self._urgent, self._others):
            while line:
                turn = line.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._taken -= 1


def _overloaded() -> Refusal:
    message, headers = "The gateway has too much to do.", {"retry-after": "1"}
    return Refusal(503, message, headers, code="OVERLOADED")
