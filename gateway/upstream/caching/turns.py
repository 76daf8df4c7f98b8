"""Work on what is kept is done in turns of the loop, so that a large answer holds nobody up."""

import asyncio
from typing import Final

A_TURN: Final = 32 * 1024
"""Bytes that are weighed, written or read in one turn: some ten records, and a millisecond."""

A_RECORD: Final = A_TURN // 10
"""What taking one record, or one entry, of an answer counts as."""

A_LINK: Final = A_RECORD // 10
"""What looking at one link of a record counts as."""


class Turns:
    """The turns that one piece of work takes."""

    def __init__(self) -> None:
        self._done = 0

    async def spend(self, count: int) -> None:
        """Take note of so many bytes that were worked on, and let others have their turn if it was enough."""
        self._done += count
        if self._done >= A_TURN:
            self._done = 0
            await asyncio.sleep(0)
