"""What is said when something is to be changed."""

from enum import Enum
from typing import Final

import strawberry

from gateway.schema.errors import BadUserInput, LimitExceeded
from gateway.schema.facts import Format
from gateway.schema.viewing import QueueKind

LONGEST_ID: Final = 255
LONGEST_TAG: Final = 64

_KIND: Final = "Which queue."
_IF_MATCH: Final = (
    "The `etag` of the queue as it was last seen. When it is another one by now, nothing is changed, and"
    " `QueueConflict` shows the queue as it is. Without it, the change is made for whatever is in the queue."
)
_CLIENT_ID: Final = (
    "Any text of at most 255 characters that no other change of this subscriber has. For 24 hours the same"
    " change with the same id is made once, however often it is asked for. Without it, one is made."
)


@strawberry.input(description="A title to put into a queue.")
class AddToQueueInput:
    kind: QueueKind = strawberry.field(description=_KIND)
    title_id: strawberry.ID = strawberry.field(
        description="The title. Into the disc queue goes each disc of a set."
    )
    format: Format | None = strawberry.field(
        default=None, description="What discs are to be of; by default what the subscriber prefers."
    )
    position: int | None = strawberry.field(
        default=None, description="Its place, from 1; by default the last."
    )
    if_match: str | None = strawberry.field(default=None, description=_IF_MATCH)
    client_mutation_id: str | None = strawberry.field(default=None, description=_CLIENT_ID)


@strawberry.input(description="A title of a queue to put elsewhere in it.")
class MoveInQueueInput:
    kind: QueueKind = strawberry.field(description=_KIND)
    title_id: strawberry.ID = strawberry.field(description="The title; of a set each disc by itself.")
    position: int = strawberry.field(description="Its place, from 1; beyond the last is the last.")
    format: Format | None = strawberry.field(
        default=None, description="What the disc is to be of; by default what it is of now."
    )
    if_match: str | None = strawberry.field(default=None, description=_IF_MATCH)
    client_mutation_id: str | None = strawberry.field(default=None, description=_CLIENT_ID)


@strawberry.input(description="A title to take out of a queue.")
class RemoveFromQueueInput:
    kind: QueueKind = strawberry.field(description=_KIND)
    title_id: strawberry.ID = strawberry.field(description="The title; of a set each disc by itself.")
    if_match: str | None = strawberry.field(default=None, description=_IF_MATCH)
    client_mutation_id: str | None = strawberry.field(default=None, description=_CLIENT_ID)


@strawberry.input(description="A whole new order of the instant queue.")
class ReplaceQueueInput:
    title_ids: list[strawberry.ID] = strawberry.field(
        description="What is to be available, in this order: at most 500 titles. What is saved stays saved."
    )
    if_match: str | None = strawberry.field(default=None, description=_IF_MATCH)
    client_mutation_id: str | None = strawberry.field(default=None, description=_CLIENT_ID)


@strawberry.enum(description="What one may say of a title besides stars.")
class OpinionWord(Enum):
    NOT_INTERESTED = strawberry.enum_value("not_interested", description="It is not for me.")
    NO_OPINION = strawberry.enum_value("no_opinion", description="I take back what I said.")


@strawberry.input(one_of=True, description="What one thinks of a title.")
class OpinionInput:
    stars: strawberry.Maybe[int] = strawberry.field(description="From 1 to 5.")
    word: strawberry.Maybe[OpinionWord] = strawberry.field(description="Something else than stars.")

    def said(self) -> str:
        """Return the opinion as the origin writes it; raise ``BadUserInput`` for stars there are not."""
        if self.word is not None:
            return str(self.word.value.value)
        stars = self.stars.value if self.stars is not None else 0
        if not 1 <= stars <= 5:
            raise BadUserInput("`stars` are from 1 to 5.")
        return str(stars)


@strawberry.input(description="A rating to give, to change or to take back.")
class RateTitleInput:
    title_id: strawberry.ID = strawberry.field(description="The title.")
    opinion: OpinionInput = strawberry.field(description="What the subscriber thinks of it.")
    client_mutation_id: str | None = strawberry.field(default=None, description=_CLIENT_ID)


_FORMATS: Final = {
    Format.INSTANT: "Instant",
    Format.DVD: "DVD",
    Format.BLU_RAY: "Blu-ray",
    Format.HD_DVD: "HD DVD",
}


def format_said(format: Format | None) -> str | None:
    """Return *format* as the origin writes it."""
    if format is Format.OTHER:
        raise BadUserInput("`OTHER` is no format to ask for.")
    return None if format is None else _FORMATS[format]


def position_said(position: int | None) -> int | None:
    """Return *position*; raise ``BadUserInput`` where there is none such."""
    if position is not None and position < 1:
        raise BadUserInput("`position` counts from 1.")
    return position


def tag_said(tag: str | None) -> str | None:
    """Return *tag*, which is not too long."""
    if tag is not None and len(tag) > LONGEST_TAG:
        raise LimitExceeded("The length of `ifMatch`", value=len(tag), limit=LONGEST_TAG)
    return tag


def id_said(mutation_id: str | None) -> str | None:
    """Return *mutation_id*, which is neither empty nor too long."""
    if mutation_id is not None and not mutation_id.strip():
        raise BadUserInput("`clientMutationId` is empty.")
    if mutation_id is not None and len(mutation_id) > LONGEST_ID:
        raise LimitExceeded("The length of `clientMutationId`", value=len(mutation_id), limit=LONGEST_ID)
    return mutation_id
