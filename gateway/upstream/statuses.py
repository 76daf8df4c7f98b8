"""Reads what the origin says of a write: the status document of contract 3.12 and 3.14. Pure."""

from dataclasses import dataclass
from typing import Final

from gateway.contract import Rel
from gateway.resources import Href, Link
from gateway.subscriber import Queue, QueueItem
from gateway.upstream import etag, facets, hypermedia
from gateway.upstream.errors import MalformedDocument
from gateway.upstream.pox import Node, parse

_DONE: Final = frozenset({200, 201})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write that went well has done."""

    status: int
    """201 where something was added or moved, 200 for other changes, 304 where all was so already."""
    sub_code: int | None = None
    """640 where only a part of a set could be added."""
    message: str | None = None
    etag: str | None = None
    """The tag of the queue after the change, as far as the answer says it."""
    created: tuple[QueueItem, ...] = ()
    """The entries that were added or moved."""
    failed: tuple[Link, ...] = ()
    """Titles of a set that could not be added."""
    already: tuple[Link, ...] = ()
    """Titles of a set that were there before."""


def read_written(document: bytes, href: Href, *, status: int, tag: str | None) -> Written:
    """Read the answer of a write to *href*, with its HTTP status and the tag from its header.

    Raises ``OriginRefused`` where the document itself is a refusal, and ``MalformedDocument`` where it does
    not say that the write was done.
    """
    if status == 304:
        return Written(status=status, etag=_tag(tag))
    node = Node(parse(document))
    if node.name != "status":
        raise MalformedDocument("/", "a status document")
    code = node.integer("status_code")
    if code not in _DONE:
        raise hypermedia.refusal(node, href)
    return Written(
        status=code,
        sub_code=node.integer("sub_code"),
        message=hypermedia.sentence(node.text("message") or ""),
        etag=_tag(node.text("etag")) or _tag(tag),
        created=_items(node.first("resources_created")),
        failed=_titles(node.first("failed_title_refs")),
        already=_titles(node.first("already_in_queue")),
    )


def _tag(text: str | None) -> str | None:
    return etag.normalise(text) if text else None


def _items(node: Node | None) -> tuple[QueueItem, ...]:
    if node is None:
        return ()
    return hypermedia.expect(hypermedia.read(node.element), Queue).items


def _titles(node: Node | None) -> tuple[Link, ...]:
    if node is None:
        return ()
    links = filter(None, map(facets.read_link, node.every("link")))
    return tuple(link for link in links if link.rel == Rel.TITLE)
