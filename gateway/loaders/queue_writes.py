"""Changes of queues: each guarded by the tag of the queue it was made for, and looked for when it is lost.

The guard makes it safe to send a change again: of two copies the origin takes one, whichever comes first,
and none once the queue has become another.
"""

from typing import Final

from gateway import personal
from gateway.contract import Path
from gateway.loaders import queue_rules as rules
from gateway.loaders.changes import QueueChange
from gateway.loaders.delivery import LOOKS, Delivery
from gateway.loaders.errors import Unverifiable
from gateway.loaders.lineup import Lineup
from gateway.loaders.outcomes import Changed, Conflict, QueueOutcome
from gateway.loaders.queue_rules import Before, Desk
from gateway.resources import Href
from gateway.subscriber import Queue, Resource, User
from gateway.upstream import etag
from gateway.upstream.errors import OriginRefused, OriginUnreachable, UpstreamError
from gateway.upstream.href import with_parameters
from gateway.upstream.hypermedia import expect
from gateway.upstream.writer import Write, is_settled

ATTEMPTS: Final = 3
"""How often a change is made for a queue that somebody else has changed by the time it arrives."""

_WHOLE: Final = 500
"""The most entries that a queue has (contract 5, sub code 650)."""


async def change_queue(change: QueueChange, delivery: Delivery) -> QueueOutcome:
    """Make *change*, and return what came of it.

    Raises ``Unverifiable`` for a queue without a tag, and whatever went wrong upstream; then *delivery* tells
    whether the change may have been made.
    """
    return await _Attempts(change, delivery, await _find(change, delivery)).run()


async def _find(change: QueueChange, delivery: Delivery) -> Href:
    """Return where the queue is."""
    home = delivery.upstream.origin.expand_path(Path.USER, id=delivery.viewer.user_id)
    user = expect(await delivery.load(personal.USER, home), User)
    queues = await delivery.load(personal.QUEUES, delivery.follow(user.links, personal.QUEUES))
    return delivery.follow(expect(queues, Resource).links, personal.QUEUE[change.kind])


class _Attempts:
    """Makes one change, for as many states of the queue as it takes."""

    def __init__(self, change: QueueChange, delivery: Delivery, queue: Href) -> None:
        self._change = change
        self._delivery = delivery
        self._desk = Desk(delivery.upstream.origin, queue, delivery.viewer.token)
        self._doubted: Before | None = None
        """The queue that the change was sent for, where a look since then did not find it made."""

    async def run(self) -> QueueOutcome:
        outcome = None
        if self._delivery.pending is not None:
            outcome = await self._find_out(Before.read(self._delivery.pending))
        for _ in range(ATTEMPTS):
            outcome = outcome or await self._attempt()
        return outcome or await self._conflict()

    async def _attempt(self) -> QueueOutcome | None:
        """Return what came of the change; nothing where somebody else was faster."""
        lineup = await self._read(is_whole=rules.needs_whole_queue(self._change))
        expected = self._change.if_match
        if expected is not None and (etag.normalise(expected) or expected) != lineup.etag:
            return await self._conflict()
        step = rules.prepare(self._change, lineup, self._desk)
        if not isinstance(step, Write):
            return self._own(lineup) or step
        before = rules.before(self._change, lineup)
        await self._delivery.note(before.write())
        try:
            return await self._send(step)
        except UpstreamError as error:
            if not is_settled(error):
                return await self._find_out(before)
            return await self._explain(error, lineup)

    async def _explain(self, error: UpstreamError, lineup: Lineup) -> QueueOutcome | None:
        """Return what a clear answer means; raise *error* where it is none to the change."""
        if not isinstance(error, OriginRefused):
            raise error
        if rules.is_stale(error):
            return await self._overtaken()
        outcome = rules.refused(self._change, error, lineup)
        if outcome is None:
            raise error
        return outcome

    async def _find_out(self, before: Before) -> QueueOutcome | None:
        """Return what has become of a change that was sent for *before*; send it once more if it is lost."""
        has_sent = False
        refusal: OriginRefused | None = None
        for look in range(LOOKS):
            if look:
                await self._delivery.pause(look - 1)
            lineup = await self._look()
            if lineup is None:
                continue
            if lineup.etag != before.etag:
                return await self._judge(lineup, before)
            if refusal is not None and (outcome := rules.refused(self._change, refusal, lineup)) is not None:
                self._delivery.is_doubtful = False
                return outcome
            if has_sent:
                continue
            has_sent = True
            step = rules.prepare(self._change, lineup, self._desk)
            if not isinstance(step, Write):
                self._delivery.is_doubtful = False
                return step
            try:
                return await self._send(step)
            except UpstreamError as error:
                refusal = error if isinstance(error, OriginRefused) and not rules.is_stale(error) else None
        raise OriginUnreachable(self._desk.queue)

    async def _judge(self, lineup: Lineup, before: Before) -> QueueOutcome | None:
        """Return what came of a change that was made for *before* or never will be."""
        self._delivery.is_doubtful = False
        if rules.is_made(self._change, lineup, before):
            return rules.found(self._change, lineup, before)
        self._doubted = before
        return await self._overtaken()

    def _own(self, lineup: Lineup) -> QueueOutcome | None:
        """Return the outcome of a change that seemed lost, by an old look, and is found made after all."""
        if self._doubted is None or not rules.is_made(self._change, lineup, self._doubted):
            return None
        return rules.found(self._change, lineup, self._doubted)

    async def _overtaken(self) -> QueueOutcome | None:
        """Return a conflict, or nothing where the change may be made for the queue as it is now."""
        return None if self._change.if_match is None else await self._conflict()

    async def _conflict(self) -> Conflict:
        lineup = await self._read(is_whole=True)
        return Conflict(
            kind=self._change.kind,
            expected=self._change.if_match,
            actual=lineup.etag,
            queue=lineup.queue,
        )

    async def _send(self, step: Write) -> Changed:
        written = await self._delivery.write(step)
        if written.etag is not None:
            self._delivery.upstream.tags.remember(self._desk.queue, written.etag)
        return rules.done(self._change, written)

    async def _look(self) -> Lineup | None:
        """Return the queue, unless it cannot be read, or what is read is old."""
        try:
            lineup = await self._read_once(is_whole=True)
        except UpstreamError:
            return None
        return lineup if self._is_present(lineup) else None

    async def _read(self, *, is_whole: bool) -> Lineup:
        look = 0
        while not self._is_present(lineup := await self._read_once(is_whole=is_whole)):
            await self._delivery.pause(look)
            look += 1
        return lineup

    def _is_present(self, lineup: Lineup) -> bool:
        return self._delivery.upstream.tags.believe(self._desk.queue, lineup.etag)

    async def _read_once(self, *, is_whole: bool) -> Lineup:
        parameters = {"start_index": 0, "max_results": _WHOLE if is_whole else 1}
        queue = await self._delivery.read(with_parameters(self._desk.queue, parameters), Queue)
        if not queue.etag:
            raise Unverifiable
        return Lineup(queue)
