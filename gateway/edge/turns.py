"""Work in a thread, one piece at a time, that goes on where nobody waits for it any longer."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


async def elsewhere(turn: asyncio.Lock, work: Callable[[], _Result]) -> _Result:
    """Return what *work* does in a thread, and have the *turn*, which is ours, end only with it.

    A thread cannot be stopped: who is cancelled leaves, and the next begins when it is done.
    """
    working = asyncio.get_running_loop().run_in_executor(None, work)
    working.add_done_callback(lambda _: turn.release())
    return await asyncio.shield(working)
