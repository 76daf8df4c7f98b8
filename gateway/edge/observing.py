"""Tells an observer of every operation, however it comes in: when it begins, and when it has ended."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.edge import request_id
from gateway.edge.request import Asked
from gateway.loaders.viewer import Viewer
from gateway.telemetry.events import Observer, OperationBegan, OperationEnded, silent
from gateway.telemetry.trail import Trail, word_of

_NAMES: Final = ("graphql-client-name", "apollographql-client-name")
_VERSIONS: Final = ("graphql-client-version", "apollographql-client-version")
_TRAIL: Final = "gateway.trail"
_OBSERVER: Final = "gateway.observer"


class Observing:
    """Stands around the application: an HTTP request to *path* is an operation, a WebSocket carries many."""

    def __init__(self, app: ASGIApp, observer: Observer, path: str = "/graphql") -> None:
        self._app = app
        self._observer = observer
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, and see how it goes."""
        scope[_OBSERVER] = self._observer
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        trail = scope[_TRAIL] = _trail_of(Headers(scope=scope))

        with _told(self._observer, trail):
            await self._app(scope, receive, send)


@contextmanager
def _told(observer: Observer, trail: Trail) -> Iterator[None]:
    observer(OperationBegan(trail))
    try:
        yield
    except ClientDisconnect:
        raise
    except Exception:
        trail.answered({"errors": [{}]})
        raise
    finally:
        if trail.document or trail.answers:  # The explorer is no operation.
            observer(OperationEnded(trail))


def trail_at(connection: HTTPConnection) -> Trail:
    """Return the trail of the operation that a request is."""
    trail: Trail = connection.scope.setdefault(_TRAIL, Trail())
    return trail


def observer_at(connection: HTTPConnection) -> Observer:
    """Return who is told what happens to what comes by *connection*."""
    observer: Observer = connection.scope.get(_OBSERVER, silent)
    return observer


def asking(connection: HTTPConnection, asked: Asked, viewer: Viewer | None) -> Trail:
    """Take note of what is asked by an HTTP request, and by whom; return the trail of it."""
    trail = trail_at(connection)
    trail.asking(asked.operation_name, _caller(connection, viewer))
    return trail


@contextmanager
def operation(connection: HTTPConnection, asked: Asked, viewer: Viewer | None) -> Iterator[Trail]:
    """See how an operation goes that is one of many on *connection*."""
    trail = _trail_of(connection.headers)
    trail.asking(asked.operation_name, _caller(connection, viewer))
    with _told(observer_at(connection), trail):
        yield trail


def _trail_of(headers: Headers) -> Trail:
    return Trail(
        request=request_id.current() or secrets.token_hex(8),
        parent=headers.get("traceparent"),
        client=word_of(_first(headers, _NAMES)),
        version=word_of(_first(headers, _VERSIONS)),
    )


def _first(headers: Headers, names: tuple[str, ...]) -> str | None:
    return next((headers[name] for name in names if name in headers), None)


def _caller(connection: HTTPConnection, viewer: Viewer | None) -> str:
    if viewer is None:
        return "anonymous"
    return "bearer" if "authorization" in connection.headers else "session"
