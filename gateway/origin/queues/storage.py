"""Queues in the database: read as values, and stored by what is different."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Table, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import EntryState, Queue, QueueEntry, QueueKind
from gateway.origin.models import Base
from gateway.origin.queues import tags
from gateway.origin.queues.lineup import Entry, Lineup

_QUEUE: Table = Base.metadata.tables["queue"]
_ENTRY: Table = Base.metadata.tables["queue_entry"]


@dataclass(frozen=True, slots=True, order=True)
class QueueKey:
    """Whose queue, and which of the two."""

    subscriber_id: str
    kind: QueueKind


async def load(
    session: AsyncSession, keys: Collection[QueueKey], *, is_to_change: bool = False
) -> dict[QueueKey, Lineup]:
    """Return the queues as they are stored; one that has never held anything is empty.

    Those that are to change stay locked until the transaction ends, where the database can lock rows. A
    queue has no row before its first entry: until then ``Database.write`` alone keeps others out.
    """
    owners = {key.subscriber_id for key in keys}
    kinds = {key.kind for key in keys}
    numbers: dict[QueueKey, int] = {}
    queues = (
        select(Queue.subscriber_id, Queue.kind, Queue.etag)
        .where(Queue.subscriber_id.in_(owners), Queue.kind.in_(kinds))
        .order_by(Queue.subscriber_id, Queue.kind)
    )
    if is_to_change:
        queues = queues.with_for_update()
    for subscriber, kind, number in await session.execute(queues):
        numbers[QueueKey(subscriber, kind)] = number
    entries: dict[tuple[QueueKey, EntryState], list[Entry]] = {}
    columns = (QueueEntry.title_id, QueueEntry.format, QueueEntry.updated)
    listed = (
        select(QueueEntry.subscriber_id, QueueEntry.kind, QueueEntry.state, *columns)
        .where(QueueEntry.subscriber_id.in_(owners), QueueEntry.kind.in_(kinds))
        .order_by(QueueEntry.position, QueueEntry.title_id)
    )
    for subscriber, kind, state, title_id, name, updated in await session.execute(listed):
        part = entries.setdefault((QueueKey(subscriber, kind), state), [])
        part.append(Entry(title_id, name, updated))
    return {key: _lineup(key, numbers, entries) for key in keys}


def _lineup(
    key: QueueKey,
    numbers: Mapping[QueueKey, int],
    entries: Mapping[tuple[QueueKey, EntryState], list[Entry]],
) -> Lineup:
    number = numbers.get(key, tags.first(key.subscriber_id, key.kind))
    available, saved = (tuple(entries.get((key, state), ())) for state in EntryState)
    return Lineup(number, available, saved)


async def store(session: AsyncSession, key: QueueKey, *, old: Lineup, new: Lineup) -> None:
    """Make the *old* queue, which is stored, the *new* one; only the rows that differ are written."""
    if new == old:
        return
    await _store_number(session, key, new.number)
    before, after = _rows(old), _rows(new)
    where = and_(_ENTRY.c.subscriber_id == key.subscriber_id, _ENTRY.c.kind == key.kind)
    gone = [title for title in before if title not in after]
    if gone:
        await session.execute(delete(_ENTRY).where(where, _ENTRY.c.title_id.in_(gone)))
    known = {title: row for title, row in after.items() if title in before}
    changed = [{"the_title": title, **row} for title, row in known.items() if row != before[title]]
    connection = await session.connection()
    if changed:
        this = and_(where, _ENTRY.c.title_id == bindparam("the_title"))
        await connection.execute(update(_ENTRY).where(this), changed)
    owner = {"subscriber_id": key.subscriber_id, "kind": key.kind}
    added = [{**owner, "title_id": title, **row} for title, row in after.items() if title not in before]
    if added:
        await connection.execute(insert(_ENTRY), added)


async def _store_number(session: AsyncSession, key: QueueKey, number: int) -> None:
    where = and_(_QUEUE.c.subscriber_id == key.subscriber_id, _QUEUE.c.kind == key.kind)
    known = await session.scalar(select(_QUEUE.c.kind).where(where))
    if known is None:
        row = {"subscriber_id": key.subscriber_id, "kind": key.kind, "etag": number}
        await session.execute(insert(_QUEUE).values(row))
    else:
        await session.execute(update(_QUEUE).where(where).values(etag=number))


def _rows(lineup: Lineup) -> dict[int, dict[str, object]]:
    """Return the columns of each entry that may change, by title."""
    return {
        entry.title_id: {
            "state": state,
            "position": position,
            "format": entry.format,
            "updated": entry.updated,
        }
        for state in EntryState
        for position, entry in enumerate(lineup.part(state), 1)
    }
