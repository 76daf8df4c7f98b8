"""PostgreSQL: many readers beside many writers, on a server.

Readers see one snapshot (REPEATABLE READ, read only), which never fails for others' sake. Writers are READ
COMMITTED behind a lock of the owner of what they write, taken before anything is read: within a queue or
an account everything happens one after the other, as in SQLite, and strangers do not meet. So there are
no serialization failures to be retried: a write is done once, and waits instead of failing.
"""

from hashlib import blake2b
from typing import Final

from sqlalchemy import URL, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolDry
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.sql import func

from gateway.origin.engines.engine import DatabaseUnusable

POOL: Final = 8
"""Connections of each kind: waiting writers leave room for readers."""

CONNECT_SECONDS: Final = 5
WAIT_SECONDS: Final = 10
"""How long anything waits for a connection of the pool, or for a writer of another process."""

_OPTIONS: Final = frozenset({"ssl"})

_EVERY: Final = {
    "application_name": "gateway origin",
    "statement_timeout": "30s",
    "lock_timeout": f"{WAIT_SECONDS}s",
    # It takes longer than our queries do.
    "jit": "off",
}
_WRITING: Final = {
    **_EVERY,
    # A server may be told to forget what it has acknowledged; not what we acknowledge.
    "synchronous_commit": "on",
    # Whoever hangs in the middle of a write must not keep others from theirs.
    "idle_in_transaction_session_timeout": "60s",
}


class PostgreSQL:
    """A database of a server."""

    def __init__(self, url: URL) -> None:
        self.name = f"{url.database} at {url.host or 'localhost'}:{url.port or 5432}"
        unknown = sorted(url.query.keys() - _OPTIONS)
        if unknown:
            raise DatabaseUnusable(self.name, f"its address has an unknown option, {unknown[0]}")
        url = url.set(drivername="postgresql+asyncpg")
        self.readers = _engine(url, _EVERY, isolation="REPEATABLE READ").execution_options(
            postgresql_readonly=True
        )
        self.writers = _engine(url, _WRITING, isolation="READ COMMITTED")

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
            raise DatabaseUnusable(self.name, str(error.orig)) from error
        except PoolDry as error:
            reason = f"none of its connections became free within {WAIT_SECONDS} seconds"
            raise DatabaseUnusable(self.name, reason) from error
        except OSError as error:
            raise DatabaseUnusable(self.name, "its server cannot be reached") from error

    async def lock(self, session: AsyncSession, owner: str) -> None:
        """Take the lock of *owner*, which the server takes back with the end of the transaction."""
        digest = blake2b(f"gateway origin|{owner}".encode(), digest_size=8).digest()
        await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest, signed=True))))


def _engine(url: URL, settings: dict[str, str], *, isolation: str) -> AsyncEngine:
    return create_async_engine(
        url,
        isolation_level=isolation,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        # A server that was restarted is noticed before a request is.
        pool_pre_ping=True,
        connect_args={"timeout": CONNECT_SECONDS, "server_settings": settings},
    )
