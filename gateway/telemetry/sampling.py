"""Looks now and then at how things stand: at the loop, at what is open, and at what is left of the day."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from gateway.telemetry.events import Observer, Sampled

EVERY: Final = 1.0
"""Seconds between two looks."""

_QUOTA_EVERY: Final = 10
"""Looks from one at the quota to the next: it may be on another machine."""

Standing = Callable[[], Awaitable[tuple[int, int] | None]]
"""Returns the calls that the consumer has used today, and has left; nothing where nobody knows."""


async def sample(
    observer: Observer, streams: Callable[[], int], standing: Standing, *, every: float = EVERY
) -> None:
    """Tell *observer* how things stand, again and again, until it is cancelled."""
    loop, looks = asyncio.get_running_loop(), 0
    while True:
        due = loop.time() + every
        await asyncio.sleep(every)
        lag = max(0.0, loop.time() - due)
        used, remaining = (await standing() if looks % _QUOTA_EVERY == 0 else None) or (None, None)
        observer(Sampled(lag=lag, streams=streams(), used=used, remaining=remaining))
        looks += 1
