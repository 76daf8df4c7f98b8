"""Ends what is under way for somebody once nobody waits for it any more."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.loaders.calls import Call


class Abandoned(Exception):
    """Nobody waits any more for what was under way."""


class Interest:
    """Knows what is under way for which calls.

    Who waits is never counted, but looked up: there is no count that could be wrong.
    """

    def __init__(self) -> None:
        self._under_way: dict[asyncio.Timeout, Sequence[Call]] = {}

    @asynccontextmanager
    async def needed(self, calls: Sequence[Call]) -> AsyncIterator[None]:
        """Do what is inside while somebody waits for any of *calls*; raise ``Abandoned`` once nobody does."""
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._under_way[limit] = calls
                try:
                    yield
                finally:
                    self._under_way.pop(limit, None)
        except TimeoutError as error:
            if limit.expired():
                raise Abandoned from error
            raise

    def look(self) -> None:
        """End what nobody waits for; to be called when somebody has left."""
        now = asyncio.get_running_loop().time()
        for limit, calls in list(self._under_way.items()):
            if not any(call.is_wanted for call in calls):
                del self._under_way[limit]
                limit.reschedule(now)
