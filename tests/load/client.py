"""Clients of a gateway under load, each request on a connection that is kept."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

import httptools

_UNANSWERED: Final = 0
"""The status of a request to which no answer came."""
_PAUSE: Final = 0.02
"""Seconds after which one who was refused asks again."""
CONNECTIONS: Final = 8
"""Of those who ask one request after the other: enough to keep a worker busy, and not more."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A request, and when it is to be sent: seconds from the beginning."""

    due: float
    kind: str
    request: Sequence[bytes]
    """Its pieces, each sent for itself."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What came of a shot. Times are of the loop's clock."""

    kind: str
    due: float
    ended: float
    status: int
    has_errors: bool
    retry_after: str | None

    @property
    def is_good(self) -> bool:
        """Whether it was answered, with nothing missing."""
        return self.status == 200 and not self.has_errors

    @property
    def is_refused(self) -> bool:
        """Whether there was no place for it."""
        return self.status == 503


class Connection(asyncio.Protocol):
    """One request after the other; *done* is told of each, and whether another one may be sent."""

    def __init__(self, done: Callable[["Connection", Hit, bool], None]) -> None:
        self._done = done
        self._shot: Shot | None = None
        self._due = 0.0
        self._retry_after: str | None = None
        self._reset()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self._transport = cast("asyncio.Transport", transport)

    def send(self, shot: Shot, due: float) -> None:
        """Send *shot*, which was *due* by the loop's clock."""
        self._shot, self._due = shot, due
        for piece in shot.request:
            self._transport.write(piece)

    @property
    def is_lost(self) -> bool:
        """Whether the other side has closed it, or is about to: nothing more may be sent."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Hang up."""
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep what counts."""
        match name.lower():
            case b"retry-after":
                self._retry_after = value.decode()
            case b"connection":
                self._is_last = value.lower() == b"close"

    def on_body(self, body: bytes) -> None:
        """Keep a piece."""
        self._body += body

    def on_message_complete(self) -> None:
        """Tell what came."""
        is_free, status = not self._is_last, self._parser.get_status_code()
        if self._is_last:
            self._transport.close()
        self._settle(status, is_free=is_free)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell that nothing comes any more."""
        del exc
        self._settle(_UNANSWERED, is_free=False)

    def _settle(self, status: int, *, is_free: bool) -> None:
        if self._shot is None:
            return
        kind, self._shot = self._shot.kind, None
        now = asyncio.get_running_loop().time()
        hit = Hit(kind, self._due, now, status, b'"errors"' in self._body, self._retry_after)
        self._reset()
        self._done(self, hit, is_free)

    def _reset(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._body = bytearray()
        self._retry_after = None
        self._is_last = False


@dataclass(frozen=True, slots=True)
class Clients:
    """Everybody who asks the gateway at an address."""

    host: str
    port: int
    grace: float = 30.0
    """Seconds that the last answers are waited for."""

    async def fire(self, shots: Sequence[Shot]) -> list[Hit]:
        """Send each of *shots* when it is due, whatever became of those before; return what came of all."""
        loop = asyncio.get_running_loop()
        hits: list[Hit] = []
        opened: list[Connection] = []
        free: deque[Connection] = deque()

        def done(connection: Connection, hit: Hit, is_free: bool) -> None:  # noqa: FBT001
            hits.append(hit)
            if is_free:
                free.append(connection)

        async def open_and_send(shot: Shot) -> None:
            try:
                opened.append(await self._open(done, shot, begun + shot.due))
            except OSError:
                hits.append(Hit(shot.kind, begun + shot.due, loop.time(), _UNANSWERED, True, None))  # noqa: FBT003

        begun = loop.time() + 0.1
        try:
            async with asyncio.TaskGroup() as opening:
                for shot in shots:
                    if (wait := begun + shot.due - loop.time()) > 0:
                        await asyncio.sleep(wait)
                    kept = _taken(free)
                    if kept is None:
                        opening.create_task(open_and_send(shot))
                    else:
                        kept.send(shot, begun + shot.due)
            async with self._waiting(lambda: len(shots) - len(hits)):
                while len(hits) < len(shots):  # noqa: ASYNC110 - they come when they come
                    await asyncio.sleep(0.01)
        finally:
            for connection in opened:
                connection.close()
        return hits

    async def ask(self, make: Callable[[], Shot], seconds: float) -> list[Hit]:
        """Ask what *make* makes, a few at once, for so many *seconds*; return what came of that."""
        end = asyncio.get_running_loop().time() + seconds
        async with asyncio.TaskGroup() as asking:
            every = [asking.create_task(self._keep_asking(make, end)) for _ in range(CONNECTIONS)]
        return [hit for each in every for hit in each.result()]

    async def _keep_asking(self, make: Callable[[], Shot], end: float) -> list[Hit]:
        """Ask one after the other on one connection, which must be kept for so long."""
        loop = asyncio.get_running_loop()
        answers: asyncio.Queue[tuple[Hit, bool]] = asyncio.Queue()
        hits: list[Hit] = []

        def done(_connection: Connection, hit: Hit, is_free: bool) -> None:  # noqa: FBT001
            answers.put_nowait((hit, is_free))

        connection = await self._open(done, make(), loop.time())
        try:
            while True:
                async with self._waiting(lambda: 1):
                    hit, is_free = await answers.get()
                hits.append(hit)
                if loop.time() > end:
                    return hits
                assert is_free, "The server has closed a connection that was to be used again."
                if hit.is_refused:
                    await asyncio.sleep(_PAUSE)
                connection.send(make(), loop.time())
        finally:
            connection.close()

    @asynccontextmanager
    async def _waiting(self, missing: Callable[[], int]) -> AsyncIterator[None]:
        """Wait as long as answers are waited for; fail with how many are *missing* then."""
        try:
            async with asyncio.timeout(self.grace):
                yield
        except TimeoutError:
            raise AssertionError(f"Of the answers {missing()} have not come in {self.grace:g} s.") from None

    async def _open(
        self, done: Callable[[Connection, Hit, bool], None], shot: Shot, due: float
    ) -> Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(done), self.host, self.port)
        connection.send(shot, due)
        return connection


def _taken(free: deque[Connection]) -> Connection | None:
    """Take one that is still open out of *free*, if there is one."""
    while free:
        connection = free.pop()
        if not connection.is_lost:
            return connection
    return None
