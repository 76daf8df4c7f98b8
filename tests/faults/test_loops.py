"""The clock of the loop that faults are tested on: it goes while the loop waits, and only then."""

import asyncio
import time

import pytest

from tests.faults.loops import settled

pytestmark = pytest.mark.anyio


def _work(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


async def test_work_takes_no_time() -> None:
    """A deadline is not missed by who has not waited."""
    async with asyncio.timeout(0.02):
        for _ in range(5):
            _work(0.02)
            await asyncio.sleep(0)


async def test_waiting_takes_time() -> None:
    """Who waits too long misses the deadline, and no sooner than it is."""
    began = asyncio.get_running_loop().time()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.03):
            await asyncio.Event().wait()

    assert 0.03 <= asyncio.get_running_loop().time() - began < 0.05


async def test_what_does_not_come_about_is_given_up() -> None:
    """And what does is waited for no longer."""
    assert not await settled(lambda: False, seconds=0.02)
    assert await settled(lambda: True, seconds=0)
