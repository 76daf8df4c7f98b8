"""What may come of a change, and how that is kept. Pure."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

import orjson

from gateway.resources import Href, Link
from gateway.subscriber import Queue, QueueItem, QueueKind, Rating


class Refusal(StrEnum):
    """Why a queue or a rating stays as it is (contract 5)."""

    TITLE_NOT_FOUND = "title_not_found"
    NOT_QUEUED = "not_queued"
    FORMAT_UNAVAILABLE = "format_unavailable"
    QUEUE_FULL = "queue_full"
    TITLE_SAVED = "title_saved"
    TITLE_AT_HOME = "title_at_home"
    SERIES_PARENT = "series_parent"
    DUPLICATE_TITLE = "duplicate_title"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The queue is as it was meant to be."""

    kind: QueueKind
    titles: tuple[Href, ...] = ()
    """Whose entries were added or moved."""
    not_added: tuple[Link, ...] = ()
    """Titles of a set that could not be added."""
    already_queued: tuple[Link, ...] = ()
    items: tuple[QueueItem, ...] | None = field(default=None, compare=False)
    """The entries of *titles* where they are at hand; they are not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """The queue is another one than was meant, so it was not changed."""

    kind: QueueKind
    expected: str | None
    actual: str
    queue: Queue | None = field(default=None, compare=False)
    """The queue as it is, where it is at hand; it is not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The change cannot be made, however often it is asked for."""

    reason: Refusal
    message: str
    titles: tuple[Href, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """The rating is as it was meant to be."""

    title: Href
    rating: Rating | None = field(default=None, compare=False)
    """As it was read back, where it was; it is not kept."""


QueueOutcome = Changed | Conflict | Refused
RatingOutcome = Rated | Refused
Outcome = QueueOutcome | RatingOutcome


_KINDS: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in (Changed, Conflict, Refused, Rated)}


def write_outcome(outcome: Outcome) -> bytes:
    """Return *outcome* as JSON, to be kept; what is at hand is left out."""
    return orjson.dumps([type(outcome).__name__, _kept(outcome)])


def read_outcome(document: bytes) -> Outcome:
    """Return the outcome that ``write_outcome`` was given."""
    name, kept = orjson.loads(document)
    outcome: Outcome = _KINDS[name](**{field: _read(field, value) for field, value in kept.items()})
    return outcome


def _kept(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Changed):
        return replace(outcome, items=None)
    if isinstance(outcome, Conflict):
        return replace(outcome, queue=None)
    return replace(outcome, rating=None) if isinstance(outcome, Rated) else outcome


def _read(field: str, value: Any) -> object:  # noqa: ANN401 - JSON
    if field == "kind":
        return QueueKind(value)
    if field == "reason":
        return Refusal(value)
    if field in {"not_added", "already_queued"}:
        return tuple(Link(**link) for link in value)
    return tuple(value) if isinstance(value, list) else value
