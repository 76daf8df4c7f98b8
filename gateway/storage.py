"""What the gateway keeps, and where: in files and in memory, or in Redis for several nodes together."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from redis.asyncio import Redis

from gateway.auth.sealing import Sealer
from gateway.edge.persisted.registered import BYTES, Registered
from gateway.settings import Settings
from gateway.stores.mutations import Ledger
from gateway.stores.records import Records
from gateway.stores.redis_bytes import RedisBytes
from gateway.stores.redis_calls import RedisCalls
from gateway.stores.redis_documents import RedisDocuments
from gateway.stores.redis_mutations import RedisLedger
from gateway.stores.redis_records import RedisRecords
from gateway.stores.sqlite_mutations import SQLiteLedger
from gateway.stores.sqlite_records import SQLiteRecords
from gateway.upstream.caching.entries import Place
from gateway.upstream.caching.memory import Memory
from gateway.upstream.caching.shared import Shared
from gateway.upstream.quota.meter import Allowance, Meter, OwnMeter
from gateway.upstream.quota.shared import SharedMeter

_CHANGES: Final = "changes.sqlite3"
"""The file of what was asked to be changed, in GATEWAY_HOME."""
_SESSIONS: Final = "sessions.sqlite3"
"""The file of the sessions, in GATEWAY_HOME."""
_REDIS_WITHIN: Final = 0.5
"""Seconds that Redis is given to answer; a query does not wait longer for what may be asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Each thing that is kept, in the place that the settings choose for it."""

    records: Records
    """Sessions, and sign-ins under way."""
    ledger: Ledger
    """Changes that were asked for, by their ids."""
    sealer: Sealer
    """Seals the tokens in the records."""
    representations: Place
    """What the origin has answered."""
    allowance: Allowance
    meter: Meter
    """Counts calls against the allowance."""
    registered: Registered | None
    """Documents that clients have registered; nothing where they may not."""
    redis: Redis | None = None
    """The connections to what all nodes share, where they do."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the places that *settings* name; nothing is connected to before it is used."""
        allowance = Allowance(settings.calls_per_second, settings.calls_per_day)
        own = OwnMeter(allowance, clock=time.time)
        if settings.redis_url is not None:
            within = _REDIS_WITHIN
            redis = Redis.from_url(settings.redis_url, socket_timeout=within, socket_connect_timeout=within)
            return cls(
                records=RedisRecords(redis),
                ledger=RedisLedger(redis),
                sealer=_sealer(settings),
                representations=Shared(RedisBytes(redis), settings.consumer_secret.encode()),
                allowance=allowance,
                meter=SharedMeter(RedisCalls(redis), own, settings.consumer_key, allowance),
                registered=_registered(settings, redis),
                redis=redis,
            )
        return cls(
            records=SQLiteRecords(_file(settings, _SESSIONS)),
            ledger=SQLiteLedger(_file(settings, _CHANGES)),
            sealer=_sealer(settings),
            representations=Memory(settings.cache_bytes),
            allowance=allowance,
            meter=own,
            registered=_registered(settings),
        )

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open what has to be opened, and close it all in the end."""
        await self.records.open()
        try:
            await self.ledger.open()
            try:
                yield
            finally:
                await self.ledger.close()
        finally:
            await self.records.close()
            if self.redis is not None:
                await self.redis.aclose()


def _file(settings: Settings, name: str) -> Path | None:
    return settings.home / name if settings.home else None


def _registered(settings: Settings, redis: Redis | None = None) -> Registered | None:
    entries = settings.persisted_queries
    if not entries:
        return None
    shared = None if redis is None else RedisDocuments(redis, entries=entries, bytes=BYTES)
    return Registered(entries, BYTES, shared)


def _sealer(settings: Settings) -> Sealer:
    if settings.session_keys:
        return Sealer(settings.session_keys)
    return Sealer.kept_in(settings.home) if settings.home else Sealer.passing()
