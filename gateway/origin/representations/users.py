"""A subscriber, and the addresses of what is theirs (contract 3.8 and 3.17). Pure."""

from collections.abc import Sequence
from typing import Final

from gateway.contract import Rel, Scheme
from gateway.origin.accounts import Subscriber
from gateway.origin.eras import Era
from gateway.origin.models import Genre
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element, add, add_category, add_link, root
from gateway.origin.representations.lists import Page, add_header, template
from gateway.origin.representations.titles import catalog_title
from gateway.origin.representations.view import View

_LINKS: Final = (
    (Rel.QUEUES, "queues", "queues"),
    (Rel.RENTAL_HISTORY, "rental_history", "rental history"),
    (Rel.RECOMMENDATIONS, "recommendations", "recommendations"),
    (Rel.TITLE_STATES, "title_states", "title states"),
    (Rel.RATINGS, "ratings", "ratings"),
    (Rel.REVIEWS, "reviews", "reviews"),
    (Rel.AT_HOME, "at_home", "at home"),
    (Rel.FEEDS, "feeds", "feeds"),
)
"""Relation, path below the subscriber, and title; clients break if any of them changes."""

_HISTORY: Final = frozenset({Rel.RENTAL_HISTORY, Rel.AT_HOME})


def user(view: View, subscriber: Subscriber) -> Element:
    """Represent *subscriber*."""
    element = root("user")
    add(element, "user_id", subscriber.id)
    add(element, "first_name", subscriber.first_name)
    add(element, "last_name", subscriber.last_name)
    if subscriber.nickname is not None:
        add(element, "nickname", subscriber.nickname)
    can_watch = "true" if subscriber.can_instant_watch else "false"
    add(element, "can_instant_watch", can_watch)
    if view.is_thin:
        add(element, "can_instant_watch_on_device", can_watch)
        # Nobody shares an account here.
        add(element, "is_account_owner", "true")
        add(element, "account_max_number_of_discs", subscriber.discs_at_home)
    _add_preferences(view, element, subscriber)
    here = view.paths.user(subscriber.id)
    for rel, path, title in _LINKS:
        if rel in _HISTORY and not view.has_history:
            continue
        if rel == Rel.AT_HOME and view.formats is not None:
            continue
        add_link(element, f"{here}/{path}", rel=rel, title=title)
    return element


def _add_preferences(view: View, element: Element, subscriber: Subscriber) -> None:
    """Append what the subscriber prefers, and may see; 2.0 has no wrappers around it."""
    if view.era is not Era.LAUNCH:
        level = element if view.is_thin else add(element, "max_maturity_level")
        add_category(level, view.paths.scheme(Scheme.MATURITY_LEVEL), str(subscriber.max_maturity_level))
    formats = element if view.is_thin else add(element, "preferred_formats")
    for preferred in subscriber.formats:
        if view.formats is not None and preferred.format.lower() not in view.formats:
            continue
        add_category(formats, view.paths.scheme(Scheme.TITLE_FORMATS), preferred.format)


def current_user(view: View, subscriber: Subscriber) -> Element:
    """Represent the way to *subscriber*, for programs that were not told who it is."""
    element = root("resource")
    add_link(element, view.paths.user(subscriber.id), rel=Rel.CURRENT_USER, title="current user")
    return element


def user_lists(view: View, subscriber: Subscriber, genres: Sequence[Genre]) -> Element:
    """Represent the lists of *subscriber*, one for each of *genres*."""
    element = root("lists")
    for genre in genres:
        add_link(add(element, "list"), _list(view, subscriber, genre.id), rel=Rel.LIST, title=genre.label)
    return element


def user_list(
    view: View, place: tuple[Subscriber, int], titles: Sequence[TitleRecord], page: Page, *, total: int
) -> Element:
    """Represent one page of a list of titles; *place* is whose it is, and its genre."""
    element = root("catalog_titles")
    here = _list(view, *place)
    add_header(element, template(here, "start_index", "max_results"), page, total=total)
    element.extend(catalog_title(view, title) for title in titles)
    return element


def _list(view: View, subscriber: Subscriber, genre: int) -> str:
    return f"{view.paths.user(subscriber.id)}/lists/{genre}"
