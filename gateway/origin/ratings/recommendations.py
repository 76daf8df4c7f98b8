"""What a subscriber may like best among what they do not know yet."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, func, literal, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import QueueEntry, Rating, Rental
from gateway.origin.models import Kind, Title, TitleGenre
from gateway.origin.ratings import evidence
from gateway.origin.ratings.averages import shown_rating
from gateway.origin.ratings.formula import NEUTRAL, TASTE_DOUBT
from gateway.origin.ratings.predictions import predict

MOST: Final = 1_000
"""Recommendations a subscriber."""

_LIKED: Final = 4

Recommendations = Sequence[tuple[int, float]]
"""Titles and their predicted ratings, the best first."""


async def recommend(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Recommendations]:
    """Return films and series that each of *subscribers* has not rated, queued or rented.

    The candidates are what is good in the genres that they like, which the database ranks over the whole
    catalog, and what subscribers of the same taste liked; only those are predicted.
    """
    near = await evidence.neighbours(session, subscribers)
    manners = await evidence.manners(session, subscribers)
    candidates = {
        who: await _candidates(session, who, near.weights[who], manners[who].offset) for who in subscribers
    }
    predicted = await predict(session, candidates, near)
    return {who: _best(predicted[who], places) for who, places in candidates.items()}


def _best(predicted: Mapping[int, float], places: Mapping[int, int]) -> Recommendations:
    """Return the best; what is expected to be as good stays in the order of the candidates."""
    ranked = sorted(predicted.items(), key=lambda item: (-item[1], places[item[0]]))
    return ranked[:MOST]


async def _candidates(
    session: AsyncSession, who: str, weights: Mapping[str, float], offset: float
) -> Mapping[int, int]:
    """Return titles and their places."""
    by_taste = await session.scalars(_by_taste(who, offset))
    by_neighbours = await _by_neighbours(session, who, weights) if weights else ()
    return {title: place for place, title in enumerate(dict.fromkeys((*by_neighbours, *by_taste)))}


def _by_taste(who: str, offset: float) -> Select[int]:
    """Select what is rated best, with *who*'s taste for its genres; much as the formula has it."""
    difference = Rating.value - func.coalesce(shown_rating, literal(NEUTRAL))
    taste = (
        select(
            TitleGenre.genre_id,
            (func.sum(difference - literal(offset)) / (func.count() + literal(TASTE_DOUBT))).label("liking"),
        )
        .join(Rating, Rating.title_id == TitleGenre.title_id)
        .join(Title, Title.id == TitleGenre.title_id)
        .where(Rating.subscriber_id == who, Rating.value.is_not(None))
        .group_by(TitleGenre.genre_id)
        .cte("taste")
    )
    liking = func.coalesce(func.avg(func.coalesce(taste.c.liking, 0.0)), 0.0)
    score = func.coalesce(shown_rating, literal(NEUTRAL)) + liking
    return (
        select(Title.id)
        .join(TitleGenre, TitleGenre.title_id == Title.id, isouter=True)
        .join(taste, taste.c.genre_id == TitleGenre.genre_id, isouter=True)
        .where(*_is_new(who))
        .group_by(Title.id)
        .order_by(score.desc(), Title.id)
        .limit(MOST)
    )


async def _by_neighbours(session: AsyncSession, who: str, weights: Mapping[str, float]) -> Sequence[int]:
    """Return what those who are like *who* liked, what most of them did first."""
    # Counted here: the database would walk through all titles to group these few ratings by title.
    liked = select(Rating.title_id).where(Rating.subscriber_id.in_(weights), Rating.value >= _LIKED)
    counts = Counter(await session.scalars(liked))
    ranked = sorted(counts, key=lambda title: (-counts[title], title))[:MOST]
    new = set(await session.scalars(select(Title.id).where(Title.id.in_(ranked), *_is_new(who))))
    return [title for title in ranked if title in new]


def _is_new(who: str) -> Sequence[ColumnElement[bool]]:
    """Return what is true of a film or series that *who* has nothing to do with, nor with a part of it."""
    mine = union(
        *(
            select(table.title_id.label("title_id")).where(table.subscriber_id == who)
            for table in (Rating, QueueEntry, Rental)
        )
    ).cte("mine")
    of = Title.__table__.alias("of")
    parts = select(of.c.parent_id, of.c.series_id).join(mine, mine.c.title_id == of.c.id).cte("parts")
    known = union(
        select(mine.c.title_id),
        select(parts.c.parent_id).where(parts.c.parent_id.is_not(None)),
        select(parts.c.series_id).where(parts.c.series_id.is_not(None)),
    )
    return Title.kind.in_((Kind.MOVIE, Kind.SERIES)), Title.id.not_in(known)
