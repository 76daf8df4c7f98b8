"""Changes in a file of SQLite: for one node."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Self

import aiosqlite

from gateway.stores.mutations import KEPT_FOR, Claim, Key

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS mutations (
        identity TEXT NOT NULL, mutation_id TEXT NOT NULL, fingerprint TEXT NOT NULL,
        intent BLOB, outcome BLOB,
        holder TEXT NOT NULL, held_until REAL NOT NULL, expires REAL NOT NULL,
        PRIMARY KEY (identity, mutation_id)
    )
"""
_INDEX: Final = "CREATE INDEX IF NOT EXISTS mutations_expire ON mutations (expires)"
_FIND: Final = """
    SELECT fingerprint, intent, outcome, held_until FROM mutations WHERE identity = ? AND mutation_id = ?
"""
_HELD: Final = "identity = ? AND mutation_id = ? AND holder = ? AND outcome IS NULL"
_BUSY_MILLISECONDS: Final = 5_000


class SQLiteLedger:
    """Keeps changes in one file, which several processes of one machine may share."""

    def __init__(self, connection: aiosqlite.Connection, clock: Callable[[], float]) -> None:
        self._connection = connection
        self._clock = clock
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, file: Path, *, clock: Callable[[], float] = time.time) -> Self:
        """Open *file*, and make it if it is not there: readable by its owner alone."""
        await asyncio.to_thread(_make, file)
        connection = await aiosqlite.connect(file, isolation_level=None)
        for statement in (
            f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}",
            "PRAGMA journal_mode = WAL",
            # What is about to be sent must be known after a power cut too, or it could be sent twice.
            "PRAGMA synchronous = FULL",
            _TABLE,
            _INDEX,
        ):
            await connection.execute(statement)
        return cls(connection, clock)

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
        await self._connection.close()

    async def _change(self, statement: str, *values: object) -> bool:
        async with self._transaction() as connection:
            return (await connection.execute(statement, values)).rowcount > 0

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[aiosqlite.Connection]:
        async with self._turn:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
            except BaseException:
                with suppress(sqlite3.OperationalError):  # Where it had not begun.
                    await self._connection.execute("ROLLBACK")
                raise
            await self._connection.execute("COMMIT")


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)


def _of(key: Key, holder: str) -> tuple[str, str, str]:
    return key.identity, key.mutation_id, holder
