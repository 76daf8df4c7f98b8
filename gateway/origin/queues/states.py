"""What a subscriber can do with titles, read for as many titles as are asked about (contract 3.10)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import QueueKind, Rental, Subscriber
from gateway.origin.paths import Address
from gateway.origin.queues import rules
from gateway.origin.queues.candidates import Candidate
from gateway.origin.queues.offers import DISC_FORMATS, INSTANT, Phase
from gateway.origin.queues.reading import CurrentQueue, current_queues
from gateway.origin.queues.references import is_named
from gateway.origin.queues.storage import QueueKey
from gateway.origin.queues.titles import candidates, members
from gateway.origin.records import FormatState, Playback, TitleState

PLAY = "Play"
ADD = "Add"
SAVE = "Save"
ALL = " All"
IN_QUEUE = "In Queue"
AT_HOME = "At Home"

_CREDITS = 0.95
"""Whoever has seen this much of a title has seen it to its end."""


@dataclass(frozen=True, slots=True)
class Question:
    """A subscriber, and the titles that they ask about."""

    subscriber: Subscriber
    addresses: Sequence[Address]


@dataclass(frozen=True, slots=True)
class _Belongings:
    """What one subscriber has and has had."""

    queued: Mapping[QueueKind, Mapping[int, str]]
    """The format in which a title is queued."""
    formats: Mapping[QueueKind, tuple[str, ...]]
    at_home: frozenset[int]
    watched: Mapping[int, Rental]
    """The last time of each title."""


async def title_states(
    session: AsyncSession, questions: Sequence[Question], *, now: int
) -> list[list[TitleState]]:
    """Return the states of the titles that exist, for each of *questions* in its order."""
    ids = {address.id for question in questions for address in question.addresses}
    titles = await candidates(session, ids)
    sets = await members(session, titles.values())
    owners = {question.subscriber.id: question.subscriber for question in questions}
    belongings = await _belongings(session, owners.values(), now=now)
    return [
        [
            _state(titles[address.id], sets[address.id], belongings[question.subscriber.id], now)
            for address in question.addresses
            if address.id in titles and is_named(titles[address.id], address)
        ]
        for question in questions
    ]


async def _belongings(
    session: AsyncSession, owners: Collection[Subscriber], *, now: int
) -> dict[str, _Belongings]:
    keys = [QueueKey(owner.id, kind) for owner in owners for kind in QueueKind]
    queues = await current_queues(session, keys, now=now)
    rented: dict[str, list[Rental]] = defaultdict(list)
    listed = select(Rental).where(Rental.subscriber_id.in_({owner.id for owner in owners}))
    for rental in await session.scalars(listed.order_by(Rental.watched, Rental.id)):
        rented[rental.subscriber_id].append(rental)
    return {
        owner.id: _Belongings(
            {kind: _titles_of(queues[QueueKey(owner.id, kind)]) for kind in QueueKind},
            {kind: _formats(owner, kind) for kind in QueueKind},
            _at_home(rented[owner.id]),
            {rental.title_id: rental for rental in rented[owner.id] if rental.watched is not None},
        )
        for owner in owners
    }


def _titles_of(queue: CurrentQueue) -> Mapping[int, str]:
    return {entry.title_id: entry.format for entry in chain(queue.lineup.available, queue.lineup.saved)}


def _formats(owner: Subscriber, kind: QueueKind) -> tuple[str, ...]:
    preferred = [preference.format for preference in owner.formats]
    return rules.formats_of(kind, preferred, is_instant=owner.can_instant_watch)


def _at_home(rented: Iterable[Rental]) -> frozenset[int]:
    return frozenset(
        rental.title_id for rental in rented if rental.shipped is not None and rental.returned is None
    )


def _state(title: Candidate, parts: Sequence[Candidate], own: _Belongings, now: int) -> TitleState:
    formats = {
        QueueKind.INSTANT: _instant(title, own, now),
        QueueKind.DISC: _disc(title, parts, own, now),
    }
    return TitleState(title.reference, {kind: states for kind, states in formats.items() if states})


def _instant(title: Candidate, own: _Belongings, now: int) -> list[FormatState]:
    """Return what can be done with the title at once: it is played, or waited for (contract 11)."""
    offer = title.offers.get(INSTANT)
    is_queued = title.id in own.queued[QueueKind.INSTANT]
    phase = offer.phase(now) if offer and own.formats[QueueKind.INSTANT] else Phase.OVER
    if is_queued:
        labels: tuple[str, ...] = (IN_QUEUE,)
    elif phase is Phase.OVER:
        return []
    else:
        labels = (PLAY, ADD) if phase is Phase.NOW else (ADD,)
    watched = own.watched.get(title.id)
    playback = _playback(watched, title.runtime) if watched else None
    return [FormatState(format=INSTANT, labels=labels, playback=playback)]


def _playback(rental: Rental, runtime: int | None) -> Playback:
    seconds = rental.viewed_seconds or 0
    is_to_end = runtime is not None and seconds >= runtime * _CREDITS
    return Playback(0 if is_to_end else seconds, rental.watched or 0, is_to_end)


def _disc(title: Candidate, parts: Sequence[Candidate], own: _Belongings, now: int) -> list[FormatState]:
    """Return the one thing that can be done with each format; with a set, what is done with the rest."""
    queued = own.queued[QueueKind.DISC]
    rest = [part for part in parts if part.id not in queued and part.id not in own.at_home]
    is_set = [part.id for part in parts] != [title.id]
    phases = _phases(rest or parts, own.formats[QueueKind.DISC], now)
    labels = {name: _label(phase, is_set=is_set) for name, phase in phases.items()}
    if not rest:
        kept = {queued[part.id] for part in parts if part.id in queued}
        labels = dict.fromkeys([*labels, *sorted(kept)], IN_QUEUE if kept else AT_HOME)
    # What a title would be queued in without a word: what is to be had soonest, then what is preferred.
    preferred = min(phases, key=phases.__getitem__, default=None)
    return [
        FormatState(format=name, labels=(labels[name],), is_preferred=name == preferred)
        for name in DISC_FORMATS
        if name in labels
    ]


def _phases(parts: Sequence[Candidate], formats: Sequence[str], now: int) -> dict[str, Phase]:
    """Return when the first of *parts* is to be had, by format, the preferred one first."""
    offers = {name: [part.offers[name] for part in parts if name in part.offers] for name in formats}
    return {name: min(offer.phase(now) for offer in found) for name, found in offers.items() if found}


def _label(phase: Phase, *, is_set: bool) -> str:
    return (ADD if phase is Phase.NOW else SAVE) + (ALL if is_set else "")
