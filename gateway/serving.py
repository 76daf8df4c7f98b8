"""Serves an application by HTTP until it is told to stop."""

import socket
from contextlib import closing, suppress

import uvicorn
from starlette.types import ASGIApp

STOP_WITHIN = 10
"""Seconds that answers under way are given when the server is told to stop."""


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


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve *app* on *listening* until SIGINT or SIGTERM; logs go to standard error, without queries."""
    config = uvicorn.Config(
        app,
        access_log=False,  # It would write query strings, and with them signatures.
        log_level="warning",
        timeout_graceful_shutdown=STOP_WITHIN,
        server_header=False,
        proxy_headers=False,
    )
    with closing(listening), suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])
