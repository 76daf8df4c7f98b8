"""A subscriber's queues, and what is in them."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Final, Self

import strawberry

from gateway import personal, resources, subscriber
from gateway.resources import Href, Links
from gateway.schema import ids
from gateway.schema.connection import LARGEST_FIRST, Connection, connection
from gateway.schema.context import Context, Info
from gateway.schema.errors import Unauthenticated
from gateway.schema.facts import Format, format_of
from gateway.schema.follow import After, First, following, link_of, load_connection, show_part, wanted_of
from gateway.schema.node import Node
from gateway.schema.paging import Slice, page_of, part_at_hand
from gateway.schema.viewer import updated_since
from gateway.schema.viewing import QueueKind, show_title_behind
from gateway.upstream.errors import MalformedDocument
from gateway.upstream.href import Address, with_parameters
from gateway.upstream.hypermedia import expect

if TYPE_CHECKING:
    from gateway.schema.title import Title


@strawberry.enum(description="The two parts of a queue.")
class QueueList(Enum):
    AVAILABLE = strawberry.enum_value("available", description="What is to be had, by position.")
    SAVED = strawberry.enum_value("saved", description="What will be to be had some day; without positions.")


@strawberry.enum(description="How the entries of a queue are ordered.")
class QueueSort(Enum):
    QUEUE_SEQUENCE = strawberry.enum_value("queue_sequence", description="By position.")
    DATE_ADDED = strawberry.enum_value("date_added", description="The latest addition first.")
    ALPHABETICAL = strawberry.enum_value("alphabetical", description="By name.")


UpdatedSince = Annotated[
    datetime | None, strawberry.argument(description="Only what came to be, or changed, since then.")
]


@strawberry.type(description="An entry of a queue.")
class QueueItem(Node):
    link: strawberry.Private[resources.Link]
    position: int | None = strawberry.field(
        description="Its place in the queue, from 1; saved ones have none."
    )
    list: QueueList = strawberry.field(description="The part of the queue that it is in.")
    format: Format = strawberry.field(description="What it will come on.")
    availability: str = strawberry.field(description="Whether it is to be had, as `available now`.")
    available_on: datetime | None = strawberry.field(
        description="When it will be to be had, if that is known."
    )
    updated: datetime | None = strawberry.field(description="When it came into the queue, or last changed.")

    @strawberry.field(description="The title that is queued.")
    def title(self, info: Info) -> Annotated["Title", strawberry.lazy("gateway.schema.title")] | None:
        return show_title_behind(self.link, info)  # type: ignore[return-value]

    @classmethod
    def of(cls, item: subscriber.QueueItem, kind: subscriber.QueueKind, context: Context) -> Self:
        """Show *item* of the viewer's queue *kind*."""
        if item.title is None:
            raise MalformedDocument("queue_item/link", "a title")
        named = ids.Personal(_viewer(context), kind, title_of(item, context))
        return cls(
            link=item.title,
            id=strawberry.ID(ids.encode(named)),
            position=item.position,
            list=QueueList(item.list.value),
            format=format_of(item.format),
            availability=item.availability,
            available_on=item.available_on,
            updated=item.updated,
        )


def title_of(item: subscriber.QueueItem, context: Context) -> Address:
    """Return what title *item* is about; raise ``MalformedDocument`` where its link names none."""
    address = context.origin.address(item.title.href) if item.title else None
    if address is None or address.noun == "person":
        raise MalformedDocument("queue_item/link", "the address of a title")
    return address


@dataclass(slots=True, eq=False)
class Pages:
    """Where a queue is, and what is known of it in this operation."""

    kind: subscriber.QueueKind
    href: Href
    at_hand: subscriber.Queue | None = None
    """The beginning of the queue, where something has read it already."""
    asked: list[Href] = field(default_factory=list)
    """Pages of the whole queue that were asked for."""

    async def any(self, context: Context) -> subscriber.Queue:
        """Return some page of the queue: each says what is true of the whole."""
        # The fields beside the one that asks have named their pages by then: no other is needed.
        await asyncio.sleep(0)
        if self.at_hand is not None:
            return self.at_hand
        if not self.asked:
            self.asked.append(page_of(self.href, _NOTHING))
        found = await context.load(personal.QUEUE[self.kind], self.asked[0], items=1)
        return expect(found, subscriber.Queue)


_NOTHING: Final = Slice(0, 0)


@strawberry.type(description="One of the two queues of a subscriber.")
class Queue(Node):
    pages: strawberry.Private[Pages]
    kind: QueueKind = strawberry.field(description="Which of them.")

    @strawberry.field(description="Changes whenever the queue does; `0` when it is empty.")
    async def etag(self, info: Info) -> str:
        return (await self.pages.any(info.context)).etag

    @strawberry.field(
        description="What is in it; what is available comes before what is saved.",
        metadata=following(personal.QUEUE[subscriber.QueueKind.INSTANT]),
    )
    async def items(  # noqa: PLR0913, PLR0917 - the arguments are the graph's
        self,
        info: Info,
        list: Annotated[
            QueueList | None, strawberry.argument(description="Only this part of the queue.")
        ] = None,
        sort: Annotated[
            QueueSort, strawberry.argument(description="In which order.")
        ] = QueueSort.QUEUE_SEQUENCE,
        first: First = 25,
        after: After = None,
        updated_since: UpdatedSince = None,
    ) -> Connection[QueueItem] | None:
        return await self._items(_Listed(list, sort, updated_since), wanted_of(first, after, info), info)

    async def _items(self, listed: "_Listed", wanted: Slice, info: Info) -> Connection[QueueItem]:
        context, pages = info.context, self.pages

        def show(item: subscriber.QueueItem, context: Context) -> QueueItem:
            return QueueItem.of(item, pages.kind, context)

        if listed == _Listed() and pages.at_hand is not None:
            part = part_at_hand(pages.at_hand, wanted)
            if part is not None:
                return show_part(part, wanted, show, context)
        if listed.list is None:
            href, relation = listed.of(pages.href), personal.QUEUE[pages.kind]
            pages.asked.append(page_of(href, wanted))
        else:
            relation = personal.QUEUE_PART[subscriber.QueueList(str(listed.list.value))]
            link = link_of((await pages.any(context)).links, relation)
            if link is None:
                return connection([], wanted, total=0)
            href = listed.of(link.href)
        return await load_connection(relation, href, wanted, show, info)

    @classmethod
    def at(
        cls,
        kind: subscriber.QueueKind,
        href: Href,
        context: Context,
        at_hand: subscriber.Queue | None = None,
    ) -> Self:
        """Show the viewer's queue *kind* at *href*; *at_hand* is its beginning, where that is known."""
        return cls(
            pages=Pages(kind, context.origin.resolve(href), at_hand),
            id=strawberry.ID(ids.encode(ids.Personal(_viewer(context), kind))),
            kind=QueueKind(kind.value),
        )


@dataclass(frozen=True, slots=True)
class _Listed:
    """What of a queue is listed, and how."""

    list: QueueList | None = None
    sort: QueueSort = QueueSort.QUEUE_SEQUENCE
    updated_since: datetime | None = None

    def of(self, href: Href) -> Href:
        is_plain = self.sort is QueueSort.QUEUE_SEQUENCE
        sorted_ = with_parameters(href, {"sort": None if is_plain else str(self.sort.value)})
        return updated_since(sorted_, self.updated_since)


def show_queue(links: Links, kind: subscriber.QueueKind, context: Context) -> Queue | None:
    """Show the queue *kind* that *links* lead to, if they do."""
    link = link_of(links, personal.QUEUE[kind])
    return None if link is None else Queue.at(kind, link.href, context)


async def find_item(queue: Queue, title: Address, context: Context) -> QueueItem | None:
    """Return the entry of *title* in *queue*, if it has one."""
    pages = queue.pages
    whole = page_of(pages.href, Slice(0, LARGEST_FIRST))
    found = await context.load(personal.QUEUE[pages.kind], whole, items=LARGEST_FIRST)
    for item in expect(found, subscriber.Queue).items:
        if title_of(item, context) == title:
            return QueueItem.of(item, pages.kind, context)
    return None


def _viewer(context: Context) -> str:
    if context.viewer is None:
        raise Unauthenticated
    return context.viewer.user_id
