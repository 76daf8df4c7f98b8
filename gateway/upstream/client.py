"""The only network: one request, signed, answered within a deadline and a size.

httpx's own timeouts are per read and it inflates without a limit; so a timeout stands around each attempt,
the body is read as it was sent, and inflated here with a cap and a check that the stream was complete.
"""

import asyncio
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import aiohttp
import httpx

from gateway.contract import FORM
from gateway.elsewhere import elsewhere
from gateway.resources import Href
from gateway.telemetry.events import Observer, Sent, silent
from gateway.upstream.addresses import ANYWHERE, Networks
from gateway.upstream.errors import (
    MalformedDocument,
    OriginBusy,
    OriginTimedOut,
    OriginUnreachable,
    ResponseTooLarge,
    UpstreamError,
)

_HEADERS: Final = {"accept": "text/xml", "accept-encoding": "gzip", "user-agent": "netflix-graphql-gateway"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long an attempt may take (seconds), and how much may come back (bytes)."""

    attempt: float = 5.0
    first_byte: float = 3.0
    """Until the head of the answer is there; an answer that is streamed may begin later."""
    connect: float = 1.0
    wire_bytes: int = 2_000_000
    inflated_bytes: int = 8_000_000
    ratio: int = 100
    """How many times as long as it was sent a compressed answer of more than 64 KiB may be."""
    connections: int = 16
    connect_to: str | None = None
    """Scheme, host and port that every request is sent to, whatever its address says."""
    networks: Networks = ANYWHERE
    """Where connections may lead."""


_ANY_RATIO: Final = 64 * 1024
"""Bytes up to which an answer may be compressed as well as it can be."""
_SHORT: Final = 8 * 1024
"""Bytes of a compressed answer that is inflated at once: a hundred times as many are two milliseconds."""
_PLACES: Final = ((250_000, 16), (1_000_000, 2))
"""Answers of more than so many bytes, and how many of them are held at once, see ``Client``."""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back: the status, the headers by lower-case name, the inflated body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Stream:
    """What is coming back: the status, the headers by lower-case name, the body in pieces, as it is sent."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Content:
    """What a change carries: nothing by default."""

    body: bytes = b""
    media_type: str = FORM


class _Room(AsyncExitStack):
    """The places that an answer has."""

    awaited: int | None = None
    """How many places there are of the kind that is waited for."""


class Client:
    """Sends requests to the origin, each within its limits.

    An origin gone mad must not fill the memory: of large answers only some are held at once. Each keeps its
    place until its reader leaves, so that what waits to be taken apart counts as well.
    """

    def __init__(
        self, http: httpx.AsyncClient, limits: Limits | None = None, observer: Observer = silent
    ) -> None:
        self._http = http
        self._observer = observer
        self._limits = limits or Limits()
        self._places = [(size, count, asyncio.Semaphore(count)) for size, count in _PLACES]
        self._inflating = asyncio.Lock()

    @asynccontextmanager
    async def get(
        self, href: Href, *, authorization: str, deadline: float, unless: str | None = None
    ) -> AsyncIterator[Response]:
        """GET *href*; *deadline* is a time of the running loop.

        *unless* is an entity tag: what it stands for is answered with 304 and without a body.
        """
        headers = {**_HEADERS, "authorization": authorization}
        if unless is not None:
            headers["if-none-match"] = f'"{unless}"'
        request = self._http.build_request("GET", href, headers=headers)
        async with self._sent(request, href, deadline) as response:
            yield response

    @asynccontextmanager
    async def post_form(self, href: Href, form: bytes, *, deadline: float) -> AsyncIterator[Response]:
        """POST *form*, urlencoded, to *href*."""
        headers = {**_HEADERS, "content-type": FORM}
        request = self._http.build_request("POST", href, content=form, headers=headers)
        async with self._sent(request, href, deadline) as response:
            yield response

    @asynccontextmanager
    async def write(
        self,
        method: Literal["POST", "PUT", "DELETE"],
        href: Href,
        content: Content,
        *,
        authorization: str,
        deadline: float,
    ) -> AsyncIterator[Response]:
        """Send a change of *href*, exactly once whatever happens to it.

        ``OriginUnreachable.never_left`` says whether it certainly did not reach the origin; after any other
        failure nobody knows what has become of it.
        """
        headers = {**_HEADERS, "authorization": authorization}
        if content.body:
            headers["content-type"] = content.media_type
        request = self._http.build_request(method, href, content=content.body or None, headers=headers)
        async with self._sent(request, href, deadline) as response:
            yield response

    @asynccontextmanager
    async def stream(self, href: Href, *, authorization: str) -> AsyncIterator[Stream]:
        """GET *href*, and give the answer while it comes in; silence lasts no longer than an attempt."""
        headers = {**_HEADERS, "authorization": authorization}
        request = self._http.build_request("GET", href, headers=headers)
        with _translated(href, self._limits.attempt):
            response = await self._http.send(request, stream=True)
            try:
                yield Stream(response.status_code, dict(response.headers), response.aiter_raw())
            finally:
                await response.aclose()

    @asynccontextmanager
    async def _sent(self, request: httpx.Request, href: Href, deadline: float) -> AsyncIterator[Response]:
        async with _Room() as room:
            yield await self._send(request, href, deadline, room)

    async def _send(self, request: httpx.Request, href: Href, deadline: float, room: _Room) -> Response:
        began, outcome = time.perf_counter(), "Cancelled"
        try:
            response = await self._send_in_time(request, href, deadline, room)
            outcome = str(response.status)
        except UpstreamError as error:
            outcome = type(error).__name__
            raise error.bare() from None
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            self._observer(Sent(request.method, outcome, time.perf_counter() - began))
        return response

    async def _send_in_time(
        self, request: httpx.Request, href: Href, deadline: float, room: _Room
    ) -> Response:
        now = asyncio.get_running_loop().time()
        until = min(deadline, now + self._limits.attempt)
        try:
            with _translated(href, round(until - now, 3)):
                async with asyncio.timeout_at(until):
                    return await self._exchange(request, href, room)
        except OriginTimedOut as error:
            if room.awaited is None:
                raise
            raise OriginBusy("The large answers of the origin at once", room.awaited) from error

    async def _exchange(self, request: httpx.Request, href: Href, room: _Room) -> Response:
        response = await self._begin(request, href)
        try:
            body = await self._read(response, href, room)
        finally:
            await response.aclose()
        coding = response.headers.get("content-encoding", "identity").lower()
        if coding == "gzip":
            body = await self._inflated(body, href, room)
        elif coding != "identity":
            raise MalformedDocument("/", "a body that is plain or compressed once, by gzip")
        return Response(response.status_code, dict(response.headers), body)

    async def _inflated(self, body: bytes, href: Href, room: _Room) -> bytes:
        """Inflate *body*: a long one beside the loop, one after the other, for each may be a bomb."""
        limit = self._longest(body)
        await self._find_place(len(body), min(_said_length(body), limit), room)
        if len(body) <= _SHORT:
            return _inflate(body, href, limit=limit)
        return await elsewhere(self._inflating, partial(_inflate, body, href, limit=limit))

    async def _begin(self, request: httpx.Request, href: Href) -> httpx.Response:
        with _translated(href, self._limits.first_byte):
            async with asyncio.timeout(self._limits.first_byte):
                return await self._http.send(request, stream=True)

    def _longest(self, body: bytes) -> int:
        """Return how long what is compressed in *body* may be."""
        return min(self._limits.inflated_bytes, max(_ANY_RATIO, self._limits.ratio * len(body)))

    async def _read(self, response: httpx.Response, href: Href, room: _Room) -> bytes:
        chunks: list[bytes] = []
        size = 0
        encoded = "content-encoding" in response.headers
        limit = self._limits.wire_bytes if encoded else self._limits.inflated_bytes
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > limit:
                raise ResponseTooLarge(href, limit)
            await self._find_place(size - len(chunk), size, room)
            chunks.append(chunk)
        return b"".join(chunks)

    async def _find_place(self, before: int, after: int, room: _Room) -> None:
        """Wait for a place where an answer that grows from *before* to *after* bytes comes to need one."""
        for size, count, free in self._places:
            if before <= size < after:
                room.awaited = count
                await room.enter_async_context(free)
                room.awaited = None


@contextmanager
def _translated(href: Href, seconds: float) -> Iterator[None]:
    """Raise what a transport calls a failure as what it is to us; *seconds* is the time there was."""
    try:
        yield
    except aiohttp.ClientResponseError as error:
        raise MalformedDocument("/", "the form of an HTTP answer") from error
    except (httpx.TransportError, aiohttp.ClientError) as error:
        if _never_left(error):
            raise OriginUnreachable(href, never_left=True) from error
        # The transport calls a broken connection a connect time-out, and leaves some errors as they are.
        if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
            raise OriginTimedOut(href, seconds) from error
        raise OriginUnreachable(href) from error
    except TimeoutError as error:
        raise OriginTimedOut(href, seconds) from error


def _never_left(error: Exception) -> bool:
    """Say whether there was no connection at all that a request could have left by."""
    causes = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
    return isinstance(error, httpx.ConnectError) or isinstance(error.__cause__ or error, causes)


def _said_length(body: bytes) -> int:
    """Return how long the gzip stream *body* says that it is inflated (RFC 1952, 2.3.1, ISIZE)."""
    return int.from_bytes(body[-4:], "little")


def _inflate(body: bytes, href: Href, *, limit: int) -> bytes:
    inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
    said = _said_length(body)
    try:
        inflated = inflater.decompress(body, min(said, limit) + 1)
    except zlib.error as error:
        raise MalformedDocument("gzip body", "a gzip stream") from error
    if len(inflated) > limit:
        raise ResponseTooLarge(href, limit)
    if not inflater.eof or inflater.unused_data:
        raise MalformedDocument("gzip body", "a complete gzip stream")
    return inflated
