"""What holds for every request, whatever it is for: an id, headers that protect, and no fault in detail."""

from collections.abc import Sequence
from typing import Final

import orjson
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.edge import request_id
from gateway.edge.errors import log_fault
from gateway.edge.request_id import REQUEST_ID

_PROTECTING: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""Headers of an answer that does not say them itself."""


class Gate:
    """Answers what *app* answers, with an id; a fault that nobody expected is masked.

    Browsers are to come by TLS alone for *tls_for* so many seconds; 0 says nothing of it.
    """

    def __init__(self, app: ASGIApp, tls_for: int = 0) -> None:
        self._app = app
        self._protecting = protecting(tls_for)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        answer = _Answer(send, request_id.begin(Headers(scope=scope)), self._protecting)
        try:
            await self._app(scope, receive, answer.send)
        except ClientDisconnect:
            return  # Nobody hears an answer.
        except Exception as error:
            log_fault("A request failed", error)
            if scope["type"] != "http" or answer.is_begun:
                raise
            await answer.fail()


def protecting(tls_for: int) -> Sequence[tuple[bytes, bytes]]:
    """Return the headers that protect an answer; see ``Gate`` for *tls_for*."""
    stay = (b"strict-transport-security", b"max-age=%d" % tls_for)
    return (*_PROTECTING, stay) if tls_for else _PROTECTING


class _Answer:
    """An answer on its way to the client."""

    def __init__(self, send: Send, id: str, protecting: Sequence[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._id = id
        self._protecting = protecting
        self.is_begun = False

    async def send(self, message: Message) -> None:
        """Send *message*, with our headers where it begins the answer."""
        if message["type"] == "http.response.start":
            self.is_begun = True
            said = {name.lower() for name, _ in message["headers"]}
            ours = [each for each in self._protecting if each[0] not in said]
            headers = [*message["headers"], *ours, (REQUEST_ID.encode(), self._id.encode())]
            message = {**message, "headers": headers}
        await self._send(message)

    async def fail(self) -> None:
        """Say that there was a fault, and nothing of what it was."""
        extensions = {"code": "INTERNAL", "requestId": self._id}
        body = orjson.dumps({"errors": [{"message": "Internal error.", "extensions": extensions}]})
        headers = [
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        await self.send({"type": "http.response.start", "status": 500, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})
