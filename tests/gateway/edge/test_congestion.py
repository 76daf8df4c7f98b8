"""How much may be under way, as the loop becomes busy and free."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from gateway.edge import congestion
from gateway.edge.congestion import Congestion, _kept_from_computing

pytestmark = pytest.mark.anyio

MOST: Final = 200
INTERVAL: Final = 0.02
STANDING: Final = 1.0
BUSY: Final = 0.004
"""Seconds of work in a turn that are too much."""
LEAST: Final = 1
"""What may be under way at all events."""


class _Worker:
    """A loop that has as much to do in each turn as it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.worked = 0.0
        self.kept = 0.0
        self.congestion = Congestion(
            MOST, clock=lambda: self.now, work=lambda: self.worked, kept=lambda: self.kept
        )

    async def turn(
        self, *, work: float, under_way: int, lasting: float = 1.01 * INTERVAL, kept: float = 0.0
    ) -> int:
        """Pass a turn; return the limit after it."""
        self.congestion.came(under_way)
        self.worked += work
        self.kept += kept
        self.now += lasting
        await asyncio.sleep(0)
        return self.congestion.limit

    async def interval(self, *, work: float, under_way: int) -> int:
        """Pass an interval of such turns without a pause; return the limit after it."""
        begun = self.now
        while self.now - begun < INTERVAL:
            await self.turn(work=work, under_way=under_way, lasting=work)
        return self.congestion.limit

    async def busy_for(self, seconds: float, *, work: float = BUSY, under_way: int = 100) -> int:
        """Pass intervals of such turns; return the limit after them."""
        begun = self.now
        while self.now - begun < seconds:
            await self.interval(work=work, under_way=under_way)
        return self.congestion.limit

    async def stand(self, *, work: float = BUSY, under_way: int = 100) -> int:
        """Pass such intervals until there is congestion, for as long as there must be; return the limit."""
        return await self.busy_for(STANDING, work=work, under_way=under_way)

    async def turns(self, works: Sequence[float], under_way: int) -> list[int]:
        """Pass turns of so much work each."""
        return [await self.turn(work=work, under_way=under_way) for work in works]


async def test_a_free_loop_limits_nothing() -> None:
    """Where all wait for the origin, as many may be under way as there are places."""
    worker = _Worker()

    assert await worker.turns([0.0001] * 3, 150) == [MOST] * 3
    assert not worker.congestion.is_felt


async def test_a_busy_loop_takes_less() -> None:
    """The limit goes down from what was under way, by how much too long the turns are, but not to nothing."""
    worker = _Worker()

    await worker.stand()
    limits = [await worker.interval(work=BUSY, under_way=100) for _ in range(4)]

    assert limits == [9, 2, LEAST, LEAST]
    assert worker.congestion.is_felt


async def test_many_who_come_at_once_are_no_congestion() -> None:
    """They have been served before a second is over; after a pause, the next second begins."""
    worker = _Worker()
    for _ in range(3):
        await worker.busy_for(0.9 * STANDING)
        worker.now += 2 * INTERVAL

    assert worker.congestion.limit == MOST


async def test_a_loop_that_waits_most_of_the_time_is_not_busy() -> None:
    """One who comes now and then meets only their own work, however long that takes."""
    worker = _Worker()
    for lasting in (INTERVAL, 0.3, 1.0):
        await worker.turns([BUSY] * 3, 2)
        await worker.turn(work=BUSY, under_way=2, lasting=lasting)

    assert worker.congestion.limit == MOST


async def test_a_little_too_much_takes_a_little() -> None:
    """Turns of twice what they should be take half."""
    assert await _Worker().stand(work=0.002) == 50


async def test_a_burst_is_no_congestion() -> None:
    """One short turn in an interval says that nothing stands and waits."""
    worker = _Worker()
    for _ in range(100):
        for work in (2 * BUSY, 0.0001, 2 * BUSY, 2 * BUSY):
            await worker.turn(work=work, under_way=100, lasting=work)

    assert worker.congestion.limit == MOST


async def test_that_others_take_the_processor_is_no_congestion() -> None:
    """A turn may last long for that; fewer operations would not make it shorter."""
    worker = _Worker()
    await worker.turn(work=0.0001, under_way=100, lasting=1.0, kept=0.9999)

    assert worker.congestion.limit == MOST


async def test_a_queue_stands_while_others_take_the_processor() -> None:
    """A worker that is let compute a quarter of the time has more waiting in each turn than it can do."""
    worker = _Worker()
    while worker.now < STANDING + INTERVAL:
        await worker.turn(work=BUSY, under_way=100, lasting=4 * BUSY, kept=3 * BUSY)

    assert worker.congestion.is_felt


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="The system does not say who runs where.")
def test_the_wait_for_a_processor_is_known() -> None:
    """Who shares one with a process that computes is kept from it about as long as that computes."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        end, kept = time.thread_time() + 0.2, _kept_from_computing()
        while time.thread_time() < end:
            pass
    finally:
        other.kill()
        other.wait()
        os.sched_setaffinity(0, before)

    assert _kept_from_computing() - kept > 0.02


@pytest.mark.parametrize("told", ["", "1", "1 much 3"])
def test_what_the_system_tells_may_be_odd(told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a sandbox with a /proc of its own: nobody is refused for that."""
    odd = tmp_path / "schedstat"
    odd.write_text(told)
    monkeypatch.setattr(congestion, "_SCHEDULED", odd)

    assert _kept_from_computing() == 0


async def test_there_is_room_again_soon() -> None:
    """From one operation to all places it takes less than a second of short turns, where so many come."""
    worker = _Worker()
    await worker.stand()
    while worker.congestion.limit > LEAST:
        await worker.interval(work=BUSY, under_way=100)
    intervals = 0
    while worker.congestion.is_felt:
        await worker.turn(work=0.0001, under_way=worker.congestion.limit)
        intervals += 1

    assert intervals * INTERVAL < 1.0


async def test_a_limit_that_nobody_reaches_stays() -> None:
    """Nothing is known of what more would do."""
    worker = _Worker()
    limit = await worker.stand()

    assert await worker.turns([0.0001] * 3, limit - 1) == [limit] * 3


async def test_there_is_room_for_who_was_turned_away() -> None:
    """Who may have less than all places does not reach the limit, and is a reason for more all the same."""
    worker = _Worker()
    limit = await worker.stand()
    worker.congestion.turned_away()

    assert await worker.turn(work=0.0001, under_way=limit // 2) > limit


async def test_many_who_come_are_measured_once_a_turn() -> None:
    """However many come in a turn, its work is looked up once when it begins, and once when it ends."""
    looks: list[None] = []

    def work() -> float:
        looks.append(None)
        return 0.0

    congestion = Congestion(MOST, work=work)
    for _ in range(10):
        congestion.came(1)
    await asyncio.sleep(0)

    assert len(looks) == 2
