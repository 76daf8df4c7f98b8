"""Turns operations away for which there is no place, before anything is done for them.

A worker that is asked five times what it can do refuses four of five requests; so a refusal must cost next to
nothing, or it takes the time of those that are served. What comes whole and plain is judged as it came, by a
glance. Everything else goes the long way, and finds out at ``Admission.place``.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

import orjson

from gateway.edge.admission import Admission, overloaded
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

_UNPLAIN: Final = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"origin"})
"""Headers that say how a request is framed or goes on, or whose page may read the answer."""


@dataclass(frozen=True, slots=True)
class Whole:
    """An operation that came by HTTP in one piece: nothing of it is still on its way, and nothing follows."""

    headers: Mapping[bytes, bytes]
    """By name in lower case."""
    body: bytes

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
            and int(length) == len(body)
        )
        return cls(headers, body) if is_plain else None


class Turnstile:
    """Lets requests in to an *admission*, or not, and tells *observer*; see ``Gate`` for *tls_for*."""

    def __init__(self, admission: Admission, tls_for: int = 0, observer: Observer = silent) -> None:
        self._admission = admission
        self._observer = observer
        self._inside = 0
        always = {**_SAID, **{name.decode(): value.decode() for name, value in protecting(tls_for)}}
        self._head = _STATUS + _lines(always)

    def enter(self, operation: Whole) -> bytes | None:
        """Return the HTTP response that turns *operation* away; None where it is let in, until it leaves."""
        priority = self._admission.glance.at(operation.body)
        if self._admission.turns_away(priority, self._inside):
            self._observer(TurnedAway(priority.name.lower()))
            return self._refusal(operation.headers)
        self._inside += 1
        return None

    def leave(self) -> None:
        """Take note that an operation that was let in has been answered, or given up."""
        self._inside -= 1

    def _refusal(self, headers: Mapping[bytes, bytes]) -> bytes:
        named = word_of(headers.get(REQUEST_ID.encode(), b"").decode("ascii"))
        name = named or f"{random.getrandbits(64):016x}"
        kind = GRAPHQL_JSON if GRAPHQL_JSON.encode() in headers.get(b"accept", b"") else JSON
        extensions = {**_EXTENSIONS, "requestId": name}
        body = orjson.dumps({"errors": [{"message": _REFUSAL.detail, "extensions": extensions}]})
        said = {"content-type": f"{kind}; charset=utf-8", REQUEST_ID: name, "content-length": str(len(body))}
        return f"{self._head}{_lines(said)}\r\n".encode("ascii") + body


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())


_REFUSAL: Final = overloaded()
_EXTENSIONS: Final = told(_REFUSAL.code)
_STATUS: Final = "HTTP/1.1 503 Service Unavailable\r\n"
_SAID: Final = {**dict(_REFUSAL.headers or {}), "cache-control": "no-store", "vary": "Accept"}
