"""HTTP from clients that are slow, or send without end: what of theirs a connection holds is bounded.

uvicorn has no deadline for headers or bodies, and with httptools no limit of headers at all. It also takes
requests that somebody between a client and us may read in another way; here they are refused.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from gateway.edge.turnstile import Turnstile, Whole
from gateway.parser import Parser


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one client may use. Times in seconds."""

    head_within: float = 10.0
    """For the line and the headers of a request to arrive."""
    body_within: float = 15.0
    """For its body to arrive after them."""
    taken_within: float = 30.0
    """For a client that takes nothing of an answer to begin again."""
    url: int = 8_192
    """Bytes of an address."""
    header_bytes: int = 16_384
    """Bytes of all headers, with what separates them."""
    headers: int = 100
    connections: int = 2_000
    """Of all clients, those that do nothing included."""


_SEPARATORS: Final = len(b": \r\n")
_REASONS: Final = {
    400: ("Bad Request", "BAD_USER_INPUT"),
    408: ("Request Timeout", "LIMIT_EXCEEDED"),
    414: ("URI Too Long", "LIMIT_EXCEEDED"),
    431: ("Request Header Fields Too Large", "LIMIT_EXCEEDED"),
    503: ("Service Unavailable", "OVERLOADED"),
}
"""What each status of a refusal is called, and its code in an answer."""
_HOST: Final = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~-]+)(?::[0-9]{1,5})?")
_AMBIGUOUS: Final = "This request could be read in more than one way."


class _Refused(Exception):
    """Ends the parsing of a request."""


def is_ambiguous(version: str, headers: Sequence[tuple[bytes, bytes]], *, upgrades: bool) -> bool:
    """Whether somebody between a client and us could read a request in another way than we do.

    *version* is that of HTTP; the names of *headers* are in lower case. Beside what httptools refuses that is
    no host or more than one (RFC 9112, 3.2), another coding of a body than chunks (6.1), and a body where
    *upgrades* says that the protocol is changed.
    """
    hosts = [value for name, value in headers if name == b"host"]
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    lengths = [value for name, value in headers if name == b"content-length"]
    if version not in {"1.0", "1.1"} or (not hosts and version == "1.1"):
        return True
    if len(hosts) > 1 or not all(map(_HOST.fullmatch, hosts)):
        return True
    if codings and (version == "1.0" or [each.lower() for each in codings] != [b"chunked"]):
        return True
    return upgrades and bool(codings or any(each.strip(b"0") for each in lengths))


class HttpProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - as uvicorn has them
        bounds: Bounds,
        turnstile: Turnstile | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self.parser = Parser(self)  # type: ignore[assignment] # as much of it as is used
        self._turnstile = turnstile
        self._entered: Turnstile | None = None
        self._bounds = bounds
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._is_in_head = False
        self._is_in_message = False
        self._head_bytes = 0
        self._header_bytes = 0
        self._headers = 0
        self._refusal = (400, "This is not HTTP/1.1.")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, if there is a place for it."""
        super().connection_made(transport)
        if (found := len(self.connections)) > self._bounds.connections:
            self._refuse(503, _limited("The connections", self._bounds.connections, found))
        else:
            self._wait(self._bounds.head_within)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._wait(None)
        self._let_take(None)
        self._leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, as long as a request does not become too large."""
        if self._turnstile is not None and self._is_turned_away(data, self._turnstile):
            return
        if self._timer is None and self._unanswered() is None:
            self._wait(self._bounds.head_within)
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        # What has arrived of a header is not told before it is complete.
        most = self._bounds.url + self._bounds.header_bytes
        if self._is_in_head and self._head_bytes > most and not self.transport.is_closing():
            self._refuse(431, _limited("The bytes of the head", most, self._head_bytes))

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
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
        self._header_bytes += len(name) + len(value) + _SEPARATORS
        self._check(431, "The headers", self._bounds.headers, self._headers)
        self._check(431, "The bytes of the headers", self._bounds.header_bytes, self._header_bytes)

    def on_headers_complete(self) -> None:
        """Begin to answer what is clear: what this schedules runs later, so it finds the target.

        The application is told the target as it was sent; uvicorn would forget the host in a whole URL.
        """
        upgrades = self.parser.should_upgrade() and self.takes_offer()
        version = self.parser.get_http_version()
        if b"#" in self.url or is_ambiguous(version, self.headers, upgrades=upgrades):
            self._end_parsing(400, _AMBIGUOUS)
        self._is_in_head = False
        self._wait(None if upgrades else self._bounds.body_within)
        super().on_headers_complete()
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
        """Go on to the next request."""
        self._leave()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """Wait for the client to take what is written."""
        super().pause_writing()
        self._let_take(self._bounds.taken_within)

    def resume_writing(self) -> None:
        """Go on."""
        self._let_take(None)
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed, or was no longer."""
        del msg
        self._refuse(*self._refusal)

    def _check(self, status: int, what: str, limit: int, value: int) -> None:
        if value > limit:
            self._end_parsing(status, _limited(what, limit, value))

    def _is_turned_away(self, data: bytes, turnstile: Turnstile) -> bool:
        """Refuse *data* where it is an operation for which there is no place."""
        # Of a request that was answered early there may be more to come, and it may look like another one.
        is_between = not self._is_in_message and self._unanswered() is None
        if not is_between or self.flow.write_paused or self.transport.is_closing():
            return False
        operation = Whole.of(data)
        if operation is None:
            return False
        refusal = turnstile.enter(operation)
        if refusal is None:
            self._entered = turnstile
            return False
        self._wait(None)
        self._unset_keepalive_if_required()
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        self.transport.write(refusal)
        return True

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

    def _let_take(self, seconds: float | None) -> None:
        if self._taking is not None:
            self._taking.cancel()
        self._taking = None if seconds is None else self.loop.call_later(seconds, self.transport.abort)

    def _give_up(self) -> None:
        """End a request that did not arrive in time."""
        self._timer = None
        if self._is_in_head:
            self._refuse(408, f"The head of a request must arrive within {self._bounds.head_within:g} s.")
        elif self._unanswered() is not None:
            self._refuse(408, f"The body of a request must arrive within {self._bounds.body_within:g} s.")
        else:
            self.transport.close()

    def _refuse(self, status: int, why: str) -> None:
        """Answer with *status* and *why*, unless an answer has begun, and close the connection."""
        self._wait(None)
        cycle = self._unanswered()
        if cycle is not None:
            cycle.disconnected = True
            cycle.message_event.set()
        if cycle is None or not cycle.response_started:
            self.transport.write(_answer(status, why))
        self.transport.close()

    def _unanswered(self) -> RequestResponseCycle | None:
        """Return the request that is not answered yet, if there is one."""
        cycle: RequestResponseCycle | None = getattr(self, "cycle", None)
        return None if cycle is None or cycle.response_complete else cycle


def _limited(what: str, limit: int, value: int) -> str:
    return f"{what} may be at most {limit}, not {value}."


def _answer(status: int, why: str) -> bytes:
    reason, code = _REASONS[status]
    body = orjson.dumps({"errors": [{"message": why, "extensions": {"code": code}}]})
    retry = "retry-after: 1\r\n" if status == 503 else ""
    head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json; charset=utf-8\r\n{retry}"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
