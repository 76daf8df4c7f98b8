"""Sends what the origin is to be asked for: in few requests, within its allowance, again where that helps."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from gateway.loaders.calls import Call, afforded, by_account, errands_of, latest, tell
from gateway.loaders.lanes import Lanes
from gateway.loaders.orders import Errand
from gateway.loaders.wants import Answered, ask, split
from gateway.telemetry.events import Observer, Retried, silent
from gateway.upstream.alarm import Alarm
from gateway.upstream.breaker import Breaker
from gateway.upstream.bulkheads import Bulkheads
from gateway.upstream.errors import (
    DeadlineExceeded,
    MalformedDocument,
    OriginBusy,
    OriginLeftAlone,
    OriginRefused,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
    ResponseTooLarge,
    UpstreamError,
)
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.limits import Limit, limit_of
from gateway.upstream.quota.meter import Account
from gateway.upstream.reader import Exchange, Reader
from gateway.upstream.retries import ATTEMPTS, RetryBudget, is_transient, pause

SHORTEST: Final = 0.1
"""Seconds that must be left for a request to be begun."""

_A_SECOND: Final = 1.0
_LONGEST_BLOCK: Final = 60.0
"""Seconds for which the origin may keep us from asking by saying that it was asked too often."""

BULK_ABSENT_FOR: Final = 600.0
"""Seconds for which it is remembered that the origin answers no bulk requests."""


class Conclude(Protocol):
    """Is told what came of errands, as soon as it is known; of each exactly once."""

    async def __call__(
        self, concluded: Sequence[tuple[Errand, Answered]], max_age: float | None = None
    ) -> None:
        """Take the answers, and for how long the origin says that they are fresh."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one request may carry, and how often it is made."""

    entries: int = 200
    size: int = 4_000_000
    """Bytes that its answer is predicted to have."""
    attempts: int = ATTEMPTS
    """How often a read is sent at most, where asking again may help."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of one request."""

    answers: Mapping[Call, Answered]
    error: UpstreamError | None = None
    """Where it came to nothing as a whole; it is the answer to each of its calls, too."""
    is_sent: bool = True
    max_age: float | None = None


class Sender:
    """Asks the origin."""

    def __init__(
        self,
        reader: Reader,
        budget: Budget,
        breaker: Breaker,
        bounds: Bounds,
        observer: Observer = silent,
    ) -> None:
        self._reader = reader
        self._budget = budget
        self._breaker = breaker
        self._bounds = bounds
        self._observer = observer
        self._lanes = Lanes(_now)
        self._retries = RetryBudget()
        self._bulkheads = Bulkheads()
        self._alarm = Alarm()
        self._no_bulk_until = 0.0

    async def send(self, errands: Sequence[Errand], conclude: Conclude) -> None:
        """Ask for all of *errands*; each is concluded, whatever comes of it."""
        by_want = {errand.want: errand for errand in errands}
        asked = ask(by_want)
        await self._send(
            [Call(each, tuple(by_want[want] for want in each.wants)) for each in asked], conclude
        )

    async def _send(self, calls: Sequence[Call], conclude: Conclude) -> None:
        lanes: defaultdict[str, list[Call]] = defaultdict(list)
        for call in calls:
            lanes[self._lanes.of(call.family)].append(call)
        bounds = self._bounds
        entries = 1 if self._no_bulk_until > _now() else bounds.entries
        parts = [part for lane in lanes.values() for part in split(lane, entries=entries, size=bounds.size)]
        await asyncio.gather(*(self._admit(part, conclude) for part in parts))

    async def _admit(self, calls: Sequence[Call], conclude: Conclude) -> None:
        """Send at once what there are permits for; the rest waits for its turn."""
        ready: list[Call] = []
        permits: dict[Account, Sequence[str]] = {}
        waiting: list[tuple[Account, Sequence[Call]]] = []
        for account, group in by_account(calls).items():
            taken = await self._budget.take_now(account, len(group), hold=_hold(group))
            ready += group[: len(taken)]
            permits[account] = taken
            if len(taken) < len(group):
                waiting.append((account, group[len(taken) :]))
        await asyncio.gather(
            self._request(ready, permits, conclude),
            *(self._wait(account, group, conclude) for account, group in waiting),
        )

    async def _wait(self, account: Account, calls: Sequence[Call], conclude: Conclude) -> None:
        """Send *calls* as there come permits for them."""
        is_background = all(errand.order.is_background for errand in errands_of(calls))
        async with asyncio.TaskGroup() as requests:
            while calls:
                try:
                    taken = await self._budget.take(
                        account,
                        len(calls),
                        deadline=latest(calls),
                        hold=_hold(calls),
                        is_background=is_background,
                    )
                except UpstreamError as error:
                    await conclude([(errand, error) for errand in errands_of(calls)])
                    return
                now, calls = calls[: len(taken)], calls[len(taken) :]
                requests.create_task(self._request(now, {account: taken}, conclude))

    async def _request(
        self, calls: Sequence[Call], permits: Mapping[Account, Sequence[str]], conclude: Conclude
    ) -> None:
        if not calls:
            return
        outcome = await self._exchange(calls)
        smaller = self._smaller(calls, outcome.error) if outcome.error else []
        if smaller and afforded(calls):
            await self._settle_permits(permits, {})
            await asyncio.gather(*(self._send(part, conclude) for part in smaller))
            return
        answers = outcome.answers
        over = {call: limit for call, answer in answers.items() if (limit := limit_of(answer)) is not None}
        wait = _retry_after(answers[call] for call in over)
        await self._settle_permits(permits, over, wait, is_sent=outcome.is_sent)
        again = await self._again(answers, over)
        done = [(call, self._named(answer)) for call, answer in answers.items() if call not in again]
        await conclude([each for call, answer in done for each in call.answered(answer)], outcome.max_age)
        await self._send(list(again.values()), conclude)

    async def _again(self, answers: Mapping[Call, Answered], over: Mapping[Call, Limit]) -> dict[Call, Call]:
        """Return which calls are made once more, and as what; wait as long as that wants."""
        past = [call for call, limit in over.items() if limit is Limit.SECOND]
        past += [call for call, answer in answers.items() if _is_by_another_clock(answer)]
        refused = [call for call in past if not call.was_refused]
        again = {call: replace(call, was_refused=True) for call in refused if afforded([call])}
        most = self._bounds.attempts
        failed = [call for call, answer in answers.items() if is_transient(answer) and call.attempt < most]
        if failed and afforded(failed) and await self._paused(failed, _retry_after(answers.values())):
            again |= {call: replace(call, attempt=call.attempt + 1) for call in failed}
        if again:
            self._observer(Retried(len(again)))
        return again

    def _named(self, answer: Answered) -> Answered:
        """Return *answer*, by its own name where the origin refused it for being over a limit."""
        match limit_of(answer):
            case Limit.DAY:
                return QuotaExhausted(self._budget.seconds_left())
            case Limit.SECOND:
                return RateLimited(_retry_after([answer]) or _A_SECOND)
            case _:
                return answer

    async def _exchange(self, calls: Sequence[Call]) -> _Outcome:
        """Make one HTTP request, if it is worth one."""
        try:
            async with self._bulkheads.place(by_account(calls).keys(), self._lanes.of(calls[0].family)):
                return await self._exchange_now(calls)
        except OriginBusy as error:
            return _Outcome(dict.fromkeys(calls, error), is_sent=False)

    async def _exchange_now(self, calls: Sequence[Call]) -> _Outcome:
        started, deadline = _now(), latest(calls)
        if deadline - started < SHORTEST:
            return _Outcome(dict.fromkeys(calls, DeadlineExceeded()), is_sent=False)
        if not self._breaker.admit():
            return _Outcome(dict.fromkeys(calls, OriginLeftAlone()), is_sent=False)
        outcome = await self._read(calls, deadline)
        self._alarm.hear(outcome.answers.values())
        is_failed = all(is_transient(answer) for answer in outcome.answers.values())
        self._breaker.went(well=not is_failed)
        families = {call.family for call in calls}
        self._lanes.went(families, seconds=_now() - started, is_failed=is_failed)
        return outcome

    async def _read(self, calls: Sequence[Call], deadline: float) -> _Outcome:
        exchanges: list[Exchange] = []

        def spent(exchange: Exchange) -> None:
            exchanges.append(exchange)
            tell(calls, exchange)

        reads = [call.ask.read for call in calls]
        self._retries.begin()
        try:
            answers = await self._reader.read(reads, deadline=deadline, spent=spent)
        except UpstreamError as error:
            never_left = isinstance(error, OriginUnreachable) and error.never_left
            return _Outcome(dict.fromkeys(calls, error), error, is_sent=not never_left)
        except Exception as error:  # noqa: BLE001 - a fault of ours fails those who met it, and nobody else
            return _Outcome(dict.fromkeys(calls, error))
        finally:
            self._retries.end()
        return _Outcome(dict(zip(calls, answers, strict=True)), max_age=exchanges[-1].max_age)

    def _smaller(self, calls: Sequence[Call], error: UpstreamError) -> list[Sequence[Call]]:
        """Return *calls* in smaller parts, where *error* comes of asking for all of it at once."""
        status = error.status if isinstance(error, OriginRefused) else None
        if len(calls) == 1:
            bare = calls[0].without_parts() if isinstance(error, ResponseTooLarge) else None
            return [[bare]] if bare else []
        if status in {404, 501}:
            self._no_bulk_until = _now() + BULK_ABSENT_FOR
            return [calls]
        if isinstance(error, MalformedDocument) and calls[0].attempt < self._bounds.attempts:
            calls = [replace(call, attempt=call.attempt + 1) for call in calls]
        elif not isinstance(error, ResponseTooLarge) and status not in {400, 413}:
            return []
        middle = len(calls) // 2
        return [calls[:middle], calls[middle:]]

    async def _settle_permits(
        self,
        permits: Mapping[Account, Sequence[str]],
        over: Mapping[Call, Limit],
        wait: float | None = None,
        *,
        is_sent: bool = True,
    ) -> None:
        """Give *permits* back, and take note of what is over the allowance, and for how many seconds."""
        for account, taken in permits.items():
            limits = [limit for call, limit in over.items() if call.account == account]
            uncounted = len(limits) if is_sent else len(taken)
            await self._budget.give_back(account, taken, uncounted=uncounted)
            if Limit.DAY in limits:
                await self._budget.over_day(account)
            elif limits:
                await self._budget.over_second(account, min(wait or _A_SECOND, _LONGEST_BLOCK))

    async def _paused(self, calls: Sequence[Call], retry_after: float | None) -> bool:
        """Wait before *calls* are made again; say whether they may be."""
        seconds = pause(max(call.attempt for call in calls), retry_after)
        if _now() + seconds + SHORTEST > latest(calls) or not self._retries.take():
            return False
        try:
            await asyncio.sleep(seconds)
        finally:
            self._retries.give_back()
        return True


def _is_by_another_clock(answer: Answered) -> bool:
    return isinstance(answer, OriginRefused) and answer.is_clock_refused


def _retry_after(answers: Iterable[Answered]) -> float | None:
    """Return after how many seconds the origin wants to be asked again, if it says."""
    said = [each.retry_after for each in answers if isinstance(each, OriginRefused)]
    return max((seconds for seconds in said if seconds is not None), default=None)


def _hold(calls: Iterable[Call]) -> float:
    """Return for how long permits are held at most: longer than any request for *calls* can take."""
    return max(0.0, latest(calls) - _now()) + 2


def _now() -> float:
    return asyncio.get_running_loop().time()
