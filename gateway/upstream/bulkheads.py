"""Keeps what is stuck from taking all the room: so many requests at once, and not all of them for one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from gateway.upstream.errors import OriginBusy
from gateway.upstream.identity import PUBLIC

_ALL: Final = "all"
_WHAT: Final = {"lane": " for a family of links that was slow or failed", "identity": " for one subscriber"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many requests may be under way at once, and for how long (seconds) none of them need end."""

    requests: int = 16
    each_identity: int = 10
    """Of one subscriber; what is public is everybody's."""
    each_lane: int = 4
    """Of a family of links that was slow or failed, and travels alone."""
    wait: float = 0.25


class Bulkheads:
    """Gives out places for requests."""

    def __init__(self, room: Room | None = None) -> None:
        self._room = room or Room()
        self._taken: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        """Which request got a place last, by number, of each kind of place that is taken."""
        self._requests = 0
        self._freed = asyncio.Condition()

    @property
    def taken(self) -> int:
        """Return how many requests are under way."""
        return self._taken[_ALL]

    @asynccontextmanager
    async def place(self, identities: Collection[str], lane: str) -> AsyncIterator[None]:
        """Hold a place for a request on behalf of *identities*; *lane* names what travels alone.

        Raises ``OriginBusy`` where none comes free, and none that others have waited for either, for a while.
        """
        limits = dict(self._limits(identities, lane))
        await self._wait(limits)
        self._taken.update(limits.keys())
        self._requests += 1
        self._last.update(dict.fromkeys(limits, self._requests))
        try:
            yield
        finally:
            self._taken.subtract(limits.keys())
            self._taken = +self._taken
            self._last = {name: self._last[name] for name in self._taken}
            async with self._freed:
                self._freed.notify_all()

    def _limits(self, identities: Collection[str], lane: str) -> Iterable[tuple[str, int]]:
        yield _ALL, self._room.requests
        if lane:
            yield f"lane {lane}", self._room.each_lane
        for identity in identities:
            if identity != PUBLIC:
                yield f"identity {identity}", self._room.each_identity

    async def _wait(self, limits: dict[str, int]) -> None:
        def full() -> Iterable[str]:
            return (name for name, most in limits.items() if self._taken[name] >= most)

        def is_free() -> bool:
            return next(iter(full()), None) is None

        def is_news(before: dict[str, int]) -> bool:
            return is_free() or self._goes_on(before)

        while not is_free():
            before = {name: self._last[name] for name in full()}
            try:
                async with asyncio.timeout(self._room.wait), self._freed:
                    await self._freed.wait_for(partial(is_news, before))
            except TimeoutError as error:
                name = next(iter(full()), _ALL)
                whose = _WHAT.get(name.partition(" ")[0], "")
                raise OriginBusy(f"The requests to the origin at once{whose}", limits[name]) from error

    def _goes_on(self, before: dict[str, int]) -> bool:
        """Whether somebody has got a place where, *before*, another was the last who had."""
        return any(self._last.get(name, last) != last for name, last in before.items())
