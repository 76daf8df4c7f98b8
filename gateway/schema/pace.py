"""How much of an answer is put together before everybody else has their turn of the loop."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

MOST: Final = 500
"""What is put together in one turn of the loop, in values of an answer: some five milliseconds of work."""

LINK: Final = 15
"""Values that take as long as following a link does."""

RECORD: Final = 3
"""Values that take as long as showing what was loaded as an object does."""

OBJECT: Final = 2
"""Values that take as long as an object does, beside what is in it."""

_WOKEN: Final = 32
"""Objects that are gone on with in a turn."""


class Crowd:
    """All operations of a worker whose answers are too large for one turn."""

    def __init__(self) -> None:
        self.size = 0


class Pace:
    """Puts an answer together in pieces; *going_on* is told in each turn in which there is more to come.

    An answer of a hundred objects is put together at once, as graphql-core does it. Of a larger one the
    rest waits in line, a few objects a turn; where there are several, each has its share of a turn.
    """

    def __init__(self, crowd: Crowd, going_on: Callable[[], None]) -> None:
        self._crowd = crowd
        self._going_on = going_on
        self._spent = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._is_turning = False
        self._is_in_crowd = False

    @property
    def is_spent(self) -> bool:
        """Whether the turn is over for this operation."""
        return self._spent * max(1, self._crowd.size) >= MOST

    def spend(self, values: int = 1) -> None:
        """Take note of so many *values* that were put together in this turn."""
        self._spent += values
        self._turn_soon()

    async def turn(self) -> None:
        """Wait for a turn in which there is something left to spend."""
        while self.is_spent:
            self._join()
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def _turn_soon(self) -> None:
        if not self._is_turning:
            self._is_turning = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._is_turning = False
        self._spent = 0
        if not self._waiting:
            self._leave()
            return
        self._going_on()
        for _ in range(min(_WOKEN, len(self._waiting))):
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
        self._turn_soon()

    def _join(self) -> None:
        if not self._is_in_crowd:
            self._is_in_crowd = True
            self._crowd.size += 1

    def _leave(self) -> None:
        if self._is_in_crowd:
            self._is_in_crowd = False
            self._crowd.size -= 1
