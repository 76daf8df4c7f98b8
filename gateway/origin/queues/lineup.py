"""A queue as a value: what is available in its order, what is saved, and the tag of both. Pure.

Positions are places in a sequence, so they are dense and unique whatever is done. Every change goes
through one function that makes a new tag, and makes none when nothing has changed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.origin.accounts import EntryState
from gateway.origin.queues import tags

LIMIT = 500
"""How many titles a queue may hold, the saved ones too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A title in a queue."""

    title_id: int
    format: str
    updated: int


@dataclass(frozen=True, slots=True)
class Lineup:
    """All of one queue."""

    number: int
    """What the tag shows while the queue is not empty."""
    available: tuple[Entry, ...] = ()
    saved: tuple[Entry, ...] = ()

    @property
    def tag(self) -> str:
        """Return what documents and preconditions call this very queue."""
        return str(self.number) if self else tags.EMPTY

    def __len__(self) -> int:
        return len(self.available) + len(self.saved)

    def part(self, state: EntryState) -> tuple[Entry, ...]:
        """Return one of the two parts."""
        return self.available if state is EntryState.AVAILABLE else self.saved

    def place_of(self, title_id: int) -> tuple[EntryState, int] | None:
        """Return where a title is, counted from 1."""
        for state in EntryState:
            for position, entry in enumerate(self.part(state), 1):
                if entry.title_id == title_id:
                    return state, position
        return None

    def with_entries(
        self, available: Iterable[Entry] = (), saved: Iterable[Entry] = (), *, position: int | None = None
    ) -> "Lineup":
        """Add entries: the available ones at *position* or at the end, the saved ones to the saved."""
        place = len(self.available) if position is None else position - 1
        inserted = (*self.available[:place], *available, *self.available[place:])
        return self.changed(inserted, (*self.saved, *saved))

    def without(self, title_id: int) -> "Lineup":
        """Remove a title."""
        return self.changed(_without(self.available, title_id), _without(self.saved, title_id))

    def with_order(self, available: Sequence[Entry]) -> "Lineup":
        """Replace what is available; what is saved stays as it is."""
        return self.changed(tuple(available), self.saved)

    def changed(self, available: tuple[Entry, ...], saved: tuple[Entry, ...]) -> "Lineup":
        """Return the queue with these entries, under another tag unless they are those it has."""
        if (available, saved) == (self.available, self.saved):
            return self
        return Lineup(tags.after(self.number), available, saved)

    def settled(self, is_open: Callable[[Entry], bool | None], opens: Callable[[Entry], int]) -> "Lineup":
        """Return the queue as time has left it: titles that are to be had by now are available.

        *is_open* tells whether an entry is to be had, or None where nothing is known and it stays. The
        tag follows from the tag stored and the order, so that everyone who looks sees the same one.
        """
        opened = sorted((entry for entry in self.saved if is_open(entry)), key=opens)
        closed = [entry for entry in self.available if is_open(entry) is False]
        if not opened and not closed:
            return self
        gone = {*opened, *closed}
        available = (*(entry for entry in self.available if entry not in gone), *opened)
        saved = (*(entry for entry in self.saved if entry not in gone), *closed)
        order = (*(entry.title_id for entry in available), "", *(entry.title_id for entry in saved))
        return Lineup(tags.of_order(self.number, order), available, saved)

    def moved(self, title_id: int, position: int) -> "Lineup":
        """Move an available title to *position*, or to the end when there are fewer."""
        rest = _without(self.available, title_id)
        (entry,) = (entry for entry in self.available if entry.title_id == title_id)
        place = min(position - 1, len(rest))
        return self.changed((*rest[:place], entry, *rest[place:]), self.saved)

    def reformatted(self, title_id: int, format: str, now: int) -> "Lineup":
        """Give a title another format where it stands."""
        return self.changed(
            *(
                tuple(
                    replace(entry, format=format, updated=now) if entry.title_id == title_id else entry
                    for entry in part
                )
                for part in (self.available, self.saved)
            )
        )


def _without(entries: tuple[Entry, ...], title_id: int) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.title_id != title_id)
