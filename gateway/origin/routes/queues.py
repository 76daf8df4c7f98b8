"""The queues of subscribers, as they are read (contract 3.11)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.accounts import EntryState, QueueKind
from gateway.origin.calls import Answer, Call, Document, Endpoint
from gateway.origin.errors import Invalid, Refusal
from gateway.origin.queues.errors import NotQueued
from gateway.origin.queues.lineup import LIMIT
from gateway.origin.queues.reading import CurrentQueue, current_queues, read_listing
from gateway.origin.queues.storage import QueueKey
from gateway.origin.records import QueueItem
from gateway.origin.representations import queues
from gateway.origin.representations.lists import Page
from gateway.origin.representations.queues import QueuePage
from gateway.origin.representations.view import View
from gateway.origin.routes.searches import Clock
from gateway.origin.routes.stretches import MOST_TITLES


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What one call is shown."""

    page: QueuePage
    items: Sequence[QueueItem]


async def show_queues(_session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/queues``: the way to both."""
    return [Document(queues.queues(view, call.subscriber.id)) for call in calls]


def show_queue(clock: Clock) -> Endpoint:
    """``GET {user}/queues/{kind}[/{state}]``: a page of a queue, or of one of its parts."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        current = await current_queues(session, {queue_key(call) for call in calls}, now=int(clock()))
        sheets: list[_Sheet | Refusal] = []
        room = MOST_TITLES
        for call in calls:
            sheet = _page(current[queue_key(call)], call, room=room)
            room -= len(sheet.items) if isinstance(sheet, _Sheet) else 0
            sheets.append(sheet)
        return await _show(session, view, sheets)

    return endpoint


def show_entry(clock: Clock) -> Endpoint:
    """``GET {user}/queues/{kind}/{state}/[{position}/]{id}``: a queue with one entry."""

    async def endpoint(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
        current = await current_queues(session, {queue_key(call) for call in calls}, now=int(clock()))
        return await _show(session, view, [_entry(current[queue_key(call)], call) for call in calls])

    return endpoint


def queue_key(call: Call) -> QueueKey:
    """Return which queue *call* is about."""
    return QueueKey(call.subscriber.id, QueueKind(call.address.kind or ""))


def entry_state(call: Call) -> EntryState | None:
    """Return which part of a queue *call* is about."""
    return EntryState(call.address.state) if call.address.state else None


def _page(queue: CurrentQueue, call: Call, *, room: int) -> _Sheet | Refusal:
    try:
        page, listing = call.page(LIMIT), read_listing(call.parameters)
    except Refusal as refusal:
        return refusal
    found = listing.of(queue, entry_state(call))
    items = page.of(found)
    if len(items) > room:
        return Invalid("max_results", f"one bulk request shows at most {MOST_TITLES} titles of lists")
    return _Sheet(_queue_page(queue, entry_state(call), page, total=len(found)), items)


def _entry(queue: CurrentQueue, call: Call) -> _Sheet | Refusal:
    item = queue.item(call.address.id)
    if item is None or item.state is not entry_state(call):
        return NotQueued()
    return _Sheet(_queue_page(queue, item.state, Page(0, 1), total=1), [item])


def _queue_page(queue: CurrentQueue, state: EntryState | None, page: Page, *, total: int) -> QueuePage:
    return QueuePage(
        user=queue.key.subscriber_id,
        kind=queue.key.kind,
        state=state,
        tag=queue.lineup.tag,
        page=page,
        total=total,
    )


async def _show(session: AsyncSession, view: View, sheets: Sequence[_Sheet | Refusal]) -> list[Answer]:
    """Read the titles of all *sheets* at once, and represent each sheet."""
    shown = chain(*(sheet.items for sheet in sheets if isinstance(sheet, _Sheet)))
    titles = await queries.titles(
        session, list({item.title_id for item in shown}), load=view.facets, only=view.formats
    )
    answers: list[Answer] = []
    for sheet in sheets:
        if isinstance(sheet, Refusal):
            answers.append(sheet)
            continue
        items = [(item, titles[item.title_id]) for item in sheet.items]
        answers.append(Document(queues.queue(view, sheet.page, items), etag=sheet.page.tag))
        await asyncio.sleep(0)
    return answers
