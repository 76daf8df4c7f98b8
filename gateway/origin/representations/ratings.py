"""Ratings given and predicted, and recommendations (contract 3.14 and 3.16). Pure."""

from collections.abc import Iterable
from typing import Final

from gateway.contract import Rel
from gateway.origin.accounts import Rating, Subscriber
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element, add, add_link, root
from gateway.origin.representations.items import add_title
from gateway.origin.representations.lists import template
from gateway.origin.representations.view import View

TITLES: Final = "ratings/title"
ACTUAL: Final = f"{TITLES}/actual"
PREDICTED: Final = f"{TITLES}/predicted"

_KINDS: Final = (
    (TITLES, "title", "ratings"),
    (ACTUAL, "actual", "actual ratings"),
    (PREDICTED, "predicted", "predicted ratings"),
)


def rating_kinds(view: View, subscriber: Subscriber) -> Element:
    """Represent the ways to the ratings of *subscriber*."""
    element = root("resource")
    for path, name, title in _KINDS:
        href = f"{view.paths.user(subscriber.id)}/{path}"
        add_link(element, href, rel=f"{Rel.RATINGS}.{name}", title=title)
    return element


def ratings(href: str, items: Iterable[Element]) -> Element:
    """Represent what is thought of the titles that were asked about."""
    element = root("ratings")
    add(element, "url_template", template(href, "title_refs"))
    element.extend(items)
    return element


def ratings_item(
    view: View, subscriber: str, record: TitleRecord, given: Rating | None, predicted: float | None = None
) -> Element:
    """Represent what *subscriber* thinks of a title, or may come to think of it."""
    element = root("ratings_item")
    add(element, "id", f"{view.paths.user(subscriber)}/{TITLES}/{record.title.id}")
    add_title(view, element, record)
    if predicted is not None:
        add(element, "predicted_rating", f"{predicted:.1f}")
    if given is not None:
        _add_opinion(element, given)
        add(element, "updated", given.updated)
    return element


def actual_item(view: View, given: Rating, record: TitleRecord) -> Element:
    """Represent a rating that was given."""
    return ratings_item(view, given.subscriber_id, record, given)


def recommendation(view: View, subscriber: str, record: TitleRecord, predicted: float) -> Element:
    """Represent a title that *subscriber* may like."""
    element = root("recommendation")
    add(element, "id", f"{view.paths.user(subscriber)}/recommendations/{record.title.id}")
    add_title(view, element, record)
    add(element, "predicted_rating", f"{predicted:.1f}")
    return element


def rating_written(status: int, message: str) -> Element:
    """Represent that a rating is as it was meant to be."""
    element = root("status")
    add(element, "status_code", status)
    add(element, "message", message)
    return element


def _add_opinion(element: Element, given: Rating) -> None:
    if given.value is None:
        add(element, "user_rating", value="not_interested")
    else:
        add(element, "user_rating", given.value)
