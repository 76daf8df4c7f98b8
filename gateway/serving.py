"""Serves an application by HTTP until it is told to stop."""

import asyncio
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from functools import partial
from typing import Final, cast

import uvicorn
from starlette.types import ASGIApp

from gateway.descriptors import places
from gateway.edge.turnstile import Turnstile
from gateway.garbage import rarely_collected
from gateway.holding import Held
from gateway.idling import Idle, is_anything_at
from gateway.memory import give_back
from gateway.protocol import Bounds, HttpProtocol
from gateway.telemetry.events import Observer, silent
from gateway.telemetry.logs import tell
from gateway.websocket_protocol import WebSocketProtocol

STOP_WITHIN = 15
"""Seconds that answers under way are given when the server is told to stop."""

PING_EVERY = 20.0
"""Seconds between pings on a WebSocket, and for each to be answered."""

LONGEST_MESSAGE = 65_536
"""Bytes of a message on a WebSocket."""

_SWITCH_EVERY: Final = 0.001
"""Seconds that a thread computes while the loop waits for its turn; Python has 5 ms, and that every time."""

_LOOK_EVERY: Final = 0.02

_TURNS: Final = 3
"""Of the loop, after which it has made a connection of whom it has accepted: uvloop needs one or two."""

_GOODBYE: Final = 1.0
"""Seconds that clients are given to take what they are told when they are cut off."""

_TICKS: Final = 100
"""Of the server, ten a second, after which memory is given back."""


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
