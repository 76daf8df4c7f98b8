"""The average rating of a title, as soon as enough subscribers have rated it.

Ratings of one title come from subscribers who do not wait for each other. So a title is locked before its
ratings are read: whoever comes second sees what the first one left, and no rating is missed.
"""

from typing import Final

from sqlalchemy import ColumnElement, Double, Select, case, cast, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rating
from gateway.origin.models import Title

ENOUGH: Final = 20
"""Below so many ratings the catalog's own average says more, and is shown."""

shown_rating: Final = func.coalesce(Title.rated_average, Title.average_rating)
"""The average that documents show, in a query."""


async def refresh_average(session: AsyncSession, title: int) -> None:
    """Bring the average of *title* up to date with its ratings."""
    await _refresh(session, Title.id == title)


async def refresh_averages(session: AsyncSession) -> None:
    """Bring the averages of all rated titles up to date, for when many ratings came at once."""
    await _refresh(session, Title.id.in_(select(Rating.title_id)))


async def _refresh(session: AsyncSession, chosen: ColumnElement[bool]) -> None:
    # A statement of its own, for the next one to see what was there when the wait was over; in one order,
    # so that two never wait for each other; and no obstacle to those who only refer to the title.
    locked = select(Title.id).where(chosen).order_by(Title.id).with_for_update(key_share=True)
    await session.execute(locked)
    new = update(Title).where(chosen).values(rated_average=_mean().scalar_subquery())
    await session.execute(new.execution_options(synchronize_session=False))


def _mean() -> Select[float | None]:
    """Select the mean of a title's ratings; of too few there is none."""
    mean = func.avg(cast(Rating.value, Double))
    return select(case((func.count(Rating.value) >= ENOUGH, mean))).where(Rating.title_id == Title.id)
