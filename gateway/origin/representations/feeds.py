"""A subscriber's lists as feeds: the ways to them, as links and as OPML, and any list as Atom. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Final
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from lxml import etree

from gateway.contract import Rel, feed_rel
from gateway.origin.representations.elements import Element, add, add_link, legal, root
from gateway.origin.representations.view import View

ATOM: Final = "http://www.w3.org/2005/Atom"

_AUTHOR: Final = "Netflix"
_OUTLINE: Final = "Personal Netflix Feeds"
_BY_DATE: Final = "date_added"


@dataclass(frozen=True, slots=True)
class Feed:
    """A resource that is to be had as a feed (contract 3.9)."""

    rel: str
    resource: str
    """The path below the subscriber, which the token opens."""
    title: str
    is_by_date: bool = False
    """Whether the queue is in the order in which titles came into it."""


FEEDS: Final = (
    Feed("queues.disc", "/queues/disc", "DVD Queue"),
    Feed("queues.disc.recent", "/queues/disc", "Recent Additions to DVD Queue", is_by_date=True),
    Feed("queues.instant", "/queues/instant", "Instant Queue"),
    Feed("queues.instant.recent", "/queues/instant", "Recent Additions to Instant Queue", is_by_date=True),
    Feed("rental_history", "/rental_history", "Recent Rental Activity"),
    Feed("rental_history.shipped", "/rental_history/shipped", "Titles Shipped"),
    Feed("rental_history.watched", "/rental_history/watched", "Titles Watched Recently"),
    Feed("rental_history.returned", "/rental_history/returned", "Titles Returned Recently"),
    Feed("at_home", "/at_home", "Titles At Home"),
    Feed("reviews", "/reviews", "Reviews"),
    Feed("recommendations", "/recommendations", "Recommendations"),
    Feed("ratings", "/ratings/title/actual", "Ratings"),
)

_HISTORY: Final = frozenset(
    feed.resource for feed in FEEDS if feed.rel.startswith(("rental_history", "at_home"))
)

_DISCS: Final = frozenset({"/queues/disc", "/rental_history/shipped", "/rental_history/returned", "/at_home"})

RESOURCES: Final = tuple(dict.fromkeys(feed.resource for feed in FEEDS))
"""What there are feed tokens for."""


def feed_title(resource: str, sort: str = "") -> str | None:
    """Return the title of the feed of *resource*, if there is one."""
    titles = {(feed.resource, feed.is_by_date): feed.title for feed in FEEDS}
    return titles.get((resource, sort == _BY_DATE)) or titles.get((resource, False))


def feeds(view: View, subscriber: str, consumer_key: str, tokens: Mapping[str, str]) -> Element:
    """Represent the ways to all feeds of *subscriber*, each with the token of its resource."""
    element = root("resource")
    for feed in FEEDS:
        if not view.has_history and feed.resource in _HISTORY:
            continue
        if view.formats is not None and feed.resource in _DISCS:
            continue
        query = {
            "feed_token": tokens[feed.resource],
            "oauth_consumer_key": consumer_key,
            "output": "atom",
            **({"sort": _BY_DATE} if feed.is_by_date else {}),
        }
        href = f"{view.paths.user(subscriber)}{feed.resource}?{urlencode(query)}"
        add_link(element, href, rel=feed_rel(feed.rel), title=feed.title)
    return element


def opml(resource: Element, *, now: float) -> Element:
    """Represent the links of *resource* as an outline, for programs that read feeds."""
    element = root("opml")
    element.set("version", "2.0")
    head = add(element, "head")
    add(head, "title", _OUTLINE)
    add(head, "dateCreated", formatdate(now, usegmt=True))
    body = add(element, "body")
    for link in resource.iterfind("link"):
        title, href = link.get("title", ""), link.get("href", "")
        outline = add(body, "outline")
        for name, value in (("text", title), ("title", title), ("type", "rss"), ("xmlUrl", href)):
            outline.set(name, value)
    return element


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What an Atom feed says of itself."""

    title: str
    href: str
    """The address of the resource, without any token."""
    self_href: str
    """The address that it was asked for by."""


def atom(document: Element, head: FeedHead, *, now: float) -> Element:
    """Represent a list *document*, whatever it lists, as an Atom feed (RFC 4287)."""
    # The stubs know no default namespace.
    element = etree.Element(_tag("feed"), nsmap={None: ATOM})  # type: ignore[dict-item]
    items = [item for item in document if item.find("id") is not None]
    _add(element, "id", head.href)
    _add(element, "title", head.title)
    _add(element, "updated", _moment(_newest(document, items, now)))
    _add(_add(element, "author"), "name", _AUTHOR)
    _add(element, "link", rel="self", href=head.self_href)
    for item in items:
        _add_entry(element, item, now)
    return element


def _newest(document: Element, items: list[Element], now: float) -> float:
    """Return the moment of the last change; a queue's feed bears that of the request (contract 3.9)."""
    moments = [] if document.tag == "queue" else [_updated(item, now) for item in items]
    return max(moments, default=now)


def _add_entry(feed: Element, item: Element, now: float) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", item.findtext("id", ""))
    _add(entry, "title", _name(item))
    _add(entry, "updated", _moment(_updated(item, now)))
    for link in item.iterfind("link"):
        if link.get("rel") in {Rel.ALTERNATE, Rel.TITLE}:
            _add(entry, "link", **{name: link.get(name, "") for name in ("rel", "href", "title")})
    for category in item.iterfind("category"):
        _add(entry, "category", **{str(name): str(value) for name, value in category.attrib.items()})
    _add(entry, "content", "".join(_html(item)), type="html")


def _name(item: Element) -> str:
    title = item.find("title")
    if title is not None:
        return title.get("regular", "")
    links = (link.get("title", "") for link in item.iterfind("link") if link.get("rel") == Rel.TITLE)
    return next(links, "")


def _html(item: Element) -> Iterator[str]:
    """Yield what there is to see: the box, what it is about, and what was written about it."""
    art = item.find("box_art")
    if art is not None and art.get("large"):
        yield f'<p><img src="{_quoted(art.get("large", ""))}" alt="{_quoted(_name(item))}"></p>'
    for synopsis in item.iterfind("link/synopsis"):
        yield f"<p>{synopsis.text or ''}</p>"
    written = item.findtext("write-up")
    if written:
        yield f"<p>{escape(written)}</p>"


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _updated(item: Element, now: float) -> float:
    text = item.findtext("updated")
    return float(text) if text else now


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tag(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    element = etree.SubElement(parent, _tag(name), {key: legal(value) for key, value in attributes.items()})
    element.text = legal(text)
    return element
