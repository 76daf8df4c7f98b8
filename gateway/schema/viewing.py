"""How titles stand with the viewer: what can be done with them, and what the viewer thinks of them."""

from collections.abc import Awaitable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

import strawberry

from gateway import personal, relations, resources, subscriber
from gateway.relations import Relation
from gateway.schema.context import Context, Info
from gateway.schema.facts import Format, format_of
from gateway.schema.follow import following, show_link
from gateway.schema.viewer import load_about
from gateway.upstream.hypermedia import expect

if TYPE_CHECKING:
    from gateway.schema.title import Title

_Title = Annotated["Title", strawberry.lazy("gateway.schema.title")]


@strawberry.enum(description="The two queues of a subscriber.")
class QueueKind(Enum):
    INSTANT = strawberry.enum_value("instant", description="What is streamed.")
    DISC = strawberry.enum_value("disc", description="What comes by mail.")


@strawberry.enum(description="What can be done with a title in one format, or what has been done.")
class QueueActionState(Enum):
    PLAY = strawberry.enum_value("play", description="It can be played now.")
    ADD = strawberry.enum_value("add", description="It can be added to the queue.")
    ADD_ALL = strawberry.enum_value("add all", description="It is a set, which can be added to the queue.")
    SAVE = strawberry.enum_value("save", description="It can be saved until it is to be had.")
    SAVE_ALL = strawberry.enum_value("save all", description="It is a set, which can be saved until then.")
    IN_QUEUE = strawberry.enum_value("in queue", description="It is in the queue.")
    AT_HOME = strawberry.enum_value("at home", description="It is at home, or on its way there.")
    UNAVAILABLE = strawberry.enum_value("unavailable", description="It is not to be had.")


_STATES: Final = {str(state.value): state for state in QueueActionState}


@strawberry.type(description="What can be done with a title in one format.")
class QueueAction:
    format: Format = strawberry.field(description="The format.")
    preferred: bool = strawberry.field(description="Whether the viewer prefers this format.")
    state: QueueActionState = strawberry.field(description="What can be done, or has been done.")


@strawberry.type(description="How a title stands with one of the viewer's queues.")
class QueueState:
    queue: QueueKind = strawberry.field(description="The queue.")
    in_queue: bool = strawberry.field(description="Whether it is in there, in any format.")
    actions: list[QueueAction] = strawberry.field(description="What can be done with it, format by format.")

    @classmethod
    def of(cls, state: subscriber.QueueState) -> Self:
        actions = [
            QueueAction(
                format=format_of(each.format), preferred=each.is_preferred, state=_STATES[label.lower()]
            )
            for each in state.formats
            for label in each.states
            if label.lower() in _STATES
        ]
        is_queued = any(action.state is QueueActionState.IN_QUEUE for action in actions)
        return cls(queue=QueueKind(state.queue.value), in_queue=is_queued, actions=actions)


@strawberry.type(description="What the viewer can do with a title.")
class TitleState:
    link: strawberry.Private[resources.Link]
    queues: list[QueueState] = strawberry.field(description="How it stands with each queue it can be in.")

    @strawberry.field(description="The title.", metadata=following(relations.TITLE))
    def title(self, info: Info) -> _Title | None:
        return show_title_behind(self.link, info)  # type: ignore[return-value]

    @classmethod
    def of(cls, state: subscriber.TitleState) -> Self:
        return cls(link=state.title, queues=list(map(QueueState.of, state.queues)))


@strawberry.type(description="What the viewer thinks of a title, or may come to think of it.")
class TitleRating:
    link: strawberry.Private[resources.Link]
    average: float | None = strawberry.field(
        description="What subscribers think on average, from 1.0 to 5.0."
    )
    predicted: float | None = strawberry.field(description="What the viewer is likely to think of it.")
    user: int | None = strawberry.field(description="What the viewer said, from 1 to 5; null if nothing.")
    not_interested: bool = strawberry.field(description="Whether the viewer said that it is not for them.")
    updated: datetime | None = strawberry.field(description="When the viewer last said so.")

    @strawberry.field(description="The title.")
    def title(self, info: Info) -> _Title | None:
        return show_title_behind(self.link, info)  # type: ignore[return-value]

    @classmethod
    def of(cls, rating: subscriber.Rating, _context: Context | None = None) -> Self:
        record = rating.title.content
        return cls(
            link=rating.title,
            average=record.average_rating if isinstance(record, resources.Title) else None,
            predicted=rating.predicted,
            user=rating.user,
            not_interested=rating.is_not_interested,
            updated=rating.updated,
        )


def show_title_behind(link: resources.Link | None, info: Info) -> object:
    """Show the title that an item is about: out of the item where its record stands there, else loaded."""
    if link is None:
        return None
    return show_link(link, relations.TITLE, lambda title, context: context.show_title(title, context), info)


def viewer_state() -> Any:  # noqa: ANN401
    """Declare what the viewer can do with a title."""

    async def resolve(root: Any, info: Info) -> list[QueueState] | None:  # noqa: ANN401
        found = await _about(root, personal.TITLE_STATES, info)
        return found and TitleState.of(expect(found, subscriber.TitleState)).queues

    return strawberry.field(
        resolver=resolve, description="What the viewer can do with it; null when nobody is signed in."
    )


def viewer_rating() -> Any:  # noqa: ANN401
    """Declare what the viewer thinks of a title."""

    async def resolve(root: Any, info: Info) -> TitleRating | None:  # noqa: ANN401
        found = await _about(root, personal.TITLE_RATINGS, info)
        return found and TitleRating.of(expect(found, subscriber.Rating))

    return strawberry.field(
        resolver=resolve, description="What the viewer thinks of it; null when nobody is signed in."
    )


def _about(root: Any, relation: Relation, info: Info) -> Awaitable[Any]:  # noqa: ANN401
    return load_about(root.resource.href, relation, info.context)
