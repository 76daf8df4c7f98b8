"""Titles like a title: those that share its people and its genres."""

from collections.abc import Collection, Sequence

from sqlalchemy import CTE, Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from gateway.origin.models import Credit, Kind, Title, TitleGenre
from gateway.origin.queries.chunks import chunks
from gateway.origin.queries.offered import offered_in

LIMIT = 500
"""Similars a title, as many as the API ever shows (contract 1.10)."""

_PERSON_WEIGHT = 3
_GENRE_WEIGHT = 1
_CHUNK = 200
"""Titles a statement: every one has thousands of candidates, which SQLite sorts in memory."""


async def similar_ids(
    session: AsyncSession, ids: Collection[int], *, only: Collection[str] | None = None
) -> dict[int, list[int]]:
    """Return the ids of what is similar to each title, the most similar first; every id has an entry.

    A shared person weighs three times a shared genre; ties go by rating, then id. Only films and
    series are similar, and only to each other; if formats are given, *only* what comes in one of them.
    """
    similars: dict[int, list[int]] = {title: [] for title in ids}
    for part in chunks(ids, size=_CHUNK):
        for title, similar in await session.execute(_ranked(part, only)):
            similars[title].append(similar)
    return similars


def _ranked(ids: Sequence[int], only: Collection[str] | None) -> Select[int, int]:
    scores = _scores(ids)
    place = (
        func.row_number()
        .over(
            partition_by=scores.c.title,
            order_by=(scores.c.score.desc(), Title.average_rating.desc().nulls_last(), Title.id),
        )
        .label("place")
    )
    ranked = (
        select(scores.c.title, scores.c.similar, place)
        .join(Title, Title.id == scores.c.similar)
        .where(Title.kind.in_((Kind.MOVIE, Kind.SERIES)), *offered_in(only))
        .cte("ranked")
    )
    return (
        select(ranked.c.title, ranked.c.similar)
        .where(ranked.c.place <= LIMIT)
        .order_by(ranked.c.title, ranked.c.place)
    )


def _scores(ids: Sequence[int]) -> CTE:
    shared = union_all(_shared_people(ids), _shared_genres(ids)).cte("shared")
    return (
        select(shared.c.title, shared.c.similar, func.sum(shared.c.weight).label("score"))
        .group_by(shared.c.title, shared.c.similar)
        .cte("scores")
    )


def _shared_people(ids: Sequence[int]) -> Select[int, int, int, int]:
    """Select a row for every person that two titles share, once even if they played and directed."""
    one, other, source = aliased(Credit), aliased(Credit), aliased(Title)
    return (
        select(
            one.title_id.label("title"),
            other.title_id.label("similar"),
            one.person_id.label("shared"),
            literal(_PERSON_WEIGHT).label("weight"),
        )
        .join(other, (other.person_id == one.person_id) & (other.title_id != one.title_id))
        .join(source, source.id == one.title_id)
        .where(one.title_id.in_(ids), source.kind.in_((Kind.MOVIE, Kind.SERIES)))
        .distinct()
    )


def _shared_genres(ids: Sequence[int]) -> Select[int, int, int, int]:
    one, other, source = aliased(TitleGenre), aliased(TitleGenre), aliased(Title)
    return (
        select(
            one.title_id.label("title"),
            other.title_id.label("similar"),
            one.genre_id.label("shared"),
            literal(_GENRE_WEIGHT).label("weight"),
        )
        .join(other, (other.genre_id == one.genre_id) & (other.title_id != one.title_id))
        .join(source, source.id == one.title_id)
        .where(one.title_id.in_(ids), source.kind.in_((Kind.MOVIE, Kind.SERIES)))
    )
