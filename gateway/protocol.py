"""HTTP from clients that are slow, or send without end: what is held for them is bounded.

uvicorn has no deadline for headers or bodies, and with httptools no limit of headers at all. It also takes
requests that somebody between a client and us may read in another way; here they are refused.
"""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, cast

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.ambiguity import ambiguity
from gateway.edge.turnstile import Plain, Turnstile
from gateway.holding import TOO_MUCH, Held, Holding
from gateway.idling import Idle, is_anything_at
from gateway.parser import Parser
from gateway.refusing import answer, limited
from gateway.telemetry.events import Observer, Refused, silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one client may use. Times in seconds."""

    head_within: float = 10.0
    """For the line and the headers of a request to arrive."""
    body_within: float = 15.0
    """For its body to arrive after them."""
    taken_within: float = 30.0
    """For a client to take 64 KiB of an answer, or the rest of it."""
    kept_for: int = 75
    """For which an idle connection is kept: longer than clients and proxies keep theirs (5 to 60), so that it
    is they who close it, and hardly ever a request that meets a closing server: where its place is needed."""
    last_within: float = 0.5
    """For a request to arrive that is on its way when the server stops."""
    url: int = 8_192
    """Bytes of an address."""
    header_bytes: int = 16_384
    """Bytes of all headers, with what separates them."""
    headers: int = 100
    connections: int = 2_000
    """Of all clients; those that do nothing give way to who comes."""
    sockets: int = 750
    """Of them, those that are WebSockets: 500 are served, and others told why they are not."""
    held: int = 16 * 1024 * 1024
    """Bytes of all requests that are not answered, of messages in part, and of answers not taken."""
    share: int = 8_192
    """Bytes of them that a connection may have, however much the others have."""


_SEPARATORS: Final = len(b": \r\n")
_FEW_HEADERS: Final = 20
"""As many are within what a request takes; any others are counted."""
_HEADER: Final = 160
"""Bytes that a header takes beside those that were sent, about."""
_UNTAKEN: Final = 16_384
"""Bytes of an answer that nobody needs to take: they are not waited for, and not counted."""
_TAKEN: Final = 65_536
"""Bytes of an answer that a client has to take in time."""


class _Refused(Exception):
    """Ends the parsing of a request."""


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - as uvicorn has them
        bounds: Bounds,
        held: Held,
        idle: Idle,
        turnstile: Turnstile | None = None,
        observer: Observer = silent,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._observer = observer
        self._cycle: RequestResponseCycle | None = None
        self.parser = Parser(self)  # type: ignore[assignment] # as much of it as is used
        self._turnstile = turnstile
        self._entered: Turnstile | None = None
        self._awaited = bytearray()
        self._awaited_length = 0
        self._bounds = bounds
        self._held = held
        self._holding = Holding(held)
        self._idle = idle
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._is_in_message = False
        self._is_stopping = False
        self._head_bytes = 0
        self._header_bytes = 0
        self._headers = 0
        self._refusal: tuple[int, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if there is a place for it or somebody gives way."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=_UNTAKEN)
        found = len(self.connections)
        if found > self._bounds.connections and not self._idle.make_place():
            self._refuse(503, limited("The connections", self._bounds.connections, found))
        else:
            self._wait(self._bounds.head_within)
            self._rest()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more.

        uvicorn tells the last request alone that nobody is there; those before it may be the one that is
        answered, and uvloop raises where something is written for nobody.
        """
        self._wait(None)
        self._unset_keepalive_if_required()
        self._stop_taking()
        self._disconnect()
        self._leave()
        self._idle.discard(self)
        self._holding.clear()
        cast("Parser", self.parser).close()
        super().connection_lost(exc)
        # All requests know us: garbage of that kind is rarely looked for.
        self.pipeline.clear()
        self.cycle = self._cycle = None  # type: ignore[assignment] # nothing more is read

    def data_received(self, data: bytes) -> None:
        """Read on; the connection may do nothing before and afterwards."""
        self._idle.discard(self)
        self._take(data)
        self._rest()

    def gives_way(self) -> bool:
        """Close a connection that does nothing, unless something has come that is not read or not taken."""
        if self.transport.get_write_buffer_size() > 0:
            return False
        if not self.transport.is_closing() and is_anything_at([self.transport.get_extra_info("socket")]):
            return False
        self._close()
        return True

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._holding.begin()
        if self._holding.is_too_much:
            self._end_parsing(503, self._too_much())
        self._is_in_head = self._is_in_message = True
        self._head_bytes = self._header_bytes = self._headers = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        super().on_url(url)
        self._check(414, "The bytes of the address", self._bounds.url, len(self.url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one that follows a body is passed over, for nobody before us has looked at it."""
        if self._is_in_head:
            super().on_header(name, value)
        self._headers += 1
        if self._headers > _FEW_HEADERS:
            self._holding.receive(_HEADER)
        self._header_bytes += len(name) + len(value) + _SEPARATORS
        self._check(431, "The headers", self._bounds.headers, self._headers)
        self._check(431, "The bytes of the headers", self._bounds.header_bytes, self._header_bytes)

    def on_headers_complete(self) -> None:
        """Begin to answer what is clear: what this schedules runs later, so it finds the target.

        The application is told the target as it was sent; uvicorn would forget the host in a whole URL.
        """
        upgrades = self.parser.should_upgrade() and self.takes_offer()
        version = self.parser.get_http_version()
        if why := ambiguity(version, self.url, self.headers, upgrades=upgrades):
            self._end_parsing(400, why)
        if upgrades:
            self._check(503, "The WebSockets", self._bounds.sockets, self._held.sockets + 1)
        self._is_in_head = False
        self._wait(None if upgrades else self._bounds.body_within)
        super().on_headers_complete()
        if self._is_stopping and not upgrades:
            self.cycle.keep_alive = False
        target = self.url.partition(b"?")[0]
        if b"://" in target and not target.startswith(b"/"):
            self.scope["raw_path"] = target

    def takes_offer(self) -> bool:
        """Whether the request that was begun makes the connection a WebSocket."""
        return self._should_upgrade()

    def on_message_complete(self) -> None:
        """Wait for the application, not for the client."""
        self._is_in_message = False
        self._wait(None)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on to the next request; a connection that is to be closed may wait for its client."""
        self._leave()
        self._holding.answered()
        super().on_response_complete()
        if self.transport.is_closing():
            self._let_take()
        self._rest()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over."""
        self._holding.clear()
        super().handle_websocket_upgrade()
        cast("Parser", self.parser).close()

    def pause_writing(self) -> None:
        """Wait for the client to take what is written, if there is room for it."""
        super().pause_writing()
        self._holding.leave_untaken(self.transport.get_write_buffer_size())
        if self._holding.is_too_much:
            self._abort()
        else:
            self._let_take()

    def resume_writing(self) -> None:
        """Go on."""
        self._stop_taking()
        self._holding.leave_untaken(0)
        super().resume_writing()
        self._rest()

    def shutdown(self) -> None:
        """Answer what is here or on its way, and close the connection.

        uvicorn would close one at once that is not being answered, though a request may have been sent.
        """
        self._is_stopping = True
        if self._unanswered() is not None:
            self.cycle.keep_alive = False
        elif not self._is_in_head and not self._awaited:
            self._wait(self._bounds.last_within)

    def cut_off(self) -> None:
        """Wait for nothing more."""
        if self._unanswered() is None and not self._awaited:
            self._close()
        else:
            self._refuse(503, "The server stops.")

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that nobody uses."""
        self._close()

    def _take(self, data: bytes) -> None:
        """Read on, as long as a request does not become too large."""
        if self._turnstile is not None:
            if self._is_more_awaited(data):
                return
            data = self._release() + data
            if self._is_kept_out(data, self._turnstile):
                return
        if self._timer is None and self._unanswered() is None:
            self._wait(self._bounds.head_within)
        if self._is_in_head:
            self._head_bytes += len(data)
        self._read(data)
        self._holding.receive(len(data))
        if self._holding.is_too_much and not self.transport.is_closing():
            self._refuse(503, self._too_much())
        # What has arrived of a header is not told before it is complete.
        most = self._bounds.url + self._bounds.header_bytes
        if self._is_in_head and self._head_bytes > most and not self.transport.is_closing():
            self._refuse(431, limited("The bytes of the head", most, self._head_bytes))

    def _too_much(self) -> str:
        return f"{TOO_MUCH} The bytes of it may be at most {self._bounds.held}."

    def _read(self, data: bytes) -> None:
        """Read on as uvicorn does, but for a line in the log for whatever anybody sends."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.handle_websocket_upgrade()
        except httptools.HttpParserInvalidMethodError:
            self._refuse(400, "This is not HTTP/1.1, or has a method that is not known.")
        except httptools.HttpParserError as error:  # What cannot be parsed, or was no longer.
            self._refuse(*(self._refusal or (400, f"This is not HTTP/1.1: {error}.")))

    def _is_between(self) -> bool:
        """Whether no request has begun that is not answered, and no answer that is not taken."""
        # Of a request that was answered early there may be more to come, and it may look like another one.
        is_done = not self._is_in_message and self._unanswered() is None
        return is_done and not self.flow.write_paused and not self.transport.is_closing()

    def _rest(self) -> None:
        """Be idle, unless there is something to do: for so long, or until somebody else needs the place."""
        if self._awaited or self not in self.connections or not self._is_between():
            return
        self._idle.add(self)
        # Of a request that was answered early the rest may have come: uvicorn would wait for ever.
        if self._timer is None and self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._cycle = cycle
        task = self.loop.create_task(cycle.run_asgi(app))
        task.add_done_callback(self._on_task_done)
        self.tasks.add(task)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        """Give the client time to take what there is of an answer that failed: uvicorn has closed it."""
        self.tasks.discard(task)
        if self in self.connections and self.transport.is_closing() and self._taking is None:
            self._let_take()

    def _check(self, status: int, what: str, limit: int, value: int) -> None:
        if value > limit:
            self._end_parsing(status, limited(what, limit, value))

    def _is_kept_out(self, data: bytes, turnstile: Turnstile) -> bool:
        """Refuse *data* where it is an operation for which there is no place; keep what is not whole yet."""
        if self._is_stopping or not self._is_between():
            return False
        operation = Plain.of(data)
        if operation is None:
            return False
        if operation.missing:
            return self._is_awaited(data, operation, turnstile)
        refusal = turnstile.enter(operation)
        if refusal is None:
            self._entered = turnstile
            return False
        self._wait(None)
        self._unset_keepalive_if_required()
        self.transport.write(refusal)
        return True

    def _is_awaited(self, data: bytes, operation: Plain, turnstile: Turnstile) -> bool:
        """Keep *data*, the beginning of *operation*, until the rest is there, if that is worth it."""
        if not turnstile.awaits(operation):
            return False
        self._wait(self._bounds.body_within)
        self._unset_keepalive_if_required()
        self._awaited_length = len(data) + operation.missing
        self._holding.begin()
        return self._is_more_awaited(data)

    def _is_more_awaited(self, data: bytes) -> bool:
        """Keep *data* where it does not complete what is waited for."""
        if len(self._awaited) + len(data) >= self._awaited_length:
            return False
        self._awaited += data
        self._holding.receive(len(data))
        if self._holding.is_too_much:
            self._refuse(503, self._too_much())
        return True

    def _release(self) -> bytes:
        """Return what was kept of an operation, and keep it no longer."""
        if not self._awaited:
            return b""
        kept = bytes(self._awaited)
        self._awaited, self._awaited_length = bytearray(), 0
        self._holding.answered()
        return kept

    def _leave(self) -> None:
        if self._entered is not None:
            self._entered.leave()
            self._entered = None

    def _end_parsing(self, status: int, why: str) -> None:
        self._refusal = (status, why)
        raise _Refused

    def _wait(self, seconds: float | None) -> None:
        """Wait so long for more of a request; not at all where it is None."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None if seconds is None else self.loop.call_later(seconds, self._give_up)

    def _let_take(self) -> None:
        """Give the client time to take what is written; what is to be closed would wait for ever."""
        self._stop_taking()
        left = self.transport.get_write_buffer_size()
        self._taking = self.loop.call_later(self._bounds.taken_within, self._look_at_taking, left)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
        self._taking = None

    def _look_at_taking(self, before: int) -> None:
        """End a client that has taken hardly anything of *before* so many bytes."""
        if before - self.transport.get_write_buffer_size() < _TAKEN:
            self._abort()
        else:
            self._let_take()

    def _close(self) -> None:
        self.transport.close()
        self._let_take()

    def _abort(self) -> None:
        self._disconnect()
        self.transport.abort()

    def _disconnect(self) -> None:
        """Let nothing more be written of an answer."""
        cycle = self._unanswered()
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()

    def _give_up(self) -> None:
        """End a request that did not arrive in time."""
        self._timer = None
        if self._is_in_head:
            self._refuse(408, f"The head of a request must arrive within {self._bounds.head_within:g} s.")
        elif self._unanswered() is not None or self._awaited:
            self._refuse(408, f"The body of a request must arrive within {self._bounds.body_within:g} s.")
        else:
            self._close()

    def _refuse(self, status: int, why: str) -> None:
        """Answer with *status* and *why*, unless an answer has begun, and close the connection."""
        self._observer(Refused(status))
        self._wait(None)
        cycle = self._unanswered()
        self._disconnect()
        if cycle is None or not cycle.response_started:
            self.transport.write(answer(status, why))
        self._close()

    def _unanswered(self) -> RequestResponseCycle | None:
        """Return the request that is being answered, if there is one; others may wait behind it."""
        cycle = self._cycle
        return None if cycle is None or cycle.response_complete else cycle
