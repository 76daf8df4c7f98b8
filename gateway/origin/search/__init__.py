"""Search over names and synopses, with the same hits in the same order on every database."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Literal

from sqlalchemy import (
    CompoundSelect,
    Label,
    Select,
    Subquery,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, names
from gateway.origin.models import Kind, Title
from gateway.origin.records import Hits
from gateway.origin.search import postgresql, sqlite, titles
from gateway.origin.search.words import MOST_WORDS, Conditions, Index, Match, Words, begins, read_term

__all__ = ["MOST_SUGGESTIONS", "MOST_WORDS", "Format", "search_people", "search_titles", "suggest"]

Format = Literal["instant", "disc"]

MOST_SUGGESTIONS = 10

KINDS = frozenset({Kind.MOVIE, Kind.SERIES})
"""What a search finds."""

_INDEXES: Mapping[str, Index] = {"sqlite": sqlite, "postgresql": postgresql}
_FORMATS: dict[Format, Sequence[str]] = {"instant": ("instant",), "disc": ("DVD", "Blu-ray", "HD DVD")}


class _Place(IntEnum):
    """How well a name meets a term, the best first."""

    EXACT = 1
    PREFIX = 2
    ALL_WORDS = 3
    BEGUN = 4
    ANY_WORD = 5

    def column(self) -> Label[int]:
        """Return the place as a column of candidates."""
        return literal(int(self)).label("place")


async def search_titles(  # noqa: PLR0913  # One argument a parameter of the resource, and the clock.
    session: AsyncSession,
    term: str,
    *,
    fmt: Format | None,
    start: int,
    limit: int,
    now: int,
    kinds: Collection[Kind] = KINDS,
) -> Hits:
    """Return the films and series that *term* finds in names and synopses, the most relevant first.

    The exact name comes first, then names that begin so, that hold all words, any word, and synopses
    that hold all words; ties by rating, name, id. *fmt* keeps what is to be had in that format *now*, and
    other *kinds* of title may be searched.
    """
    folded = names.fold(term)
    if not folded:
        return Hits(total=0, ids=())
    where = _searchable(kinds, fmt, now)
    return await titles.search(session, _index(session), read_term(folded), where, start=start, limit=limit)


async def search_people(session: AsyncSession, term: str, *, start: int, limit: int) -> Hits:
    """Return the people whose name *term* finds: exactly, by its beginning, by its words, or by portions.

    A portion is a word that begins so after all others, as in "steven spiel"; last come those of any word.
    """
    folded = names.fold(term)
    if not folded:
        return Hits(total=0, ids=())
    places = _best(_person_candidates(folded, _index(session)))
    found = (
        select(models.Person.id)
        .join(places, places.c.id == models.Person.id)
        .order_by(places.c.place, models.Person.name, models.Person.id)
    )
    return await _page(session, found, start=start, limit=limit)


async def suggest(
    session: AsyncSession, term: str, *, fmt: Format | None, now: int, kinds: Collection[Kind] = KINDS
) -> list[str]:
    """Return at most ten names for a *term* being typed, in alphabetical order.

    Names that begin with it are preferred to names with a word that begins with it.
    """
    folded = names.fold(term)
    if not folded:
        return []
    places = _best(_begun_candidates(folded, _index(session)))
    best = (
        select(Title.name)
        .join(places, places.c.id == Title.id)
        .where(*_searchable(kinds, fmt, now).all(_index(session)))
        .group_by(Title.name)
        .order_by(func.min(places.c.place), func.max(Title.average_rating).desc().nulls_last(), Title.name)
        .limit(MOST_SUGGESTIONS)
    )
    return sorted(await session.scalars(best), key=lambda name: (names.fold(name), name))


def _person_candidates(folded: str, index: Index) -> CompoundSelect[int, int]:
    name, key, words = models.Person.search_name, models.Person.id, read_term(folded).words
    by_words = {
        _Place.ALL_WORDS: Words(name, words, Match.ALL),
        _Place.BEGUN: Words(name, words, Match.BEGUN),
        _Place.ANY_WORD: Words(name, words, Match.ANY),
    }
    return union_all(
        select(key, _Place.EXACT.column()).where(name == folded),
        select(key, _Place.PREFIX.column()).where(begins(name, folded)),
        *_matches(by_words, index),
    )


def _begun_candidates(folded: str, index: Index) -> CompoundSelect[int, int]:
    begun = {_Place.ANY_WORD: Words(Title.search_name, read_term(folded).words, Match.BEGUN)}
    return union_all(
        select(Title.id, _Place.PREFIX.column()).where(begins(Title.search_name, folded)),
        *_matches(begun, index),
    )


def _index(session: AsyncSession) -> Index:
    return _INDEXES[session.get_bind().dialect.name]


def _matches(wanted: Mapping[_Place, Words], index: Index) -> Iterator[Select[int, int]]:
    """Yield a query for each place; a term without words that an index holds has none."""
    for place, words in wanted.items():
        if words.words:
            yield index.found(words).add_columns(place.column())


def _best(candidates: CompoundSelect[int, int]) -> Subquery:
    every = candidates.subquery("candidates")
    return select(every.c.id, func.min(every.c.place).label("place")).group_by(every.c.id).subquery("places")


def _searchable(kinds: Collection[Kind], fmt: Format | None, now: int) -> Conditions:
    found = sorted(kinds)
    if fmt is None:
        return Conditions(found)
    offer = models.Availability
    is_available = exists().where(
        offer.title_id == Title.id,
        offer.format.in_(_FORMATS[fmt]),
        or_(offer.available_from.is_(None), offer.available_from <= now),
        or_(offer.available_until.is_(None), offer.available_until > now),
    )
    return Conditions(found, [is_available])


async def _page(session: AsyncSession, found: Select[int], *, start: int, limit: int) -> Hits:
    total = await session.scalar(select(func.count()).select_from(found.order_by(None).subquery()))
    ids = await session.scalars(found.offset(start).limit(limit))
    return Hits(total=total or 0, ids=tuple(ids))
