"""Ratings given, changed and taken back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rating
from gateway.origin.errors import NotFound
from gateway.origin.models import Title
from gateway.origin.queues.errors import TitleUnavailable
from gateway.origin.ratings.averages import refresh_average
from gateway.origin.ratings.errors import AlreadyRated
from gateway.origin.ratings.opinions import Opinion


async def rate(session: AsyncSession, subscriber: str, title: int, opinion: Opinion, *, now: int) -> None:
    """Rate *title* for the first time; "no opinion" takes back what was said (contract 8, 39)."""
    given = await _given(session, subscriber, title)
    if given is not None and opinion is not Opinion.NO_OPINION:
        raise AlreadyRated
    if given is not None:
        await session.delete(given)
    elif opinion is not Opinion.NO_OPINION:
        session.add(Rating(subscriber_id=subscriber, title_id=title, value=opinion.stars, updated=now))
    await _settle(session, title)


async def change(session: AsyncSession, subscriber: str, title: int, opinion: Opinion, *, now: int) -> None:
    """Change the rating of *title*, or take it back."""
    try:
        given = await _given(session, subscriber, title)
    except TitleUnavailable:
        given = None
    if given is None:
        raise NotFound
    if opinion is Opinion.NO_OPINION:
        await session.delete(given)
    else:
        given.value, given.updated = opinion.stars, now
    await _settle(session, title)


async def _given(session: AsyncSession, subscriber: str, title: int) -> Rating | None:
    if await session.scalar(select(Title.id).where(Title.id == title)) is None:
        raise TitleUnavailable
    return await session.get(Rating, (subscriber, title))


async def _settle(session: AsyncSession, title: int) -> None:
    await session.flush()
    await refresh_average(session, title)
