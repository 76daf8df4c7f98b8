"""SQLite: many readers beside one writer, in one file."""

import asyncio
import os
import sqlite3
import time
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import DatabaseError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from gateway.origin.engines import onehop
from gateway.origin.engines.engine import DatabaseUnusable, translate_errors

_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    # NORMAL would lose acknowledged rows in a power cut.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
    }
)
"""What is not the fault of a statement: another process writes, or the disk takes or gives nothing."""

_A_MOMENT: Final = 0.02
"""Seconds after which a connection that could not be set up tries again."""


class SQLite:
    """The database in a file."""

    def __init__(self, url: URL, wait: float) -> None:
        self.name = _path(url)
        self.readers = _engine(url, wait)
        translate_errors(self.readers, self._explain)
        self.writers = self.readers.execution_options(writing=True)

    def check(self) -> None:
        """Refuse beforehand what SQLite would say less about, and aiosqlite with a thread left running."""
        file = Path(self.name)
        if not file.parent.is_dir():
            raise DatabaseUnusable(self.name, "its folder does not exist")
        if file.exists() and not file.is_file():
            raise DatabaseUnusable(self.name, "it is not a file")
        # The log beside it is written even by readers.
        written = file if file.exists() else file.parent
        if not os.access(written, os.W_OK) or not os.access(file.parent, os.W_OK):
            raise DatabaseUnusable(self.name, "it cannot be written")

    def queue(self, _owner: str) -> str:
        """Return the only queue there is: a file has one writer, and waiting there costs a connection."""
        return ""

    async def connect(self, session: AsyncSession) -> None:
        """Give *session* its connection, and begin."""
        try:
            await session.connection()
        except DatabaseError as error:
            raise DatabaseUnusable(self.name, str(error.orig)) from error

    async def lock(self, session: AsyncSession, owner: str) -> None:
        """Do nothing: a writer has begun with the lock of the whole file."""

    def _explain(self, error: Exception) -> DatabaseUnusable | None:
        """Return what an error of the driver says of the file; None where it says something of us."""
        # The lower byte is the kind of error; what is above it says more of the same.
        is_away = getattr(error, "sqlite_errorcode", 0) & 0xFF in _AWAY
        return DatabaseUnusable(self.name, str(error)) if is_away else None


def _path(url: URL) -> str:
    """Return the file that *url* names; a database in memory has one connection, so no readers."""
    if not url.database or url.database == ":memory:":
        shown = url.render_as_string(hide_password=True)
        raise DatabaseUnusable(shown, "the address must be sqlite+aiosqlite:/// and a file")
    return url.database


def _engine(url: URL, wait: float) -> AsyncEngine:
    """Return connections whose statements wait so many seconds for a writer of another process."""
    how = {"isolation_level": None, "timeout": wait, "async_creator_fn": onehop.connect}
    engine = create_async_engine(url, connect_args=how)
    event.listen(engine.sync_engine, "connect", partial(_connected, wait))
    event.listen(engine.sync_engine, "begin", _began)
    return engine


def _connected(wait: float, connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            _execute(cursor, pragma, wait)
        cursor.close()
    except sqlite3.Error:
        # The pool lets go of a connection that fails here, but its thread would live on.
        connection.close()
        raise


def _execute(cursor: DBAPICursor, pragma: str, wait: float) -> None:
    """Execute *pragma*; SQLite itself waits for nobody where it changes how a new file is written."""
    until = time.monotonic() + wait
    while True:
        try:
            cursor.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
            await_only(asyncio.sleep(_A_MOMENT))
        else:
            return


def _began(connection: Connection) -> None:
    """Begin for real: sqlite3 would begin late, and only before the first write.

    A writer takes the lock at once, so that it waits at the door and never fails in the middle.
    """
    is_writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")
