"""What fetches over a reader in tests: with an allowance that is never used up, and nothing held."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.loaders.fetching import Fetcher
from gateway.loaders.sending import Bounds, Sender
from gateway.upstream.breaker import Breaker
from gateway.upstream.caching.entries import Place
from gateway.upstream.caching.memory import Memory
from gateway.upstream.caching.shelf import Shelf
from gateway.upstream.href import Origin
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Allowance, OwnMeter
from gateway.upstream.reader import Reader
from tests.gateway.documents import ORIGIN

PLENTY = Allowance(per_second=1_000_000, per_day=1_000_000_000)


def fetcher_over(  # noqa: PLR0913 - each has a default that most tests want
    reader: Reader,
    *,
    entries: int = 200,
    size: int = 4_000_000,
    attempts: int = 1,
    place: Place | None = None,
    allowance: Allowance = PLENTY,
    breaker: Breaker | None = None,
    clock: Callable[[], float] = time.time,
) -> Fetcher:
    """Return what fetches over *reader*."""
    budget = budget_with(allowance, clock)
    breaker = breaker or Breaker(asyncio.get_running_loop().time)
    sender = Sender(reader, budget, breaker, Bounds(entries=entries, size=size, attempts=attempts))
    return Fetcher(sender, Shelf(place or Memory(0), Origin.at(ORIGIN)))


def budget_with(allowance: Allowance, clock: Callable[[], float] = time.time) -> Budget:
    """Return what gives out permits within *allowance*."""
    return Budget(OwnMeter(allowance, clock=clock), allowance)


@dataclass(frozen=True, slots=True)
class Purse:
    """What gives out permits, looked at from within."""

    budget: Budget

    @property
    def used(self) -> int:
        """Return how many calls are counted."""
        counts = self.budget._meter._counts.values()  # type: ignore[attr-defined]  # noqa: SLF001
        return sum(count.calls for count in counts)


def budget_of(fetcher: Fetcher) -> Purse:
    """Return what gives permits to *fetcher*."""
    return Purse(fetcher._sender._budget)  # noqa: SLF001 - to be looked at from here alone
