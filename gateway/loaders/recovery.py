"""What is asked for once more after it failed: as what, and when."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.loaders.calls import Call, afforded, by_account, latest
from gateway.loaders.exchanging import SHORTEST
from gateway.loaders.interest import Abandoned, Interest
from gateway.loaders.wants import Answered
from gateway.telemetry.events import Observer, Retried
from gateway.upstream.breaker import Breaker
from gateway.upstream.errors import (
    MalformedDocument,
    OriginRefused,
    Redirected,
    ResponseTooLarge,
    UpstreamError,
)
from gateway.upstream.quota.limits import Limit
from gateway.upstream.redirects import MOST_HOPS
from gateway.upstream.retries import RetryBudget, is_transient, pause

BULK_ABSENT_FOR: Final = 600.0
"""Seconds for which it is remembered that the origin answers no bulk requests."""


class Recovery:
    """Decides on failures; a call is made *attempts* times at most, and *retries* bounds how many at once.

    None is made again while *breaker* leaves the origin alone: what went wrong is the answer.
    """

    def __init__(
        self,
        attempts: int,
        breaker: Breaker,
        retries: RetryBudget,
        interest: Interest,
        observer: Observer,
    ) -> None:
        self._attempts = attempts
        self._breaker = breaker
        self._retries = retries
        self._interest = interest
        self._observer = observer
        self._no_bulk_until = 0.0

    @property
    def is_bulk_absent(self) -> bool:
        """Whether the origin lately had no bulk requests."""
        return self._no_bulk_until > _now()

    async def again(self, answers: Mapping[Call, Answered], over: Mapping[Call, Limit]) -> dict[Call, Call]:
        """Return which calls are made once more, and as what; wait as long as that wants.

        They have had *answers*, some of them for being *over* a limit.
        """
        past = [call for call, limit in over.items() if limit is Limit.SECOND]
        past += [call for call, answer in answers.items() if _is_by_another_clock(answer)]
        refused = [call for call in past if not call.was_refused]
        again = {call: replace(call, was_refused=True) for call in refused if afforded([call])}
        failed = [
            call for call, answer in answers.items() if is_transient(answer) and self._may_be_made_again(call)
        ]
        if failed and afforded(failed) and await self._paused(failed, wanted_wait(answers.values())):
            again |= {call: replace(call, attempt=call.attempt + 1) for call in failed}
        if again:
            self._observer(Retried(len(again)))
        return again | _sent_on(answers)

    def smaller(self, calls: Sequence[Call], error: UpstreamError) -> list[Sequence[Call]]:
        """Return *calls* in smaller parts, where *error* comes of asking for all of it at once."""
        status = error.status if isinstance(error, OriginRefused) else None
        if len(calls) == 1:
            bare = calls[0].without_parts() if isinstance(error, ResponseTooLarge) else None
            return [[bare]] if bare else []
        if isinstance(error, OriginRefused) and error.is_about_a_token and not error.is_personal:
            # Which token it is shows when each account's are asked for by themselves.
            accounts = by_account(calls).values()
            return [*accounts] if len(accounts) > 1 else []
        if status in {404, 501}:
            self._no_bulk_until = _now() + BULK_ABSENT_FOR
            return [calls]
        if isinstance(error, MalformedDocument) and self._may_be_made_again(calls[0]):
            calls = [replace(call, attempt=call.attempt + 1) for call in calls]
        elif not isinstance(error, ResponseTooLarge) and status not in {400, 413}:
            return []
        middle = len(calls) // 2
        return [calls[:middle], calls[middle:]]

    def _may_be_made_again(self, call: Call) -> bool:
        return call.attempt < self._attempts and not self._breaker.is_open

    async def _paused(self, calls: Sequence[Call], retry_after: float | None) -> bool:
        """Wait before *calls* are made again; say whether they may be."""
        seconds = pause(max(call.attempt for call in calls), retry_after)
        if _now() + seconds + SHORTEST > latest(calls) or not self._retries.take():
            return False
        try:
            async with self._interest.needed(calls):
                await asyncio.sleep(seconds)
        except Abandoned:
            return False
        finally:
            self._retries.give_back()
        return not self._breaker.is_open


def _sent_on(answers: Mapping[Call, Answered]) -> dict[Call, Call]:
    """Return which calls are made where the origin sends us on to, and as what."""
    return {
        call: replace(call, hops=(*call.hops, answer.to))
        for call, answer in answers.items()
        if isinstance(answer, Redirected) and len(call.hops) < MOST_HOPS and afforded([call])
    }


def wanted_wait(answers: Iterable[Answered]) -> float | None:
    """Return after how many seconds the origin wants to be asked again, if it says."""
    said = [each.retry_after for each in answers if isinstance(each, OriginRefused)]
    return max((seconds for seconds in said if seconds is not None), default=None)


def _is_by_another_clock(answer: Answered) -> bool:
    return isinstance(answer, OriginRefused) and answer.is_clock_refused


def _now() -> float:
    return asyncio.get_running_loop().time()
