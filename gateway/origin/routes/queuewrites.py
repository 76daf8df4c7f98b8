"""Changes of a subscriber's queues: titles added, moved and removed, and whole new orders (contract 3.12)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.accounts import EntryState, QueueKind
from gateway.origin.calls import Answer, Call, Document
from gateway.origin.errors import Invalid, VerbRefused
from gateway.origin.queues import changes, rules
from gateway.origin.queues.changes import Posted, Writer
from gateway.origin.queues.errors import FormatUnknown, TitleUnavailable
from gateway.origin.queues.lineup import LIMIT
from gateway.origin.queues.offers import read_format
from gateway.origin.queues.reading import CurrentQueue
from gateway.origin.queues.references import read_reference
from gateway.origin.queues.replacement import read_replacement
from gateway.origin.queues.rules import Wish
from gateway.origin.representations import queues
from gateway.origin.representations.view import View
from gateway.origin.routes.queues import entry_state, queue_key
from gateway.origin.routes.searches import Clock

_POSITION: Final = re.compile(r"0*([1-9][0-9]*)")
_LONGEST: Final = len(str(LIMIT))


@dataclass(frozen=True, slots=True)
class QueueWrites:
    """The endpoints that change queues; each is called with one call, within a transaction."""

    clock: Clock
    is_tag_shared: bool = False
    """Whether the tag of the subscriber's other queue will do as well."""

    async def post(self, session: AsyncSession, view: View, calls: Sequence[Call], /) -> list[Answer]:
        """``POST {user}/queues/{kind}``: add a title, or move it."""
        (call,) = calls
        reference = call.parameters.get("title_ref", "")
        if not reference.strip():
            raise Invalid("title_ref")
        wish = _wish(call)
        address = read_reference(view.paths, reference)
        if address is None:
            raise TitleUnavailable
        posted = await changes.post(session, self._writer(call), address, wish)
        return [await _created(session, view, posted)]

    async def replace(self, session: AsyncSession, view: View, calls: Sequence[Call], /) -> list[Answer]:
        """``PUT {user}/queues/instant``: a whole new order of what is available."""
        (call,) = calls
        if queue_key(call).kind is not QueueKind.INSTANT:
            raise VerbRefused(("GET", "HEAD", "POST"))
        replacement = read_replacement(call.body, view.paths)
        writer = self._writer(call, replacement.tag, call.etag)
        queue = await changes.replace(session, writer, replacement)
        is_same = queue.lineup.available == queue.before.available
        root = queues.done("Not modified" if is_same else "Queue replaced", queue.lineup.tag)
        return [Document(root, status=304 if is_same else 200, etag=queue.lineup.tag)]

    async def delete(self, session: AsyncSession, _view: View, calls: Sequence[Call], /) -> list[Answer]:
        """``DELETE {user}/queues/{kind}/{state}/[{position}/]{id}``: remove a title."""
        (call,) = calls
        state = entry_state(call) or EntryState.AVAILABLE
        queue = await changes.remove(session, self._writer(call), state, call.address.id)
        return [Document(queues.done(queues.DELETED), etag=queue.lineup.tag)]

    def _writer(self, call: Call, *tags: str | None) -> Writer:
        given = (call.parameters.get("etag"), call.if_match, *tags)
        return Writer(
            subscriber=call.subscriber,
            kind=queue_key(call).kind,
            now=int(self.clock()),
            tags=[tag for tag in given if tag],
            is_tag_shared=self.is_tag_shared,
        )


def _wish(call: Call) -> Wish:
    """Return where and in which format the title should be; what is empty is not said."""
    wanted = call.parameters.get("format", "")
    name = read_format(wanted) if wanted else None
    if wanted and name not in rules.FORMATS[QueueKind(call.address.kind or "")]:
        raise FormatUnknown
    return Wish(position=_position(call.parameters.get("position", "")), format=name)


def _position(text: str) -> int | None:
    """Return the position that *text* says, counted from 1; one beyond the last is the last."""
    if not text:
        return None
    found = _POSITION.fullmatch(text)
    if found is None:
        raise Invalid("position")
    return int(found[1]) if len(found[1]) <= _LONGEST else LIMIT + 1


async def _created(session: AsyncSession, view: View, posted: Posted) -> Document:
    queue: CurrentQueue = posted.queue
    items = [item for item in map(queue.item, posted.created) if item]
    titles = await queries.titles(session, posted.created, load=view.facets, only=view.formats)
    user = queue.key.subscriber_id
    root = queues.created(
        view,
        [queues.queue_item(view, user, item, titles[item.title_id]) for item in items],
        tag=queue.lineup.tag,
        failed=posted.failed,
        already=posted.already,
    )
    location = queues.item_address(view, user, items[0])
    return Document(root, status=201, location=location, etag=queue.lineup.tag)
