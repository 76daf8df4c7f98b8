"""Work in threads, one piece at a time."""

import asyncio
import threading

import pytest

from gateway.elsewhere import elsewhere

pytestmark = pytest.mark.anyio


async def test_who_leaves_does_not_let_the_next_begin() -> None:
    """The thread goes on, and so does its turn."""
    turn, done = asyncio.Lock(), threading.Event()
    begun = asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> bool:
        loop.call_soon_threadsafe(begun.set)
        return done.wait(10)

    leaving = asyncio.create_task(elsewhere(turn, work))
    await begun.wait()
    leaving.cancel()
    await asyncio.wait([leaving])
    try:
        assert turn.locked()
    finally:
        done.set()

    assert await asyncio.wait_for(elsewhere(turn, lambda: 1), 10) == 1


async def test_a_turn_ends_where_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one may try."""
    turn = asyncio.Lock()

    def fail(*_arguments: object) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "run_in_executor", fail, raising=False)
        with pytest.raises(RuntimeError):
            await elsewhere(turn, lambda: 1)

    assert await asyncio.wait_for(elsewhere(turn, lambda: 2), 10) == 2


async def test_a_turn_ends_where_what_came_of_it_is_not_kept() -> None:
    """Whatever *keep* fails with."""
    turn = asyncio.Lock()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, _context: None)

    def keep(_result: int) -> None:
        raise KeyError

    assert await elsewhere(turn, lambda: 1, keep) == 1
    assert await asyncio.wait_for(elsewhere(turn, lambda: 2), 10) == 2
