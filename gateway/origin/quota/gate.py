"""Where calls are counted: before anything else is done for a known key."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.database import Database, DatabaseUnusable
from gateway.origin.models import Consumer
from gateway.origin.oauth.claims import Claims
from gateway.origin.oauth.known import Known
from gateway.origin.quota import ledger
from gateway.origin.quota.meter import Allowance, Meter, OverLimit
from gateway.origin.settings import OriginSettings

SAVE_EVERY: Final = 5.0
"""Seconds; a crash forgets at most the calls of so long."""

_log: Final = logging.getLogger(__name__)


class Gate:
    """Lets calls through while their consumer, or its subscriber, may make more."""

    def __init__(self, database: Database, settings: OriginSettings) -> None:
        self._database = database
        self._clock = settings.clock
        self._default = Allowance(settings.calls_per_second, settings.calls_per_day)
        self._meter = Meter()

    async def admit(
        self, session: AsyncSession, claims: Sequence[Claims], known: Known
    ) -> list[OverLimit | None]:
        """Count each call of a known key, in order; return what is wrong with those that are too many."""
        now = self._clock()
        buckets = [_bucket(claim, known) for claim in claims]
        new = self._meter.unknown({name for name in buckets if name}, now)
        if new:
            self._meter.learn(await ledger.calls_today(session, new, now), now)
        return [
            self._take(name, known.consumers, claim, now) if name else None
            for name, claim in zip(buckets, claims, strict=True)
        ]

    async def save(self) -> None:
        """Save what has been counted since the last time; what cannot be saved is kept for the next time."""
        unsaved = self._meter.unsaved()
        if not unsaved:
            return
        try:
            totals = await self._database.change(lambda session: ledger.save(session, unsaved))
        except BaseException:
            self._meter.give_back(unsaved)
            raise
        self._meter.correct(totals)

    async def keep_saving(self, every: float = SAVE_EVERY) -> None:
        """Save every now and then, until cancelled, and then once more; whatever happens to the database."""
        try:
            while True:
                await asyncio.sleep(every)
                await self._save_if_possible()
        finally:
            await self._save_if_possible()

    async def _save_if_possible(self) -> None:
        try:
            await self.save()
        except Exception as error:  # noqa: BLE001 - calls are counted on, and saved when they can be
            reason = error if isinstance(error, DatabaseUnusable) else type(error).__qualname__
            _log.warning("The day's calls could not be saved yet: %s", reason)

    def _take(
        self, name: str, consumers: Mapping[str, Consumer], claim: Claims, now: float
    ) -> OverLimit | None:
        consumer = consumers[claim.consumer_key]
        own = Allowance(
            self._default.per_second if consumer.calls_per_second is None else consumer.calls_per_second,
            self._default.per_day if consumer.calls_per_day is None else consumer.calls_per_day,
        )
        try:
            self._meter.take(name, own, now)
        except OverLimit as refusal:
            return refusal
        return None


def _bucket(claim: Claims, known: Known) -> str | None:
    """Return whose calls these are: a subscriber's through a consumer, else the consumer's (contract 2.9)."""
    if claim.consumer_key not in known.consumers:
        return None
    access = known.tokens.get((claim.consumer_key, claim.token))
    return f"{claim.consumer_key} {access.subscriber_id}" if access else claim.consumer_key
