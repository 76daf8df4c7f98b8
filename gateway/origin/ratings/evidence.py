"""What predictions go on, read for many subscribers and titles at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Double, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from gateway.origin.accounts import Rating
from gateway.origin.models import Kind, Title, TitleGenre
from gateway.origin.queries.chunks import chunks
from gateway.origin.ratings.averages import shown_rating
from gateway.origin.ratings.formula import (
    FEWEST_SHARED,
    NEUTRAL,
    Manner,
    Shared,
    Tally,
    Work,
    nearest,
    offset_of,
)

_GENRE_DOUBT = 5

# The difference between a rating and what others give the title.
_difference = cast(Rating.value, Double) - func.coalesce(shown_rating, NEUTRAL)

_whole = case(
    (Title.kind.in_((Kind.SEASON, Kind.PROGRAM, Kind.DISC)), func.coalesce(Title.series_id, Title.parent_id)),
    else_=Title.id,
)


async def wholes(session: AsyncSession, titles: Collection[int]) -> Mapping[int, int]:
    """Return for each title what is rated in its stead: for a part, its series or its film."""
    found: dict[int, int] = {}
    for part in chunks(titles):
        chosen = select(Title.id, func.coalesce(_whole, Title.id)).where(Title.id.in_(part))
        found.update((title, whole) for title, whole in await session.execute(chosen))
    return found


async def works(session: AsyncSession, titles: Collection[int]) -> Mapping[int, Work]:
    """Return *titles* as they are rated."""
    averages: dict[int, float | None] = {}
    genres: dict[int, list[int]] = defaultdict(list)
    for part in chunks(titles):
        chosen = select(Title.id, shown_rating).where(Title.id.in_(part))
        averages.update((title, average) for title, average in await session.execute(chosen))
        labelled = (
            select(TitleGenre.title_id, TitleGenre.genre_id)
            .where(TitleGenre.title_id.in_(part))
            .order_by(TitleGenre.title_id, TitleGenre.position)
        )
        for title, genre in await session.execute(labelled):
            genres[title].append(genre)
    tallies = await _tallies(session, [title for title, average in averages.items() if average is None])
    return {
        title: Work(average, genres[title], tallies.get(title, Tally()))
        for title, average in averages.items()
    }


async def _tallies(session: AsyncSession, titles: Collection[int]) -> Mapping[int, Tally]:
    found: dict[int, Tally] = {}
    for part in chunks(titles):
        counted = (
            select(Rating.title_id, func.count(), func.sum(Rating.value))
            .where(Rating.title_id.in_(part), Rating.value.is_not(None))
            .group_by(Rating.title_id)
        )
        for title, count, total in await session.execute(counted):
            found[title] = Tally(count, total or 0)
    return found


async def genre_averages(session: AsyncSession, genres: Collection[int]) -> Mapping[int, float]:
    """Return what is thought of the titles of each of *genres*, as far as any has an average."""
    if not genres:
        return {}
    known = (
        select(TitleGenre.genre_id, func.count(), func.sum(shown_rating))
        .join(Title, Title.id == TitleGenre.title_id)
        .where(TitleGenre.genre_id.in_(genres), shown_rating.is_not(None))
        .group_by(TitleGenre.genre_id)
    )
    return {
        genre: Tally(count, total).mean(NEUTRAL, _GENRE_DOUBT)
        for genre, count, total in await session.execute(known)
    }


async def offsets(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Tally]:
    """Return how each of *subscribers* rates in all."""
    given = (
        select(Rating.subscriber_id, func.count(), func.sum(_difference))
        .join(Title, Title.id == Rating.title_id)
        .where(Rating.subscriber_id.in_(subscribers), Rating.value.is_not(None))
        .group_by(Rating.subscriber_id)
    )
    return {who: Tally(count, total) for who, count, total in await session.execute(given)}


async def manners(session: AsyncSession, subscribers: Collection[str]) -> Mapping[str, Manner]:
    """Return how each of *subscribers* rates, in all and by genre; every one has an entry."""
    overall = await offsets(session, subscribers)
    by_genre: dict[str, dict[int, Tally]] = defaultdict(dict)
    given = (
        select(Rating.subscriber_id, TitleGenre.genre_id, func.count(), func.sum(_difference))
        .join(Title, Title.id == Rating.title_id)
        .join(TitleGenre, TitleGenre.title_id == Rating.title_id)
        .where(Rating.subscriber_id.in_(subscribers), Rating.value.is_not(None))
        .group_by(Rating.subscriber_id, TitleGenre.genre_id)
    )
    for who, genre, count, total in await session.execute(given):
        by_genre[who][genre] = Tally(count, total)
    return {who: Manner.of(overall.get(who, Tally()), by_genre[who]) for who in subscribers}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who is like each of some subscribers."""

    weights: Mapping[str, Mapping[str, float]]
    """By subscriber, then by neighbour."""
    offsets: Mapping[str, float]
    """How much more than others each of them gives."""


async def neighbours(session: AsyncSession, subscribers: Collection[str]) -> Neighbours:
    """Return who rates like each of *subscribers*; every one has an entry."""
    shared: dict[str, dict[str, Shared]] = {who: {} for who in subscribers}
    one, other = aliased(Rating), aliased(Rating)
    a, b = one.value, other.value
    numbers = (a, b, a * b, a * a, b * b)
    pairs = (
        select(
            one.subscriber_id,
            other.subscriber_id,
            func.count(),
            *(func.coalesce(func.sum(number), 0) for number in numbers),
        )
        .join(other, (other.title_id == one.title_id) & (other.subscriber_id != one.subscriber_id))
        .where(one.subscriber_id.in_(shared), a.is_not(None), b.is_not(None))
        .group_by(one.subscriber_id, other.subscriber_id)
        .having(func.count() >= FEWEST_SHARED)
    )
    for who, whom, *sums in await session.execute(pairs):
        shared[who][whom] = Shared(*sums)
    weights = {who: nearest(theirs) for who, theirs in shared.items()}
    everyone = {whom for near in weights.values() for whom in near}
    overall = await offsets(session, everyone) if everyone else {}
    return Neighbours(weights, {whom: offset_of(overall[whom]) for whom in everyone})


async def given(
    session: AsyncSession, subscribers: Collection[str], titles: Collection[int]
) -> Mapping[int, Mapping[str, int]]:
    """Return the ratings that *subscribers* gave to *titles*, by title."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for part in chunks(titles):
        chosen = (
            select(Rating.title_id, Rating.subscriber_id, Rating.value)
            .where(Rating.title_id.in_(part), Rating.subscriber_id.in_(subscribers))
            .order_by(Rating.title_id, Rating.subscriber_id)
        )
        for title, who, value in await session.execute(chosen):
            if value is not None:
                found[title][who] = value
    return found
