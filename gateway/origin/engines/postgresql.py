"""PostgreSQL: many readers beside many writers, on a server.

Readers see one snapshot (REPEATABLE READ, read only), which never fails for others' sake. Writers are READ
COMMITTED behind a lock of the owner of what they write, taken before anything is read: within a queue or
an account everything happens one after the other, as in SQLite, and strangers do not meet. What they
share, as the average of a title, they lock in one order. So a write hardly ever has to be repeated; if the
server ends it for another's sake, it can be.
"""

from hashlib import blake2b
from typing import Final

from sqlalchemy import URL, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolDry
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.sql import func

from gateway.origin.engines.engine import DatabaseUnusable, Overtaken, translate_errors

POOL: Final = 8
"""Connections of each kind: waiting writers leave room for readers."""

CONNECT_SECONDS: Final = 3
STATEMENT_SECONDS: Final = 30
ANSWER_SECONDS: Final = 35
"""How long an answer is waited for: the server ends a statement before, unless nothing of it arrives."""

_OPTIONS: Final = frozenset({"ssl"})

_EVERY: Final = {
    "application_name": "gateway origin",
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    # It takes longer than our queries do.
    "jit": "off",
    # So does the start of other processes, by a factor of ten where a search finds nothing.
    "max_parallel_workers_per_gather": "0",
}
_WRITING: Final = {
    **_EVERY,
    # A server may be told to forget what it has acknowledged; not what we acknowledge.
    "synchronous_commit": "on",
    # Whoever hangs in the middle of a write must not keep others from theirs.
    "idle_in_transaction_session_timeout": "60s",
}

_OVERTAKEN: Final = frozenset({"40001", "40P01"})
"""A serialization failure, and a deadlock that the server has ended."""

_AWAY: Final = ("08", "25006", "25P03", "53", "55P03", "57", "58")
"""How codes begin that are not the fault of a statement: the connection is lost or was idle for too long, the
server only reads (it stands by for another) or has no room, a lock was not to be had, somebody stops the
server or the statement, the disk fails."""


class PostgreSQL:
    """A database of a server."""

    def __init__(self, url: URL, wait: float) -> None:
        self._wait = wait
        self.name = f"{url.database} at {url.host or 'localhost'}:{url.port or 5432}"
        unknown = sorted(url.query.keys() - _OPTIONS)
        if unknown:
            raise DatabaseUnusable(self.name, f"its address has an unknown option, {unknown[0]}")
        url = url.set(drivername="postgresql+asyncpg")
        readers = self._engine(url, _EVERY, isolation="REPEATABLE READ")
        self.readers = readers.execution_options(postgresql_readonly=True)
        self.writers = self._engine(url, _WRITING, isolation="READ COMMITTED")

    def check(self) -> None:
        """Leave it to the server to say what is wrong."""

    def queue(self, owner: str) -> str:
        """Return a queue for each owner: who waits here holds no connection that others could use."""
        return owner

    async def connect(self, session: AsyncSession) -> None:
        """Give *session* its connection; the transaction begins with the first statement."""
        try:
            await session.connection()
        except DBAPIError as error:
            raise DatabaseUnusable(self.name, _told(error.orig)) from error
        except PoolDry as error:
            reason = f"none of its connections became free within {self._wait:g} seconds"
            raise DatabaseUnusable(self.name, reason) from error
        except OSError as error:
            raise DatabaseUnusable(self.name, "its server cannot be reached") from error

    async def lock(self, session: AsyncSession, owner: str) -> None:
        """Take the lock of *owner*, which the server takes back with the end of the transaction."""
        digest = blake2b(f"gateway origin|{owner}".encode(), digest_size=8).digest()
        await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest, signed=True))))

    def _engine(self, url: URL, settings: dict[str, str], *, isolation: str) -> AsyncEngine:
        engine = create_async_engine(
            url,
            isolation_level=isolation,
            pool_size=POOL,
            max_overflow=0,
            pool_timeout=self._wait,
            # A server that was restarted is noticed before a request is.
            pool_pre_ping=True,
            connect_args={
                "timeout": CONNECT_SECONDS,
                "command_timeout": ANSWER_SECONDS,
                "server_settings": {**settings, "lock_timeout": f"{1000 * self._wait:.0f}ms"},
            },
        )
        translate_errors(engine, self._explain)
        return engine

    def _explain(self, error: Exception) -> DatabaseUnusable | None:
        """Return what an error of the driver says of the database; None where it says something of us."""
        code = str(getattr(error, "sqlstate", None) or "")
        if code in _OVERTAKEN:
            return Overtaken(self.name, _told(error))
        is_lost = isinstance(error, OSError) or "connection is closed" in str(error)
        return DatabaseUnusable(self.name, _told(error)) if is_lost or code.startswith(_AWAY) else None


def _told(error: BaseException | None) -> str:
    """Return the server's own sentence; what may follow it can hold what a statement held."""
    cause = error.__cause__ if error is not None and error.__cause__ is not None else error
    return str(cause).partition("\n")[0] or type(cause).__name__
