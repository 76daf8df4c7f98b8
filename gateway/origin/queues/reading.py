"""Queues as they are at a moment, of as many subscribers as ask, and their entries in any order."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import EntryState
from gateway.origin.errors import Invalid
from gateway.origin.queues.candidates import Candidate
from gateway.origin.queues.lineup import Entry, Lineup
from gateway.origin.queues.offers import Offer, Phase
from gateway.origin.queues.storage import QueueKey, load
from gateway.origin.queues.titles import candidates
from gateway.origin.records import QueueItem
from gateway.origin.subscribers.moments import read_moment


@dataclass(frozen=True, slots=True)
class CurrentQueue:
    """A queue at a moment, and what is known of the titles in it."""

    key: QueueKey
    stored: Lineup
    lineup: Lineup
    """As time has left what is stored."""
    titles: Mapping[int, Candidate]
    now: int
    before: Lineup
    """As it was before the change that it has just been through; the same when it has not."""

    def items(self, state: EntryState | None = None) -> list[QueueItem]:
        """Return the entries in their order, of one part or of both: first what is available."""
        return list(chain(*(self._part(part) for part in ([state] if state else EntryState))))

    def item(self, title_id: int) -> QueueItem | None:
        """Return the entry of a title."""
        place = self.lineup.place_of(title_id)
        if place is None:
            return None
        state, position = place
        return self._item(state, position, self.lineup.part(state)[position - 1])

    def changed(self, lineup: Lineup, titles: Iterable[Candidate] = ()) -> "CurrentQueue":
        """Return the queue after a change that brought *titles* into it."""
        known = {**self.titles, **{title.id: title for title in titles}}
        return CurrentQueue(self.key, self.stored, lineup, known, self.now, self.lineup)

    def _part(self, state: EntryState) -> list[QueueItem]:
        return [self._item(state, place, entry) for place, entry in enumerate(self.lineup.part(state), 1)]

    def _item(self, state: EntryState, position: int, entry: Entry) -> QueueItem:
        offer = _offer(self.titles, entry)
        is_expected = state is EntryState.SAVED and offer and offer.phase(self.now) is Phase.LATER
        return QueueItem(
            kind=self.key.kind,
            state=state,
            position=position,
            title_id=entry.title_id,
            format=entry.format,
            updated=entry.updated,
            available_from=offer.opens if offer and is_expected else None,
        )


async def current_queues(
    session: AsyncSession, keys: Collection[QueueKey], *, now: int, is_to_change: bool = False
) -> dict[QueueKey, CurrentQueue]:
    """Return the queues as they are *now*, in a handful of statements."""
    stored = await load(session, keys, is_to_change=is_to_change)
    entries = chain(*(chain(lineup.available, lineup.saved) for lineup in stored.values()))
    titles = await candidates(session, list({entry.title_id for entry in entries}))
    return {key: _current(key, lineup, titles, now) for key, lineup in stored.items()}


def _current(key: QueueKey, stored: Lineup, titles: Mapping[int, Candidate], now: int) -> CurrentQueue:
    def is_open(entry: Entry) -> bool | None:
        offer = _offer(titles, entry)
        return offer.phase(now) is Phase.NOW if offer else None

    def opens(entry: Entry) -> int:
        offer = _offer(titles, entry)
        return offer.opens or 0 if offer else 0

    lineup = stored.settled(is_open, opens)
    return CurrentQueue(key, stored, lineup, titles, now, lineup)


def _offer(titles: Mapping[int, Candidate], entry: Entry) -> Offer | None:
    title = titles.get(entry.title_id)
    return title.offers.get(entry.format) if title else None


class Sort(StrEnum):
    """An order of the entries of a queue (contract 1.5)."""

    SEQUENCE = "queue_sequence"
    ADDED = "date_added"
    ALPHABETICAL = "alphabetical"


@dataclass(frozen=True, slots=True)
class Listing:
    """Which entries are asked for, and in which order."""

    sort: Sort = Sort.SEQUENCE
    updated_min: int | None = None

    def of(self, queue: CurrentQueue, state: EntryState | None) -> Sequence[QueueItem]:
        """Return the entries of *queue* that are asked for."""
        items = queue.items(state)
        if self.updated_min is not None:
            items = [item for item in items if item.updated >= self.updated_min]
        return sorted(items, key=self._key(queue.titles))

    def _key(self, titles: Mapping[int, Candidate]) -> Callable[[QueueItem], tuple[object, ...]]:
        def name(item: QueueItem) -> tuple[object, ...]:
            title = titles.get(item.title_id)
            return (title.sort_name if title else "", item.title_id)

        def place(item: QueueItem) -> tuple[object, ...]:
            # What is saved has no positions to show, and is listed by name.
            is_saved = item.state is EntryState.SAVED
            return (is_saved, *(name(item) if is_saved else ("", item.position)))

        def added(item: QueueItem) -> tuple[object, ...]:
            return (-item.updated, *place(item))

        return {Sort.SEQUENCE: place, Sort.ADDED: added, Sort.ALPHABETICAL: name}[self.sort]


def read_listing(parameters: Mapping[str, str]) -> Listing:
    """Return which entries *parameters* ask for."""
    sort = parameters.get("sort") or Sort.SEQUENCE
    if sort not in set(Sort):
        raise Invalid("sort")
    text = parameters.get("updated_min", "").strip()
    updated_min = read_moment(text) if text else None
    if text and updated_min is None:
        raise Invalid("updated_min")
    return Listing(Sort(sort), updated_min)
