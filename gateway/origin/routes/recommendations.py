"""Titles that subscribers may like (contract 3.16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.calls import Answer, Call
from gateway.origin.ratings.recommendations import recommend
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element, root
from gateway.origin.representations.lists import add_header, template
from gateway.origin.representations.ratings import recommendation
from gateway.origin.representations.view import View
from gateway.origin.routes.belongings import owners
from gateway.origin.routes.stretches import Shelf, Stretch, cut, show_stretches

LARGEST: Final = 500


@dataclass(frozen=True, slots=True)
class _Owner:
    subscriber: str
    predicted: Mapping[int, float]


async def show_recommendations(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/recommendations``: a page of what they may like, the best first, or one title."""
    recommended = await recommend(session, owners(calls))
    shelves = [_shelf(call, recommended[call.subscriber.id]) for call in calls]
    return await show_stretches(session, view, cut(shelves, calls, largest=LARGEST), _represent)


def _shelf(call: Call, recommended: Sequence[tuple[int, float]]) -> Shelf[_Owner] | None:
    """Return all of it, or what the call names; None where it names what is not recommended."""
    item = call.address.item
    predicted = {title: stars for title, stars in recommended if item in (None, title)}
    if item is not None and not predicted:
        return None
    return Shelf(_Owner(call.subscriber.id, predicted), list(predicted))


def _represent(view: View, stretch: Stretch[_Owner], records: Sequence[TitleRecord]) -> Element:
    element = root("recommendations")
    owner = stretch.owner
    here = f"{view.paths.user(owner.subscriber)}/recommendations"
    add_header(element, template(here, "start_index", "max_results"), stretch.page, total=stretch.total)
    for record in records:
        predicted = owner.predicted[record.title.id]
        element.append(recommendation(view, owner.subscriber, record, predicted))
    return element
