"""Serves an application by HTTP until it is told to stop."""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, Final, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from gateway.descriptors import places
from gateway.edge.turnstile import Turnstile
from gateway.garbage import rarely_collected
from gateway.holding import Held, Holding
from gateway.idling import Idle, is_anything_at
from gateway.memory import give_back
from gateway.protocol import TOO_MUCH, Bounds, HttpProtocol
from gateway.telemetry.events import Observer, silent
from gateway.telemetry.logs import tell

STOP_WITHIN = 15
"""Seconds that answers under way are given when the server is told to stop."""

PING_EVERY = 20.0
"""Seconds between pings on a WebSocket, and for each to be answered."""

LAST_WORD_WITHIN = 1.0
"""Seconds in which a client may answer the farewell on a WebSocket."""

LONGEST_MESSAGE = 65_536
"""Bytes of a message on a WebSocket."""

MOST_PIECES = 1_000
"""Frames of a message on a WebSocket."""

MOST_WAITING = 100
"""Messages on a WebSocket that come at once: one read may bring ten thousand."""

_SWITCH_EVERY: Final = 0.001
"""Seconds that a thread computes while the loop waits for its turn; Python has 5 ms, and that every time."""

_LOOK_EVERY: Final = 0.02

_TURNS: Final = 3
"""Of the loop, after which it has made a connection of whom it has accepted: uvloop needs one or two."""

_GOODBYE: Final = 1.0
"""Seconds that clients are given to take what they are told when they are cut off."""

_TICKS: Final = 100
"""Of the server, ten a second, after which memory is given back."""

_PIECE: Final = 64
"""Bytes that a piece of a message takes beside what is in it, about."""


Stopping = Callable[[], Awaitable[None]]
"""Ends what would not end by itself."""


class CannotListen(Exception):
    """The address cannot be listened on; the message says why."""


def bind(host: str, port: int, *, setting: str) -> socket.socket:
    """Return a socket that is bound to *host* and *port*; *setting* is what a user would change."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise CannotListen(f"The address {host} cannot be listened on: {error.strerror}.") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        why = error.strerror or "it is not free"
        raise CannotListen(
            f"Port {port} on {host} cannot be used: {why}. Set {setting} to another port."
        ) from error
    return bound


def check_free(host: str, port: int, *, setting: str) -> None:
    """Raise ``CannotListen`` when *port* could not be listened on now."""
    bind(host, port, setting=setting).close()


def found_at(host: str, port: int) -> str:
    """Return where browsers on this machine find who listens on *host*, be it every network."""
    named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host.lower())  # noqa: S104 - only read here
    return f"http://[{named}]:{port}" if ":" in named else f"http://{named}:{port}"


def serve(  # noqa: PLR0913 - each has a default
    app: ASGIApp,
    listening: socket.socket,
    *,
    stopping: Stopping | None = None,
    bounds: Bounds | None = None,
    turnstile: Turnstile | None = None,
    observer: Observer = silent,
) -> None:
    """Serve *app* on *listening* until SIGINT or SIGTERM; logs go to standard error, without queries.

    *stopping* is called first when the server is told to stop: it ends what would not end by itself. An
    application that has nothing to end has no WebSockets either. *bounds* say what a client may use,
    as far as this process may have that many files open, and *turnstile* what is let in; *observer* is told
    what is refused.
    """
    bounds = bounds or Bounds()
    with closing(listening), suppress(KeyboardInterrupt), rarely_collected():
        sys.setswitchinterval(_SWITCH_EVERY)
        bounds = replace(bounds, connections=places(bounds.connections))
        Server(app, stopping, bounds, turnstile, observer).run(sockets=[listening])


class Server(uvicorn.Server):
    """A server that ends what is open before it waits for what is under way."""

    def __init__(
        self,
        app: ASGIApp,
        stopping: Stopping | None = None,
        bounds: Bounds | None = None,
        turnstile: Turnstile | None = None,
        observer: Observer = silent,
    ) -> None:
        bounds = bounds or Bounds()
        self.held = Held(bounds.held, bounds.share)
        protocol = partial(
            HttpProtocol,
            bounds=bounds,
            held=self.held,
            idle=Idle(),
            turnstile=turnstile,
            observer=observer,
        )
        sockets = partial(WebSocketProtocol, held=self.held)
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,  # What it has to say goes where everything goes.
                access_log=False,  # It would write query strings, and with them signatures.
                log_level="warning",
                http=cast("type[HttpProtocol]", protocol),
                timeout_keep_alive=bounds.kept_for,
                server_header=False,
                proxy_headers=False,
                ws="none" if stopping is None else cast("type[WebSocketProtocol]", sockets),
                ws_max_size=LONGEST_MESSAGE,
                ws_ping_interval=PING_EVERY,
                ws_ping_timeout=PING_EVERY,
                ws_per_message_deflate=False,  # It takes some hundred kilobytes a socket.
            )
        )
        self._stopping = stopping

    async def on_tick(self, counter: int) -> bool:
        """Give memory back now and then; says whether to stop."""
        if counter and counter % _TICKS == 0:
            give_back()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: answer who is here, let in nobody else, and cut off who is still here in the end."""
        if self._stopping is not None:
            await self._unless_forced(self._stopping)
        await self._close_door(sockets or [])
        if not await self._are_gone(STOP_WITHIN):
            await self._cut_off()
        await self.lifespan.shutdown()

    async def _unless_forced(self, stopping: Stopping) -> None:
        """Wait until what would not end by itself has ended, or somebody tells it once more to stop."""
        ending = asyncio.ensure_future(stopping())
        while not ending.done() and not self.force_exit:
            await asyncio.wait([ending], timeout=_LOOK_EVERY)
        ending.cancel()
        with suppress(asyncio.CancelledError):
            await ending

    async def _close_door(self, sockets: Sequence[socket.socket]) -> None:
        for _ in range(self.config.backlog):
            if not is_anything_at(sockets):
                break
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for each in sockets:
            each.close()
        # Who was let in just now is a connection some turns later.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for connection in list(self.server_state.connections):
            connection.shutdown()

    async def _are_gone(self, within: float) -> bool:
        """Wait until nobody is here; return whether that is so *within* so many seconds.

        It is not waited for where somebody has told the server once more to stop (SIGINT).
        """
        ends = asyncio.get_running_loop().time() + within
        while self.server_state.connections or self.server_state.tasks:
            if self.force_exit or asyncio.get_running_loop().time() >= ends:
                return False
            await asyncio.sleep(_LOOK_EVERY)
        return True

    async def _cut_off(self) -> None:
        """Say goodbye to who is still here; who does not take it is left."""
        here = list(self.server_state.connections)
        tell("cut off", level=logging.WARNING, connections=len(here))
        for connection in here:
            if isinstance(connection, HttpProtocol):
                connection.cut_off()
            else:
                connection.transport.abort()
        self.force_exit = False
        await self._are_gone(_GOODBYE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_GOODBYE)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Drops a client that takes nothing any more; uvicorn would wait for ever until it has taken the rest.

    What comes at once is counted, be it messages or pieces of one: empty ones are within every length. What
    is held of all that is counted with what is held for all other connections.
    """

    def __init__(self, *args: Any, held: Held, **kwargs: Any) -> None:  # noqa: ANN401 - as uvicorn has them
        super().__init__(*args, **kwargs)
        self._held = held
        self._holding = Holding(held)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the place of a connection of HTTP."""
        self._held.sockets += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Hold nothing more."""
        self._held.sockets -= 1
        self._holding.clear()
        super().connection_lost(exc)
        self.frames = []
        self.conn.reader.buffer.clear()
        # It knows the connection, which knows it: garbage of that kind is rarely looked for.
        self.conn.parser.close()

    def data_received(self, data: bytes) -> None:
        """Read on, as long as there is not too much of what cannot be taken yet."""
        super().data_received(data)
        self._holding.leave_unread(len(self.conn.reader.buffer))
        if self._holding.is_too_much:
            self._fail(CloseCode.TRY_AGAIN_LATER, TOO_MUCH)

    def shutdown(self) -> None:
        """Say goodbye and close; what is not open yet is refused, and nothing follows the refusal."""
        if self.handshake_complete or self.initial_response:
            super().shutdown()
            return
        self.disconnected = True
        self.conn.send_response(self.conn.reject(HTTPStatus.SERVICE_UNAVAILABLE, "The server stops."))
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def handle_ping(self) -> None:
        """Answer, unless the client takes nothing: its pings would add up without end."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_text(self, event: Frame) -> None:
        """Take a message, or the first piece of one."""
        self._begin(event)
        super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """Take a message, or the first piece of one."""
        self._begin(event)
        super().handle_bytes(event)

    def handle_cont(self, event: Frame) -> None:
        """Take a piece of a message."""
        if len(self.frames) < MOST_PIECES:
            self._holding.receive(_PIECE + len(event.data))
            super().handle_cont(event)
        else:
            self._fail(CloseCode.MESSAGE_TOO_BIG, f"A message may have at most {MOST_PIECES} pieces.")

    def send_receive_event_to_app(self) -> None:
        """Take a message; it is passed over where the application has said its last word."""
        if self.queue.qsize() < MOST_WAITING:
            if self.close_sent:
                self._holding.answered()
            super().send_receive_event_to_app()
        else:
            self.frames = []
            self._fail(CloseCode.POLICY_VIOLATION, f"At most {MOST_WAITING} messages may come at once.")

    async def receive(self) -> Any:  # noqa: ANN401 - as uvicorn has it
        """Give the application what has come."""
        event = await super().receive()
        if event["type"] == "websocket.receive":
            self._holding.answered()
        return event

    def pause_writing(self) -> None:
        """Wait for the client to take what is written, if there is room for it."""
        super().pause_writing()
        self._holding.leave_untaken(self.transport.get_write_buffer_size())
        if self._holding.is_too_much:
            self.transport.abort()

    def resume_writing(self) -> None:
        """Go on."""
        self._holding.leave_untaken(0)
        super().resume_writing()

    def _begin(self, event: Frame) -> None:
        self._holding.begin()
        self._holding.receive(_PIECE + len(event.data))

    def _fail(self, code: CloseCode, why: str) -> None:
        if not self.handshake_complete:
            self.transport.abort()
        elif not self.close_sent:
            self.conn.fail(code, why)
            self.handle_parser_exception()

    def keepalive_timeout(self) -> None:
        """Drop a client that does not answer: it would not take a farewell either."""
        super().keepalive_timeout()
        self.transport.abort()

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """Let go of a connection that nobody serves any more; uvicorn would wait for the client to say so."""
        super().on_task_complete(task)
        if self.writable.is_set():
            self.loop.call_later(LAST_WORD_WITHIN, self.transport.abort)
        else:
            self.transport.abort()
