"""What came of a change, as the graph shows it."""

import asyncio
from collections.abc import Sequence
from enum import Enum
from inspect import isawaitable
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

import strawberry

from gateway import personal, relations, resources, subscriber
from gateway.contract import Rel
from gateway.loaders import outcomes
from gateway.loaders.lineup import Lineup
from gateway.resources import Href, Link
from gateway.schema.connection import LARGEST_FIRST
from gateway.schema.context import Context, Info
from gateway.schema.follow import show_link
from gateway.schema.paging import Slice, page_of
from gateway.schema.queue import Queue, QueueItem, show_queue
from gateway.schema.viewer import load_about, load_user, load_ways
from gateway.schema.viewing import TitleRating
from gateway.upstream.errors import OriginRefused
from gateway.upstream.hypermedia import expect

if TYPE_CHECKING:
    from gateway.schema.title import Title

_Titles = list[Annotated["Title", strawberry.lazy("gateway.schema.title")]]

_CLIENT_ID: Final = "The id of the change: the client's own, or the one that was made for it."


@strawberry.enum(description="Why a queue stays as it is.")
class QueueRefusal(Enum):
    TITLE_NOT_FOUND = strawberry.enum_value(
        "title_not_found", description="There is no such title, or it is not to be had at all."
    )
    NOT_QUEUED = strawberry.enum_value("not_queued", description="The title is not in the queue.")
    FORMAT_UNAVAILABLE = strawberry.enum_value(
        "format_unavailable", description="The title, or the subscriber, does not get it in this format."
    )
    QUEUE_FULL = strawberry.enum_value("queue_full", description="The queue holds as many as it may: 500.")
    TITLE_SAVED = strawberry.enum_value(
        "title_saved", description="The title is saved, and what is saved has no position."
    )
    TITLE_AT_HOME = strawberry.enum_value("title_at_home", description="The disc is at home already.")
    SERIES_PARENT = strawberry.enum_value(
        "series_parent", description="The title is queued as several discs; name one of them."
    )
    DUPLICATE_TITLE = strawberry.enum_value(
        "duplicate_title", description="A title stands in the new order twice."
    )
    OTHER = strawberry.enum_value("other", description="Something else; `message` says what.")


@strawberry.enum(description="Why a rating stays as it is.")
class RatingRefusal(Enum):
    TITLE_NOT_FOUND = strawberry.enum_value("title_not_found", description="There is no such title.")
    OTHER = strawberry.enum_value("other", description="Something else; `message` says what.")


@strawberry.type(description="The queue is as it was meant to be; of a set, as far as that goes.")
class QueueChanged:
    changed: strawberry.Private[outcomes.Changed]
    client_mutation_id: str = strawberry.field(description=_CLIENT_ID)

    @strawberry.field(description="The queue as it is now.")
    async def queue(self, info: Info) -> Queue | None:
        return await _load_queue(self.changed.kind, info.context)

    @strawberry.field(
        description="The entries that were added or moved; none of a queue that was replaced as a whole."
        " When an id is repeated later, those of them that are still there, where they are then."
    )
    async def items(self, info: Info) -> list[QueueItem]:
        at_hand = self.changed.items
        items = await _find_items(self.changed, info.context) if at_hand is None else at_hand
        return [QueueItem.of(item, self.changed.kind, info.context) for item in items]

    @strawberry.field(description="Titles of a set that could not be added.")
    async def not_added(self, info: Info) -> _Titles:
        return await _titles(self.changed.not_added, info)

    @strawberry.field(description="Titles that were in the queue before: nothing has changed about them.")
    async def already_queued(self, info: Info) -> _Titles:
        return await _titles(self.changed.already_queued, info)


@strawberry.type(description="The queue is another one than was meant, so it was not changed.")
class QueueConflict:
    conflict: strawberry.Private[outcomes.Conflict]
    client_mutation_id: str = strawberry.field(description=_CLIENT_ID)
    message: str = strawberry.field(description="What happened, in a sentence.")
    expected: str | None = strawberry.field(
        description="The `etag` that was asked for; null when none was, and others were faster every time."
    )
    actual: str = strawberry.field(description="The `etag` that the queue had.")

    @strawberry.field(description="The queue as it is now.")
    async def queue(self, info: Info) -> Queue | None:
        # Nullable like that of QueueChanged, or no query could ask both for it under one name.
        queue = await _load_queue(self.conflict.kind, info.context)
        if queue is not None:
            queue.pages.at_hand = self.conflict.queue
        return queue


@strawberry.type(description="The change cannot be made, however often it is asked for.")
class QueueRefused:
    refused: strawberry.Private[outcomes.Refused]
    client_mutation_id: str = strawberry.field(description=_CLIENT_ID)
    message: str = strawberry.field(description="Why, in a sentence of the origin's or ours.")
    reason: QueueRefusal = strawberry.field(description="Why.")

    @strawberry.field(description="The titles that it is about, as far as there are such.")
    async def titles(self, info: Info) -> _Titles:
        return await _titles([Link(Rel.TITLE, href, "") for href in self.refused.titles], info)


@strawberry.type(description="The rating is as it was meant to be.")
class TitleRated:
    rated: strawberry.Private[outcomes.Rated]
    client_mutation_id: str = strawberry.field(description=_CLIENT_ID)

    @strawberry.field(description="What the subscriber thinks of the title now.")
    async def rating(self, info: Info) -> TitleRating | None:
        found = await load_about(self.rated.title, personal.TITLE_RATINGS, info.context)
        return None if found is None else TitleRating.of(expect(found, subscriber.Rating))


@strawberry.type(description="The rating cannot be given, however often it is tried.")
class RatingRefused:
    client_mutation_id: str = strawberry.field(description=_CLIENT_ID)
    message: str = strawberry.field(description="Why, in a sentence of the origin's or ours.")
    reason: RatingRefusal = strawberry.field(description="Why.")

    @classmethod
    def of(cls, refused: outcomes.Refused, mutation_id: str) -> Self:
        known = refused.reason is outcomes.Refusal.TITLE_NOT_FOUND
        reason = RatingRefusal.TITLE_NOT_FOUND if known else RatingRefusal.OTHER
        return cls(client_mutation_id=mutation_id, message=refused.message, reason=reason)


QueueResult = Annotated[
    QueueChanged | QueueConflict | QueueRefused,
    strawberry.union("QueueResult", description="What came of a change of a queue."),
]
RatingResult = Annotated[
    TitleRated | RatingRefused,
    strawberry.union("RatingResult", description="What came of a rating."),
]


def show_queue_outcome(
    outcome: outcomes.QueueOutcome, mutation_id: str
) -> QueueChanged | QueueConflict | QueueRefused:
    """Show what came of a change of a queue."""
    if isinstance(outcome, outcomes.Changed):
        return QueueChanged(changed=outcome, client_mutation_id=mutation_id)
    if isinstance(outcome, outcomes.Conflict):
        return QueueConflict(
            conflict=outcome,
            client_mutation_id=mutation_id,
            message="The queue has changed since, so nothing was changed.",
            expected=outcome.expected,
            actual=outcome.actual,
        )
    return QueueRefused(
        refused=outcome,
        client_mutation_id=mutation_id,
        message=outcome.message,
        reason=QueueRefusal(outcome.reason.value),
    )


def show_rating_outcome(outcome: outcomes.RatingOutcome, mutation_id: str) -> TitleRated | RatingRefused:
    """Show what came of a rating."""
    if isinstance(outcome, outcomes.Rated):
        return TitleRated(rated=outcome, client_mutation_id=mutation_id)
    return RatingRefused.of(outcome, mutation_id)


async def _load_queue(kind: subscriber.QueueKind, context: Context) -> Queue | None:
    user = await load_user(context)
    return show_queue(await load_ways(user.links, personal.QUEUES, context), kind, context)


async def _find_items(changed: outcomes.Changed, context: Context) -> Sequence[subscriber.QueueItem]:
    """Return the entries of a change whose id was repeated, as far as they are still in the queue."""
    queue = await _load_queue(changed.kind, context) if changed.titles else None
    if queue is None:
        return ()
    whole = page_of(queue.pages.href, Slice(0, LARGEST_FIRST))
    found = await context.load(personal.QUEUE[changed.kind], whole, items=LARGEST_FIRST)
    lineup = Lineup(expect(found, subscriber.Queue))
    return tuple(filter(None, map(lineup.entry, changed.titles)))


async def _titles(links: Sequence[Link], info: Info) -> list[Any]:
    """Show the titles behind *links*; leave out those that there are not."""
    shown = await asyncio.gather(*(_title(link, info) for link in links))
    return [title for title in shown if title is not None]


async def _title(link: Link, info: Info) -> object:
    context = info.context
    try:
        if not link.title:
            loaded = await context.load(relations.TITLE, Href(link.href))
            return context.show_title(expect(loaded, resources.Title), context)
        shown = show_link(link, relations.TITLE, context.show_title, info)
        return await shown if isawaitable(shown) else shown
    except OriginRefused as error:
        if error.is_not_found:
            return None
        raise
