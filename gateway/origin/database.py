"""The origin's database: many readers beside writers, durable, and brought up to date at start."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from gateway.origin import migrations
from gateway.origin.engines.engine import WAIT_SECONDS, DatabaseUnusable, Engine, Overtaken
from gateway.origin.engines.sqlite import SQLite

__all__ = ["EVERYBODY", "WAIT_SECONDS", "Database", "DatabaseUnusable", "Overtaken"]

EVERYBODY: Final = ""
"""The owner of what belongs to no subscriber: the catalog, applications, tokens."""

ATTEMPTS: Final = 3
"""How often a change is tried that the database undoes for another's sake."""

_T = TypeVar("_T")

_ADDRESSES: Final = "sqlite+aiosqlite:/// and a file, or postgresql+asyncpg://user:password@host/database"


class Database:
    """The database at a url such as ``sqlite+aiosqlite:///titles.db``.

    Whatever is the database's fault is ``DatabaseUnusable``, wherever in a session it comes up; so is having
    to wait longer than *wait* seconds for a connection, for a turn, or for another process.
    """

    def __init__(self, url: str, *, wait: float = WAIT_SECONDS) -> None:
        self._wait = wait
        self._backend = _backend(url, wait)
        self._is_checked = False
        self._readers = async_sessionmaker(self._backend.readers, expire_on_commit=False)
        self._writers = async_sessionmaker(self._backend.writers, expire_on_commit=False)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one state of the database throughout."""
        async with self._readers() as session:
            await self._open(session)
            yield session

    @asynccontextmanager
    async def write(self, owner: str = EVERYBODY) -> AsyncIterator[AsyncSession]:
        """Open a session whose changes are kept together when the block ends, or not at all.

        Writes of one *owner*, as a subscriber's id, follow one another: each sees what the one before it
        left. Those of two owners do not wait for each other where the database can have two writers.
        """
        async with self._turn(owner), self._writers.begin() as session:
            await self._open(session)
            await self._backend.lock(session, owner)
            yield session

    async def change(self, work: Callable[[AsyncSession], Awaitable[_T]], owner: str = EVERYBODY) -> _T:
        """Return what *work* returns, done in a session of ``write``.

        When the database undoes it for another's sake it is done anew, a few times at most: so it must change
        nothing but the database.
        """
        for _ in range(ATTEMPTS - 1):
            try:
                async with self.write(owner) as session:
                    return await work(session)
            except Overtaken:
                continue
        async with self.write(owner) as session:
            return await work(session)

    async def migrate(self) -> None:
        """Bring the tables up to the newest revision; one look is enough when they are."""
        async with self.read() as session:
            connection = await session.connection()
            if await connection.run_sync(migrations.is_current):
                return
        async with self.write() as session:
            connection = await session.connection()
            try:
                await connection.run_sync(migrations.upgrade)
            except migrations.SchemaUnknown as error:
                raise DatabaseUnusable(self._backend.name, str(error)) from error

    async def close(self) -> None:
        """Close every connection."""
        for engine in (self._backend.readers, self._backend.writers):
            await engine.dispose()

    @asynccontextmanager
    async def _turn(self, owner: str) -> AsyncIterator[None]:
        """Wait until no other write of *owner* goes on in this process.

        Its writers wait here, not in the database: there they would hold a connection each.
        """
        turn = self._turns.setdefault(self._backend.queue(owner), asyncio.Lock())
        try:
            async with asyncio.timeout(self._wait):
                await turn.acquire()
        except TimeoutError as error:
            reason = f"other writes have taken longer than {self._wait:g} seconds"
            raise DatabaseUnusable(self._backend.name, reason) from error
        try:
            yield
        finally:
            turn.release()

    async def _open(self, session: AsyncSession) -> None:
        if not self._is_checked:
            self._backend.check()
            self._is_checked = True
        await self._backend.connect(session)


def _backend(address: str, wait: float) -> Engine:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        # What cannot be read may hold a password anywhere.
        raise DatabaseUnusable("at this address", f"it must be {_ADDRESSES}") from None
    match url.drivername:
        case "sqlite+aiosqlite":
            return SQLite(url, wait)
        case "postgresql" | "postgresql+asyncpg":
            # Loaded only when needed, like the driver.
            from gateway.origin.engines.postgresql import PostgreSQL  # noqa: PLC0415

            return PostgreSQL(url, wait)
    raise DatabaseUnusable(f"{url.drivername}://…", f"the address must be {_ADDRESSES}")
