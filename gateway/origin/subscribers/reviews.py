"""What subscribers wrote about titles (contract 3.15)."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Review


async def reviews(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Sequence[Review]]:
    """Return all reviews by each of *subscribers*, the latest first."""
    found: dict[str, list[Review]] = {subscriber: [] for subscriber in subscribers}
    written = (
        select(Review)
        .where(Review.subscriber_id.in_(found))
        .order_by(Review.updated.desc(), Review.title_id.desc())
    )
    for review in await session.scalars(written):
        found[review.subscriber_id].append(review)
    return found
