"""The day's calls in the database, so that neither a restart nor another node forgets them."""

from collections.abc import Collection, Mapping

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Usage
from gateway.origin.quota.meter import DAY

_KEPT_DAYS = 7


async def calls_today(session: AsyncSession, names: Collection[str], now: float) -> dict[str, int]:
    """Return what was saved today for each of *names*."""
    found = select(Usage.bucket, Usage.calls).where(Usage.bucket.in_(names), Usage.day == int(now) // DAY)
    return dict.fromkeys(names, 0) | dict((await session.execute(found)).all())


async def save(session: AsyncSession, unsaved: Mapping[tuple[str, int], int]) -> dict[tuple[str, int], int]:
    """Add the *unsaved* calls to what is saved, and return the totals; old days are dropped."""
    totals: dict[tuple[str, int], int] = {}
    for (name, day), calls in sorted(unsaved.items()):
        row = (Usage.bucket == name, Usage.day == day)
        added = update(Usage).where(*row).values(calls=Usage.calls + calls).returning(Usage.calls)
        total = await session.scalar(added)
        if total is None:
            session.add(Usage(bucket=name, day=day, calls=calls))
            await session.flush()
        totals[name, day] = calls if total is None else total
    if unsaved:
        newest = max(day for _, day in unsaved)
        await session.execute(delete(Usage).where(Usage.day < newest - _KEPT_DAYS))
    return totals
