"""Records in a file of SQLite, for one node; or in memory, for as long as the process runs."""

import asyncio
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import aiosqlite

from gateway.stores.records import Kind, StoreUnavailable

_PREPARATION: Final = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    # A session that was ended must not be there again after a power cut.
    "PRAGMA synchronous = FULL",
    """CREATE TABLE IF NOT EXISTS records (
        kind TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, expires REAL NOT NULL,
        PRIMARY KEY (kind, name)
    ) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS records_expire ON records (expires)",
    "CREATE INDEX IF NOT EXISTS records_kind_expire ON records (kind, expires)",
)
_PUT: Final = "INSERT OR REPLACE INTO records (kind, name, value, expires) VALUES (?, ?, ?, ?)"
_ALIVE: Final = "kind = ? AND name = ? AND expires > ?"
_GET: Final = f"SELECT value FROM records WHERE {_ALIVE}"  # noqa: S608 - ours, as all below
_TAKE: Final = f"DELETE FROM records WHERE {_ALIVE} RETURNING value"  # noqa: S608
_CHANGE: Final = f"UPDATE records SET value = ? WHERE {_ALIVE} AND value = ? RETURNING 1"  # noqa: S608
_EXTEND: Final = f"UPDATE records SET expires = ? WHERE {_ALIVE}"  # noqa: S608
_FORGET: Final = "DELETE FROM records WHERE kind = ? AND name = ?"
_SWEEP: Final = "DELETE FROM records WHERE expires <= ?"
_TRIM: Final = """
    DELETE FROM records WHERE kind = ?1 AND name IN (
        SELECT name FROM records WHERE kind = ?1 ORDER BY expires DESC LIMIT -1 OFFSET ?2
    )
"""
_TRIM_EVERY: Final = 100
"""A kind is trimmed whenever a hundredth of its limit was put, for that reads as much as the limit."""


class SQLiteRecords:
    """Keeps records in *file*, which is made readable by its owner alone; in memory without one."""

    def __init__(self, file: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._connection: aiosqlite.Connection | None = None
        self._untrimmed: Counter[str] = Counter()

    async def open(self) -> None:
        """See ``Records``."""
        try:
            if self._file is not None:
                await asyncio.to_thread(_make, self._file)
            self._connection = await aiosqlite.connect(self._file or ":memory:", isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreUnavailable(f"The sessions cannot be kept: {error}.") from error
        try:
            for statement in _PREPARATION:
                await self._run(statement)
        except StoreUnavailable:
            await self.close()  # Its thread would keep the process from ending.
            raise

    async def put(self, kind: Kind, name: str, value: bytes, *, lifetime: float) -> None:
        """See ``Records``."""
        now = self._clock()
        await self._run(_SWEEP, now)
        await self._run(_PUT, kind.name, name, value, now + lifetime)
        self._untrimmed[kind.name] += 1
        if self._untrimmed[kind.name] * _TRIM_EVERY >= kind.limit:
            self._untrimmed[kind.name] = 0
            await self._run(_TRIM, kind.name, kind.limit)

    async def get(self, kind: Kind, name: str) -> bytes | None:
        """See ``Records``."""
        return _value(await self._run(_GET, kind.name, name, self._clock()))

    async def take(self, kind: Kind, name: str) -> bytes | None:
        """See ``Records``."""
        return _value(await self._run(_TAKE, kind.name, name, self._clock()))

    async def change(self, kind: Kind, name: str, old: bytes, new: bytes) -> bool:
        """See ``Records``."""
        return bool(await self._run(_CHANGE, new, kind.name, name, self._clock(), old))

    async def extend(self, kind: Kind, name: str, *, lifetime: float) -> None:
        """See ``Records``."""
        now = self._clock()
        await self._run(_EXTEND, now + lifetime, kind.name, name, now)

    async def forget(self, kind: Kind, name: str) -> None:
        """See ``Records``."""
        await self._run(_FORGET, kind.name, name)

    async def close(self) -> None:
        """See ``Records``."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _run(self, statement: str, *values: object) -> Sequence[Any]:
        if self._connection is None:
            raise StoreUnavailable("The sessions are closed.")
        try:
            return list(await self._connection.execute_fetchall(statement, values))
        except sqlite3.Error as error:
            raise StoreUnavailable(f"The sessions cannot be kept: {error}.") from error


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)


def _value(rows: Sequence[Any]) -> bytes | None:
    return rows[0][0] if rows else None
