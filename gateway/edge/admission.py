"""How much is done at once: who finds no place soon is told so, and changes come before questions."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from typing import Final

from gateway.edge.congestion import Congestion
from gateway.edge.priority import Demand, Glance, Priority
from gateway.edge.request import Refusal
from gateway.edge.shares import Shares
from gateway.edge.values import Values

_SOON: Final = 0.05
"""Seconds that one waits for a place."""
_SOONER: Final = 0.005
"""The same once there is always somebody waiting: it helps nobody then, and makes each refusal late."""

_SEARCHING: Final = 0.5
"""The share of the places that searches may take where it is congested."""
_USERS: Final = 10
"""Users that there are places for at least."""


class Admission:
    """Places for operations on this worker: *places* at most, for questions fewer where it is congested.

    A tenth of them may be taken by one user.
    """

    def __init__(
        self, places: int, *, soon: float = _SOON, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.glance = Glance()
        self.values = Values()
        self._places = places
        self._soon = soon
        self._clock = clock
        self._congestion = Congestion(places)
        self._shares = Shares(max(1, places // _USERS))
        self._taken = 0
        self._lines: dict[Priority, deque[asyncio.Future[None]]] = {
            each: deque() for each in sorted(Priority, reverse=True)
        }
        self._waiting = 0
        self._waiting_since = 0.0

    @property
    def is_short(self) -> bool:
        """Whether there are fewer places than are asked for."""
        return self._congestion.is_felt or self._is_queue_standing()

    def turns_away(self, priority: Priority, inside: int) -> bool:
        """Tell whether one more need not even ask for a place, where so many are *inside* already."""
        self._congestion.came(self._taken)
        if priority is Priority.CHANGE or not self.is_short:
            return False
        room = self._congestion.limit * (_SEARCHING if priority is Priority.SEARCH else 1.0)
        if inside < room:
            return False
        self._congestion.turned_away()
        return True

    @asynccontextmanager
    async def place(self, demand: Demand, user: str | None = None) -> AsyncIterator[None]:
        """Hold a place, for *user* where somebody is signed in.

        Raises ``Refusal``: 503 where none is free soon, 429 where *user* has enough.
        """
        with nullcontext() if user is None else self._shares.taken(user, demand.searches):
            async with self._place(demand.priority):
                yield

    @asynccontextmanager
    async def _place(self, priority: Priority) -> AsyncIterator[None]:
        self._congestion.came(self._taken)
        if self._has_place(priority):
            self._taken += 1
        else:
            await self._wait(priority)
        try:
            yield
        finally:
            self._taken -= 1
            self._call_next()

    def limit(self, priority: Priority) -> int:
        """Return how many operations there may be now before one of *priority* finds no place."""
        return self._places if priority is Priority.CHANGE else self._congestion.limit

    def _has_place(self, priority: Priority) -> bool:
        return self._taken < self.limit(priority)

    def _is_queue_standing(self) -> bool:
        return self._waiting > 0 and self._clock() - self._waiting_since > self._soon

    async def _wait(self, priority: Priority) -> None:
        """Wait for a place that another one leaves."""
        is_patient = priority is Priority.CHANGE or not self._is_queue_standing()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines[priority].append(turn)
        if self._waiting == 0:
            self._waiting_since = self._clock()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._soon if is_patient else _SOONER):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._taken -= 1  # It came in the very moment.
                self._call_next()
            else:
                turn.cancel()  # Whoever leaves passes it over.
            if isinstance(error, TimeoutError):
                raise overloaded(self.limit(priority)) from error
            raise
        finally:
            self._waiting -= 1

    def _call_next(self) -> None:
        """Give what places there are to those who wait, changes first."""
        for priority, line in self._lines.items():
            while line and self._has_place(priority):
                turn = line.popleft()
                if not turn.done():
                    self._taken += 1
                    turn.set_result(None)


def overloaded(limit: int) -> Refusal:
    """Return what is said to those for whom there is no place: *limit* is how many there are now."""
    message = f"The gateway has too much to do: the operations at once may be at most {limit} now."
    headers = {"retry-after": "1"}
    return Refusal(503, message, headers, code="OVERLOADED")
