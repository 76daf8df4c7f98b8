"""Work in a thread, one piece at a time, that goes on where nobody waits for it any longer."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


async def elsewhere(
    turn: asyncio.Lock, work: Callable[[], _Result], keep: Callable[[_Result], object] | None = None
) -> _Result:
    """Return what *work* does in a thread, once it is its *turn*, which ends only with it.

    A thread cannot be stopped: who is cancelled leaves, and the next begins when it is done, and when *keep*
    was told what came of it.
    """

    def end(working: asyncio.Future[_Result]) -> None:
        try:
            if keep is not None and not working.cancelled() and working.exception() is None:
                keep(working.result())
        finally:
            turn.release()

    await turn.acquire()
    try:
        working = asyncio.get_running_loop().run_in_executor(None, work)
    except BaseException:  # No thread can be started, say.
        turn.release()
        raise
    working.add_done_callback(end)
    return await asyncio.shield(working)
