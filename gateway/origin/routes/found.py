"""The titles and people that addresses name, or the refusals that stand for them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, queries
from gateway.origin.calls import Answer, Call, Document
from gateway.origin.errors import NotFound
from gateway.origin.paths import Address
from gateway.origin.records import Facet, TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.view import View

Thing = TypeVar("Thing")

BREATH: Final = 16
"""Documents made in one go; in between others get their turn, and what is late can be called off."""


async def find_titles(
    session: AsyncSession, view: View, calls: Sequence[Call], load: frozenset[Facet] = frozenset()
) -> list[TitleRecord | None]:
    """Return the title that each call names; an id of another kind, or of another series, is nothing."""
    records = await queries.titles(session, _ids(calls), load=load, only=view.formats)
    return [_fitting(records, call.address) for call in calls]


async def find_people(session: AsyncSession, calls: Sequence[Call]) -> list[models.Person | None]:
    """Return the person that each call names."""
    people = await queries.people(session, _ids(calls))
    return [people.get(call.address.id) for call in calls]


async def answer(
    things: Sequence[Thing | None], represent: Callable[[Thing], Element], name: str | None = None
) -> list[Answer]:
    """Represent each of *things*, which are what *name* says; what is missing is not found."""
    answers: list[Answer] = []
    for count, thing in enumerate(things, start=1):
        answers.append(NotFound() if thing is None else Document(represent(thing), name=name))
        if not count % BREATH:
            await asyncio.sleep(0)
    return answers


def _ids(calls: Sequence[Call]) -> list[int]:
    return list(dict.fromkeys(call.address.id for call in calls))


def _fitting(records: Mapping[int, TitleRecord], address: Address) -> TitleRecord | None:
    record = records.get(address.id)
    if record is None or record.title.kind.value != address.place.value:
        return None
    if address.series is not None and record.title.series_id != address.series:
        return None
    return record
