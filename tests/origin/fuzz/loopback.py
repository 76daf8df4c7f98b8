"""Requests as bytes on a connection of their own, to an origin that is served in earnest."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from .drafts import Message

SECONDS: Final = 20.0
_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@contextmanager
def serving(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    """Serve *app* by a thread."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()


def exchange(port: int, message: Message, chance: Random) -> int | None:
    """Send *message*, sometimes in chunks and sometimes with damage; return the status.

    There is none when the bytes end before the request does: then nobody waits for an answer.
    """
    sent = _spell(message, is_chunked=chance.random() < 0.2)
    is_damaged = chance.random() < 0.3
    with socket.create_connection(("127.0.0.1", port), timeout=SECONDS) as connection:
        try:
            connection.sendall(_damaged(sent, chance) if is_damaged else sent)
            if is_damaged:
                connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        except (ConnectionResetError, BrokenPipeError):
            # A server may close on who still talks; so it did not hang.
            return None
    found = _STATUS.match(answer)
    assert found or is_damaged or not answer, answer[:500]
    return int(found[1]) if found else None


def _spell(message: Message, *, is_chunked: bool) -> bytes:
    """Return the bytes of a request after which the connection is to be closed."""
    head = [b"%s %s HTTP/1.1" % (message.verb.encode(), message.target)]
    head += [b"%s: %s" % pair for pair in message.headers]
    head += [b"connection: close"]
    if is_chunked:
        middle = len(message.body) // 2
        parts = [part for part in (message.body[:middle], message.body[middle:]) if part]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        head.append(b"transfer-encoding: chunked")
    else:
        body = message.body
        head.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*head, b"", body])


def _damaged(sent: bytes, chance: Random) -> bytes:
    damaged = bytearray(sent)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(damaged))
        damaged[place : place + chance.choice([0, 1, 1, 40])] = chance.choice(
            [b"", b"\0", b"\xff", b"\r\n", b" ", b":"]
        )
    return bytes(damaged)
