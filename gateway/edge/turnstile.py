"""Turns operations away for which there is no place, before anything is done for them.

A worker that is asked five times what it can do refuses four of five requests; so a refusal must cost next to
nothing, or it takes the time of those that are served. What comes whole and plain is judged as it came, by a
glance, and while some are turned away the rest of what comes in pieces is waited for. Everything else goes
the long way, and finds out at ``Admission.place``.
"""

import random
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import orjson

from gateway.edge.admission import Admission, overloaded
from gateway.edge.cross_origin import readable
from gateway.edge.errors import told
from gateway.edge.gate import protecting
from gateway.edge.media import GRAPHQL_JSON, JSON
from gateway.edge.request_id import REQUEST_ID
from gateway.telemetry.events import Observer, TurnedAway, silent
from gateway.telemetry.trail import word_of

_LINE: Final = b"POST /graphql HTTP/1.1\r\n"
_HEADER: Final = rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)\r\n"
_A_HEADER: Final = re.compile(_HEADER)
_HEADERS: Final = re.compile(b"(?:%b)+" % _HEADER)
_LONGEST_HEAD: Final = 8_192
_LONGEST_LENGTH: Final = 7
_LONGEST_AWAITED: Final = 65_536
"""Bytes of a body that are waited for: most libraries send it behind the head, in a piece of its own."""

_UNPLAIN: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade"})
"""Headers that say how a request is framed or goes on."""


@dataclass(frozen=True, slots=True)
class Plain:
    """An operation that comes by HTTP, so that all who read HTTP agree on it; nothing follows it."""

    headers: Mapping[bytes, bytes]
    """By name in lower case."""
    body: bytes
    missing: int
    """Bytes of the body that are still on their way."""

    @classmethod
    def of(cls, data: bytes) -> Self | None:
        """Return what *data*, with which a request begins, is; None where there could be any doubt."""
        if not data.startswith(_LINE):
            return None
        end = data.find(b"\r\n\r\n", 0, _LONGEST_HEAD) + 2
        if end < len(_LINE) or _HEADERS.fullmatch(data, len(_LINE), end) is None:
            return None
        found = _A_HEADER.findall(data, len(_LINE), end)
        headers = {name.lower(): value for name, value in found}
        length = headers.get(b"content-length", b"")
        body = data[end + 2 :]
        is_plain = (
            len(headers) == len(found)
            and b"host" in headers
            and _UNPLAIN.isdisjoint(headers)
            and headers.get(b"connection", b"keep-alive") == b"keep-alive"
            and length.isdigit()
            and len(length) <= _LONGEST_LENGTH
            and len(body) <= int(length)
        )
        return cls(headers, body, int(length) - len(body)) if is_plain else None


class Turnstile:
    """Lets requests in to an *admission*, or not, and tells *observer*.

    Pages at *origins* may read what is said; see ``Gate`` for *tls_for*.
    """

    def __init__(
        self,
        admission: Admission,
        tls_for: int = 0,
        observer: Observer = silent,
        origins: Collection[str] = (),
    ) -> None:
        self._admission = admission
        self._observer = observer
        self._origins = frozenset(origins)
        self._inside = 0
        self._head = _STATUS + _lines([*_SAID, *protecting(tls_for)])

    def awaits(self, operation: Plain) -> bool:
        """Whether the rest of *operation* is worth waiting for, to turn it away if need be."""
        is_short = len(operation.body) + operation.missing <= _LONGEST_AWAITED
        return operation.missing > 0 and is_short and self._admission.is_short

    def enter(self, operation: Plain) -> bytes | None:
        """Return the HTTP response that turns *operation* away; None where it is let in, until it leaves.

        All of *operation* must be there.
        """
        priority = self._admission.glance.at(operation.body)
        if self._admission.turns_away(priority, self._inside):
            self._observer(TurnedAway(priority.name.lower()))
            return self._refusal(operation.headers, overloaded(self._admission.limit(priority)).detail)
        self._inside += 1
        return None

    def leave(self) -> None:
        """Take note that an operation that was let in has been answered, or given up."""
        self._inside -= 1

    def _refusal(self, headers: Mapping[bytes, bytes], message: str) -> bytes:
        named = word_of(headers.get(REQUEST_ID.encode(), b"").decode("ascii"))
        name = named or f"{random.getrandbits(64):016x}"
        kind = GRAPHQL_JSON if GRAPHQL_JSON.encode() in headers.get(b"accept", b"") else JSON
        extensions = {**_EXTENSIONS, "requestId": name}
        body = orjson.dumps({"errors": [{"message": message, "extensions": extensions}]})
        said = [
            (b"content-type", b"%b; charset=utf-8" % kind.encode()),
            (REQUEST_ID.encode(), name.encode()),
            (b"content-length", b"%d" % len(body)),
            *readable(headers.get(b"origin", b"").decode("ascii"), self._origins),
        ]
        return b"%b%b\r\n%b" % (self._head, _lines(said), body)


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%b: %b\r\n" % header for header in headers)


_REFUSAL: Final = overloaded(0)
"""What is the same of all of them."""
_EXTENSIONS: Final = told(_REFUSAL.code)
_STATUS: Final = b"HTTP/1.1 503 Service Unavailable\r\n"
_SAID: Final = (
    *((name.encode(), value.encode()) for name, value in (_REFUSAL.headers or {}).items()),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept"),
)
