"""Search over names and synopses: the one module that knows the database's full-text index (SQLite's FTS5).

Strangers' words never reach the index as they are: ``names.fold`` leaves letters and digits, and each
word is quoted, so nothing in it can be an operator.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Literal

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Label,
    Select,
    Subquery,
    and_,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.origin import models, names
from gateway.origin.models import Kind, Title
from gateway.origin.records import Hits

Format = Literal["instant", "disc"]

MOST_SUGGESTIONS = 10
MOST_WORDS = 32
"""Words of a term that count; the rest of ten thousand would only cost time."""

_FORMATS: dict[Format, Sequence[str]] = {"instant": ("instant",), "disc": ("DVD", "Blu-ray", "HD DVD")}
_LAST_CHARACTER = "\U0010ffff"


class _Place(IntEnum):
    """How well a title meets a term, the best first."""

    EXACT = 1
    PREFIX = 2
    ALL_WORDS = 3
    ANY_WORD = 4
    SYNOPSIS = 5

    def column(self) -> Label[int]:
        """Return the place as a column of candidates."""
        return literal(int(self)).label("place")


async def search_titles(  # noqa: PLR0913  # One argument a parameter of the resource, and the clock.
    session: AsyncSession, term: str, *, fmt: Format | None, start: int, limit: int, now: int
) -> Hits:
    """Return the films and series that *term* finds in names and synopses, the most relevant first.

    The exact name comes first, then names that begin so, that hold all words, any word, and synopses
    that hold all words; ties by rating, name, id. *fmt* keeps what is to be had in that format *now*.
    """
    folded = names.fold(term)
    if not folded:
        return Hits(total=0, ids=())
    places = _best(_title_candidates(folded))
    found = (
        select(Title.id)
        .join(places, places.c.id == Title.id)
        .where(*_searchable(fmt, now))
        .order_by(places.c.place, Title.average_rating.desc().nulls_last(), Title.name, Title.id)
    )
    return await _page(session, found, start=start, limit=limit)


async def search_people(session: AsyncSession, term: str, *, start: int, limit: int) -> Hits:
    """Return the people whose name *term* finds: exactly, by its beginning, by all words, by any."""
    folded = names.fold(term)
    if not folded:
        return Hits(total=0, ids=())
    places = _best(_person_candidates(folded))
    found = (
        select(models.Person.id)
        .join(places, places.c.id == models.Person.id)
        .order_by(places.c.place, models.Person.name, models.Person.id)
    )
    return await _page(session, found, start=start, limit=limit)


async def suggest(session: AsyncSession, term: str, *, fmt: Format | None, now: int) -> list[str]:
    """Return at most ten names for a *term* being typed, in alphabetical order.

    Names that begin with it are preferred to names with a word that begins with it.
    """
    folded = names.fold(term)
    if not folded:
        return []
    started = f"search_name : ({_words(folded, ' AND ')} *)"
    candidates = union_all(
        select(Title.id, _Place.PREFIX.column()).where(_begins(Title.search_name, folded)),
        _matches("title", started, place=_Place.ANY_WORD),
    )
    places = _best(candidates)
    best = (
        select(Title.name)
        .join(places, places.c.id == Title.id)
        .where(*_searchable(fmt, now))
        .group_by(Title.name)
        .order_by(func.min(places.c.place), func.max(Title.average_rating).desc().nulls_last(), Title.name)
        .limit(MOST_SUGGESTIONS)
    )
    return sorted(await session.scalars(best), key=lambda name: (names.fold(name), name))


def _title_candidates(folded: str) -> CompoundSelect[int, int]:
    every, some = _words(folded, " AND "), _words(folded, " OR ")
    return union_all(
        select(Title.id, _Place.EXACT.column()).where(Title.search_name == folded),
        select(Title.id, _Place.PREFIX.column()).where(_begins(Title.search_name, folded)),
        _matches("title", f"search_name : ({every})", place=_Place.ALL_WORDS),
        _matches("title", f"search_name : ({some})", place=_Place.ANY_WORD),
        _matches("title", f"search_synopsis : ({every})", place=_Place.SYNOPSIS),
    )


def _person_candidates(folded: str) -> CompoundSelect[int, int]:
    name, key = models.Person.search_name, models.Person.id
    return union_all(
        select(key, _Place.EXACT.column()).where(name == folded),
        select(key, _Place.PREFIX.column()).where(_begins(name, folded)),
        _matches("person", f"search_name : ({_words(folded, ' AND ')})", place=_Place.ALL_WORDS),
        _matches("person", f"search_name : ({_words(folded, ' OR ')})", place=_Place.ANY_WORD),
    )


def _words(folded: str, operator: str) -> str:
    """Return *folded* as quoted words of the index's query language."""
    words = list(dict.fromkeys(folded.split()))[:MOST_WORDS]
    return operator.join(f'"{word}"' for word in words)


def _matches(indexed: str, query: str, *, place: _Place) -> Select[int, int]:
    index = table(f"{indexed}_search", column("rowid"))
    is_match = literal(query)
    return select(index.c.rowid.label("id"), place.column()).where(
        column(f"{indexed}_search", is_literal=True).op("MATCH")(is_match)
    )


def _begins(name: InstrumentedAttribute[str], folded: str) -> ColumnElement[bool]:
    """Tell whether *name* begins with *folded*; a range uses the index, and knows no wildcards."""
    return and_(name >= folded, name < folded + _LAST_CHARACTER)


def _best(candidates: CompoundSelect[int, int]) -> Subquery:
    every = candidates.subquery("candidates")
    return select(every.c.id, func.min(every.c.place).label("place")).group_by(every.c.id).subquery("places")


def _searchable(fmt: Format | None, now: int) -> list[ColumnElement[bool]]:
    kinds = Title.kind.in_((Kind.MOVIE, Kind.SERIES))
    if fmt is None:
        return [kinds]
    offer = models.Availability
    is_available = exists().where(
        offer.title_id == Title.id,
        offer.format.in_(_FORMATS[fmt]),
        or_(offer.available_from.is_(None), offer.available_from <= now),
        or_(offer.available_until.is_(None), offer.available_until > now),
    )
    return [kinds, is_available]


async def _page(session: AsyncSession, found: Select[int], *, start: int, limit: int) -> Hits:
    total = await session.scalar(select(func.count()).select_from(found.order_by(None).subquery()))
    ids = await session.scalars(found.offset(start).limit(limit))
    return Hits(total=total or 0, ids=tuple(ids))
