"""Operations by WebSocket, in the subprotocol ``graphql-transport-ws``."""

import asyncio
from collections.abc import Collection, Coroutine
from contextlib import aclosing, suppress
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.edge import transport_ws as protocol
from gateway.edge.errors import STORE_AWAY, log_fault
from gateway.edge.observing import operation
from gateway.edge.operations import Operations
from gateway.edge.request import ON_THE_LOOP, Refusal
from gateway.edge.streams import (
    Authenticate,
    Ending,
    Stream,
    Streams,
    TooManyStreams,
    end_when_signed_out,
    finish,
)
from gateway.edge.transport_ws import BadMessage, Code, Complete, Init, Message, Ping, Pong, Subscribe
from gateway.elsewhere import elsewhere
from gateway.loaders.viewer import Viewer
from gateway.stores.records import StoreUnavailable
from gateway.telemetry.trail import Trail

_ENDINGS: Final = {
    Ending.STOPPING: (Code.GOING_AWAY, "The server is stopping."),
    Ending.SIGNED_OUT: (Code.FORBIDDEN, "You are no longer signed in."),
    Ending.CROWDED_OUT: (Code.TRY_LATER, "Others needed the place."),
}
_REFUSALS: Final = {401: Code.UNAUTHORIZED, 403: Code.FORBIDDEN}
_NOBODY: Final = "A socket is for who is signed in: say `authorization` in `connection_init`."


class _Close(Exception):
    """The socket is to be closed."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Sockets:
    """Accepts WebSockets from pages of ours, from pages at *origins*, and from what is no browser."""

    def __init__(
        self,
        operations: Operations,
        authenticate: Authenticate,
        streams: Streams,
        *,
        origins: Collection[str] = (),
    ) -> None:
        self._operations = operations
        self._authenticate = authenticate
        self._streams = streams
        self._origins = frozenset(origins)

    async def serve(self, websocket: WebSocket) -> None:
        """Serve *websocket* until either side closes it."""
        if not self._is_welcome(websocket):
            await websocket.close()  # Before it is accepted: 403.
            return
        if protocol.SUBPROTOCOL not in websocket.scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(Code.WRONG_SUBPROTOCOL, "Subprotocol not acceptable")
            return
        await websocket.accept(protocol.SUBPROTOCOL)
        try:
            stream = self._streams.open()
        except TooManyStreams as error:
            await websocket.close(Code.TRY_LATER, str(error))
            return
        with stream:
            await Socket(websocket, stream, self._operations, self._authenticate, self._streams).serve()

    def _is_welcome(self, websocket: WebSocket) -> bool:
        origin = websocket.headers.get("origin")
        if origin is None or origin in self._origins:
            return True
        return urlsplit(origin).netloc == websocket.headers.get("host")


class Socket:
    """One accepted WebSocket: reads what the client says, and runs the operations that it asks."""

    def __init__(
        self,
        websocket: WebSocket,
        stream: Stream,
        operations: Operations,
        authenticate: Authenticate,
        streams: Streams,
    ) -> None:
        self._websocket = websocket
        self._stream = stream
        self._operations = operations
        self._authenticate = authenticate
        self._limits = streams.limits
        self._reading = streams.reading
        self._viewer: Viewer | None = None
        self._running: dict[str, asyncio.Task[None]] = {}
        self._all: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Talk to the client until it leaves, breaks a rule, or must go."""
        reading = asyncio.create_task(self._read())
        try:
            ways: set[asyncio.Future[Any]] = {reading, self._stream.ending}
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            close = self._why(reading)
        finally:
            await finish(reading, *self._all)
            self._running.clear()  # What was cancelled knows us by its frames: a circle.
        if close is not None:
            with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
                async with asyncio.timeout(self._limits.send_within):
                    await self._websocket.close(close.code, close.reason)

    def _why(self, reading: asyncio.Task[None]) -> _Close | None:
        """Return how to close the socket; nothing where nobody would hear of it."""
        if not reading.done():
            ending = _ENDINGS.get(self._stream.ending.result())
            return _Close(*ending) if ending else None
        match reading.exception():  # Raised here it would know this frame, and the frame it: a circle.
            case _Close() as close:
                return close
            case None | WebSocketDisconnect():
                return None
            case error:
                log_fault("A WebSocket failed", error)
                return _Close(Code.FAULT, "Internal error.")

    async def _read(self) -> None:
        if not await self._is_begun():
            within = f"{self._limits.init_within:g} s"
            raise _Close(Code.INIT_TIMEOUT, f"A connection must be initialised within {within}.")
        while True:
            await self._take(await self._receive())

    async def _is_begun(self) -> bool:
        # A time-out knows the task that it ends: what ends a task is not made of one.
        try:
            async with asyncio.timeout(self._limits.init_within):
                await self._begin(await self._receive())
        except TimeoutError:
            return False
        return True

    async def _receive(self) -> Message:
        event = await self._websocket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        text = event.get("text")
        if text is None:
            raise _Close(Code.BAD_MESSAGE, "A message must be text.")
        size, limit = len(text.encode(errors="surrogatepass")), self._limits.message_bytes
        if size > limit:
            raise _Close(Code.TOO_BIG, f"The bytes of a message may be at most {limit}, not {size}.")
        try:
            return await self._message(text, size)
        except BadMessage as error:
            raise _Close(Code.BAD_MESSAGE, str(error)) from error

    async def _message(self, text: str, size: int) -> Message:
        """Return what *text* says; a large one is read as a large body is, see ``read_asked``."""
        if size <= ON_THE_LOOP:
            return protocol.read(text)
        return await elsewhere(self._reading, partial(protocol.read, text))

    async def _begin(self, message: Message) -> None:
        while isinstance(message, Ping | Pong):
            await self._take(message)
            message = await self._receive()
        if not isinstance(message, Init):
            raise _Close(Code.UNAUTHORIZED, "Unauthorized")
        connection = _authorized(self._websocket, message.authorization)
        viewer = await self._recognise(connection)
        try:
            self._stream.belongs_to(viewer)
        except TooManyStreams as error:
            raise _Close(Code.TOO_MANY, str(error)) from error
        self._viewer = viewer
        every = self._limits.recheck
        self._start(
            end_when_signed_out(self._stream, viewer, lambda: self._authenticate(connection), every=every)
        )
        await self._send(protocol.acknowledge())

    async def _recognise(self, connection: HTTPConnection) -> Viewer:
        """Return who opened *connection*: a browser by its cookie, where it says what page it shows."""
        headers = connection.headers
        if "cookie" in headers and "authorization" not in headers and "origin" not in headers:
            raise _Close(Code.FORBIDDEN, "A cookie counts only with an `Origin`.")
        try:
            viewer = await self._authenticate(connection)
        except HTTPException as error:
            code = _REFUSALS.get(error.status_code, Code.TRY_LATER)
            raise _Close(code, "Unauthorized" if code == Code.UNAUTHORIZED else "Forbidden") from error
        except StoreUnavailable as error:
            log_fault("Nobody can be recognised", error)
            raise _Close(Code.TRY_LATER, f"{STORE_AWAY}.") from error
        if viewer is None:
            raise _Close(Code.UNAUTHORIZED, _NOBODY)
        return viewer

    async def _take(self, message: Message) -> None:
        match message:
            case Init():
                raise _Close(Code.TOO_MANY, "Too many initialisation requests")
            case Ping():
                await self._send(protocol.pong(message))
            case Subscribe():
                await self._subscribe(message)
            case Complete():
                if task := self._running.pop(message.id, None):
                    task.cancel()
            case Pong():
                pass

    async def _subscribe(self, message: Subscribe) -> None:
        if message.id in self._running:
            raise _Close(Code.DUPLICATE_ID, f"Subscriber for {message.id[:50]} already exists")
        limit = self._limits.subscriptions
        if len(self._running) >= limit:
            text = f"The operations on a socket may be at most {limit}, not {limit + 1}."
            await self._send(protocol.refuse(message.id, text, "LIMIT_EXCEEDED"))
            return
        self._running[message.id] = self._start(self._run(message))

    async def _run(self, message: Subscribe) -> None:
        last = protocol.complete(message.id)
        try:
            with operation(self._websocket, message.asked, self._viewer) as trail:
                last = await self._answer(message, trail) or last
        except WebSocketDisconnect:
            return
        except Refusal as refusal:
            last = protocol.refuse(message.id, refusal.detail, refusal.code)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends one operation
            log_fault("An operation failed", error)
            last = protocol.refuse(message.id, "Internal error.", "INTERNAL")
        if self._running.get(message.id) is asyncio.current_task():
            del self._running[message.id]  # Before the client hears of it, and may use the id again.
        with suppress(WebSocketDisconnect):
            await self._send(last)

    async def _answer(self, message: Subscribe, trail: Trail) -> str | None:
        """Send what *message* asks for; return what is said in the end where that was not begun."""
        stream = self._operations.stream(message.asked, self._viewer, trail=trail)
        async with aclosing(stream) as answers:
            async for given in answers:
                if not given.is_begun:
                    return protocol.answer(message.id, given)
                await self._send(protocol.answer(message.id, given))
        return None

    async def _send(self, text: str) -> None:
        if not await self._is_sent(text):
            self._stream.end(Ending.STUCK)
            raise WebSocketDisconnect

    async def _is_sent(self, text: str) -> bool:
        try:
            async with asyncio.timeout(self._limits.send_within):
                await self._websocket.send_text(text)
        except TimeoutError:
            return False
        return True

    def _start(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._all.add(task)
        task.add_done_callback(self._all.discard)
        return task


def _authorized(websocket: WebSocket, authorization: str | None) -> HTTPConnection:
    """Return *websocket* as if *authorization* had come in its headers: a browser cannot set them."""
    if authorization is None:
        return websocket
    others = [header for header in websocket.scope["headers"] if header[0] != b"authorization"]
    headers = [*others, (b"authorization", authorization.encode("ascii"))]
    return HTTPConnection({**websocket.scope, "headers": headers})
