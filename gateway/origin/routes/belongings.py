"""Pages of what belongs to subscribers: each entry is about a title and has a moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.calls import Answer, Call
from gateway.origin.errors import Invalid, NotFound, Refusal
from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element, root
from gateway.origin.representations.lists import add_header, template
from gateway.origin.representations.view import View
from gateway.origin.routes.stretches import MOST_TITLES, Stretch, show_stretches
from gateway.origin.subscribers.moments import read_moment

LARGEST: Final = 500


class Dated(Protocol):
    """An entry of a list."""

    @property
    def title_id(self) -> int:
        """Return which title it is about."""
        ...

    @property
    def updated(self) -> int:
        """Return when it came to be, or last changed."""
        ...


Entry = TypeVar("Entry", bound=Dated)


@dataclass(frozen=True, slots=True)
class Section(Generic[Entry]):
    """All entries of a subscriber's list, in their order, and its path below the subscriber."""

    path: str
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Frame(Generic[Entry]):
    """How a list is represented: its root, and its items."""

    tag: str
    item: Callable[[View, Entry, TitleRecord], Element]


@dataclass(frozen=True, slots=True)
class _Owned(Generic[Entry]):
    href: str
    entries: Sequence[Entry]


def owners(calls: Sequence[Call]) -> list[str]:
    """Return whose resources are asked for, each once."""
    return list(dict.fromkeys(call.subscriber.id for call in calls))


async def show_sections(
    session: AsyncSession,
    view: View,
    calls: Sequence[Call],
    *,
    sections: Sequence[Section[Entry] | Refusal],
    frame: Frame[Entry],
) -> list[Answer]:
    """Show each call the page that it asks for of its section, or the entry of the title that it names."""

    def represent(view: View, stretch: Stretch[_Owned[Entry]], records: Sequence[TitleRecord]) -> Element:
        element = root(frame.tag)
        url_template = template(stretch.owner.href, "start_index", "max_results")
        add_header(element, url_template, stretch.page, total=stretch.total)
        for entry, record in zip(stretch.owner.entries, records, strict=True):
            element.append(frame.item(view, entry, record))
        return element

    return await show_stretches(session, view, _cut_all(view, calls, sections), represent)


def _cut_all(
    view: View, calls: Sequence[Call], sections: Sequence[Section[Entry] | Refusal]
) -> list[Stretch[_Owned[Entry]] | Refusal]:
    """Return the page that each call asks for, as many as may be shown together."""
    stretches: list[Stretch[_Owned[Entry]] | Refusal] = []
    room = MOST_TITLES
    for call, section in zip(calls, sections, strict=True):
        stretch = _cut(view, call, section)
        if isinstance(stretch, Stretch) and len(stretch.ids) > room:
            stretch = Invalid("max_results", f"one bulk request shows at most {MOST_TITLES} titles of lists")
        room -= len(stretch.ids) if isinstance(stretch, Stretch) else 0
        stretches.append(stretch)
    return stretches


def _cut(view: View, call: Call, section: Section[Entry] | Refusal) -> Stretch[_Owned[Entry]] | Refusal:
    if isinstance(section, Refusal):
        return section
    try:
        page, earliest = call.page(LARGEST), _updated_min(call)
    except Refusal as refusal:
        return refusal
    item = call.address.item
    entries = [entry for entry in section.entries if item in (None, entry.title_id)]
    if item is not None and not entries:
        return NotFound()
    kept = [entry for entry in entries if entry.updated >= earliest]
    shown = page.of(kept)
    href = f"{view.paths.user(call.subscriber.id)}/{section.path}"
    return Stretch(_Owned(href, shown), [entry.title_id for entry in shown], page, total=len(kept))


def _updated_min(call: Call) -> int:
    """Return the moment before which nothing is shown."""
    text = call.parameters.get("updated_min", "").strip()
    moment = read_moment(text) if text else 0
    if moment is None:
        raise Invalid("updated_min")
    return moment
