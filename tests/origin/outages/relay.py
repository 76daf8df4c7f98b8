"""A way to a server of PostgreSQL that can be cut, and mended again at the same address."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from sqlalchemy import URL, make_url


@dataclass
class Relay:
    """Hands on what comes, in both directions."""

    target: URL
    _server: asyncio.Server | None = None
    _port: int = 0
    _ways: set[asyncio.Task[None]] = field(default_factory=set)
    _is_open: asyncio.Event = field(default_factory=asyncio.Event)
    _ends: set[asyncio.StreamWriter] = field(default_factory=set)

    @classmethod
    async def to(cls, url: str) -> "Relay":
        """Open a way to the server of the database at *url*."""
        relay = cls(make_url(url))
        await relay.mend()
        return relay

    @property
    def url(self) -> str:
        """Return the address of the database, by this way."""
        return self.target.set(host="127.0.0.1", port=self._port).render_as_string(hide_password=False)

    async def mend(self) -> None:
        """Open the way, at the address that it had before."""
        self._server = await asyncio.start_server(self._arrived, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        self._is_open.set()

    def stall(self) -> None:
        """Hand on nothing any more, and tell nobody."""
        self._is_open.clear()

    async def cut(self) -> None:
        """Let nobody in any more, and drop whoever is on the way."""
        if self._server is not None:
            self._server.close()
        for end in self._ends:
            end.transport.abort()
        self._is_open.set()
        await asyncio.gather(*self._ways)

    async def _arrived(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        way = asyncio.current_task()
        assert way is not None
        self._ways.add(way)
        way.add_done_callback(self._ways.discard)
        self._ends.add(writer)
        there, back = await asyncio.open_connection(self.target.host, self.target.port or 5432)
        self._ends.add(back)
        await asyncio.gather(self._copy(reader, back), self._copy(there, writer))
        self._ends -= {writer, back}

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand on what comes, until one end is gone; then the other has to go, too."""
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                await self._is_open.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
