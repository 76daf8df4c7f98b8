"""Queues, their entries, and what became of a change (contract 3.11 and 3.12). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.contract import Rel, Scheme
from gateway.origin.accounts import EntryState, QueueKind
from gateway.origin.records import QueueItem, TitleRecord, TitleReference
from gateway.origin.representations.elements import Element, add, add_category, add_link, root
from gateway.origin.representations.items import add_title
from gateway.origin.representations.lists import Page, add_header, template
from gateway.origin.representations.view import View

_QUEUES: Final = {
    QueueKind.DISC: (Rel.DISC_QUEUE, "disc queue"),
    QueueKind.INSTANT: (Rel.INSTANT_QUEUE, "instant queue"),
}
_PARTS: Final = {
    EntryState.AVAILABLE: (Rel.AVAILABLE_QUEUE, "available queue"),
    EntryState.SAVED: (Rel.SAVED_QUEUE, "saved queue"),
}
_AVAILABILITY: Final = {EntryState.AVAILABLE: "available now", EntryState.SAVED: "saved"}

CREATED: Final = "Move successful"
"""What was recorded for titles that were moved and for titles that were added."""
CREATED_PARTLY: Final = "Only some of the titles in the series or disc set could be added."
DELETED: Final = "Title deleted from queue"

ShownItem = tuple[QueueItem, TitleRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """A stretch of a queue, or of one of its parts."""

    user: str
    kind: QueueKind
    state: EntryState | None
    tag: str
    page: Page
    total: int


def queues(view: View, user: str) -> Element:
    """Represent the way to both queues of *user*."""
    element = root("resource")
    for kind in _QUEUES:
        add_queue_link(view, element, user, kind)
    return element


def add_queue_link(view: View, parent: Element, user: str, kind: QueueKind) -> None:
    """Append the link to a queue."""
    rel, title = _QUEUES[kind]
    add_link(parent, _queue(view, user, kind), rel=rel, title=title)


def queue(view: View, shown: QueuePage, items: Sequence[ShownItem]) -> Element:
    """Represent a page of a queue."""
    element = root("queue")
    here = _queue(view, shown.user, shown.kind)
    add(element, "etag", shown.tag)
    for state in EntryState:
        _add_part_link(element, here, state)
    # Of an empty list it was recorded that it has pages of none.
    page = shown.page if shown.total else Page(shown.page.start, 0)
    path = here if shown.state is None else f"{here}/{shown.state}"
    add_header(element, template(path, "sort", "start_index", "max_results"), page, total=shown.total)
    element.extend(queue_item(view, shown.user, item, record) for item, record in items)
    return element


def queue_item(view: View, user: str, item: QueueItem, record: TitleRecord) -> Element:
    """Represent an entry of a queue."""
    element = root("queue_item")
    add(element, "id", item_address(view, user, item))
    if item.state is EntryState.AVAILABLE:
        add(element, "position", item.position)
    _add_part_link(element, _queue(view, user, item.kind), item.state)
    availability = _AVAILABILITY[item.state]
    category = add_category(element, view.paths.scheme(Scheme.QUEUE_AVAILABILITY), availability)
    category.text = availability.title()
    add(element, "updated", item.updated)
    if item.available_from is not None:
        add(element, "availability_date", item.available_from)
    add_category(element, view.paths.scheme(Scheme.TITLE_FORMATS), item.format)
    add_title(view, element, record)
    return element


def item_address(view: View, user: str, item: QueueItem) -> str:
    """Return the address of an entry: with its position, if it has one."""
    part = f"{_queue(view, user, item.kind)}/{item.state}"
    if item.state is EntryState.SAVED:
        return f"{part}/{item.title_id}"
    return f"{part}/{item.position}/{item.title_id}"


def created(
    view: View,
    items: Sequence[Element],
    *,
    tag: str,
    failed: Sequence[TitleReference],
    already: Sequence[TitleReference],
) -> Element:
    """Represent what a title that was posted has become, and what of its set is not new."""
    element = root("status")
    add(element, "status_code", 201)
    if failed or already:
        add(element, "sub_code", 640)
    add(element, "message", CREATED_PARTLY if failed or already else CREATED)
    add(element, "etag", tag)
    add(element, "resources_created").extend(items)
    for name, references in (("failed_title_refs", failed), ("already_in_queue", already)):
        if references:
            part = add(element, name)
            for reference in references:
                add_reference(view, part, reference)
    return element


def done(message: str, tag: str | None = None) -> Element:
    """Represent a change that went well."""
    element = root("status")
    add(element, "status_code", 200)
    add(element, "message", message)
    if tag is not None:
        add(element, "etag", tag)
    return element


def add_reference(view: View, parent: Element, reference: TitleReference) -> None:
    """Append the link that stands for a title."""
    address = view.paths.title(reference.kind, reference.id, series=reference.series_id)
    add_link(parent, address, rel=Rel.TITLE, title=reference.name)


def _queue(view: View, user: str, kind: QueueKind) -> str:
    return f"{view.paths.user(user)}/queues/{kind}"


def _add_part_link(parent: Element, here: str, state: EntryState) -> None:
    rel, title = _PARTS[state]
    add_link(parent, f"{here}/{state}", rel=rel, title=title)
