"""The ratings that subscribers gave."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rating


async def ratings(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Sequence[Rating]]:
    """Return all ratings by each of *subscribers*, the latest first."""
    found: dict[str, list[Rating]] = {subscriber: [] for subscriber in subscribers}
    given = (
        select(Rating)
        .where(Rating.subscriber_id.in_(found))
        .order_by(Rating.updated.desc(), Rating.title_id.desc())
    )
    for rating in await session.scalars(given):
        found[rating.subscriber_id].append(rating)
    return found
