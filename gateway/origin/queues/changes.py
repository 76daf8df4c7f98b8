"""Changes of a queue, each within a transaction: checked against its tag, made, and stored."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import EntryState, QueueKind, Rental, Subscriber
from gateway.origin.paths import Address, Place
from gateway.origin.queues import rules
from gateway.origin.queues.candidates import Candidate
from gateway.origin.queues.errors import TitleUnavailable
from gateway.origin.queues.lineup import Lineup
from gateway.origin.queues.reading import CurrentQueue, current_queues
from gateway.origin.queues.references import is_named
from gateway.origin.queues.replacement import Replacement, rearrange
from gateway.origin.queues.rules import Standing, Wish
from gateway.origin.queues.storage import QueueKey, store
from gateway.origin.queues.titles import candidates, members
from gateway.origin.records import TitleReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who changes which queue, when, and which state of it they believe it to be in."""

    subscriber: Subscriber
    """With the preferred formats."""
    kind: QueueKind
    now: int
    tags: Sequence[str] = ()
    """What the queue's tag must be; none is required."""
    is_tag_shared: bool = False
    """Whether the tag of the other queue will do as well (contract 10, ``shared-queue-etag``)."""

    @property
    def key(self) -> QueueKey:
        """Return which queue it is."""
        return QueueKey(self.subscriber.id, self.kind)

    def standing(self, at_home: frozenset[int] = frozenset()) -> Standing:
        """Return what may be put into the queue."""
        preferred = [preference.format for preference in self.subscriber.formats]
        is_instant = self.subscriber.can_instant_watch
        formats = rules.formats_of(self.kind, preferred, is_instant=is_instant)
        return Standing(formats=formats, at_home=at_home, now=self.now)


@dataclass(frozen=True, slots=True)
class Posted:
    """A queue after a title was posted, and what became of the title or of the discs of its set."""

    queue: CurrentQueue
    created: Sequence[int]
    failed: Sequence[TitleReference] = ()
    already: Sequence[TitleReference] = ()


async def post(session: AsyncSession, writer: Writer, address: Address, wish: Wish) -> Posted:
    """Add the title at *address*, or move it."""
    queue = await _open(session, writer)
    title = await _find(session, address, queue)
    is_disc = writer.kind is QueueKind.DISC and address.place is not Place.QUEUE_ENTRY
    parts = (await members(session, [title]))[title.id] if is_disc else [title]
    standing = writer.standing(await _at_home(session, writer))
    outcome = rules.add_or_modify(queue.lineup, title, parts, wish, standing)
    changed = await _close(session, queue, outcome.lineup, parts)
    references = {part.id: part.reference for part in parts}
    failed, already = ([references[key] for key in ids] for ids in (outcome.failed, outcome.already))
    return Posted(changed, outcome.created, failed, already)


async def remove(session: AsyncSession, writer: Writer, state: EntryState, title_id: int) -> CurrentQueue:
    """Remove a title from a part of the queue."""
    queue = await _open(session, writer)
    return await _close(session, queue, rules.remove(queue.lineup, state, title_id))


async def replace(session: AsyncSession, writer: Writer, replacement: Replacement) -> CurrentQueue:
    """Put what is available into another order, with other titles among it and without some."""
    queue = await _open(session, writer)
    ids = [item.address.id for item in replacement.items if item.address]
    titles = await candidates(session, ids)
    lineup = rearrange(queue.lineup, replacement, titles, writer.standing())
    return await _close(session, queue, lineup, list(titles.values()))


async def _open(session: AsyncSession, writer: Writer) -> CurrentQueue:
    """Return the queue to be changed, which nobody else changes meanwhile, if its tag is the one meant."""
    kinds = tuple(QueueKind) if writer.is_tag_shared else (writer.kind,)
    keys = [QueueKey(writer.subscriber.id, kind) for kind in kinds]
    queues = await current_queues(session, keys, now=writer.now, is_to_change=True)
    rules.check_tags(writer.tags, *(queue.lineup for queue in queues.values()))
    return queues[writer.key]


async def _close(
    session: AsyncSession, queue: CurrentQueue, lineup: Lineup, titles: Collection[Candidate] = ()
) -> CurrentQueue:
    await store(session, queue.key, old=queue.stored, new=lineup)
    return queue.changed(lineup, titles)


async def _find(session: AsyncSession, address: Address, queue: CurrentQueue) -> Candidate:
    """Return the title at *address*; an entry of this very queue stands for its title."""
    if address.place is Place.QUEUE_ENTRY:
        is_own = (address.user, address.kind) == (queue.key.subscriber_id, queue.key.kind)
        if not is_own or queue.lineup.place_of(address.id) is None:
            raise TitleUnavailable
    title = (await candidates(session, [address.id])).get(address.id)
    if title is None or not is_named(title, address):
        raise TitleUnavailable
    return title


async def _at_home(session: AsyncSession, writer: Writer) -> frozenset[int]:
    if writer.kind is not QueueKind.DISC:
        return frozenset()
    sent = select(Rental.title_id).where(
        Rental.subscriber_id == writer.subscriber.id,
        Rental.shipped.is_not(None),
        Rental.returned.is_(None),
    )
    return frozenset(await session.scalars(sent))
