"""A process that changes a queue for ever, and says after each change that it is done.

``python -m tests.origin.queues.writer URL`` prints a line after every commit. What it will do next follows
from the order of the queue alone, so whoever reads the lines knows what the queue must be, but for the
one change that may have been made and not been told.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence

from gateway.origin.accounts import QueueKind
from gateway.origin.calls import Document
from gateway.origin.database import Database

from . import shop
from .program import Program

FILMS = 400
"""How many there are to be queued, from ``STOCKED`` on."""

LONGEST = 30
"""How many are queued at most."""

FIRST = [shop.STOCKED]
"""What the queue must hold in the beginning."""

KIND = QueueKind.DISC


def then(order: Sequence[int]) -> list[int]:
    """Return the order after the next change: a title comes to the front, or the last one goes."""
    if len(order) >= LONGEST:
        return list(order[:-1])
    newest = order[0] - shop.STOCKED
    return [shop.STOCKED + (newest + 1) % FILMS, *order]


async def change(program: Program, order: Sequence[int]) -> list[int]:
    """Make the next change."""
    after = then(order)
    if len(after) < len(order):
        answer = await program.delete(f"{KIND}/available/{order[-1]}")
    else:
        reference = f"/catalog/titles/movies/{after[0]}"
        answer = await program.write("post", f"/queues/{KIND}", title_ref=reference, position=1)
    assert isinstance(answer, Document), answer
    return after


async def write(url: str, tell: Callable[[Sequence[int]], None], changes: int = 10**9) -> None:
    """Change the queue as often as *changes*, and tell its order after each one."""
    database = Database(url)
    program = Program(database)
    order, _ = await program.order(KIND)
    for _ in range(changes):
        order = await change(program, order)
        tell(order)
    await database.close()


def say(order: Sequence[int]) -> None:
    """Print what the queue is by now."""
    print(*order, flush=True)  # noqa: T201 - the line is what is waited for


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], say))
