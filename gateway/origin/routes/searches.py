"""Searches: titles, people, and names to go on with (contract 3.1, 3.2 and 3.6)."""

import re
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import chain
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries, search
from gateway.origin.calls import Answer, Call, Document, Endpoint
from gateway.origin.eras import Era
from gateway.origin.errors import Invalid, Refusal
from gateway.origin.models import Kind
from gateway.origin.records import Hits
from gateway.origin.representations.elements import Element
from gateway.origin.representations.lists import Page
from gateway.origin.representations.people import people_found
from gateway.origin.representations.titlelists import autocomplete, titles_found
from gateway.origin.representations.view import View
from gateway.origin.routes.people import films_of

LARGEST_TITLES: Final = 100
LARGEST_PEOPLE: Final = 500

_FILTER: Final = re.compile(r"(?:https?://)?[^/]+/categories/title_formats/(instant|disc)/?")
_FORMATS: Final[dict[str, search.Format]] = {"instant": "instant", "disc": "disc"}

_AT_FIRST: Final = frozenset({Kind.MOVIE, Kind.SEASON})

Clock = Callable[[], float]
Thing = TypeVar("Thing")
_Found = tuple[Page, Hits]


def search_titles(clock: Clock) -> Endpoint:
    """``GET /catalog/titles``: a page of what the term finds."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        async def find(call: Call) -> _Found:
            page, fmt = call.page(LARGEST_TITLES), _format(view, call)
            now = int(clock())
            return page, await search.search_titles(
                session, call.term, fmt=fmt, start=page.start, limit=page.size, now=now, kinds=_kinds(view)
            )

        found = [await _attempt(find, call) for call in calls]
        titles = await queries.titles(session, _ids(found), load=view.facets, only=view.formats)
        return [
            item
            if isinstance(item, Refusal)
            else Document(
                titles_found(view, [titles[key] for key in item[1].ids], item[0], total=item[1].total)
            )
            for item in found
        ]

    return endpoint


def suggest(clock: Clock) -> Endpoint:
    """``GET /catalog/titles/autocomplete``: names that begin with the term."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        async def find(call: Call) -> Document:
            fmt, now = _format(view, call), int(clock())
            found = await search.suggest(session, call.term, fmt=fmt, now=now, kinds=_kinds(view))
            return Document(autocomplete(view, found))

        return [await _attempt(find, call) for call in calls]

    return endpoint


async def search_people(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET /catalog/people``: a page of whom the term finds."""

    async def find(call: Call) -> _Found:
        page = call.page(LARGEST_PEOPLE)
        return page, await search.search_people(session, call.term, start=page.start, limit=page.size)

    found = [await _attempt(find, call) for call in calls]
    people = await queries.people(session, _ids(found))
    inside = await films_of(session, view, people.values())

    def represent(page: Page, hits: Hits) -> Element:
        shown = [people[key] for key in hits.ids]
        return people_found(view, shown, page, total=hits.total, inside=inside)

    return [item if isinstance(item, Refusal) else Document(represent(*item)) for item in found]


def _kinds(view: View) -> Collection[Kind]:
    """Return what is found: at first no series, but their seasons (contract 3.1)."""
    return _AT_FIRST if view.era is Era.LAUNCH else search.KINDS


def _format(view: View, call: Call) -> search.Format | None:
    """Return the format that ``filters`` asks for, by whatever host it names (contract 9, 12)."""
    if view.formats is not None:
        return "instant"
    value = call.parameters.get("filters", "")
    if not (view.has_extras and value):
        return None
    found = _FILTER.fullmatch(value)
    if found is None:
        raise Invalid("filters")
    return _FORMATS[found[1]]


async def _attempt(find: Callable[[Call], Awaitable[Thing]], call: Call) -> Thing | Refusal:
    try:
        return await find(call)
    except Refusal as refusal:
        return refusal


def _ids(found: Sequence[_Found | Refusal]) -> list[int]:
    return list(dict.fromkeys(chain(*(item[1].ids for item in found if not isinstance(item, Refusal)))))
