"""A part of a list, put together from as many of the origin's pages as it takes."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.relations import Parts, Relation
from gateway.resources import Content, Href, Link, LinkList, Listing, Title
from gateway.schema.context import Context
from gateway.upstream.errors import MalformedDocument
from gateway.upstream.href import with_parameters
from gateway.upstream.hypermedia import expect


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list: from *start*, at most *size* items."""

    start: int
    size: int


_MOST_PAGES: Final = 50
"""Pages that a list is put together from; an origin whose pages are smaller is not followed."""


@dataclass(frozen=True, slots=True)
class Part:
    """The items of a slice, and how many the whole list has."""

    items: Sequence[Any]
    total: int


async def load_part(
    context: Context, relation: Relation, href: Href, wanted: Slice, *, parts: Parts = frozenset()
) -> Part:
    """Load *wanted* of the list at *href*: its first page, and then the others it needs together."""
    if relation.paging is None:
        return _cut(_list(await context.load(relation, href, parts=parts), relation), wanted)
    largest = relation.paging.largest
    page = Slice(wanted.start, min(wanted.size, largest))
    first = _list(await _load_page(context, relation, href, page, parts), relation)
    if first.total is None:
        return _cut(first, wanted)
    # An origin may have smaller pages than it was documented to have; it says so (contract 1.10).
    step = min(page.size, max(first.size or page.size, len(first.items)))
    end = min(wanted.start + wanted.size, first.total)
    starts = range(wanted.start + step, end, step) if step and first.items else range(0)
    if len(starts) > _MOST_PAGES:
        raise MalformedDocument("results_per_page", "pages of a sensible size")
    rest = await asyncio.gather(
        *(
            _load_page(context, relation, href, Slice(start, min(step, end - start)), parts)
            for start in starts
        )
    )
    pages = (first, *(_list(content, relation) for content in rest))
    items = [item for page in pages for item in page.items]
    return Part(items[: wanted.size], first.total)


def part_at_hand(content: LinkList | Listing[object], wanted: Slice) -> Part | None:
    """Return *wanted* out of what is expanded in a link; nothing where that was cut short before its end."""
    items = content.links if isinstance(content, LinkList) else content.items
    total = len(items) if content.total is None else content.total
    end = min(wanted.start + wanted.size, total)
    if end > len(items):
        return None
    part = items[wanted.start : end]
    return Part([Title.of_link(item) if isinstance(item, Link) else item for item in part], total)


def page_of(href: Href, page: Slice) -> Href:
    """Return where *page* of the list at *href* is; for one of nothing, a page of one: it has the total."""
    return with_parameters(href, {"start_index": page.start, "max_results": max(page.size, 1)})


def _load_page(
    context: Context, relation: Relation, href: Href, page: Slice, parts: Parts
) -> asyncio.Future[Content]:
    return context.load(relation, page_of(href, page), items=max(page.size, 1), parts=parts)


def _list(content: Content, relation: Relation) -> Listing[object]:
    found = expect(content, relation.found)
    if isinstance(found, Listing):
        return found
    raise MalformedDocument("document", "a list")


def _cut(whole: Listing[object], wanted: Slice) -> Part:
    return Part(whole.items[wanted.start : wanted.start + wanted.size], len(whole.items))
