"""The origin's database: many readers beside one writer, durable, and brought up to date at start."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from gateway.origin import migrations

BUSY_MILLISECONDS = 10_000
"""How long a statement waits for a writer of another process."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}",
    "PRAGMA journal_mode = WAL",
    # NORMAL would lose acknowledged rows in a power cut.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)


class DatabaseUnusable(Exception):
    """The database cannot be opened or is not ours."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"The database {path} cannot be used: {reason}.")
        self.path = path
        self.reason = reason


class Database:
    """The database at a url such as ``sqlite+aiosqlite:///titles.db``."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._path = _path(self._url)
        self._is_checked = False
        self._engine = _engine(self._url)
        self._readers = async_sessionmaker(self._engine, expire_on_commit=False)
        writing = self._engine.execution_options(writing=True)
        self._writers = async_sessionmaker(writing, expire_on_commit=False)
        # Writers of this process queue here, not in SQLite: waiting there would hold a connection each.
        self._writing = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one state of the database throughout."""
        async with self._readers() as session:
            await self._open(session)
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a session whose changes are kept together when the block ends, or not at all."""
        async with self._writing, self._writers.begin() as session:
            await self._open(session)
            yield session

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
                raise DatabaseUnusable(self._path, str(error)) from error

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def _open(self, session: AsyncSession) -> None:
        if not self._is_checked:
            _check(self._path)
            self._is_checked = True
        try:
            await session.connection()
        except DatabaseError as error:
            raise DatabaseUnusable(self._path, str(error.orig)) from error


def _path(url: URL) -> str:
    """Return the file that *url* names; a database in memory has one connection, so no readers."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        shown = url.render_as_string(hide_password=True)
        raise DatabaseUnusable(shown, "the address must be sqlite+aiosqlite:/// and a file")
    return url.database


def _check(path: str) -> None:
    """Refuse beforehand what SQLite would say less about, and aiosqlite with a thread left running."""
    file = Path(path)
    if not file.parent.is_dir():
        raise DatabaseUnusable(path, "its folder does not exist")
    if file.exists() and not file.is_file():
        raise DatabaseUnusable(path, "it is not a file")
    # The log beside it is written even by readers.
    if not os.access(file if file.exists() else file.parent, os.W_OK) or not os.access(file.parent, os.W_OK):
        raise DatabaseUnusable(path, "it cannot be written")


def _engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"isolation_level": None})
    event.listen(engine.sync_engine, "connect", _connected)
    event.listen(engine.sync_engine, "begin", _began)
    return engine


def _connected(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(pragma)
        cursor.close()
    except sqlite3.Error:
        # The pool lets go of a connection that fails here, but its thread would live on.
        connection.close()
        raise


def _began(connection: Connection) -> None:
    """Begin for real: sqlite3 would begin late, and only before the first write.

    A writer takes the lock at once, so that it waits at the door and never fails in the middle.
    """
    is_writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
