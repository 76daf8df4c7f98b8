"""Work in a thread, one piece at a time, that goes on where nobody waits for it any longer."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


async def elsewhere(
    turn: asyncio.Lock, work: Callable[[], _Result], keep: Callable[[_Result], object] | None = None
) -> _Result:
    """Return what *work* does in a thread, and have the *turn*, which is ours, end only with it.

    A thread cannot be stopped: who is cancelled leaves, and the next begins when it is done, and when *keep*
    was told what came of it.
    """

    def end(working: asyncio.Future[_Result]) -> None:
        if keep is not None and not working.cancelled() and working.exception() is None:
            keep(working.result())
        turn.release()

    working = asyncio.get_running_loop().run_in_executor(None, work)
    working.add_done_callback(end)
    return await asyncio.shield(working)
