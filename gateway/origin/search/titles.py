"""Titles that a term finds: place by place, each in the order of its rank, until a page is full.

A place that few titles take is looked up and sorted. Where many take it, the titles are gone through in the
order of their rank, and it does not take many of them to fill a page: so a search costs much the same
however large the catalog is and however frequent the words are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.models import Title
from gateway.origin.records import Hits
from gateway.origin.search.words import Conditions, Index, Match, Term, Words, begins

MANY: Final = 1_000
"""Of so many titles on, to go through the catalog takes less time than to sort them."""

_RANK: Final = (Title.average_rating.desc().nulls_last(), Title.name, Title.id)


@dataclass(frozen=True, slots=True)
class _Place:
    """Titles that meet a term equally well."""

    found: Select[int]
    """Their ids, of whatever kind, by an index of what they are found by."""
    is_met: ColumnElement[bool]
    """The same, told of a title that is at hand."""


async def search(  # noqa: PLR0913  # One argument a parameter of the resource, and the index.
    session: AsyncSession, index: Index, term: Term, where: Conditions, *, start: int, limit: int
) -> Hits:
    """Return a page of the titles that *term* finds, the best place first, and how many there are."""
    total = await index.count_titles(session, term, where)
    if total is None:
        total = await _count(session, index, term, where)
    ids: dict[int, None] = {}
    places = _places(term, index) if start < total else []
    conditions = where.all(index)
    for place in places:
        found = place.found.subquery("found")
        # Of few, each is looked up; among many, not many have to be passed over.
        few = select(Title.id).join(found, found.c.id == Title.id)
        best = select(Title.id).where(place.is_met) if await _is_crowded(session, place) else few
        # What an earlier place has shown may come again, so as many are asked for as there may be at all.
        page = best.where(*conditions).order_by(*_RANK).limit(start + limit)
        ids.update(dict.fromkeys(await session.scalars(page)))
        if len(ids) >= start + limit:
            break
    return Hits(total=total, ids=tuple(islice(ids, start, start + limit)))


async def _count(session: AsyncSession, index: Index, term: Term, where: Conditions) -> int:
    every = union(*(place.found for place in _places(term, index))).subquery("every")
    counted = select(func.count()).select_from(every).join(Title, every.c.id == Title.id)
    return await session.scalar(counted.where(*where.all(index))) or 0


async def _is_crowded(session: AsyncSession, place: _Place) -> bool:
    some = select(func.count()).select_from(place.found.limit(MANY).subquery())
    return await session.scalar(some) == MANY


def _places(term: Term, index: Index) -> Sequence[_Place]:
    """Return the places, the best first."""
    name, synopsis, words = Title.search_name, Title.search_synopsis, term.words
    at_hand = index.at_hand(name)
    places = [
        _Place(select(Title.id).where(name == term.folded), at_hand == term.folded),
        _Place(select(Title.id).where(begins(name, term.folded)), begins(at_hand, term.folded)),
    ]
    wanted = [Words(name, words, Match.ALL), Words(name, words, Match.ANY), Words(synopsis, words, Match.ALL)]
    if len(words) < 2:
        # Of one word, all are any.
        wanted = wanted[1:] if words else []
    return [*places, *(_Place(index.found(one), index.is_met(one)) for one in wanted)]
