"""Work in threads, one piece at a time."""

import asyncio
import threading

import pytest

from gateway.edge.turns import elsewhere

pytestmark = pytest.mark.anyio


async def test_who_leaves_does_not_let_the_next_begin() -> None:
    """The thread goes on, and so does its turn."""
    turn, done = asyncio.Lock(), threading.Event()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> bool:
        loop.call_soon_threadsafe(begun.set)
        return done.wait(10)

    await turn.acquire()
    leaving = asyncio.create_task(elsewhere(turn, work))
    await begun.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    try:
        assert turn.locked()
    finally:
        done.set()

    await asyncio.wait_for(turn.acquire(), 10)
    assert await elsewhere(turn, lambda: 1) == 1
