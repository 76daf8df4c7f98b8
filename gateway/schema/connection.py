"""Relay's connections, with ``nodes`` and ``totalCount`` added."""

import base64
import binascii
from collections.abc import Sequence
from typing import Generic, TypeVar

import strawberry

from gateway.schema.errors import BadUserInput, LimitExceeded
from gateway.schema.paging import Slice

LARGEST_FIRST = 500

Item = TypeVar("Item")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more items follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether items come before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item on this page.")
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item on this page; give it as `after` to get the next page."
    )


@strawberry.type(description="An item of a list, and its place there.")
class Edge(Generic[Item]):
    cursor: str = strawberry.field(description="The item's place; opaque.")
    node: Item = strawberry.field(description="The item itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="The items with their cursors.")
    nodes: list[Item] = strawberry.field(description="The items alone.")
    page_info: PageInfo = strawberry.field(description="Where this page stands in the list.")
    total_count: int = strawberry.field(description="How many items the whole list has.")


def slice_of(first: int, after: str | None) -> Slice:
    """Return the part of a list that *first* and *after* name; refuse what cannot be one."""
    if first < 0:
        raise BadUserInput(f"`first` must not be negative, but is {first}.")
    if first > LARGEST_FIRST:
        raise LimitExceeded("`first`", value=first, limit=LARGEST_FIRST)
    return Slice(start=0 if after is None else _offset(after) + 1, size=first)


def connection(nodes: Sequence[Item], wanted: Slice, *, total: int) -> Connection[Item]:
    """Show *nodes*, which are *wanted* of a list of *total*."""
    edges = [Edge(cursor=_cursor(wanted.start + place), node=node) for place, node in enumerate(nodes)]
    # A page that came back empty is the last one, whatever the total says: paging must end.
    is_exhausted = wanted.size > 0 and not nodes
    info = PageInfo(
        has_next_page=wanted.start + len(nodes) < total and not is_exhausted,
        has_previous_page=wanted.start > 0,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, nodes=list(nodes), page_info=info, total_count=total)


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"at:{place}".encode()).decode().rstrip("=")


def _offset(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"==").decode()
        place = int(text.removeprefix("at:"))
    except (binascii.Error, ValueError) as error:
        raise BadUserInput("`after` is not a cursor of this graph.") from error
    if place < 0 or place > _FARTHEST or _cursor(place) != cursor:
        raise BadUserInput("`after` is not a cursor of this graph.")
    return place


_FARTHEST = 2**31 - 1
