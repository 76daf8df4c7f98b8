"""Discs at home, rentals of the past, and reviews (contract 3.13 and 3.15). Pure."""

from typing import Final

from gateway.contract import Scheme
from gateway.origin.accounts import Rental, RentalState, Review
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element, add, add_category, present, root
from gateway.origin.representations.items import add_title
from gateway.origin.representations.view import View
from gateway.origin.subscribers.history import HistoryEntry, is_home

_STATES: Final = {
    RentalState.SHIPPED: "Shipped",
    RentalState.RETURNED: "Returned",
    RentalState.WATCHED: "Watched",
}

AT_HOME: Final = "At Home"

RENTAL_STATES: Final = (*_STATES.values(), AT_HOME)
"""The terms of the scheme."""


def at_home_item(view: View, rental: Rental, record: TitleRecord) -> Element:
    """Represent a disc that is at home."""
    element = root("at_home_item")
    add(element, "id", f"{view.paths.user(rental.subscriber_id)}/at_home/{rental.title_id}")
    add(element, "updated", rental.updated)
    _add_moments(element, shipped_date=rental.shipped, estimated_arrival_date=rental.estimated_arrival)
    add_title(view, element, record)
    return element


def rental_history_item(view: View, entry: HistoryEntry, record: TitleRecord) -> Element:
    """Represent a rental as a list of the history has it."""
    rental, name = entry.rental, entry.list
    element = root("rental_history_item")
    here = f"{view.paths.user(rental.subscriber_id)}/rental_history"
    add(element, "id", f"{here}/{name}/{rental.title_id}")
    add(element, f"{name}_date", entry.updated)
    if name is RentalState.WATCHED and rental.viewed_seconds is not None:
        add(element, "viewed_time", _clock_time(rental.viewed_seconds))
    if name is RentalState.SHIPPED:
        _add_moments(element, estimated_arrival_date=rental.estimated_arrival)
    add(element, "updated", entry.updated)
    is_out = name is RentalState.SHIPPED and is_home(rental)
    state = AT_HOME if is_out else _STATES[name]
    add_category(element, view.paths.scheme(Scheme.RENTAL_STATES), state)
    add_title(view, element, record)
    return element


def review_item(view: View, written: Review, record: TitleRecord) -> Element:
    """Represent a review."""
    element = root("review")
    add(element, "id", f"{view.paths.user(written.subscriber_id)}/reviews/{written.title_id}")
    add_title(view, element, record)
    if written.rating is not None:
        add(element, "user_rating", written.rating)
    add(element, "write-up", written.text)
    add(element, "updated", written.updated)
    return element


def _add_moments(element: Element, **moments: int | None) -> None:
    for tag, moment in present(**moments).items():
        add(element, tag, moment)


def _clock_time(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
