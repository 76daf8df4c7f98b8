"""What must be there before the origin serves: tables, the embedded catalog, a consumer to try it with."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from gateway.origin import models
from gateway.origin.catalog.embedded import embed
from gateway.origin.database import Database, DatabaseUnusable

DEMO: str = "demo"
"""The name of the consumer to try a database with."""

GATEWAY: str = "GraphQL gateway"
"""The name of the consumer that the demo's gateway is: what people read when they are asked to allow it."""

DEMO_CALLS_PER_SECOND = 5_000
DEMO_CALLS_PER_DAY = 5_000_000
"""Generous, for the demo is there to be tried; others get the origin's own limits."""


_WAIT_SECONDS = 25.0
"""How long a start waits for another one that fills the same database: longer than anybody who asks."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A consumer key and its secret."""

    key: str
    secret: str = field(repr=False)


def sqlite_url(home: Path) -> str:
    """Return the address of the database in *home*, a folder that is made if need be."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = home / f".probe-{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise DatabaseUnusable(str(home), f"nothing can be written there ({error.strerror})") from error
    return f"sqlite+aiosqlite:///{home / 'origin.sqlite3'}"


async def update(url: str) -> None:
    """Bring the database at *url* up to date, with the embedded catalog in it."""
    database = Database(url, wait=_WAIT_SECONDS)
    try:
        await database.migrate()
        await embed(database)
    finally:
        await database.close()


async def prepare(url: str) -> Consumer:
    """Bring the database at *url* up to date, and return the consumer to try it with."""
    await update(url)
    return await _consumer(url, DEMO)


async def register_gateway(url: str, callback: str) -> Consumer:
    """Return the consumer that the demo's gateway is; people who signed in go back to *callback* alone."""
    return await _consumer(url, GATEWAY, callback)


async def _consumer(url: str, name: str, callback: str | None = None) -> Consumer:
    database = Database(url, wait=_WAIT_SECONDS)
    try:
        return await _found_or_made(database, name, callback)
    finally:
        await database.close()


async def _found_or_made(database: Database, name: str, callback: str | None) -> Consumer:
    async with database.write() as session:
        found = await session.scalar(select(models.Consumer).where(models.Consumer.name == name))
        if found is None:
            found = models.Consumer(
                key=secrets.token_hex(12),
                secret=secrets.token_urlsafe(16),
                name=name,
                is_enabled=True,
                calls_per_second=DEMO_CALLS_PER_SECOND,
                calls_per_day=DEMO_CALLS_PER_DAY,
            )
            session.add(found)
        found.callback = callback or found.callback
        return Consumer(found.key, found.secret)
