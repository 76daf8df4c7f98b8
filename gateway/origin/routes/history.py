"""Discs at home, the rental history and reviews (contract 3.13 and 3.15)."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Rental, RentalState, Review
from gateway.origin.calls import Answer, Call
from gateway.origin.errors import Refusal
from gateway.origin.queues.references import read_references
from gateway.origin.representations.history import at_home_item, rental_history_item, review_item
from gateway.origin.representations.view import View
from gateway.origin.routes.belongings import Frame, Section, owners, show_sections
from gateway.origin.subscribers import history
from gateway.origin.subscribers.history import HistoryEntry
from gateway.origin.subscribers.reviews import reviews

_AT_HOME: Final = Frame("at_home", at_home_item)
_HISTORY: Final = Frame("rental_history", rental_history_item)
_REVIEWS: Final = Frame("reviews", review_item)


async def show_at_home(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/at_home``: a page of the discs that are out."""
    rented = await history.rentals(session, owners(calls))
    sections = [Section("at_home", history.at_home(rented[call.subscriber.id])) for call in calls]
    return await show_sections(session, view, calls, sections=sections, frame=_AT_HOME)


async def show_rental_history(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/rental_history[/shipped|/returned|/watched]``: a page of one list, or of all three."""
    rented = await history.rentals(session, owners(calls))
    sections = [_section(view, call, rented[call.subscriber.id]) for call in calls]
    return await show_sections(session, view, calls, sections=sections, frame=_HISTORY)


async def show_reviews(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/reviews``: a page of what the subscriber wrote, of all titles or of those asked about."""
    written = await reviews(session, owners(calls))
    sections = [
        named if isinstance(named, Refusal) else Section("reviews", named)
        for named in (_named(view, call, written[call.subscriber.id]) for call in calls)
    ]
    return await show_sections(session, view, calls, sections=sections, frame=_REVIEWS)


def _section(view: View, call: Call, rented: Sequence[Rental]) -> Section[HistoryEntry]:
    if call.address.name is None:
        lists = history.LISTS if view.formats is None else (RentalState.WATCHED,)
        return Section("rental_history", history.history(rented, lists))
    name = RentalState(call.address.name)
    return Section(f"rental_history/{name}", history.history(rented, [name]))


def _named(view: View, call: Call, written: Sequence[Review]) -> Sequence[Review] | Refusal:
    names = call.parameters.get("title_refs", "")
    if not names:
        return written
    try:
        titles = {address.id for address in read_references(view.paths, names)}
    except Refusal as refusal:
        return refusal
    return [review for review in written if review.title_id in titles]
