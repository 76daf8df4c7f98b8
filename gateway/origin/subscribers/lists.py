"""Lists of titles made for a subscriber: the genres that they choose most (contract 3.17)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import QueueEntry, Rating, Rental
from gateway.origin.models import Genre, Kind, Title, TitleGenre

MOST_LISTS: Final = 10

_WHOLE: Final = (Kind.MOVIE, Kind.SERIES)


async def genres(session: AsyncSession, subscriber: str) -> Sequence[Genre]:
    """Return the genres of *subscriber*: most often rated, queued or rented first, then the largest."""
    chosen = _chosen(subscriber).cte("chosen")
    uses = (
        select(TitleGenre.genre_id, func.count().label("uses"))
        .join(chosen, chosen.c.title_id == TitleGenre.title_id)
        .group_by(TitleGenre.genre_id)
        .cte("uses")
    )
    sizes = (
        select(TitleGenre.genre_id, func.count().label("size"))
        .join(Title, Title.id == TitleGenre.title_id)
        .where(Title.kind.in_(_WHOLE))
        .group_by(TitleGenre.genre_id)
        .cte("sizes")
    )
    ranked = (
        select(Genre)
        .join(sizes, sizes.c.genre_id == Genre.id)
        .join(uses, uses.c.genre_id == Genre.id, isouter=True)
        .order_by(func.coalesce(uses.c.uses, 0).desc(), sizes.c.size.desc(), Genre.label)
        .limit(MOST_LISTS)
    )
    return (await session.scalars(ranked)).all()


async def genre_titles(session: AsyncSession, ids: Collection[int]) -> Mapping[int, Sequence[int]]:
    """Return the ids of the films and series of each genre, the best first; no genre has none."""
    shelves: dict[int, list[int]] = {}
    best = func.coalesce(Title.rated_average, Title.average_rating).desc().nulls_last()
    found = (
        select(TitleGenre.genre_id, Title.id)
        .join(Title, Title.id == TitleGenre.title_id)
        .where(TitleGenre.genre_id.in_(ids), Title.kind.in_(_WHOLE))
        .order_by(TitleGenre.genre_id, best, Title.name, Title.id)
    )
    for genre, title in await session.execute(found):
        shelves.setdefault(genre, []).append(title)
    return shelves


def _chosen(subscriber: str) -> Select[int]:
    """Select the titles that *subscriber* rated well, queued or rented, once for each time."""
    rated = select(Rating.title_id).where(Rating.subscriber_id == subscriber, Rating.value >= literal(3))
    queued = select(QueueEntry.title_id).where(QueueEntry.subscriber_id == subscriber)
    rented = select(Rental.title_id).where(Rental.subscriber_id == subscriber)
    every = union_all(rated, queued, rented).subquery()
    return select(every.c.title_id)
