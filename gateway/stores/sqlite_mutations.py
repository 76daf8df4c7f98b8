"""Changes in a file of SQLite, for one node; or in memory, for as long as the process runs."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import aiosqlite

from gateway.stores.mutations import AWAY, KEPT_FOR, Claim, Key
from gateway.stores.records import StoreUnavailable

_PREPARATION: Final = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    # What is about to be sent must be known after a power cut too, or it could be sent twice.
    "PRAGMA synchronous = FULL",
    """CREATE TABLE IF NOT EXISTS mutations (
        identity TEXT NOT NULL, mutation_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
        intent BLOB, outcome BLOB,
        holder TEXT NOT NULL, held_until REAL NOT NULL, expires REAL NOT NULL,
        PRIMARY KEY (identity, mutation_id)
    )""",
    "CREATE INDEX IF NOT EXISTS mutations_expire ON mutations (expires)",
)
_FIND: Final = """
    SELECT fingerprint, intent, outcome, held_until FROM mutations WHERE identity = ? AND mutation_id = ?
"""
_HELD: Final = "identity = ? AND mutation_id = ? AND holder = ? AND outcome IS NULL"


class SQLiteLedger:
    """Keeps changes in *file*, which several processes of one machine may share; in memory without one."""

    def __init__(self, file: Path | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._clock = clock
        self._connection: aiosqlite.Connection | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """See ``Ledger``."""
        try:
            if self._file is not None:
                await asyncio.to_thread(_make, self._file)
            self._connection = await aiosqlite.connect(self._file or ":memory:", isolation_level=None)
            for statement in _PREPARATION:
                await self._connection.execute(statement)
        except (OSError, sqlite3.Error) as error:
            await self.close()
            raise StoreUnavailable(AWAY) from error

    async def claim(self, key: Key, fingerprint: str, holder: str, *, lease: float) -> Claim:
        """See ``Ledger``."""
        now = self._clock()
        async with self._transaction() as connection:
            await connection.execute("DELETE FROM mutations WHERE expires <= ?", (now,))
            found = await (await connection.execute(_FIND, (key.identity, key.mutation_id))).fetchone()
            if found is None:
                row = (key.identity, key.mutation_id, fingerprint, holder, now + lease, now + KEPT_FOR)
                await connection.execute(
                    "INSERT INTO mutations (identity, mutation_id, fingerprint, holder, held_until, expires)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )
                return Claim(is_mine=True, fingerprint=fingerprint)
            known, intent, outcome, held_until = found
            is_mine = known == fingerprint and outcome is None and held_until <= now
            if is_mine:
                await connection.execute(
                    "UPDATE mutations SET holder = ?, held_until = ? WHERE identity = ? AND mutation_id = ?",
                    (holder, now + lease, key.identity, key.mutation_id),
                )
            return Claim(is_mine, known, intent, outcome)

    async def note(self, key: Key, holder: str, intent: bytes, *, lease: float) -> bool:
        """See ``Ledger``."""
        change = f"UPDATE mutations SET intent = ?, held_until = ? WHERE {_HELD}"  # noqa: S608 - ours
        return await self._change(change, intent, self._clock() + lease, *_of(key, holder))

    async def settle(self, key: Key, holder: str, outcome: bytes) -> bool:
        """See ``Ledger``."""
        change = f"UPDATE mutations SET outcome = ?, intent = NULL WHERE {_HELD}"  # noqa: S608
        return await self._change(change, outcome, *_of(key, holder))

    async def release(self, key: Key, holder: str) -> bool:
        """See ``Ledger``."""
        forget = f"DELETE FROM mutations WHERE {_HELD} AND intent IS NULL"  # noqa: S608
        if await self._change(forget, *_of(key, holder)):
            return True
        return await self._change(
            f"UPDATE mutations SET held_until = 0, holder = '' WHERE {_HELD}",  # noqa: S608
            *_of(key, holder),
        )

    async def withdraw(self, key: Key, holder: str) -> bool:
        """See ``Ledger``."""
        return await self._change(f"DELETE FROM mutations WHERE {_HELD}", *_of(key, holder))  # noqa: S608

    async def close(self) -> None:
        """See ``Ledger``."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _change(self, statement: str, *values: object) -> bool:
        async with self._transaction() as connection:
            return (await connection.execute(statement, values)).rowcount > 0

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._turn:
            connection = self._connection
            if connection is None:
                raise StoreUnavailable(AWAY)
            try:
                await connection.execute("BEGIN IMMEDIATE")
                yield connection
                await connection.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.OperationalError):  # Where it had not begun.
                    await connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise StoreUnavailable(AWAY) from error
                raise


def _make(file: Path) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)


def _of(key: Key, holder: str) -> tuple[str, str, str]:
    return key.identity, key.mutation_id, holder
