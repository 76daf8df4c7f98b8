"""What a subscriber may want changed. Pure."""

from dataclasses import asdict, dataclass, field
from hashlib import sha256

import orjson

from gateway.resources import Href
from gateway.subscriber import QueueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTitle:
    """Put a title into a queue; of a set on discs each disc."""

    kind: QueueKind
    title: Href
    format: str | None = None
    position: int | None = None
    if_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTitle:
    """Put a title of a queue elsewhere in it."""

    kind: QueueKind
    title: Href
    position: int
    format: str | None = None
    if_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTitle:
    """Take a title out of a queue."""

    kind: QueueKind
    title: Href
    if_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceQueue:
    """Put what is available in the instant queue into another order, with other titles and without some."""

    titles: tuple[Href, ...]
    if_match: str | None = None
    kind: QueueKind = field(default=QueueKind.INSTANT, init=False)


QueueChange = AddTitle | MoveTitle | RemoveTitle | ReplaceQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTitle:
    """Say what one thinks of a title: ``1`` to ``5``, ``not_interested``, or ``no_opinion`` any more."""

    title: Href
    opinion: str


Change = QueueChange | RateTitle


def fingerprint(change: Change) -> str:
    """Return what tells two changes apart that were asked for under one id."""
    return sha256(orjson.dumps([type(change).__name__, asdict(change)])).hexdigest()
