"""Which processors processes run on, and how long they waited for one: a machine may be busy otherwise."""

import asyncio
import os
from bisect import bisect_left
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_EVERY: Final = 0.005
_NANO: Final = 1e-9


@contextmanager
def apart(one: int, others: Collection[int]) -> Iterator[None]:
    """Give process *one* a processor of its own, *others* and us the rest, where there is more than one."""
    before = os.sched_getaffinity(0)
    first, *rest = sorted(before)
    if rest:
        _put(one, {first})
        for pid in (os.getpid(), *others):
            _put(pid, set(rest))
    try:
        yield
    finally:
        _put(os.getpid(), before)


def _put(pid: int, processors: Collection[int]) -> None:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), processors)


def worked(pid: int) -> float:
    """Return the seconds for which a process has computed."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def waited(pid: int) -> float:
    """Return the seconds for which the first thread of a process could have computed, and was not let."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) * _NANO


@dataclass(slots=True)
class Stalls:
    """For how long processes were not let, at each moment."""

    pids: Collection[int]
    _times: list[float] = field(default_factory=list)
    _waits: list[float] = field(default_factory=list)

    def between(self, begin: float, end: float) -> float:
        """Return the seconds that they waited from *begin* to *end* of the loop's clock, all together.

        They may have waited at the same time, and so for longer than it was.
        """
        return self._at(end) - self._at(begin)

    @asynccontextmanager
    async def noted(self) -> AsyncIterator[None]:
        """Look now and then."""
        looking = asyncio.create_task(self._look())
        try:
            yield
        finally:
            looking.cancel()
            self._note()

    async def _look(self) -> None:
        while True:
            self._note()
            await asyncio.sleep(_EVERY)

    def _note(self) -> None:
        self._waits.append(sum(map(waited, self.pids)))
        self._times.append(asyncio.get_running_loop().time())

    def _at(self, moment: float) -> float:
        """Return the wait until *moment*, in proportion between two looks."""
        after = bisect_left(self._times, moment)
        if after == 0 or after == len(self._times):
            return self._waits[min(after, len(self._waits) - 1)]
        begin, end = self._times[after - 1], self._times[after]
        share = (moment - begin) / (end - begin)
        return self._waits[after - 1] + share * (self._waits[after] - self._waits[after - 1])
