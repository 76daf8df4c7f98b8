"""The ratings that subscribers gave."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rating
from gateway.origin.queries.chunks import chunks


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


async def ratings_of(
    session: AsyncSession, subscribers: Collection[str], titles: Collection[int]
) -> Mapping[tuple[str, int], Rating]:
    """Return the ratings that *subscribers* gave to *titles*, by subscriber and title."""
    found: dict[tuple[str, int], Rating] = {}
    for part in chunks(titles):
        given = select(Rating).where(Rating.subscriber_id.in_(subscribers), Rating.title_id.in_(part))
        for rating in await session.scalars(given):
            found[rating.subscriber_id, rating.title_id] = rating
    return found
