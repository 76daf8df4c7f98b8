"""How much of all answers is put together before everybody else has their turn of the loop."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextvars import copy_context
from functools import partial
from typing import Any, Final

from graphql.pyutils import gather_with_cancel

MOST: Final = 500
"""What is put together in one turn of the loop, in values of answers: some five milliseconds of work."""

LINK: Final = 15
"""Values that take as long as following a link does."""

RECORD: Final = 3
"""Values that take as long as showing what was loaded as an object does."""

OBJECT: Final = 2
"""Values that take as long as an object does, beside what is in it."""

Complete = Callable[[], Any]
"""Puts a piece together; what it returns may have to be awaited."""

CompleteItem = Callable[[Any, int, list[Any]], bool]
"""Puts an item of a list, at its place, behind those that are complete; tells whether it is to be awaited."""


class SharedTurns:
    """The turns of a worker's loop, which all answers share: those that wait have a piece each in turn.

    A turn is over when *most* was done in it.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._spent = 0
        self._waiting: deque[Pace] = deque()
        self._is_counting = False

    @property
    def is_over(self) -> bool:
        """Whether enough was put together in this turn."""
        return self._spent >= self._most

    def spend(self, values: int) -> None:
        """Take note of so many *values* that were put together in this turn."""
        self._spent += values
        self._count()

    def join(self, pace: "Pace") -> None:
        """Go on with *pace* in the turns to come."""
        self._waiting.append(pace)
        self._count()

    def _count(self) -> None:
        if not self._is_counting:
            self._is_counting = True
            asyncio.get_running_loop().call_soon(self._begin)

    def _begin(self) -> None:
        """Begin a turn."""
        self._spent = 0
        self._is_counting = False
        for pace in self._waiting:
            pace.going_on()
        while self._waiting and not self.is_over:
            pace = self._waiting.popleft()
            if pace.go_on():
                self._waiting.append(pace)
        if self._waiting:
            self._count()


class Pace:
    """Puts the answer to one operation together; *going_on* is told in each turn in which it goes on later.

    An answer of a hundred objects is put together at once, as graphql-core does it. Of a larger one, the
    rest waits for turns to come.
    """

    def __init__(self, turns: SharedTurns, going_on: Callable[[], None]) -> None:
        self.going_on = going_on
        self._turns = turns
        self._line: deque[tuple[asyncio.Future[Any], Complete]] = deque()
        self._has_joined = False

    @property
    def is_spent(self) -> bool:
        """Whether what is put together next had better wait."""
        return self._turns.is_over

    def spend(self, values: int = 1) -> None:
        """Take note of so many *values* that were put together."""
        self._turns.spend(values)

    def later(self, complete: Complete) -> asyncio.Future[Any]:
        """Return what *complete* will return, called in a turn to come, in the order of these calls."""
        done = asyncio.get_running_loop().create_future()
        self._line.append((done, partial(copy_context().run, complete)))
        if not self._has_joined:
            self._has_joined = True
            self._turns.join(self)
        return done

    def go_on(self) -> bool:
        """Put one piece together that somebody still waits for; return whether there are more."""
        while self._line:
            done, complete = self._line.popleft()
            if done.done():
                continue
            try:
                done.set_result(complete())
            except Exception as error:  # noqa: BLE001 - it is the field's, and told there
                done.set_exception(error)
                done.exception()  # Nobody may wait any more: that is no news for the loop.
            break
        self._has_joined = bool(self._line)
        return self._has_joined


class Pieces:
    """Completes *items* in order, as many in a turn as *pace* lets; *settle* ends what a failure leaves."""

    def __init__(
        self,
        pace: Pace,
        items: Iterable[Any],
        complete: CompleteItem,
        settle: Callable[[list[Awaitable[Any]]], None],
    ) -> None:
        self._pace = pace
        self._left = enumerate(items)
        self._complete = complete
        self._settle = settle
        self._completed: list[Any] = []
        self._awaited: list[int] = []
        """Where in it something is to be awaited."""

    def completed(self) -> list[Any] | Awaitable[list[Any]]:
        """Return all of them, or what is to be awaited for that."""
        if self._pace.is_spent or self._has_more():
            return self._rest()
        return self._all() if self._awaited else self._completed

    def _has_more(self) -> bool:
        """Complete as many as may be in this turn; tell whether there may be more."""
        try:
            for place, item in self._left:
                if self._complete(item, place, self._completed):
                    self._awaited.append(place)
                if self._pace.is_spent:
                    return True
        except Exception:
            self._settle([self._completed[place] for place in self._awaited])
            raise
        return False

    async def _rest(self) -> list[Any]:
        while await self._pace.later(self._has_more):
            pass
        return await self._all()

    async def _all(self) -> list[Any]:
        found = await gather_with_cancel(*(self._completed[place] for place in self._awaited))
        for place, item in zip(self._awaited, found, strict=True):
            self._completed[place] = item
        return self._completed
