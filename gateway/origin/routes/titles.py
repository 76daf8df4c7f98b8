"""Titles and what belongs to them (contract 3.4 and 3.5)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, queries
from gateway.origin.calls import Answer, Call
from gateway.origin.errors import Refusal
from gateway.origin.models import Kind
from gateway.origin.records import Facet, TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.facets import DOCUMENTS
from gateway.origin.representations.people import people
from gateway.origin.representations.titlelists import catalog_titles, similars, titles_page
from gateway.origin.representations.titles import catalog_title
from gateway.origin.representations.view import View
from gateway.origin.routes.found import answer, find_titles
from gateway.origin.routes.people import films_of
from gateway.origin.routes.stretches import Shelf, Stretch, cut, show_stretches

LARGEST: Final = 500

_MEMBERS: Final[Mapping[Facet, Callable[[models.Title], Sequence[models.Person]]]] = {
    Facet.CAST: lambda title: title.cast,
    Facet.DIRECTORS: lambda title: title.directors,
}
MEMBERS: Final = frozenset(_MEMBERS)
"""What is people."""

_TEXTS: Final = frozenset({Facet.SYNOPSIS, Facet.SHORT_SYNOPSIS})
_PARENTS: Final[Mapping[Facet, frozenset[Kind]]] = {
    Facet.SEASONS: frozenset({Kind.SERIES}),
    Facet.EPISODES: frozenset({Kind.SERIES, Kind.SEASON}),
    Facet.DISCS: frozenset({Kind.SERIES, Kind.SEASON, Kind.MOVIE}),
}
"""Which kinds of title can have which children; elsewhere there is nothing, not an empty list."""


async def show_titles(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {title}``: one title."""
    records = await find_titles(session, view, calls, view.facets)
    return await answer(records, partial(catalog_title, view))


async def show_facet(facet: Facet, session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {title}/{facet}``: what the title's own record holds; an absent text is not found."""
    records = await find_titles(session, view, calls, view.needs({facet}))
    if facet in _TEXTS:
        records = [record if record and facet in record.facets else None for record in records]
    return await answer(records, partial(DOCUMENTS[facet], view), facet)


async def show_members(
    facet: Facet, session: AsyncSession, view: View, calls: Sequence[Call]
) -> list[Answer]:
    """``GET {title}/cast``, ``/directors``: people, with links to their titles if these are expanded."""
    members = [
        _MEMBERS[facet](record.title) if record else None
        for record in await find_titles(session, view, calls, view.needs({facet}))
    ]
    inside = await films_of(session, view, chain(*filter(None, members)))
    return await answer(members, lambda shown: people(view, shown, inside), facet)


async def show_children(
    facet: Facet, session: AsyncSession, view: View, calls: Sequence[Call]
) -> list[Answer]:
    """``GET {title}/seasons``, ``/episodes``, ``/discs``: all of them at once, or a page in 2.0."""
    parents = [
        record if record and record.title.kind in _PARENTS[facet] else None
        for record in await find_titles(session, view, calls)
    ]
    ids = await queries.child_ids(session, _ids_of(parents), facet)
    if view.is_thin:
        return await _show_pages(facet, session, view, _cut(parents, ids, calls))
    children = await queries.titles(session, list(chain(*ids.values())), load=view.facets, only=view.formats)

    def represent(parent: TitleRecord) -> Element:
        return catalog_titles(view, [children[child] for child in ids[parent.title.id]])

    return await answer(parents, represent, facet)


async def show_similars(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {title}/similars``: a page of what is similar."""
    records = await find_titles(session, view, calls)
    ids = await queries.similar_ids(session, _ids_of(records), only=view.formats)
    return await show_stretches(session, view, _cut(records, ids, calls), _similars, Facet.SIMILARS)


def _similars(view: View, stretch: Stretch[TitleRecord], alike: Sequence[TitleRecord]) -> Element:
    return similars(view, stretch.owner.title, alike, stretch.page, total=stretch.total)


async def _show_pages(
    facet: Facet, session: AsyncSession, view: View, stretches: Sequence[Stretch[TitleRecord] | Refusal]
) -> list[Answer]:
    def represent(view: View, stretch: Stretch[TitleRecord], shown: Sequence[TitleRecord]) -> Element:
        return titles_page(view, (stretch.owner.title, facet), shown, stretch.page, total=stretch.total)

    return await show_stretches(session, view, stretches, represent, facet)


def _cut(
    records: Sequence[TitleRecord | None], ids: Mapping[int, Sequence[int]], calls: Sequence[Call]
) -> list[Stretch[TitleRecord] | Refusal]:
    shelves = [Shelf(record, ids[record.title.id]) if record else None for record in records]
    return cut(shelves, calls, largest=LARGEST)


def _ids_of(records: Sequence[TitleRecord | None]) -> list[int]:
    return list(dict.fromkeys(record.title.id for record in records if record))
