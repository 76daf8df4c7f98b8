"""Operations by server-sent events, in the "distinct connections" mode of GraphQL over SSE.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.edge.errors import log_fault, told
from gateway.edge.media import EVENT_STREAM, GRAPHQL_JSON
from gateway.edge.observing import trail_at
from gateway.edge.operations import ALL, READING, Answer, Operations
from gateway.edge.presence import left, while_present
from gateway.edge.request import SAFE, Asked
from gateway.edge.streams import (
    Authenticate,
    Ending,
    Stream,
    Streams,
    TooManyStreams,
    end_when_signed_out,
    finish,
)
from gateway.loaders.viewer import Viewer

_HEADERS: Final = {"cache-control": "no-store", "vary": "Accept", "x-accel-buffering": "no"}
_BEAT: Final = b":\n\n"
_COMPLETE: Final = b"event: complete\ndata: \n\n"


@dataclass(frozen=True, slots=True)
class Events:
    """Answers requests with streams of events."""

    operations: Operations
    authenticate: Authenticate
    streams: Streams

    def answer(self, request: Request, asked: Asked, viewer: Viewer | None) -> Response:
        """Return the stream of answers to *asked*; it is a plain refusal where nothing was begun."""
        return EventStream(self, request, asked, viewer)


class EventStream(Response):
    """Runs an operation while it is sent, and for as long as somebody listens."""

    def __init__(self, events: Events, request: Request, asked: Asked, viewer: Viewer | None) -> None:
        super().__init__()
        self._events = events
        self._request = request
        self._asked = asked
        self._viewer = viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream; raise ``HTTPException`` (405, 429 or 503) where there can be none."""
        with self._open() as stream:
            allowed = READING if self._request.method in SAFE else ALL
            trail = trail_at(self._request)
            answers = self._events.operations.stream(self._asked, self._viewer, allowed, trail=trail)
            async with aclosing(answers):
                first = await while_present(receive, _first(answers))
                if first.is_kind_refused:
                    raise HTTPException(405, "By GET there are no mutations.", {"allow": "POST"})
                if not first.is_begun:
                    await _plain(first)(scope, receive, send)
                    return
                limit = self._events.streams.limits.send_within
                await self._run(first, answers, receive, _Line(send, stream, limit))

    def _open(self) -> Stream:
        try:
            stream = self._events.streams.open()
        except TooManyStreams as error:
            raise HTTPException(503, str(error), {"retry-after": "5"}) from error
        if self._viewer is None:
            return stream
        try:
            stream.belongs_to(self._viewer)
        except TooManyStreams as error:
            stream.__exit__(None, None, None)
            raise HTTPException(429, str(error), {"retry-after": "5"}) from error
        return stream

    async def _run(
        self, first: Answer, answers: AsyncGenerator[Answer], receive: Receive, line: "_Line"
    ) -> None:
        """Send until there is no more to send, nobody listens, or the stream must end."""
        await line.start()
        telling = asyncio.create_task(_tell(first, answers, line))
        leaving = asyncio.create_task(left(receive))
        beating = asyncio.create_task(line.beat(every=self._events.streams.limits.beat))
        checking = asyncio.create_task(self._check(line.stream))
        try:
            ways: set[asyncio.Future[Any]] = {telling, leaving, line.stream.ending}
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await finish(leaving, beating, checking, telling)
        if line.stream.ending.done():
            await line.end(_farewell(line.stream.ending.result()))
        elif not telling.cancelled():
            await line.end(_last_word(telling))

    async def _check(self, stream: Stream) -> None:
        events, viewer = self._events, self._viewer
        if viewer is not None:
            every = events.streams.limits.recheck
            await end_when_signed_out(stream, viewer, lambda: events.authenticate(self._request), every=every)


@dataclass(slots=True)
class _Line:
    """What is sent on: each message within a time, or the stream is given up."""

    send: Send
    stream: Stream
    within: float

    async def start(self) -> None:
        headers = {"content-type": f"{EVENT_STREAM}; charset=utf-8", **_HEADERS}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": 200, "headers": encoded})

    async def next(self, body: object) -> None:
        await self._send(_next(body), more=True)

    async def beat(self, *, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            await self._send(_BEAT, more=True)

    async def end(self, last: bytes | None) -> None:
        if last is not None:
            with suppress(TimeoutError):
                await self._send(last, more=False)

    async def _send(self, body: bytes, *, more: bool) -> None:
        try:
            async with asyncio.timeout(self.within):
                await self.send({"type": "http.response.body", "body": body, "more_body": more})
        except TimeoutError:
            self.stream.end(Ending.STUCK)
            raise


async def _first(answers: AsyncGenerator[Answer]) -> Answer:
    return await anext(answers)


async def _tell(first: Answer, answers: AsyncGenerator[Answer], line: _Line) -> None:
    await line.next(first.body)
    async for answer in answers:
        await line.next(answer.body)


def _next(body: object) -> bytes:
    return b"event: next\ndata: " + orjson.dumps(body) + b"\n\n"


def _last_word(telling: asyncio.Task[None]) -> bytes | None:
    """Return what the stream ends with once nothing more is told."""
    error = telling.exception()
    if error is None:
        return _COMPLETE
    if isinstance(error, TimeoutError | OSError):
        return None
    log_fault("An event stream failed", error)
    return _failed("Internal error.", "INTERNAL")


def _plain(answer: Answer) -> Response:
    media_type = f"{GRAPHQL_JSON}; charset=utf-8"
    return Response(orjson.dumps(answer.body), 400, _HEADERS, media_type=media_type)


def _farewell(ending: Ending) -> bytes | None:
    """Return what a stream ends with that must end; nothing where nobody takes it."""
    if ending is Ending.SIGNED_OUT:
        return _failed("You are no longer signed in.", "UNAUTHENTICATED")
    if ending is Ending.CROWDED_OUT:
        return _failed("Others needed the place.", "OVERLOADED")
    return _COMPLETE if ending is Ending.STOPPING else None


def _failed(message: str, code: str) -> bytes:
    return _next({"errors": [{"message": message, "extensions": told(code)}]}) + _COMPLETE
