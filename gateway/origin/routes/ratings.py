"""Ratings read: those given, those predicted, and both (contract 3.14)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.accounts import Rating
from gateway.origin.calls import Answer, Call, Document
from gateway.origin.errors import Invalid, NotFound, Refusal
from gateway.origin.paths import Address
from gateway.origin.queues.references import read_references
from gateway.origin.ratings import reading
from gateway.origin.ratings.predictions import Predictions, predict
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.ratings import (
    ACTUAL,
    PREDICTED,
    TITLES,
    actual_item,
    rating_kinds,
    ratings,
    ratings_item,
)
from gateway.origin.representations.view import View
from gateway.origin.routes.belongings import Frame, Section, owners, show_sections
from gateway.origin.routes.stretches import MOST_TITLES

_REFERENCES: Final = "title_refs"
_LIST: Final = Frame("ratings", actual_item)

_Given = Mapping[tuple[str, int], Rating]
_Asked = Sequence[Address] | Refusal


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of the titles asked about, and where."""

    path: str
    given: _Given = field(default_factory=dict)
    predicted: Predictions = field(default_factory=dict)

    def item(self, view: View, subscriber: str, record: TitleRecord) -> Element:
        title = record.title.id
        predicted = self.predicted.get(subscriber, {}).get(title)
        return ratings_item(view, subscriber, record, self.given.get((subscriber, title)), predicted)


async def show_rating_kinds(_session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/ratings``: the ways to the ratings."""
    return [Document(rating_kinds(view, call.subscriber)) for call in calls]


async def show_ratings(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/ratings/title``: what was given and what is predicted for the titles named, or one."""
    asked = _asked(view, calls)
    given = await _given(session, view, calls, _ids(asked))
    predicted = await predict(session, _wanted(calls, asked))
    return await _show(session, view, calls, asked, _Shown(TITLES, given, predicted))


async def show_predicted(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/ratings/title/predicted``: what is predicted for the titles asked about."""
    asked = _asked(view, calls)
    predicted = await predict(session, _wanted(calls, asked))
    return await _show(session, view, calls, asked, _Shown(PREDICTED, predicted=predicted))


async def show_actual(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/ratings/title/actual``: what was given for the titles asked about, or a page of all."""
    named = [call for call in calls if call.parameters.get(_REFERENCES)]
    others = [call for call in calls if not call.parameters.get(_REFERENCES)]
    answers = {
        **dict(zip(map(id, named), await _show_named(session, view, named), strict=True)),
        **dict(zip(map(id, others), await _show_all(session, view, others), strict=True)),
    }
    return [answers[id(call)] for call in calls]


async def show_rating(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/ratings/title/actual/{id}``: one rating that was given."""
    ids = [call.address.id for call in calls]
    given = await _given(session, view, calls, ids)
    records = await queries.titles(session, ids, load=view.facets, only=view.formats)
    answers: list[Answer] = []
    for call in calls:
        rating = given.get((call.subscriber.id, call.address.id))
        if rating is None:
            answers.append(NotFound())
            continue
        href = f"{view.paths.user(call.subscriber.id)}/{ACTUAL}"
        answers.append(Document(ratings(href, [actual_item(view, rating, records[call.address.id])])))
    return answers


async def _given(session: AsyncSession, view: View, calls: Sequence[Call], ids: Sequence[int]) -> _Given:
    """Return what was given for titles, or for the series that they are parts of where these are rated."""
    who = owners(calls)
    if not view.rates_series:
        return await reading.ratings_of(session, who, ids)
    series = await queries.series_ids(session, ids)
    given = await reading.ratings_of(session, who, [series.get(key, key) for key in ids])
    places = ((one, key) for one in who for key in ids)
    found = ((place, given.get((place[0], series.get(place[1], place[1])))) for place in places)
    return {place: rating for place, rating in found if rating is not None}


async def _show_named(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    asked = _asked(view, calls)
    given = await _given(session, view, calls, _ids(asked))
    return await _show(session, view, calls, asked, _Shown(ACTUAL, given))


async def _show_all(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    given = await reading.ratings(session, owners(calls))
    sections = [Section(ACTUAL, given[call.subscriber.id]) for call in calls]
    return await show_sections(session, view, calls, sections=sections, frame=_LIST)


def _asked(view: View, calls: Sequence[Call]) -> list[_Asked]:
    """Return the titles that each call asks about, as many as may be shown together."""
    asked: list[_Asked] = []
    room = MOST_TITLES
    for call in calls:
        try:
            addresses = _addresses(view, call)
            if len(addresses) > room:
                raise Invalid(_REFERENCES, f"one bulk request shows at most {MOST_TITLES} titles of lists")
        except Refusal as refusal:
            asked.append(refusal)
        else:
            asked.append(addresses)
            room -= len(addresses)
    return asked


def _addresses(view: View, call: Call) -> Sequence[Address]:
    if call.address.item is not None:
        return [replace(call.address, id=call.address.item)]
    return read_references(view.paths, call.parameters.get(_REFERENCES, ""))


def _ids(asked: Sequence[_Asked]) -> list[int]:
    known = [addresses for addresses in asked if not isinstance(addresses, Refusal)]
    return list(dict.fromkeys(address.id for address in chain.from_iterable(known)))


def _wanted(calls: Sequence[Call], asked: Sequence[_Asked]) -> Mapping[str, set[int]]:
    """Return the titles to predict for each subscriber."""
    wanted: dict[str, set[int]] = {}
    for call, addresses in zip(calls, asked, strict=True):
        if not isinstance(addresses, Refusal) and addresses:
            wanted.setdefault(call.subscriber.id, set()).update(address.id for address in addresses)
    return wanted


async def _show(
    session: AsyncSession, view: View, calls: Sequence[Call], asked: Sequence[_Asked], shown: _Shown
) -> list[Answer]:
    records = await queries.titles(session, _ids(asked), load=view.facets, only=view.formats)
    answers: list[Answer] = []
    for call, addresses in zip(calls, asked, strict=True):
        if isinstance(addresses, Refusal):
            answers.append(addresses)
            continue
        who = call.subscriber.id
        found = [records[address.id] for address in addresses if _is_there(records, address)]
        if call.address.item is not None and not found:
            answers.append(NotFound())
            continue
        items = [shown.item(view, who, record) for record in found]
        answers.append(Document(ratings(f"{view.paths.user(who)}/{shown.path}", items)))
    return answers


def _is_there(records: Mapping[int, TitleRecord], address: Address) -> bool:
    """Tell whether there is such a title; one of another kind, or of another series, is none."""
    record = records.get(address.id)
    if record is None or address.item is not None:
        return record is not None
    if record.title.kind.value != address.place.value:
        return False
    return address.series in (None, record.title.series_id)
