"""The streams that are open on this worker: how many there may be, and that they end when they must."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Any, Final, Self

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from gateway.edge.errors import log_fault
from gateway.loaders.viewer import Viewer

Authenticate = Callable[[HTTPConnection], Awaitable[Viewer | None]]
"""Says who opened a connection, if anybody is signed in; raises ``HTTPException`` 401 or 403."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """What a client may use of a worker. Times in seconds."""

    subscriptions: int = 20
    """Operations under way on one WebSocket."""
    user_streams: int = 5
    """WebSockets and event streams of one user."""
    worker_streams: int = 500
    """WebSockets and event streams of everybody."""
    message_bytes: int = 65_536
    """Of a message from a client."""
    init_within: float = 5.0
    """For a client to say who it is."""
    send_within: float = 20.0
    """For a client to take what is sent, after which it is given up."""
    beat: float = 12.0
    """Between signs of life on an event stream."""
    recheck: float = 30.0
    """Between looks at whether whoever listens is signed in."""


_GOODBYE: Final = 2.0
"""Seconds that streams are given to end when the server stops."""


class Ending(Enum):
    """Why a stream ends before its client wants it to."""

    STOPPING = auto()
    SIGNED_OUT = auto()
    STUCK = auto()
    """The client takes nothing any more, not even a word about it."""
    CROWDED_OUT = auto()
    """Another one needs the place of a client that has not said who it is."""


class TooManyStreams(Exception):
    """There are as many streams as there may be; the message says whose."""


def _too_many(whose: str, limit: int, value: int) -> TooManyStreams:
    return TooManyStreams(f"The streams of {whose} may be at most {limit}, not {value}.")


class Streams:
    """Counts the streams of a worker, and ends them when it stops."""

    def __init__(self, limits: StreamLimits | None = None) -> None:
        self.limits = limits or StreamLimits()
        self.reading = asyncio.Lock()
        """Has who reads a large message: they are read one at a time."""
        self._open: set[Stream] = set()
        self._strangers: dict[Stream, None] = {}
        """Those of nobody yet, the oldest first."""
        self._by_user: Counter[str] = Counter()
        self._is_stopping = False

    @property
    def is_stopping(self) -> bool:
        """Whether the server has been told to stop."""
        return self._is_stopping

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    def open(self) -> "Stream":
        """Return a new stream; raise ``TooManyStreams``.

        Where all places are taken it gets that of whoever has been a stranger for longest: who opens streams
        and says nothing keeps nobody out.
        """
        if self._is_stopping:
            raise TooManyStreams("This server is stopping.")
        if len(self._open) >= self.limits.worker_streams:
            oldest = next(iter(self._strangers), None)
            if oldest is None:
                raise _too_many("a worker", self.limits.worker_streams, len(self._open) + 1)
            self.drop(oldest, None)
            oldest.end(Ending.CROWDED_OUT)
        stream = Stream(self)
        self._open.add(stream)
        self._strangers[stream] = None
        return stream

    async def stop(self, *, after: float = 0.0) -> None:
        """Open no other stream; *after* so many seconds end each, and return when all are gone, or soon.

        They end earlier where this is cancelled.
        """
        self._is_stopping = True
        try:
            await asyncio.sleep(after)
        finally:
            for stream in self._open:
                stream.end(Ending.STOPPING)
        if self._open:
            await asyncio.wait([stream.closed for stream in self._open], timeout=_GOODBYE)

    def sign_out(self, session: str) -> None:
        """End the streams of *session*, by the name that it is kept under."""
        for stream in self._open:
            if stream.session == session:
                stream.end(Ending.SIGNED_OUT)

    def claim(self, stream: "Stream", user: str) -> None:
        """Count *stream* as one of *user*; raise ``TooManyStreams``."""
        if self._by_user[user] >= self.limits.user_streams:
            raise _too_many("a user", self.limits.user_streams, self._by_user[user] + 1)
        self._by_user[user] += 1
        self._strangers.pop(stream, None)

    def drop(self, stream: "Stream", user: str | None) -> None:
        """Count a stream no more."""
        self._open.discard(stream)
        self._strangers.pop(stream, None)
        if user is not None:
            self._by_user[user] -= 1
            self._by_user += Counter()  # Forgets who has none.


class Stream:
    """One WebSocket or event stream, while it is open: a context manager."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams
        self._user: str | None = None
        self.session: str | None = None
        """Under which name the session is kept of whom it belongs to."""
        self.ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        """Done when the stream must end."""
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when it has ended."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._streams.drop(self, self._user)
        self.ending.cancel()
        self.closed.set_result(None)

    def belongs_to(self, viewer: Viewer) -> None:
        """Count it as one of *viewer*; raise ``TooManyStreams``."""
        self._streams.claim(self, viewer.identity)
        self._user = viewer.identity
        self.session = viewer.session

    def end(self, why: Ending) -> None:
        """Make it end."""
        if not self.ending.done():
            self.ending.set_result(why)


async def end_when_signed_out(
    stream: Stream, viewer: Viewer, look: Callable[[], Awaitable[Viewer | None]], *, every: float
) -> None:
    """End *stream* once *look* does not find *viewer* any more; looks again after *every* so many seconds."""
    while True:
        await asyncio.sleep(every)
        try:
            found = await look()
        except HTTPException as error:
            found = None if error.status_code in {401, 403} else viewer
        except Exception as error:  # noqa: BLE001 - sessions that cannot be read now may be read later
            log_fault("Nobody knows whether a stream's session is still good", error)
            continue
        if found is None or found.identity != viewer.identity:
            stream.end(Ending.SIGNED_OUT)
            return


async def finish(*tasks: asyncio.Task[Any]) -> None:
    """Cancel *tasks*, and return when they have ended."""
    for task in tasks:
        task.cancel()
    # Awaited, one that failed would know this frame, and the frame it: a circle.
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()
