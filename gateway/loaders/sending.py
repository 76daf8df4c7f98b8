"""Sends what the origin is to be asked for: in few requests, within its allowance, again where that helps."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.loaders.calls import Call, afforded, by_account, errands_of, latest
from gateway.loaders.exchanging import Exchanger
from gateway.loaders.interest import Abandoned, Interest
from gateway.loaders.lanes import Lanes
from gateway.loaders.orders import Errand
from gateway.loaders.recovery import Recovery, wanted_wait
from gateway.loaders.wants import Answered, ask, split
from gateway.telemetry.events import Observer, silent
from gateway.upstream.breaker import Breaker
from gateway.upstream.errors import DeadlineExceeded, QuotaExhausted, RateLimited, UpstreamError
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.limits import Limit, limit_of
from gateway.upstream.quota.meter import Account
from gateway.upstream.reader import Reader
from gateway.upstream.retries import ATTEMPTS, RetryBudget

_A_SECOND: Final = 1.0
_LONGEST_BLOCK: Final = 60.0
"""Seconds for which the origin may keep us from asking by saying that it was asked too often."""


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
        self._budget = budget
        self._bounds = bounds
        self._lanes = Lanes(_now)
        self._interest = Interest()
        retries = RetryBudget()
        self._exchanger = Exchanger(reader, breaker, self._lanes, retries, self._interest)
        self._recovery = Recovery(bounds.attempts, breaker, retries, self._interest, observer)

    async def send(self, errands: Sequence[Errand], conclude: Conclude) -> None:
        """Ask for all of *errands*; each is concluded, whatever comes of it."""
        by_want = {errand.want: errand for errand in errands}
        asked = ask(by_want)
        await self._send(
            [Call(each, tuple(by_want[want] for want in each.wants)) for each in asked], conclude
        )

    def look(self) -> None:
        """End what is under way and nobody waits for; to be called when somebody has left."""
        self._interest.look()

    async def _send(self, calls: Sequence[Call], conclude: Conclude) -> None:
        lanes: defaultdict[str, list[Call]] = defaultdict(list)
        for call in await _wanted(calls, conclude):
            lanes[self._lanes.of(call.family)].append(call)
        bounds = self._bounds
        entries = 1 if self._recovery.is_bulk_absent else bounds.entries
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
            while calls := await _wanted(calls, conclude):
                try:
                    async with self._interest.needed(calls):
                        taken = await self._budget.take(
                            account,
                            len(calls),
                            deadline=latest(calls),
                            hold=_hold(calls),
                            is_background=is_background,
                        )
                except Abandoned:
                    continue
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
        outcome = await self._exchanger.exchange(calls)
        smaller = self._recovery.smaller(calls, outcome.error) if outcome.error else []
        if smaller and afforded(calls):
            await self._settle_permits(permits, {})
            await asyncio.gather(*(self._send(part, conclude) for part in smaller))
            return
        answers = outcome.answers
        over = {call: limit for call, answer in answers.items() if (limit := limit_of(answer)) is not None}
        wait = wanted_wait(answers[call] for call in over)
        await self._settle_permits(permits, over, wait, is_sent=outcome.is_sent)
        again = await self._recovery.again(answers, over)
        done = [(call, self._named(answer)) for call, answer in answers.items() if call not in again]
        await conclude([each for call, answer in done for each in call.answered(answer)], outcome.max_age)
        await self._send(list(again.values()), conclude)

    def _named(self, answer: Answered) -> Answered:
        """Return *answer*, by its own name where the origin refused it for being over a limit."""
        match limit_of(answer):
            case Limit.DAY:
                return QuotaExhausted(self._budget.seconds_left())
            case Limit.SECOND:
                return RateLimited(wanted_wait([answer]) or _A_SECOND)
            case _:
                return answer

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


async def _wanted(calls: Sequence[Call], conclude: Conclude) -> Sequence[Call]:
    """Return those of *calls* that somebody still waits for; conclude the others."""
    wanted = [call for call in calls if call.is_wanted]
    if len(wanted) < len(calls):
        left = [call for call in calls if not call.is_wanted]
        await conclude([(errand, DeadlineExceeded()) for errand in errands_of(left)])
    return wanted


def _hold(calls: Iterable[Call]) -> float:
    """Return for how long permits are held at most: longer than any request for *calls* can take."""
    return max(0.0, latest(calls) - _now()) + 2


def _now() -> float:
    return asyncio.get_running_loop().time()
