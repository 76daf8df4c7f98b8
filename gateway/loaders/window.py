"""From the wants of one level, of all operations in flight, to few requests."""

import asyncio
from collections.abc import Sequence
from typing import Final

from gateway.loaders.fetching import Fetcher
from gateway.loaders.lengths import Lengths
from gateway.loaders.levels import Level, Operation, Together
from gateway.loaders.wants import Answered, Want
from gateway.upstream.errors import DeadlineExceeded, OriginUnreachable

QUIET_TURNS: Final = 4
"""Turns of the loop without a sign of an operation after which its level is complete.

A list field resumes one turn later than a single field, and what is answered out of an earlier load leads
to the next want up to four turns later. A turn of an idle loop takes some ten microseconds.
"""

LONGEST_WAIT: Final = 0.002
"""Seconds after which a complete level no longer waits for levels of other operations."""


class Window:
    """Stays open while wants of the same level still arrive, then sends them together."""

    def __init__(self, fetcher: Fetcher, *, entries: int = 200) -> None:
        self._fetcher = fetcher
        self._entries = entries
        self.lengths = Lengths()
        """What the answers so far taught about the lengths of lists."""
        self._levels: dict[Operation, Level] = {}
        self._unanswered: set[Level] = set()
        self._turn = 0
        self._settling: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._is_closed = False

    async def fetch(self, wants: Sequence[Want], operation: Operation) -> list[Answered]:
        """Return the answers for *wants*, in their order; a failure is an answer too."""
        if operation.has_left:
            return [DeadlineExceeded() for _ in wants]
        if self._is_closed:
            return [OriginUnreachable(want.href) for want in wants]
        level = self._level(operation)
        for want in wants:
            level.widen(want)
        level.last_turn = self._turn
        if self._settling is None:
            self._settling = asyncio.create_task(self._settle())
        # Shielded: an operation that gives up must not take the answers of others along.
        answered = asyncio.shield(level.answered)
        is_closed = True
        try:
            async with asyncio.timeout_at(operation.deadline):
                await answered
        except TimeoutError:
            is_closed = False
        if not is_closed or operation.has_left:
            return [level.answers.get(want) or DeadlineExceeded() for want in wants]
        # Only a window that was closed leaves something out.
        return [level.answers.get(want) or OriginUnreachable(want.href) for want in wants]

    def keep_open(self, operation: Operation, want: Want | None = None) -> None:
        """Take note that *operation* still makes progress, so that its level is not complete.

        What is answered out of what was loaded before leads to wants that come some turns late. Where *want*
        is in the level already, its parts are wanted too.
        """
        if level := self._levels.get(operation):
            level.last_turn = self._turn
            if want in level.wants:
                level.widen(want)

    def leave(self, operation: Operation) -> None:
        """Give up what *operation* waits for; what nobody else waits for is not asked for any longer."""
        operation.has_left = True
        self._levels.pop(operation, None)
        levels = [level for level in self._unanswered if level.operation is operation]
        for level in levels:
            level.end()
        if levels:
            self._fetcher.look()

    async def close(self) -> None:
        """End what is under way; whoever still waits gets an error, not silence."""
        self._is_closed = True
        tasks = [*self._sending, *([self._settling] if self._settling else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for level in self._unanswered:
            level.end()

    def _level(self, operation: Operation) -> Level:
        level = self._levels.get(operation)
        if level is None:
            loop = asyncio.get_running_loop()
            answered: asyncio.Future[None] = loop.create_future()
            level = self._levels[operation] = Level(operation, answered, loop.time())
            self._unanswered.add(level)
            answered.add_done_callback(lambda _: self._unanswered.discard(level))
        return level

    async def _settle(self) -> None:
        """Close the window when it is quiet, again and again until nothing is wanted."""
        loop = asyncio.get_running_loop()
        opened = loop.time()
        while self._levels:
            await asyncio.sleep(0)
            self._turn += 1
            quiet = [level for level in self._levels.values() if self._turn - level.last_turn > QUIET_TURNS]
            is_overdue = loop.time() - opened > LONGEST_WAIT or self._is_full(quiet)
            if quiet and (is_overdue or len(quiet) == len(self._levels)):
                self._send_levels(quiet)
                opened = loop.time()
        self._settling = None

    def _is_full(self, levels: Sequence[Level]) -> bool:
        return sum(len(level.wants) for level in levels) >= self._entries

    def _send_levels(self, levels: Sequence[Level]) -> None:
        for level in levels:
            del self._levels[level.operation]
        task = asyncio.create_task(self._answer(levels))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _answer(self, levels: Sequence[Level]) -> None:
        """Fetch the wants of *levels*; each of them is answered when all of its own wants are.

        All at once, so that what its answers make wanted next arrives together again.
        """
        try:
            await self._fetcher.fetch(Together(levels))
        except Exception as error:  # noqa: BLE001 - a fault of ours fails those who met it, and nobody else
            for level in levels:
                for want in level.wants.keys() - level.answers.keys():
                    level.take(want, error)
        self._learn(levels)

    def _learn(self, levels: Sequence[Level]) -> None:
        answers = (each for level in levels for each in level.answers.items())
        self.lengths = self.lengths.after(
            (want.relation, answer) for want, answer in answers if not isinstance(answer, Exception)
        )
