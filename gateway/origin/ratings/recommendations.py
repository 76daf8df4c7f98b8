"""What a subscriber may like best among what they do not know yet."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import QueueEntry, Rating, Rental
from gateway.origin.models import Kind, Title, TitleGenre
from gateway.origin.ratings import evidence
from gateway.origin.ratings.averages import shown_rating
from gateway.origin.ratings.formula import NEUTRAL, Manner
from gateway.origin.ratings.predictions import predict

MOST: Final = 1_000
"""Recommendations a subscriber."""

_LIKED: Final = 4
_GENRES: Final = 10
"""Genres that are searched for what a subscriber may like."""

Recommendations = Sequence[tuple[int, float]]
"""Titles and their predicted ratings, the best first."""


async def recommend(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Recommendations]:
    """Return films and series that each of *subscribers* has not rated, queued or rented.

    The candidates are what is good in the genres that they like most, what is good at all, and what
    subscribers of the same taste liked; only those are predicted.
    """
    near = await evidence.neighbours(session, subscribers)
    manners = await evidence.manners(session, subscribers)
    candidates = {
        who: await _candidates(session, who, near.weights[who], manners[who]) for who in subscribers
    }
    predicted = await predict(session, candidates, near)
    return {who: _best(predicted[who], places) for who, places in candidates.items()}


def _best(predicted: Mapping[int, float], places: Mapping[int, int]) -> Recommendations:
    """Return the best; what is expected to be as good stays in the order of the candidates."""
    ranked = sorted(predicted.items(), key=lambda item: (-item[1], places[item[0]]))
    return ranked[:MOST]


async def _candidates(
    session: AsyncSession, who: str, weights: Mapping[str, float], manner: Manner
) -> Mapping[int, int]:
    """Return titles and their places."""
    liked = sorted((-liking, genre) for genre, liking in manner.likings.items() if liking > 0)
    genres = {genre: -negative for negative, genre in liked[:_GENRES]}
    by_neighbours = await _by_neighbours(session, who, weights) if weights else ()
    by_taste = await session.scalars(_by_taste(who, genres)) if genres else ()
    by_average = await session.scalars(_by_average(who))
    titles = dict.fromkeys((*by_neighbours, *by_taste, *by_average))
    return {title: place for place, title in enumerate(titles)}


def _by_taste(who: str, genres: Mapping[int, float]) -> Select[int]:
    """Select what is rated best in *genres*, with how much *who* likes each; much as the formula has it."""
    liking = func.max(case(dict(genres), value=TitleGenre.genre_id))
    score = func.coalesce(shown_rating, literal(NEUTRAL)) + liking
    return (
        select(Title.id)
        .join(TitleGenre, TitleGenre.title_id == Title.id)
        .where(TitleGenre.genre_id.in_(genres), *_is_new(who))
        .group_by(Title.id)
        .order_by(score.desc(), Title.id)
        .limit(MOST)
    )


def _by_average(who: str) -> Select[int]:
    """Select what everybody likes best."""
    ranked = select(Title.id).where(*_is_new(who))
    return ranked.order_by(shown_rating.desc().nulls_last(), Title.id).limit(MOST)


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
