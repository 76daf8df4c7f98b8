"""Many clients at once, by raw sockets: each says something, and then nothing more."""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

import httpx

HEARD: Final = None
"""Among what a client says: it waits until something is said to it."""

Said = Sequence[bytes | None]

_AT_ONCE: Final = 200
_PATIENCE: Final = 20.0


class Crowd:
    """Clients of the server at *url*."""

    def __init__(self, url: str) -> None:
        at = httpx.URL(url)
        self._at = (at.host, at.port)
        self._lines: list[socket.socket] = []
        self._talking = asyncio.Semaphore(_AT_ONCE)
        self.answers: list[bytes] = []
        """The beginnings of what was said to them."""

    async def join(self, count: int, said: Callable[[int], Said], *, pause: float = 0.0) -> None:
        """Add *count* clients, each of which says what *said* returns for its number."""

        async def join_one(number: int) -> None:
            await asyncio.sleep(number * pause)
            await self._join_one(said(number))

        await asyncio.gather(*map(join_one, range(count)))

    def leave(self) -> None:
        """Let all clients go."""
        for line in self._lines:
            line.close()

    async def _join_one(self, said: Said) -> None:
        loop = asyncio.get_running_loop()
        line = socket.socket()
        line.settimeout(0)
        self._lines.append(line)
        # Who is refused, or not listened to any more, has tried.
        async with self._talking:
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await loop.sock_connect(line, self._at)
                    for each in said:
                        if each is HEARD:
                            self.answers.append(await loop.sock_recv(line, 65_536))
                        else:
                            await loop.sock_sendall(line, each)


@contextmanager
def crowd_at(url: str) -> Iterator[Crowd]:
    """Let a crowd come to *url*, and go in the end."""
    crowd = Crowd(url)
    try:
        yield crowd
    finally:
        crowd.leave()
