"""Calls within the origin's allowance, in virtual time."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.origin.quota import meter as origin
from gateway.resources import Href
from gateway.upstream.errors import OriginUnreachable, QuotaExhausted, RateLimited
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account, Allowance, OwnMeter
from tests import virtual_time

PUBLIC = Account("public")
MIDNIGHT = 1_700_006_400.0
"""When a day begins in UTC."""


def clock() -> Callable[[], float]:
    """Return a clock that goes with the loop."""
    return lambda: MIDNIGHT + asyncio.get_running_loop().time()


@dataclass
class Origin:
    """What counts at the other end: the real origin's own meter."""

    allowance: Allowance
    clock: Callable[[], float]
    refused: int = 0
    counted: int = 0
    _meter: origin.Meter = field(default_factory=origin.Meter)

    def call(self) -> None:
        """Receive one call."""
        now = self.clock()
        if self._meter.unknown(["public"], now):
            self._meter.learn({"public": self.counted}, now)
        try:
            self._meter.take(
                "public", origin.Allowance(self.allowance.per_second, self.allowance.per_day), now
            )
        except origin.OverLimit:
            self.refused += 1
        else:
            self.counted += 1


@dataclass
class Node:
    """A gateway that has always something to ask."""

    budget: Budget
    origin: Origin
    chance: random.Random

    async def work(self, until: float) -> None:
        """Ask in bulk requests of some entries, each some time on its way there and back."""
        loop = asyncio.get_running_loop()
        while loop.time() < until:
            permits = await self.budget.take(
                PUBLIC, self.chance.randint(1, 9), deadline=loop.time() + 60, hold=10
            )
            await asyncio.sleep(self.chance.expovariate(20))
            for _ in permits:
                self.origin.call()
            await asyncio.sleep(self.chance.expovariate(20))
            await self.budget.give_back(PUBLIC, permits)


async def ten_minutes(seed: int, per_second: int, seconds: float = 600) -> tuple[Origin, OwnMeter]:
    """Let two nodes with one meter work at full load, eight requests of each at a time."""
    allowance = Allowance(per_second, 1_000_000)
    counted = OwnMeter(allowance, clock=clock())
    at = Origin(allowance, clock())
    chance = random.Random(seed)  # noqa: S311 - a schedule for a test
    nodes = [Node(Budget(counted, allowance, clock=clock()), at, chance) for _ in range(2)]
    await asyncio.gather(*(node.work(seconds) for node in nodes for _ in range(8)))
    return at, counted


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(min_value=0, max_value=10_000))
def test_full_load_is_never_refused(seed: int) -> None:
    """In ten minutes at full load no call of two nodes is over the second's limit, and most of it is used."""
    at, _ = virtual_time.run(ten_minutes(seed, 4))
    assert at.refused == 0
    assert at.counted > 0.8 * 4 * 600


def test_the_ledger_is_that_of_the_origin() -> None:
    """What was counted here is what the origin counted."""

    async def run() -> tuple[int, int]:
        at, counted = await ten_minutes(7, 20, seconds=60)
        return at.counted, await counted.used(PUBLIC)

    counted_there, counted_here = virtual_time.run(run())
    assert counted_there == counted_here


def test_people_go_before_what_is_done_behind() -> None:
    """Work in the background waits as long as anybody else does."""

    async def run() -> list[str]:
        allowance = Allowance(1, 1_000)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        order: list[str] = []

        async def ask(name: str, *, is_background: bool) -> None:
            permits = await budget.take(PUBLIC, 1, deadline=60, hold=10, is_background=is_background)
            order.append(name)
            await budget.give_back(PUBLIC, permits)

        first = asyncio.create_task(ask("first", is_background=False))
        await asyncio.sleep(0.1)
        behind = asyncio.create_task(ask("behind", is_background=True))
        await asyncio.sleep(0.1)
        await asyncio.gather(
            first, behind, ask("second", is_background=False), ask("third", is_background=False)
        )
        return order

    assert virtual_time.run(run()) == ["first", "second", "third", "behind"]


def test_who_cannot_be_served_in_time_is_told_so_at_once() -> None:
    """Nobody waits for what will come too late: a second passes after the answer to the call before."""

    async def run() -> float:
        allowance = Allowance(1, 1_000)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        await budget.take(PUBLIC, 1, deadline=10, hold=10)
        with pytest.raises(RateLimited) as refusal:
            await budget.take(PUBLIC, 1, deadline=0.9, hold=10)
        assert refusal.value.retry_after == pytest.approx(1)
        return asyncio.get_running_loop().time()

    assert virtual_time.run(run()) == 0


@pytest.mark.parametrize(("answered", "served"), [(0.2, True), (3.9, True), (4.1, False)])
def test_who_may_be_served_in_time_waits(answered: float, served: bool) -> None:  # noqa: FBT001
    """While all permits are on their way nobody knows when they come back, so there is hope to the end."""

    async def run() -> float:
        allowance = Allowance(2, 1_000)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        permits = await budget.take(PUBLIC, 2, deadline=10, hold=10)
        waiting = asyncio.ensure_future(budget.take(PUBLIC, 1, deadline=5, hold=10))
        await asyncio.wait([waiting], timeout=answered)
        await budget.give_back(PUBLIC, permits)
        if served:
            assert await waiting
        else:
            with pytest.raises(RateLimited):
                await waiting
        return asyncio.get_running_loop().time()

    ended = virtual_time.run(run())
    assert ended == pytest.approx(answered + 1 if served else answered, abs=0.05)


def test_the_day_ends_and_begins_anew() -> None:
    """The last call of the day is the last; after midnight in UTC there are as many again."""

    async def run() -> None:
        allowance = Allowance(10, 12)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        for count in (10, 2):
            permits = await budget.take(PUBLIC, 10, deadline=100, hold=10)
            assert len(permits) == count
            await budget.give_back(PUBLIC, permits)
        with pytest.raises(QuotaExhausted) as refusal:
            await budget.take(PUBLIC, 1, deadline=100_000, hold=10)
        assert (await budget.standing(PUBLIC)).remaining == 0
        await asyncio.sleep(refusal.value.retry_after)
        assert (await budget.standing(PUBLIC)).remaining == 12
        assert await budget.take(PUBLIC, 1, deadline=100_000, hold=10)

    virtual_time.run(run())


def test_the_origins_word_goes_before_our_count() -> None:
    """When the origin says that there were too many, nothing is sent for as long as it asks."""

    async def run() -> None:
        allowance = Allowance(4, 100)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        await budget.over_second(PUBLIC, 2)
        await budget.take(PUBLIC, 1, deadline=60, hold=10)
        assert asyncio.get_running_loop().time() >= 2
        await budget.over_day(PUBLIC)
        with pytest.raises(QuotaExhausted):
            await budget.take(PUBLIC, 1, deadline=60, hold=10)

    virtual_time.run(run())


def test_a_call_that_fails_gives_its_permit_back() -> None:
    """A second after its end, as any other (U19)."""

    async def run() -> None:
        allowance = Allowance(1, 100)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        with pytest.raises(OriginUnreachable):
            async with budget.call(PUBLIC, deadline=10):
                raise OriginUnreachable(Href("http://o.test/"))
        assert len(await budget.take(PUBLIC, 1, deadline=2, hold=10)) == 1

    virtual_time.run(run())


def test_subscribers_have_accounts_of_their_own() -> None:
    """Whoever uses up theirs takes nothing from others."""

    async def run() -> None:
        allowance = Allowance(1, 100)
        budget = Budget(OwnMeter(allowance, clock=clock()), allowance, clock=clock())
        for name in ("public", "user:ann", "user:bob"):
            assert len(await budget.take(Account(name), 1, deadline=0.5, hold=10)) == 1
        with pytest.raises(RateLimited):
            await budget.take(Account("user:ann"), 1, deadline=0.5, hold=10)

    virtual_time.run(run())
