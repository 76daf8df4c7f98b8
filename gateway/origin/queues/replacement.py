"""A whole new order of the instant queue: read from a document, and checked before anything changes.

The table of the bulk update says what is wrong with which document (contract 3.12). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from gateway.contract import Rel, Scheme
from gateway.origin.accounts import EntryState, QueueKind
from gateway.origin.errors import Invalid
from gateway.origin.paths import Address, Paths
from gateway.origin.queues.candidates import Candidate
from gateway.origin.queues.errors import (
    Contradiction,
    FormatForbidden,
    FormatUnavailable,
    SavedCannotMove,
    TitleRepeated,
    TitleUnavailable,
    TooManyTitles,
)
from gateway.origin.queues.lineup import LIMIT, Entry, Lineup
from gateway.origin.queues.offers import INSTANT, Phase, read_format
from gateway.origin.queues.references import is_named, read_address, read_reference
from gateway.origin.queues.rules import Standing, choose


@dataclass(frozen=True, slots=True)
class ReplacementItem:
    """One place of the new order."""

    address: Address | None
    """The title; none when the reference leads nowhere."""
    format: str | None
    """None when it is no format at all."""
    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """The new order, and the tag of the queue it was made from."""

    tag: str | None
    items: Sequence[ReplacementItem]


_Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of its elements
_STATES: Final = {Rel.AVAILABLE_QUEUE: EntryState.AVAILABLE, Rel.SAVED_QUEUE: EntryState.SAVED}


def read_replacement(body: bytes, paths: Paths) -> Replacement:
    """Read the document of a new order; its positions mean nothing, its sequence does."""
    root = _parse(body)
    if root.tag != "queue":
        raise Invalid("queue")
    tag = (root.findtext("etag") or "").strip()
    return Replacement(tag or None, [_item(item, paths) for item in root.iterfind("queue_item")])


def _parse(body: bytes) -> _Element:
    # Without a DTD there are no entities, and so nothing that a small document could grow to.
    if b"<!DOCTYPE" in body:
        raise Invalid("queue", "it has a document type")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Invalid("queue", "it is no XML document") from None


def _item(element: _Element, paths: Paths) -> ReplacementItem:
    links = [(link.get("rel"), link.get("href", "")) for link in element.iterfind("link")]
    states = {_STATES[rel] for rel, _ in links if rel in _STATES}
    titles = {href for rel, href in links if rel == Rel.TITLE}
    formats = {
        category.get("term") or category.get("label") or ""
        for category in element.iterfind("category")
        if category.get("scheme", "").endswith(Scheme.TITLE_FORMATS)
    }
    if not states or not titles:
        raise Invalid("queue_item", "it needs a link to its queue and one to its title")
    queues = [read_address(paths, href) for rel, href in links if rel in _STATES]
    if max(len(states), len(titles), len(formats)) > 1 or any(map(_is_elsewhere, queues)):
        raise Contradiction
    return ReplacementItem(
        read_reference(paths, titles.pop()),
        read_format(formats.pop()) if formats else INSTANT,
        is_saved=states.pop() is EntryState.SAVED,
    )


def _is_elsewhere(queue: Address | None) -> bool:
    """Tell whether an item says that it stands in the disc queue."""
    return queue is not None and queue.kind not in (None, QueueKind.INSTANT)


def rearrange(
    lineup: Lineup, replacement: Replacement, titles: Mapping[int, Candidate], standing: Standing
) -> Lineup:
    """Return *lineup* in the new order, or raise the first thing that is wrong with it."""
    known = {entry.title_id: entry for entry in lineup.available}
    saved = {entry.title_id for entry in lineup.saved}
    named = [item.address.id for item in replacement.items if item.address]
    if len(set(named)) < len(named):
        raise TitleRepeated
    entries: list[Entry] = []
    for item in replacement.items:
        title = _title(item, titles)
        if item.is_saved or title.id in saved:
            raise SavedCannotMove
        if item.format != INSTANT:
            raise FormatUnavailable
        entries.append(known.get(title.id) or _new(title, standing))
    if len(entries) + len(saved) > LIMIT:
        raise TooManyTitles(LIMIT)
    return lineup.with_order(entries)


def _title(item: ReplacementItem, titles: Mapping[int, Candidate]) -> Candidate:
    title = titles.get(item.address.id) if item.address else None
    if title is None or item.address is None or not is_named(title, item.address):
        raise TitleUnavailable
    return title


def _new(title: Candidate, standing: Standing) -> Entry:
    try:
        chosen, phase = choose(title.offers, standing, INSTANT)
    except FormatForbidden:
        raise FormatUnavailable from None
    if phase is not Phase.NOW:
        raise TitleUnavailable
    return Entry(title.id, chosen, standing.now)
