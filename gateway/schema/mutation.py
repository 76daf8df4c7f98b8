"""Where a change starts."""

import secrets
from typing import Annotated, Final

import strawberry

from gateway.loaders.changes import (
    AddTitle,
    Change,
    MoveTitle,
    QueueChange,
    RateTitle,
    RemoveTitle,
    ReplaceQueue,
)
from gateway.loaders.outcomes import Outcome, Rated, Refused
from gateway.loaders.writes import Request, families_of
from gateway.relations import Relation
from gateway.resources import Content, Href
from gateway.schema.changes import (
    QueueChanged,
    QueueConflict,
    QueueRefused,
    QueueResult,
    RatingResult,
    show_queue_outcome,
    show_rating_outcome,
)
from gateway.schema.connection import LARGEST_FIRST
from gateway.schema.context import Context, Info
from gateway.schema.errors import LimitExceeded, Unauthenticated
from gateway.schema.inputs import (
    AddToQueueInput,
    MoveInQueueInput,
    RateTitleInput,
    RemoveFromQueueInput,
    ReplaceQueueInput,
    format_said,
    id_said,
    position_said,
    tag_said,
)
from gateway.schema.user import title_href
from gateway.schema.viewing import QueueKind as ShownKind
from gateway.subscriber import QueueKind

_MADE_ID_BYTES: Final = 16

_Add = Annotated[AddToQueueInput, strawberry.argument(description="What to add, and where.")]
_Move = Annotated[MoveInQueueInput, strawberry.argument(description="What to move, and where to.")]
_Remove = Annotated[RemoveFromQueueInput, strawberry.argument(description="What to remove.")]
_Replace = Annotated[ReplaceQueueInput, strawberry.argument(description="The new order.")]
_Rate = Annotated[RateTitleInput, strawberry.argument(description="What to say of which title.")]


@strawberry.type(description="What subscribers who are signed in can change. Changes are made one by one.")
class Mutation:
    @strawberry.mutation(description="Put a title into a queue; what is queued already stays where it is.")
    async def add_to_queue(self, info: Info, input: _Add) -> QueueResult | None:
        change = AddTitle(
            kind=_kind(input.kind),
            title=title_href(input.title_id, info.context),
            format=format_said(input.format),
            position=position_said(input.position),
            if_match=tag_said(input.if_match),
        )
        return await _change_queue(change, input.client_mutation_id, info.context)

    @strawberry.mutation(description="Put a title of a queue elsewhere in it.")
    async def move_in_queue(self, info: Info, input: _Move) -> QueueResult | None:
        change = MoveTitle(
            kind=_kind(input.kind),
            title=title_href(input.title_id, info.context),
            position=position_said(input.position) or 1,
            format=format_said(input.format),
            if_match=tag_said(input.if_match),
        )
        return await _change_queue(change, input.client_mutation_id, info.context)

    @strawberry.mutation(description="Take a title out of a queue.")
    async def remove_from_queue(self, info: Info, input: _Remove) -> QueueResult | None:
        change = RemoveTitle(
            kind=_kind(input.kind),
            title=title_href(input.title_id, info.context),
            if_match=tag_said(input.if_match),
        )
        return await _change_queue(change, input.client_mutation_id, info.context)

    @strawberry.mutation(
        description="Put the instant queue into a new order, with other titles and without some."
    )
    async def replace_queue(self, info: Info, input: _Replace) -> QueueResult | None:
        if len(input.title_ids) > LARGEST_FIRST:
            raise LimitExceeded("The number of `titleIds`", value=len(input.title_ids), limit=LARGEST_FIRST)
        titles = tuple(title_href(each, info.context) for each in input.title_ids)
        change = ReplaceQueue(titles=titles, if_match=tag_said(input.if_match))
        return await _change_queue(change, input.client_mutation_id, info.context)

    @strawberry.mutation(description="Say what one thinks of a title, or take it back.")
    async def rate_title(self, info: Info, input: _Rate) -> RatingResult | None:
        title = title_href(input.title_id, info.context)
        change = RateTitle(title=title, opinion=input.opinion.said())
        outcome, mutation_id = await _make(change, input.client_mutation_id, info.context)
        if isinstance(outcome, Rated | Refused):
            return show_rating_outcome(outcome, mutation_id)
        raise TypeError(outcome)


def _kind(kind: ShownKind) -> QueueKind:
    return QueueKind(str(kind.value))


async def _change_queue(
    change: QueueChange, client_mutation_id: str | None, context: Context
) -> QueueChanged | QueueConflict | QueueRefused:
    outcome, mutation_id = await _make(change, client_mutation_id, context)
    if isinstance(outcome, Rated):
        raise TypeError(outcome)
    return show_queue_outcome(outcome, mutation_id)


async def _make(change: Change, client_mutation_id: str | None, context: Context) -> tuple[Outcome, str]:
    """Return what came of *change*, and the id that it goes by."""
    mutation_id = id_said(client_mutation_id) or secrets.token_urlsafe(_MADE_ID_BYTES)
    if context.viewer is None:
        raise Unauthenticated

    async def load(relation: Relation, href: Href) -> Content:
        return await context.load(relation, href)

    context.operation.begin_change()
    request = Request(context.viewer, change, mutation_id)
    try:
        return await context.writes.make(request, context.operation, load), mutation_id
    finally:
        # What this operation reads from now on is what it has changed.
        context.loader.forget(context.viewer.identity, families_of(change))
