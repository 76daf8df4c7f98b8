"""Documents as feeds, for programs that ask for ``output=atom`` or ``opml`` (contract 3.9). Pure."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from gateway.origin.calls import Document
from gateway.origin.errands import Errand
from gateway.origin.paths import Place
from gateway.origin.representations.feeds import FeedHead, atom, feed_title, opml
from gateway.origin.representations.view import Output, View

_KEY: Final = "oauth_consumer_key"


def as_asked(document: Document, errand: Errand, view: View, *, now: float) -> Document:
    """Return *document* as a feed, where one is asked for and there is one; what changes things is none."""
    if view.output in {Output.POX, Output.JSON} or errand.is_write:
        return document
    if view.output is Output.OPML:
        is_list = errand.call.address.place is Place.FEEDS
        return replace(document, root=opml(document.root, now=now)) if is_list else document
    head = _head(errand, view)
    return document if head is None else replace(document, root=atom(document.root, head, now=now))


def _head(errand: Errand, view: View) -> FeedHead | None:
    """Return what the feed says of itself; without an address that a feed has, there is none."""
    inquiry, call = errand.inquiry, errand.call
    if call.address.user is None:
        return None
    resource = "/" + inquiry.path.removesuffix("/").split("/", 3)[-1]
    title = feed_title(resource, call.parameters.get("sort", ""))
    if title is None:
        return None
    href = view.paths.user(call.subscriber.id) + resource
    # What signs is for one request only, and no part of an address to come back to.
    kept = [(name, value) for name, value in inquiry.query if name == _KEY or not name.startswith("oauth_")]
    return FeedHead(title, href, f"{href}?{urlencode(kept)}")
