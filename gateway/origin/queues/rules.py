"""What may become of a queue, and why not (contract 3.12). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.origin.accounts import EntryState, QueueKind
from gateway.origin.errors import Refusal
from gateway.origin.queues import tags
from gateway.origin.queues.candidates import Candidate
from gateway.origin.queues.errors import (
    AlreadyQueued,
    AtHome,
    FormatForbidden,
    FormatUnavailable,
    NotQueued,
    QueueFull,
    SavedCannotMove,
    SetCannotMove,
    StaleTag,
    TitleUnavailable,
)
from gateway.origin.queues.lineup import LIMIT, Entry, Lineup
from gateway.origin.queues.offers import BLU_RAY, DISC_FORMATS, DVD, INSTANT, Offers, Phase

FORMATS: Mapping[QueueKind, tuple[str, ...]] = {
    QueueKind.DISC: DISC_FORMATS,
    QueueKind.INSTANT: (INSTANT,),
}
"""What a queue holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a subscriber may put into a queue at a moment."""

    formats: tuple[str, ...]
    """Those that they get, the preferred one first."""
    at_home: frozenset[int] = frozenset()
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Where and in which format a title should be, as far as that is said."""

    position: int | None = None
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a queue, and of the titles that were to go into it."""

    lineup: Lineup
    created: Sequence[int]
    failed: Sequence[int] = ()
    already: Sequence[int] = ()

    @property
    def is_partial(self) -> bool:
        """Tell whether only a part of a set is new."""
        return bool(self.failed or self.already)


def formats_of(kind: QueueKind, preferred: Sequence[str], *, is_instant: bool) -> tuple[str, ...]:
    """Return what a subscriber gets in a queue, the preferred format first.

    Whoever gets discs gets DVDs; Blu-ray only who prefers it at all. Who says nothing gets DVDs.
    """
    if kind is QueueKind.INSTANT:
        return (INSTANT,) if is_instant else ()
    discs = [name for name in preferred if name in (DVD, BLU_RAY)]
    return tuple(dict.fromkeys((*discs, DVD))) if discs or not preferred else ()


def choose(offers: Offers, standing: Standing, format: str | None = None) -> tuple[str, Phase]:
    """Return the format in which a title is queued, and whether it is to be had now.

    What is to be had at once goes before what is preferred (contract 3.12: DVD where there is no
    Blu-ray). A disc that is no longer to be had can be saved; an instant title cannot.
    """
    if not standing.formats or (format and format not in standing.formats):
        raise FormatForbidden
    phases = {name: offer.phase(standing.now) for name, offer in offers.items()}
    usable = {name: phase for name, phase in phases.items() if (name, phase) != (INSTANT, Phase.OVER)}
    wanted = [name for name in ((format,) if format else standing.formats) if name in usable]
    if not wanted:
        raise FormatUnavailable if usable else TitleUnavailable
    best = min(wanted, key=usable.__getitem__)
    return best, usable[best]


def check_tags(given: Iterable[str], lineup: Lineup, *others: Lineup) -> None:
    """Refuse a change to a queue that is not the one its sender saw; *others* may stand for it.

    Each of *given* must name the queue; one that lists several tags names it by one of them.
    """
    current = {"*", lineup.tag, *(other.tag for other in others)}
    for tag in given:
        if not current & {tags.undressed(part) for part in tag.split(",")}:
            raise StaleTag


def add(lineup: Lineup, members: Sequence[Candidate], wish: Wish, standing: Standing) -> Outcome:
    """Add the *members* of a set, or one title, as far as they are not there yet."""
    available: list[Entry] = []
    saved: list[Entry] = []
    refused: dict[int, Refusal] = {}
    already = [member.id for member in members if lineup.place_of(member.id)]
    for member in members:
        if member.id in already:
            continue
        try:
            size = len(lineup) + len(available) + len(saved)
            chosen, phase = _admitted(member, wish, standing, size=size)
        except Refusal as refusal:
            refused[member.id] = refusal
        else:
            part = available if phase is Phase.NOW else saved
            part.append(Entry(member.id, chosen, standing.now))
    if not available and not saved:
        raise next(iter(refused.values()), AlreadyQueued())
    position = None if wish.position is None else min(wish.position, len(lineup.available) + 1)
    created = [entry.title_id for entry in (*available, *saved)]
    return Outcome(lineup.with_entries(available, saved, position=position), created, list(refused), already)


def _admitted(member: Candidate, wish: Wish, standing: Standing, *, size: int) -> tuple[str, Phase]:
    if member.id in standing.at_home:
        raise AtHome
    chosen = choose(member.offers, standing, wish.format)
    if size >= LIMIT:
        raise QueueFull(LIMIT)
    return chosen


def modify(lineup: Lineup, title: Candidate, wish: Wish, standing: Standing) -> Outcome:
    """Move a title that is there, or give it another format."""
    place = lineup.place_of(title.id)
    if place is None:
        raise NotQueued
    state, position = place
    entry = lineup.part(state)[position - 1]
    if wish.format is None or wish.format == entry.format:
        if wish.position is None:
            raise AlreadyQueued
        return Outcome(_moved(lineup, state, title.id, wish.position), [title.id])
    chosen, phase = choose(title.offers, standing, wish.format)
    becomes = EntryState.AVAILABLE if phase is Phase.NOW else EntryState.SAVED
    if becomes is state:
        lineup = lineup.reformatted(title.id, chosen, standing.now)
    else:
        new = [Entry(title.id, chosen, standing.now)]
        lineup = lineup.without(title.id)
        is_available = becomes is EntryState.AVAILABLE
        lineup = lineup.with_entries(new) if is_available else lineup.with_entries((), new)
    if wish.position is not None:
        lineup = _moved(lineup, becomes, title.id, wish.position)
    return Outcome(lineup, [title.id])


def _moved(lineup: Lineup, state: EntryState, title_id: int, position: int) -> Lineup:
    if state is EntryState.SAVED:
        raise SavedCannotMove
    return lineup.moved(title_id, position)


def add_or_modify(
    lineup: Lineup, title: Candidate, members: Sequence[Candidate], wish: Wish, standing: Standing
) -> Outcome:
    """Add a title that was posted; one that is there already is moved or changed, if that is wished."""
    if not all(lineup.place_of(member.id) for member in members):
        return add(lineup, members, wish, standing)
    is_set = [member.id for member in members] != [title.id]
    if is_set and (wish.position is not None or wish.format is not None):
        raise SetCannotMove
    return modify(lineup, members[0], wish, standing)


def remove(lineup: Lineup, state: EntryState, title_id: int) -> Lineup:
    """Remove a title; where in its part of the queue it was said to be does not matter."""
    place = lineup.place_of(title_id)
    if place is None or place[0] is not state:
        raise NotQueued
    return lineup.without(title_id)
