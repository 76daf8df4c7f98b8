"""Event loops with clocks of their own.

That of one jumps to the next thing to do: minutes pass in no time, in the same order. That of the other goes
slowly: what a busy machine is late with is in time.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Lets time pass instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now; with nothing ready, *timeout* seconds are over at once."""
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        if not ready and timeout is None:
            raise AssertionError("everybody waits, and for nothing")
        if not ready and timeout:
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that never sleeps."""

    def __init__(self) -> None:
        self._passing = _Selector()
        super().__init__(self._passing)

    def time(self) -> float:
        """Return the seconds that have passed."""
        return self._passing.now


_TIMES_SLOWER: Final = 20


class PatientLoop(asyncio.SelectorEventLoop):
    """A loop for which a second is long: nothing is slow because the machine has other things to do."""

    def time(self) -> float:
        """Return the seconds that have passed."""
        return super().time() / _TIMES_SLOWER


PATIENT: Final = ("asyncio", {"loop_factory": PatientLoop})
"""The same, as anyio's tests name it."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
