"""Pages of the lists that things own: similars of a title, films of a person."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Generic, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.calls import Answer, Call, Document
from gateway.origin.errors import Invalid, NotFound, Refusal
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.lists import Page
from gateway.origin.representations.view import View

MOST_TITLES: Final = 20_000
"""Titles that the lists of one bulk request may show together; more would not fit into memory."""

Owner = TypeVar("Owner")


@dataclass(frozen=True, slots=True)
class Shelf(Generic[Owner]):
    """Someone or something, and the ids of all titles on its list."""

    owner: Owner
    ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class Stretch(Generic[Owner]):
    """A page of such a list."""

    owner: Owner
    ids: Sequence[int]
    page: Page
    total: int


def cut(
    shelves: Sequence[Shelf[Owner] | None], calls: Sequence[Call], *, largest: int
) -> list[Stretch[Owner] | Refusal]:
    """Return the page that each call asks for of its shelf, as many as may be shown together."""
    stretches: list[Stretch[Owner] | Refusal] = []
    room = MOST_TITLES
    for shelf, call in zip(shelves, calls, strict=True):
        stretch = _cut(shelf, call, largest=largest, room=room)
        stretches.append(stretch)
        room -= len(stretch.ids) if isinstance(stretch, Stretch) else 0
    return stretches


def _cut(shelf: Shelf[Owner] | None, call: Call, *, largest: int, room: int) -> Stretch[Owner] | Refusal:
    if shelf is None:
        return NotFound()
    try:
        page = call.page(largest)
    except Refusal as refusal:
        return refusal
    ids = page.of(shelf.ids)
    if len(ids) > room:
        return Invalid("max_results", f"one bulk request shows at most {MOST_TITLES} titles of lists")
    return Stretch(shelf.owner, ids, page, total=len(shelf.ids))


async def show_stretches(
    session: AsyncSession,
    view: View,
    stretches: Sequence[Stretch[Owner] | Refusal],
    represent: Callable[[View, Stretch[Owner], Sequence[TitleRecord]], Element],
    name: str | None = None,
) -> list[Answer]:
    """Read the titles of all *stretches* at once, and represent each stretch."""
    shown = [stretch.ids for stretch in stretches if isinstance(stretch, Stretch)]
    titles = await queries.titles(
        session, list(dict.fromkeys(chain(*shown))), load=view.facets, only=view.formats
    )
    answers: list[Answer] = []
    for stretch in stretches:
        if isinstance(stretch, Refusal):
            answers.append(stretch)
            continue
        records = [titles[key] for key in stretch.ids]
        answers.append(Document(represent(view, stretch, records), name=name))
        await asyncio.sleep(0)
    return answers
