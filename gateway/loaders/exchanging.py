"""One HTTP request to the origin: where there is room for it, and the origin is not left alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.loaders.calls import Call, by_account, latest, tell
from gateway.loaders.interest import Abandoned, Interest
from gateway.loaders.lanes import SLOW, Lanes
from gateway.loaders.wants import Answered
from gateway.upstream.alarm import Alarm
from gateway.upstream.breaker import Breaker
from gateway.upstream.bulkheads import Bulkheads
from gateway.upstream.errors import (
    DeadlineExceeded,
    OriginBusy,
    OriginLeftAlone,
    OriginUnreachable,
    UpstreamError,
)
from gateway.upstream.reader import Exchange, Reader
from gateway.upstream.retries import RetryBudget, is_transient

SHORTEST: Final = 0.1
"""Seconds that must be left for a request to be begun."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request."""

    answers: Mapping[Call, Answered]
    error: UpstreamError | None = None
    """Where it came to nothing as a whole; it is the answer to each of its calls, too."""
    is_sent: bool = True
    max_age: float | None = None


class Exchanger:
    """Makes requests; *lanes* learn from how they go, *retries* count them, *interest* may end them."""

    def __init__(
        self, reader: Reader, breaker: Breaker, lanes: Lanes, retries: RetryBudget, interest: Interest
    ) -> None:
        self._reader = reader
        self._breaker = breaker
        self._lanes = lanes
        self._retries = retries
        self._interest = interest
        self._bulkheads = Bulkheads()
        self._alarm = Alarm()

    async def exchange(self, calls: Sequence[Call]) -> Outcome:
        """Make one HTTP request for *calls*, all of one lane, if it is worth one."""
        try:
            async with self._bulkheads.place(by_account(calls).keys(), self._lanes.of(calls[0].family)):
                return await self._exchange(calls)
        except OriginBusy as error:
            return Outcome(dict.fromkeys(calls, error), is_sent=False)

    async def _exchange(self, calls: Sequence[Call]) -> Outcome:
        started, deadline = _now(), latest(calls)
        if deadline - started < SHORTEST:
            return Outcome(dict.fromkeys(calls, DeadlineExceeded()), is_sent=False)
        is_again = any(call.attempt > 1 for call in calls)
        if (is_again and self._breaker.is_open) or not self._breaker.admit():  # No probe is made twice.
            return Outcome(dict.fromkeys(calls, OriginLeftAlone()), is_sent=False)
        families = {call.family for call in calls}
        # Others need not wait with them until it has failed.
        slow = asyncio.get_running_loop().call_later(SLOW, self._lanes.suspect, families)
        try:
            outcome = await self._read_while_needed(calls, deadline)
        finally:
            slow.cancel()
        if outcome is None:
            return Outcome(dict.fromkeys(calls, DeadlineExceeded()))
        if isinstance(outcome.error, OriginBusy):
            self._breaker.give_up()
            return outcome
        self._alarm.hear(outcome.answers.values())
        is_failed = all(is_transient(answer) for answer in outcome.answers.values())
        self._breaker.went(well=not is_failed, calls=len(calls))
        self._lanes.went(families, seconds=_now() - started, is_failed=is_failed)
        return outcome

    async def _read_while_needed(self, calls: Sequence[Call], deadline: float) -> Outcome | None:
        """Return what came of one request; nothing where that was not waited for to the end."""
        try:
            async with self._interest.needed(calls):
                return await self._read(calls, deadline)
        except Abandoned:
            self._breaker.give_up()
            return None
        except asyncio.CancelledError:
            self._breaker.give_up()
            raise

    async def _read(self, calls: Sequence[Call], deadline: float) -> Outcome:
        exchanges: list[Exchange] = []

        def spent(exchange: Exchange) -> None:
            exchanges.append(exchange)
            tell(calls, exchange)

        reads = [call.read for call in calls]
        self._retries.begin()
        try:
            answers = await self._reader.read(reads, deadline=deadline, spent=spent)
        except UpstreamError as error:
            never_left = isinstance(error, OriginUnreachable) and error.never_left
            return Outcome(dict.fromkeys(calls, error), error, is_sent=not never_left)
        except Exception as error:  # noqa: BLE001 - a fault of ours fails those who met it, and nobody else
            return Outcome(dict.fromkeys(calls, error))
        finally:
            self._retries.end()
        return Outcome(dict(zip(calls, answers, strict=True)), max_age=exchanges[-1].max_age)


def _now() -> float:
    return asyncio.get_running_loop().time()
