"""How fast an audit may speak: at most so many requests a second."""

import asyncio
import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """A metronome that lets one request through a beat; without a rate it lets all through."""

    rate: float | None = None
    _next: float = field(default=0.0, init=False)

    async def wait(self) -> None:
        """Wait for the next beat."""
        if self.rate is None:
            return
        now = time.monotonic()
        beat = max(now, self._next)
        self._next = beat + 1 / self.rate
        await asyncio.sleep(beat - now)
