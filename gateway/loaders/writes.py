"""Changes on behalf of subscribers: each made once for the id it was asked for under, for 24 hours."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

from gateway import personal
from gateway.loaders.changes import Change, RateTitle, fingerprint
from gateway.loaders.delivery import Delivery, Load, Upstream
from gateway.loaders.errors import IdReused, OutcomeUnknown, Unverifiable
from gateway.loaders.levels import Operation
from gateway.loaders.outcomes import Outcome, read_outcome, write_outcome
from gateway.loaders.queue_writes import change_queue
from gateway.loaders.rating_writes import rate
from gateway.loaders.viewer import Viewer
from gateway.stores.mutations import Claim, Key, Ledger
from gateway.stores.records import StoreUnavailable
from gateway.upstream.errors import UpstreamError
from gateway.upstream.identity import Identity

QUEUE_FAMILIES: Final = frozenset({personal.QUEUE[kind].family for kind in personal.QUEUE}) | {
    personal.TITLE_STATES.family
}
"""What reads differently after a queue was changed."""
RATING_FAMILIES: Final = frozenset({personal.TITLE_RATINGS.family, personal.RECOMMENDATIONS.family})
"""What reads differently after a title was rated."""

_MARGIN: Final = 5.0
"""Seconds for which a change is held beyond its deadline, so that nobody else goes on with it too early."""
_POLL: Final = 0.05
"""Seconds between two looks at a change that somebody else is at."""

Written = Callable[[Identity, Collection[str]], Awaitable[None]]
"""Is told whose representations, and of which families, may read differently from now on."""

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """A change, who asked for it, and the id that makes it one and the same however often it is asked for."""

    viewer: Viewer
    change: Change
    mutation_id: str

    @property
    def key(self) -> Key:
        """Return what the change is called in the ledger."""
        return Key(self.viewer.identity, self.mutation_id)


class Writes:
    """Makes changes. A change that was begun goes on to its end, whoever no longer waits for it."""

    def __init__(self, upstream: Upstream, ledger: Ledger, on_written: Written) -> None:
        self._upstream = upstream
        self._ledger = ledger
        self._on_written = on_written
        self._tasks: set[asyncio.Task[Outcome]] = set()

    async def make(self, request: Request, operation: Operation, load: Load) -> Outcome:
        """Return what came of *request*, now or when it was made.

        Whoever is cancelled meanwhile stays until it is made: what leads to it is loaded on their behalf.
        Raises ``IdReused`` when its id stands for another change, ``OutcomeUnknown`` when nobody knows what
        came of it, and else what kept it from being made.
        """
        task = asyncio.create_task(self._make(request, operation, load))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise

    async def close(self) -> None:
        """Wait for what is under way; each change has its deadline."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _make(self, request: Request, operation: Operation, load: Load) -> Outcome:
        holder = secrets.token_hex(8)
        claim = await self._claim(request, holder, operation)
        if claim.outcome is not None:
            return read_outcome(claim.outcome)
        delivery = self._delivery(request, claim, holder, operation, load)
        try:
            outcome = await self._run(request.change, delivery)
        except (UpstreamError, Unverifiable) as error:
            if not delivery.is_doubtful:
                await _tried(self._ledger.withdraw(request.key, holder))
                raise
            await _tried(self._ledger.release(request.key, holder))
            raise OutcomeUnknown(request.mutation_id) from error
        finally:
            if delivery.has_sent:
                await self._on_written(request.viewer.identity, families_of(request.change))
        await _tried(self._ledger.settle(request.key, holder, write_outcome(outcome)))
        return outcome

    async def _claim(self, request: Request, holder: str, operation: Operation) -> Claim:
        """Hold the change, or return what came of it; wait while somebody else is at it."""
        loop = asyncio.get_running_loop()
        mark = fingerprint(request.change)
        while True:
            lease = operation.deadline - loop.time() + _MARGIN
            claim = await self._ledger.claim(request.key, mark, holder, lease=lease)
            if claim.fingerprint != mark:
                raise IdReused
            if claim.is_mine or claim.outcome is not None:
                return claim
            if loop.time() + _POLL >= operation.deadline:
                raise OutcomeUnknown(request.mutation_id)
            await asyncio.sleep(_POLL)

    def _delivery(
        self, request: Request, claim: Claim, holder: str, operation: Operation, load: Load
    ) -> Delivery:
        async def note(intent: bytes) -> None:
            lease = operation.deadline - asyncio.get_running_loop().time() + _MARGIN
            if not await self._ledger.note(request.key, holder, intent, lease=lease):
                raise OutcomeUnknown(request.mutation_id)

        return Delivery(
            upstream=self._upstream,
            viewer=request.viewer,
            operation=operation,
            load=load,
            note=note,
            pending=claim.intent,
            is_doubtful=claim.intent is not None,
        )

    async def _run(self, change: Change, delivery: Delivery) -> Outcome:
        if isinstance(change, RateTitle):
            return await rate(change, delivery)
        return await change_queue(change, delivery)


def families_of(change: Change) -> Collection[str]:
    """Return the families of what reads differently after *change*."""
    return RATING_FAMILIES if isinstance(change, RateTitle) else QUEUE_FAMILIES


async def _tried(keeping: Awaitable[bool]) -> None:
    """Keep what is known of a change; without the store its holder loses it in time, and nothing is wrong."""
    try:
        await keeping
    except StoreUnavailable as error:
        _log.warning("What came of a change could not be kept: %s", type(error.__cause__).__name__)
