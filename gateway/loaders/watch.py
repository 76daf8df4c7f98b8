"""Watches queues: one conditional poll a queue, shared by everyone who watches it, and only news told.

A poll costs a call of the quota even where it finds nothing new. So it comes soon after a change, ever later
while a queue is quiet, and polls of different queues keep a distance from each other.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from gateway.loaders.viewer import Viewer
from gateway.resources import Href
from gateway.subscriber import Queue
from gateway.upstream.errors import (
    MalformedDocument,
    OriginRefused,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
    UpstreamError,
)
from gateway.upstream.hypermedia import expect
from gateway.upstream.identity import Identity
from gateway.upstream.poller import Tagged
from gateway.upstream.reader import Read
from gateway.upstream.signing import Credentials

Poll = Callable[[Read, str | None, Identity], Awaitable[Tagged | None]]
"""Reads what a tag does not stand for any more; nothing where it still does. Raises ``UpstreamError``."""

Rest = Callable[[asyncio.Event, float], Awaitable[None]]
"""Returns when the event is set, or after so many seconds."""

_GONE: Final = frozenset({404, 410})
"""Statuses that say that there is no such queue."""

_LONGEST_PAUSE: Final = 3_600.0
"""Seconds after which is looked again however long the quota is said to be used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often is polled. Times in seconds."""

    shortest: float = 5.0
    """Between two polls of a queue that has just changed."""
    longest: float = 60.0
    """Between two polls of a queue that is quiet, or cannot be read."""
    apart: float = 0.1
    """Between polls of any two queues on this node."""
    jitter: float = 0.2
    """The part of an interval that is left to chance."""


async def rest(woken: asyncio.Event, seconds: float) -> None:
    """Return when *woken* is set, or after *seconds*."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()


@dataclass(slots=True, eq=False)
class _Watcher:
    """Somebody who watches, and what they have not been told yet: the latest state alone, not each."""

    token: Credentials
    told: str | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    queue: Queue | None = None
    failure: Exception | None = None

    def tell(self, queue: Queue) -> None:
        if queue.etag != self.told:
            self.told, self.queue = queue.etag, queue
            self.news.set()

    def fail(self, error: Exception) -> None:
        self.failure = error
        self.news.set()


@dataclass(slots=True, eq=False)
class _Watched:
    """A queue, and whoever watches it."""

    href: Href
    interval: float
    watchers: list[_Watcher] = field(default_factory=list)
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    tag: str | None = None
    queue: Queue | None = None
    """As it was when last read."""
    seen_at: float = float("-inf")
    """When it was last found to be so; a time of the loop."""
    polling: asyncio.Task[None] | None = None

    @property
    def token(self) -> Credentials | None:
        """Return what to sign a poll with: the token of whoever watches longest."""
        return next((each.token for each in self.watchers if each.failure is None), None)

    def tell(self) -> None:
        """Tell everyone how the queue is, unless they know."""
        for watcher in self.watchers:
            if self.queue is not None:
                watcher.tell(self.queue)

    def fail(self, error: Exception, *, only: Callable[[_Watcher], bool] = lambda _: True) -> None:
        """End the watching of everyone for whom *only* holds."""
        for watcher in filter(only, self.watchers):
            watcher.fail(error)


class Watches:
    """All queues that are watched on this node."""

    def __init__(
        self,
        poll: Poll,
        pace: Pace | None = None,
        *,
        rest: Rest = rest,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._poll = poll
        self._pace = pace or Pace()
        self._rest = rest
        self._chance = chance
        self._watched: dict[tuple[Identity, Href], _Watched] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._next_slot = float("-inf")

    @property
    def count(self) -> int:
        """How many queues are watched."""
        return len(self._watched)

    async def watch(self, viewer: Viewer, href: Href) -> AsyncGenerator[Queue]:
        """Yield the queue at *href* as it is now, and again whenever it has become another.

        Who is slow misses states in between, never the latest. Ends with an ``UpstreamError`` when the origin
        takes the viewer's token no more or has no such queue, or when the queue cannot be read to begin with;
        a failure later on is waited out.
        """
        watcher = _Watcher(viewer.token)
        key = (viewer.identity, href)
        watched = self._join(key, watcher)
        try:
            while True:
                await watcher.news.wait()
                watcher.news.clear()
                if watcher.failure is not None:
                    raise watcher.failure
                if watcher.queue is not None:
                    yield watcher.queue
        finally:
            self._leave(key, watched, watcher)

    def wake(self, identity: Identity) -> None:
        """Look at the queues of *identity* at once: something has been written there."""
        for (whose, _), watched in self._watched.items():
            if whose == identity:
                watched.interval = self._pace.shortest
                watched.woken.set()

    async def close(self) -> None:
        """End all watching; whoever still watches gets an error, not silence."""
        for watched in self._watched.values():
            watched.fail(OriginUnreachable(watched.href))
            self._stop(watched)
        self._watched.clear()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _join(self, key: tuple[Identity, Href], watcher: _Watcher) -> _Watched:
        watched = self._watched.get(key)
        if watched is None:
            watched = self._watched[key] = _Watched(key[1], self._pace.shortest)
            watched.polling = asyncio.create_task(self._keep_looking(key, watched))
        elif self._is_fresh(watched) and watched.queue is not None:
            watcher.tell(watched.queue)
        else:
            watched.woken.set()  # The first that anybody is told is how the queue is now.
        watched.watchers.append(watcher)
        return watched

    def _is_fresh(self, watched: _Watched) -> bool:
        return asyncio.get_running_loop().time() - watched.seen_at < self._pace.shortest

    def _leave(self, key: tuple[Identity, Href], watched: _Watched, watcher: _Watcher) -> None:
        watched.watchers.remove(watcher)
        if not watched.watchers and self._watched.get(key) is watched:
            del self._watched[key]
            self._stop(watched)

    def _stop(self, watched: _Watched) -> None:
        if watched.polling is not None and not watched.polling.done():
            watched.polling.cancel()
            self._ending.add(watched.polling)
            watched.polling.add_done_callback(self._ending.discard)
            watched.polling = None  # It knows what it polled by its frames: a circle.

    async def _keep_looking(self, key: tuple[Identity, Href], watched: _Watched) -> None:
        try:
            while token := watched.token:
                if watched.queue is not None and not watched.woken.is_set():
                    await self._rest(watched.woken, self._slot())  # Nobody waits for this one.
                watched.woken.clear()
                await self._look(watched, token, key[0])
                await self._rest(watched.woken, self._jittered(watched.interval))
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the watching, with a word to everyone
            watched.fail(error)
        finally:
            if self._watched.get(key) is watched:
                del self._watched[key]

    async def _look(self, watched: _Watched, token: Credentials, identity: Identity) -> None:
        try:
            tagged = await self._poll(Read(watched.href, token), watched.tag, identity)
            queue = watched.queue if tagged is None else expect(tagged.content, Queue)
        except UpstreamError as error:
            self._note(error, watched, token)
            return
        if tagged is None:
            watched.interval = min(2 * watched.interval, self._pace.longest)
        else:
            watched.interval = self._pace.shortest
            watched.tag, watched.queue = tagged.tag, queue
        watched.seen_at = asyncio.get_running_loop().time()
        watched.tell()

    def _note(self, error: UpstreamError, watched: _Watched, token: Credentials) -> None:
        """Tell of a failed poll whoever cannot go on, and let the others wait."""
        watched.interval = min(2 * watched.interval, self._pace.longest)
        if isinstance(error, RateLimited | QuotaExhausted):
            watched.interval = max(self._pace.longest, min(error.retry_after, _LONGEST_PAUSE))
        if isinstance(error, MalformedDocument):
            watched.tag = None  # Whatever the tag stands for is in doubt.
        if isinstance(error, OriginRefused) and error.is_token_refused:
            watched.fail(error, only=lambda watcher: watcher.token == token)
            watched.woken.set()  # Somebody with another token need not wait.
        elif isinstance(error, OriginRefused) and error.status in _GONE:
            watched.fail(error)
        else:
            watched.fail(error, only=lambda watcher: watcher.told is None)

    def _slot(self) -> float:
        """Return the seconds until it is this poll's turn: no two of them start together."""
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next_slot)
        self._next_slot = slot + self._pace.apart
        return slot - now

    def _jittered(self, seconds: float) -> float:
        return seconds * (1 + self._pace.jitter * (self._chance() - 0.5))
