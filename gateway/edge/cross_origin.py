"""Which pages of other sites may read answers, and under which names we are asked."""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"GET, POST"),
    (
        b"access-control-allow-headers",
        (
            b"authorization, content-type, traceparent, x-request-id, x-gateway-explain, "
            b"apollographql-client-name, apollographql-client-version, "
            b"graphql-client-name, graphql-client-version"
        ),
    ),
    (b"access-control-max-age", b"600"),
)
_NOT_ALLOWED: Final = "Pages of this site may not ask: GATEWAY_ALLOWED_ORIGINS does not name their origin."
_EXPOSED: Final = (b"access-control-expose-headers", b"x-request-id, retry-after")
_HEALTH: Final = "/health/"
"""Where probes ask, by whatever address they know."""


class CrossOrigin:
    """Lets pages at exactly *origins* read answers, without cookies; refuses other names than *hosts*."""

    def __init__(self, app: ASGIApp, origins: Collection[str], hosts: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or not."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self._is_known(headers, scope["path"]):
            await _misdirected(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        origin = headers.get("origin")
        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await self._preflight(origin)(scope, receive, send)
            return
        if self._origins:
            send = _Answer(send, readable(origin, self._origins)).send
        await self._app(scope, receive, send)

    def _preflight(self, origin: str | None) -> Response:
        """Return what a page at *origin* may send."""
        given = _given(origin, self._origins)
        is_allowed = len(given) > 1
        answer = Response(status_code=204) if is_allowed else PlainTextResponse(_NOT_ALLOWED, 403)
        answer.raw_headers += [*given, *(_PREFLIGHT if is_allowed else ())]
        return answer

    def _is_known(self, headers: Headers, path: str) -> bool:
        if not self._hosts or path.startswith(_HEALTH):
            return True
        named = headers.getlist("host")
        return len(named) == 1 and named[0].lower() in self._hosts


def readable(origin: str | None, origins: Collection[str]) -> list[tuple[bytes, bytes]]:
    """Return the headers that tell a browser whether a page at *origin* may read an answer."""
    if not origins:
        return []
    given = _given(origin, origins)
    return [*given, _EXPOSED] if len(given) > 1 else given


class _Answer:
    """An answer that says who may read it."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._headers = headers

    async def send(self, message: Message) -> None:
        """Send *message*, with our headers where it begins the answer."""
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *self._headers]}
        await self._send(message)


def _given(origin: str | None, origins: Collection[str]) -> list[tuple[bytes, bytes]]:
    """Return what every answer says: that it depends on who asks, and whether *origin* may read it."""
    varies = [(b"vary", b"Origin")]
    if origin is None or origin not in origins:
        return varies
    return [*varies, (b"access-control-allow-origin", origin.encode("ascii"))]


async def _misdirected(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse("This host is not served here.", 421)(scope, receive, send)
