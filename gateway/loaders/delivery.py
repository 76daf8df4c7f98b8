"""One change on its way to the origin: on whose behalf, until when, and whether it may have been made."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from gateway.loaders.levels import Operation, Sent
from gateway.loaders.tags import Tags
from gateway.loaders.viewer import Viewer
from gateway.relations import Relation
from gateway.resources import Content, Href, Links
from gateway.telemetry.events import Observer, silent
from gateway.upstream.errors import (
    MalformedDocument,
    OriginRefused,
    OriginUnreachable,
    UpstreamError,
)
from gateway.upstream.href import Origin
from gateway.upstream.hypermedia import expect
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account
from gateway.upstream.reader import Exchange, Read, Reader
from gateway.upstream.redirects import follow
from gateway.upstream.statuses import Written
from gateway.upstream.writer import Write, Writer, is_settled

LOOKS: Final = 4
"""How often the origin is looked at to find out what has become of a change."""

_SENDS: Final = 3
"""How often a write is tried that certainly did not leave."""

_C = TypeVar("_C", bound=Content)

Load = Callable[[Relation, Href], Awaitable[Content]]
"""Loads what leads to the resource that is changed; that may come out of a cache."""


@dataclass(frozen=True, slots=True)
class Upstream:
    """The ways to the origin that a change takes: reading afresh, past every cache, and writing."""

    origin: Origin
    reader: Reader
    writer: Writer
    budget: Budget
    observer: Observer = silent
    tags: Tags = field(default_factory=Tags)
    pause: float = 0.05
    """Seconds after the first look at what has become of a change; twice as many after each that follows."""


@dataclass(slots=True, kw_only=True)
class Delivery:
    """Reads and writes for one change, and keeps in mind what may have come of it."""

    upstream: Upstream
    viewer: Viewer
    operation: Operation
    load: Load
    note: Callable[[bytes], Awaitable[None]]
    """Keeps what the change was made for, before it is sent."""
    pending: bytes | None = None
    """What an earlier delivery had noted for the same change, of which nobody knows what has become."""
    is_doubtful: bool = False
    """Whether something was sent that may have been done, or may be done still."""
    has_sent: bool = False
    """Whether anything was sent at all."""

    def follow(self, links: Links, relation: Relation) -> Href:
        """Return where *relation* leads."""
        link = next((links[rel] for rel in relation.rels if rel in links), None)
        if link is None:
            raise MalformedDocument("/link", f"a link of the relation {relation.rels[0]}")
        return self.upstream.origin.resolve(link.href)

    async def read(self, href: Href, found: type[_C]) -> _C:
        """Read *href* afresh; once more where the connection broke or our clock was wrong."""
        read = Read(self.upstream.origin.resolve(href), self.viewer.token)
        try:
            return expect(await self._read(read), found)
        except (OriginUnreachable, OriginRefused) as error:
            if isinstance(error, OriginRefused) and not error.is_clock_refused:
                raise
        return expect(await self._read(read), found)

    async def _read(self, read: Read) -> Content:
        async def ask(href: Href) -> Content:
            asked = replace(read, href=href)
            async with self._call():
                (answer,) = await self.upstream.reader.read(
                    [asked], deadline=self.operation.deadline, spent=self._count
                )
                if isinstance(answer, UpstreamError):
                    raise answer
            return answer

        return await follow(read.href, ask)

    async def write(self, write: Write) -> Written:
        """Send *write* once; only what certainly did not leave, or was signed too late, is sent again."""
        for attempt in range(_SENDS - 1):
            try:
                return await self._send(write)
            except OriginUnreachable as error:
                if not error.never_left:
                    raise
            except OriginRefused as error:
                if not error.is_clock_refused:
                    raise
            await self.pause(attempt)
        return await self._send(write)

    async def pause(self, look: int) -> None:
        """Wait before the origin is looked at once more; raise ``DeadlineExceeded`` when there is no time."""
        seconds = self.upstream.pause * 2**look
        if asyncio.get_running_loop().time() + seconds >= self.operation.deadline:
            raise self.operation.too_late()
        await asyncio.sleep(seconds)

    async def _send(self, write: Write) -> Written:
        async with self._call():
            return await self._send_now(write)

    async def _send_now(self, write: Write) -> Written:
        was_doubtful, self.is_doubtful, self.has_sent = self.is_doubtful, True, True
        exchange = Exchange([Read(write.href, family="write")], asyncio.get_running_loop().time())
        self._count(exchange)
        try:
            written = await self.upstream.writer.write(write, deadline=self.operation.deadline)
        except UpstreamError as error:
            if is_settled(error):
                self.is_doubtful = was_doubtful
            raise
        finally:
            self.upstream.observer(exchange.ended())
        self.is_doubtful = False
        return written

    def _call(self) -> AbstractAsyncContextManager[None]:
        """Cover one call of the subscriber's."""
        account = Account(self.viewer.identity)
        return self.upstream.budget.call(account, deadline=self.operation.deadline)

    def _count(self, exchange: Exchange) -> None:
        self.operation.count(Sent(exchange, exchange.reads, waited=0.0))
