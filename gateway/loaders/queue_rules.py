"""What a change of a queue sends, and how its outcome is told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

import orjson

from gateway.contract import Rel, Scheme
from gateway.loaders.changes import AddTitle, MoveTitle, QueueChange, RemoveTitle, ReplaceQueue
from gateway.loaders.lineup import Lineup, hrefs
from gateway.loaders.outcomes import Changed, QueueOutcome, Refusal, Refused
from gateway.resources import Href, Link
from gateway.subscriber import QueueItem, QueueKind
from gateway.upstream.errors import OriginRefused
from gateway.upstream.href import Origin, with_parameters
from gateway.upstream.orders import write_order
from gateway.upstream.signing import Credentials
from gateway.upstream.statuses import Written
from gateway.upstream.writer import Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The state of a queue that a change was made for: what guards it, and what tells whether it was made."""

    etag: str
    parts: tuple[Href, ...] = ()
    """What of the title was there: where it is a set, some of its discs may have been."""

    def write(self) -> bytes:
        """Return this as JSON, to be kept."""
        return orjson.dumps([self.etag, self.parts])

    @classmethod
    def read(cls, document: bytes) -> Self:
        """Return what ``write`` has written."""
        tag, parts = orjson.loads(document)
        return cls(etag=tag, parts=tuple(parts))


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a change is sent, and on whose behalf."""

    origin: Origin
    queue: Href
    token: Credentials


def needs_whole_queue(change: QueueChange) -> bool:
    """Say whether it takes all entries to know what to send, or the tag alone will do."""
    if isinstance(change, AddTitle):
        return change.kind is QueueKind.DISC or (change.position, change.format) != (None, None)
    return not isinstance(change, ReplaceQueue)


def before(change: QueueChange, lineup: Lineup) -> Before:
    """Return what is to be remembered of *lineup* before *change* is sent."""
    is_set = isinstance(change, AddTitle) and change.kind is QueueKind.DISC
    return Before(
        etag=lineup.etag,
        parts=hrefs(lineup.parts(change.title)) if is_set and isinstance(change, AddTitle) else (),
    )


def prepare(change: QueueChange, lineup: Lineup, desk: Desk) -> Write | QueueOutcome:
    """Return what makes *change* of a queue that is *lineup*, or what comes of it without a request."""
    if isinstance(change, ReplaceQueue):
        return _replace(change, lineup, desk)
    entry = lineup.entry(change.title)
    if isinstance(change, RemoveTitle):
        return _not_queued(change, lineup) if entry is None else _remove(entry, lineup, desk)
    if isinstance(change, MoveTitle):
        return _not_queued(change, lineup) if entry is None else _post(change, lineup, desk)
    if entry is not None:
        # The origin would move it, which nobody asked for.
        return Changed(kind=change.kind, already_queued=_named(entry, change.title))
    return _post(change, lineup, desk)


def is_made(change: QueueChange, lineup: Lineup, before: Before) -> bool:
    """Say whether a queue that has changed since *before* is as *change* would have made it."""
    if isinstance(change, ReplaceQueue):
        return lineup.is_in_order(change.titles)
    entry = lineup.entry(change.title)
    if isinstance(change, RemoveTitle):
        return entry is None
    if isinstance(change, AddTitle):
        return bool(_new_parts(change, lineup, before))
    last = len(lineup.order())
    return (
        entry is not None
        and entry.position == min(change.position, last)
        and change.format in (None, entry.format)
    )


def found(change: QueueChange, lineup: Lineup, before: Before) -> Changed:
    """Return the outcome of a change that was found made."""
    if isinstance(change, ReplaceQueue | RemoveTitle):
        return Changed(kind=change.kind)
    if isinstance(change, AddTitle):
        items = _new_parts(change, lineup, before)
        return Changed(kind=change.kind, titles=hrefs(items), items=items)
    entry = lineup.entry(change.title)
    items = () if entry is None else (entry,)
    return Changed(kind=change.kind, titles=hrefs(items), items=items)


def done(change: QueueChange, written: Written) -> Changed:
    """Return the outcome of a change that the origin says it made."""
    return Changed(
        kind=change.kind,
        titles=hrefs(written.created),
        items=written.created,
        not_added=written.failed,
        already_queued=written.already,
    )


def refused(change: QueueChange, error: OriginRefused, lineup: Lineup) -> QueueOutcome | None:
    """Return what a refusal means for *change*; nothing where it is no refusal of the change itself."""
    if (error.status, error.sub_code) == (412, 710) and isinstance(change, AddTitle):
        return Changed(kind=change.kind, already_queued=_named(lineup.entry(change.title), change.title))
    reason = _REASONS.get((error.status, error.sub_code)) or _reason_of_words(error)
    if reason is None:
        return None
    message = error.message or "The origin refused the change."
    return Refused(reason=reason, message=message, titles=_titles(change))


def is_stale(error: OriginRefused) -> bool:
    """Say whether the queue was another one by the time a change arrived (contract 8, 10)."""
    return error.status == 412 and error.sub_code is None


_REASONS: Final[Mapping[tuple[int, int | None], Refusal]] = {
    (400, 130): Refusal.TITLE_NOT_FOUND,
    (404, 610): Refusal.NOT_QUEUED,
    (400, 620): Refusal.TITLE_SAVED,
    (400, 650): Refusal.QUEUE_FULL,
    (400, 660): Refusal.FORMAT_UNAVAILABLE,
    (400, 690): Refusal.TITLE_AT_HOME,
    (400, 710): Refusal.DUPLICATE_TITLE,
    (412, 710): Refusal.DUPLICATE_TITLE,
}
_WORDS: Final = (
    (400, "format", Refusal.FORMAT_UNAVAILABLE),
    (400, "series parent", Refusal.SERIES_PARENT),
    (409, "too large", Refusal.QUEUE_FULL),
)
"""Refusals that the contract gives no sub code: what their sentences have in them."""


def _reason_of_words(error: OriginRefused) -> Refusal | None:
    words = (error.message or "").lower()
    for status, phrase, reason in _WORDS:
        if error.status == status and phrase in words:
            return reason
    return Refusal.OTHER if error.status in (400, 409, 422) else None


def _named(entry: QueueItem | None, title: Href) -> tuple[Link, ...]:
    """Return a link to a title as its entry names it; where that is not at hand, without its name."""
    link = entry.title if entry else None
    return (replace(link, content=None) if link else Link(Rel.TITLE, title, ""),)


def _titles(change: QueueChange) -> tuple[Href, ...]:
    return () if isinstance(change, ReplaceQueue) else (change.title,)


def _not_queued(change: MoveTitle | RemoveTitle, lineup: Lineup) -> Refused:
    if change.kind is QueueKind.DISC and lineup.parts(change.title):
        message = "The title is queued as several discs, each by itself."
        return Refused(reason=Refusal.SERIES_PARENT, message=message, titles=(change.title,))
    message = "The title is not in the queue."
    return Refused(reason=Refusal.NOT_QUEUED, message=message, titles=(change.title,))


def _new_parts(change: AddTitle, lineup: Lineup, before: Before) -> tuple[QueueItem, ...]:
    if change.kind is QueueKind.INSTANT:
        entry = lineup.entry(change.title)
        return () if entry is None else (entry,)
    return tuple(
        item
        for item in lineup.parts(change.title)
        if item.title is not None and item.title.href not in before.parts
    )


def _post(change: AddTitle | MoveTitle, lineup: Lineup, desk: Desk) -> Write:
    form = {
        "title_ref": change.title,
        "etag": lineup.etag,
        "format": change.format,
        "position": None if change.position is None else str(change.position),
    }
    said = tuple((name, value) for name, value in form.items() if value is not None)
    return Write(method="POST", href=desk.queue, token=desk.token, form=said)


def _remove(entry: QueueItem, lineup: Lineup, desk: Desk) -> Write:
    href = with_parameters(desk.origin.resolve(entry.href), {"etag": lineup.etag})
    return Write(method="DELETE", href=href, token=desk.token)


def _replace(change: ReplaceQueue, lineup: Lineup, desk: Desk) -> Write:
    links = lineup.queue.links
    available = links[Rel.AVAILABLE_QUEUE].href if Rel.AVAILABLE_QUEUE in links else desk.queue
    document = write_order(
        change.titles,
        etag=lineup.etag,
        available=available,
        formats=desk.origin.expand_path(Scheme.TITLE_FORMATS),
    )
    return Write(method="PUT", href=desk.queue, token=desk.token, document=document)
