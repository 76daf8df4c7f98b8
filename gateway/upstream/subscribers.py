"""Reads what belongs to a subscriber: who they are, their queues, ratings and history. Pure.

In 1.5 an item of a list holds its title's record beside its own facts; in 2.0 it is inside the link.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from gateway import resources, subscriber
from gateway.contract import Rel, Scheme
from gateway.resources import Href, Link, Links, Title
from gateway.subscriber import QueueKind, QueueList, RentalKind
from gateway.upstream.errors import MalformedDocument
from gateway.upstream.facets import by_rel, of_scheme, read_categories, read_header, read_link
from gateway.upstream.pox import Node, as_integer

_QUEUES: Final = {Rel.INSTANT_QUEUE: QueueKind.INSTANT, Rel.DISC_QUEUE: QueueKind.DISC}
_RENTAL_STATES: Final = {
    "shipped": RentalKind.SHIPPED,
    "at home": RentalKind.SHIPPED,
    "returned": RentalKind.RETURNED,
    "watched": RentalKind.WATCHED,
}
_ITEMS_OWN: Final = frozenset({Scheme.QUEUE_AVAILABILITY, Scheme.TITLE_FORMATS, Scheme.RENTAL_STATES})
_CLOCK_TIME: Final = re.compile(r"([0-9]{1,4}):([0-5]?[0-9]):([0-5]?[0-9])", re.ASCII)

ReadTitle = Callable[[Node, Href], Title | None]
"""Reads the facts of the title at an address, where they stand below an element."""
ReadLinks = Callable[[Node], Links]

_Item = TypeVar("_Item")
_Seen = tuple[Node, Link | None]
"""An item, and the link to its title with the title's record inside."""


def read_user(node: Node) -> subscriber.User:
    """Read a subscriber; 2.0 has no wrappers around what they prefer, and may see."""
    user_id = node.text("user_id")
    if user_id is None:
        raise MalformedDocument(f"{node.where}/user_id", "an id")
    level = of_scheme(tuple(read_categories(node.first("max_maturity_level") or node)), Scheme.MATURITY_LEVEL)
    formats = node.first("preferred_formats") or node.first("preferred_format") or node
    return subscriber.User(
        user_id=user_id,
        first_name=node.text("first_name"),
        last_name=node.text("last_name"),
        nickname=node.text("nickname"),
        can_instant_watch=(node.text("can_instant_watch") or "").lower() == "true",
        max_maturity_level=as_integer(level.term) if level else None,
        preferred_formats=tuple(
            category.term for category in read_categories(formats) if category.scheme == Scheme.TITLE_FORMATS
        ),
        links=by_rel(_links(node)),
    )


def read_resource(node: Node) -> subscriber.Resource:
    """Read a document that only leads on."""
    return subscriber.Resource(by_rel(_links(node)))


def read_title_states(node: Node) -> subscriber.TitleStates:
    """Read what can be done with titles."""
    return subscriber.TitleStates(tuple(filter(None, map(_read_title_state, node.every("title_state")))))


def _read_title_state(node: Node) -> subscriber.TitleState | None:
    title = by_rel(_links(node)).get(Rel.TITLE)
    if title is None:
        return None
    return subscriber.TitleState(
        title, tuple(filter(None, map(_read_queue_state, node.every("title_state_item"))))
    )


def _read_queue_state(node: Node) -> subscriber.QueueState | None:
    queue = next((_QUEUES[link.rel] for link in _links(node) if link.rel in _QUEUES), None)
    if queue is None:
        return None
    return subscriber.QueueState(queue, tuple(filter(None, map(_read_format_state, node.every("format")))))


def _read_format_state(node: Node) -> subscriber.FormatState | None:
    categories = tuple(read_categories(node))
    title_format = of_scheme(categories, Scheme.TITLE_FORMATS)
    if title_format is None:
        return None
    states = tuple(category.label for category in categories if category.scheme == Scheme.TITLE_STATES)
    return subscriber.FormatState(
        title_format.label, states, is_preferred=node.text("preferred_format") == "true"
    )


def list_readers(
    read_title: ReadTitle, read_links: ReadLinks
) -> Mapping[str, Callable[[Node], resources.Content]]:
    """Return the readers of lists whose items are about titles, by the name of their root."""
    see = partial(_see, read_title, read_links)

    def items(node: Node, name: str, read: Callable[[Node, Link | None], _Item | None]) -> tuple[_Item, ...]:
        return tuple(item for seen in map(see, node.every(name)) if (item := read(*seen)) is not None)

    def queue(node: Node) -> subscriber.Queue:
        entries = items(node, "queue_item", _read_queue_item)
        etag = node.text("etag") or ""
        return subscriber.Queue(entries, *read_header(node), etag=etag, links=by_rel(_links(node)))

    return {
        "queue": queue,
        "resources_created": queue,
        "ratings": lambda node: subscriber.Ratings(
            items(node, "ratings_item", _read_rating), *read_header(node)
        ),
        "recommendations": lambda node: subscriber.Recommendations(
            items(node, "recommendation", _read_recommendation), *read_header(node)
        ),
        "rental_history": lambda node: subscriber.Rentals(
            items(node, "rental_history_item", _read_rental), *read_header(node)
        ),
        "at_home": lambda node: subscriber.AtHome(
            items(node, "at_home_item", _read_at_home), *read_header(node)
        ),
        "reviews": lambda node: subscriber.Reviews(items(node, "review", _read_review), *read_header(node)),
    }


def _see(read_title: ReadTitle, read_links: ReadLinks, node: Node) -> _Seen:
    link = read_links(node).get(Rel.TITLE)
    if link is None or isinstance(link.content, Title):
        return node, link
    title = read_title(node, link.href)
    return node, replace(link, content=title and _without_item(title))


def _without_item(title: Title) -> Title:
    """Return *title* without what the item says of itself."""
    own = (Rel.TITLE, Rel.AVAILABLE_QUEUE, Rel.SAVED_QUEUE)
    return replace(
        title,
        categories=tuple(category for category in title.categories if category.scheme not in _ITEMS_OWN),
        links={rel: link for rel, link in title.links.items() if rel not in own},
        updated=None,
    )


def _read_queue_item(node: Node, title: Link | None) -> subscriber.QueueItem:
    categories = tuple(read_categories(node))
    availability = of_scheme(categories, Scheme.QUEUE_AVAILABILITY)
    title_format = of_scheme(categories, Scheme.TITLE_FORMATS)
    position = node.integer("position")
    is_saved = any(link.rel == Rel.SAVED_QUEUE for link in _links(node))
    return subscriber.QueueItem(
        href=node.demand_href("id"),
        list=QueueList.SAVED if is_saved else QueueList.AVAILABLE,
        format=title_format.label if title_format else "",
        # Early documents write the term with underscores (contract 8, 8).
        availability=availability.term.replace("_", " ") if availability else "",
        position=position or None,
        available_on=node.moment("availability_date"),
        updated=node.moment("updated"),
        title=title,
    )


def _read_rating(node: Node, title: Link | None) -> subscriber.Rating | None:
    if title is None:
        return None
    given = node.first("user_rating")
    is_refused = given is not None and "not_interested" in (given.attribute("value"), given.content())
    return subscriber.Rating(
        title,
        predicted=node.decimal("predicted_rating"),
        user=_stars(node),
        is_not_interested=is_refused,
        updated=node.moment("updated"),
    )


def _read_recommendation(node: Node, title: Link | None) -> subscriber.Recommendation:
    return subscriber.Recommendation(title, node.decimal("predicted_rating"))


def _read_rental(node: Node, title: Link | None) -> subscriber.Rental | None:
    state = of_scheme(tuple(read_categories(node)), Scheme.RENTAL_STATES)
    kind = _RENTAL_STATES.get(state.term.lower().replace("_", " ")) if state else None
    dated = (kind for kind in RentalKind if node.first(f"{kind}_date") is not None)
    if kind is None and (kind := next(dated, None)) is None:
        return None
    return subscriber.Rental(
        kind,
        title,
        shipped=node.moment("shipped_date"),
        returned=node.moment("returned_date"),
        watched=node.moment("watched_date"),
        viewed_time=_seconds(node.text("viewed_time")),
    )


def _read_at_home(node: Node, title: Link | None) -> subscriber.AtHomeItem:
    return subscriber.AtHomeItem(title, node.moment("shipped_date"), node.moment("estimated_arrival_date"))


def _read_review(node: Node, title: Link | None) -> subscriber.Review:
    text = node.first("write-up")
    return subscriber.Review(
        title, text.content() if text else "", rating=_stars(node), updated=node.moment("updated")
    )


def _links(node: Node) -> Iterator[Link]:
    return filter(None, map(read_link, node.every("link")))


def _stars(node: Node) -> int | None:
    stars = node.integer("user_rating")
    return stars if stars and 1 <= stars <= 5 else None


def _seconds(clock_time: str | None) -> int | None:
    """Return the seconds that ``hh:mm:ss`` says."""
    match = _CLOCK_TIME.fullmatch(clock_time or "")
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]) if match else None
