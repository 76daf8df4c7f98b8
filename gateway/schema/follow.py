"""How a field follows a link: declared by naming its row in ``relations.py``."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any, TypeVar

import strawberry

from gateway.loaders.plan import Follows
from gateway.relations import Relation
from gateway.resources import Href, Link, LinkList, Links, Listing
from gateway.schema.connection import Connection, connection, slice_of
from gateway.schema.context import Context, Info, parts_of
from gateway.schema.paging import Part, Slice, load_part, part_at_hand
from gateway.schema.selection import asks_only_linked_items, asks_only_links, asks_only_the_total
from gateway.upstream.hypermedia import expect

Shown = TypeVar("Shown")

Show = Callable[[Any, Context], Shown]
"""Puts a resource into GraphQL."""

First = Annotated[int, strawberry.argument(description="How many items at most: 0 to 500.")]
After = Annotated[
    str | None,
    strawberry.argument(description="A cursor: the page begins behind it. Absent: at the beginning."),
]


def link_of(links: Links, relation: Relation) -> Link | None:
    """Return the link that *relation* follows, if the document has one."""
    return next((links[rel] for rel in relation.rels if rel in links), None)


def _sought(links: Links, relation: Relation, info: Info) -> Link | None:
    """Return the link that *relation* follows, and let it be learned whether there is one."""
    link = link_of(links, relation)
    info.context.loader.looked(relation, is_there=link is not None)
    return link


def follow_one(relation: Relation, show: Show[object], *, description: str) -> Any:  # noqa: ANN401
    """Declare a field that shows the one thing behind a link; null without a link."""

    def resolve(root: Any, info: Info) -> object:  # noqa: ANN401
        link = _sought(root.resource.links, relation, info)
        return None if link is None else show_link(link, relation, show, info)

    return strawberry.field(resolver=resolve, description=description, metadata=following(relation))


def following(
    relation: Relation,
    *,
    each: Relation | None = None,
    times: Callable[[Mapping[str, Any]], int] = lambda _arguments: 1,
    kind: Callable[[Mapping[str, Any]], str | None] = lambda _arguments: None,
) -> Mapping[Any, Any]:
    """Return the metadata of a field that follows *relation*: what the planner knows of it."""
    return {Follows: Follows(relation, each, times, kind)}


def show_link(link: Link, relation: Relation, show: Show[object], info: Info) -> object:
    """Show what *link* leads to: out of the link itself where nothing more is asked, else loaded."""
    context = info.context
    content = link.content
    if isinstance(content, relation.found):
        return show(content, context)
    if hasattr(relation.found, "of_link") and asks_only_links(info._raw_info, context.selections):  # noqa: SLF001
        return show(relation.found.of_link(link), context)
    loaded = context.load(relation, link.href, parts=parts_of(info))
    return _then(loaded, lambda found: show(expect(found, relation.found), context))


def follow_list(relation: Relation, show: Show[list[Any]], *, description: str) -> Any:  # noqa: ANN401
    """Declare a field that shows a whole list; empty without a link, since then there is nothing."""

    def resolve(root: Any, info: Info) -> object:  # noqa: ANN401
        link = _sought(root.resource.links, relation, info)
        return [] if link is None else load_content(link, relation, show, info)

    return strawberry.field(resolver=resolve, description=description, metadata=following(relation))


def load_content(link: Link, relation: Relation, show: Show[Any], info: Info) -> object:
    """Show the content behind *link*: out of its expansion where that says enough, else loaded."""
    context = info.context
    content = link.content
    if isinstance(content, LinkList) and (content.total or 0) > len(content.links):
        content = None  # What was cut short does not stand for the list.
    if isinstance(content, relation.found) or (
        isinstance(content, LinkList) and asks_only_links(info._raw_info, context.selections)  # noqa: SLF001
    ):
        return show(content, context)
    loaded = context.load(relation, link.href, parts=parts_of(info))
    return _then(loaded, lambda found: show(expect(found, relation.found), context))


def follow_pages(relation: Relation, show: Show[Any], *, description: str) -> Any:  # noqa: ANN401
    """Declare a connection over the list behind a link; *show* shows one item; empty without a link."""

    def resolve(root: Any, info: Info, first: First = 25, after: After = None) -> object:  # noqa: ANN401
        wanted = wanted_of(first, after, info)
        link = _sought(root.resource.links, relation, info)
        if link is None:
            return connection([], wanted, total=0)
        part = _part_at_hand(link, wanted, info)
        if part is not None:
            return show_part(part, wanted, show, info.context)
        return load_connection(relation, link.href, wanted, show, info)

    return strawberry.field(resolver=resolve, description=description, metadata=following(relation))


def wanted_of(first: int, after: str | None, info: Info) -> Slice:
    """Return the part of a list that *first* and *after* name: none of it where only its total is asked."""
    wanted = slice_of(first, after)
    is_counted = asks_only_the_total(info._raw_info, info.context.selections)  # noqa: SLF001
    return Slice(wanted.start, 0) if is_counted else wanted


async def load_connection(
    relation: Relation, href: Href, wanted: Slice, show: Show[Any], info: Info
) -> Connection[Any]:
    """Load *wanted* of the list at *href*, with what is to come along, and show it as a connection.

    A long list is shown a piece a turn of the loop.
    """
    context, shown = info.context, []
    part = await load_part(context, relation, href, wanted, parts=parts_of(info))
    for item in part.items:
        pace, show_item = context.pace, partial(show, item, context)
        shown.append(await pace.later(show_item) if pace.is_spent else show_item())
    return connection(shown, wanted, total=part.total)


def _part_at_hand(link: Link, wanted: Slice, info: Info) -> Part | None:
    """Return *wanted* out of the link itself, where what is expanded there says all that is asked."""
    content = link.content
    if isinstance(content, LinkList) and not asks_only_linked_items(
        info._raw_info,  # noqa: SLF001
        info.context.selections,
    ):
        return None
    return part_at_hand(content, wanted) if isinstance(content, LinkList | Listing) else None


def show_part(part: Part, wanted: Slice, show: Show[Any], context: Context) -> Connection[Any]:
    """Show *part* of a list, of which *wanted* was asked for, as a connection."""
    return connection([show(item, context) for item in part.items], wanted, total=part.total)


async def _then(found: Awaitable[Any], show: Callable[[Any], object]) -> object:
    return show(await found)
