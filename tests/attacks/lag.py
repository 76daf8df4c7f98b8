"""How late the event loop of a worker is: what it computed itself, or waited for its own threads.

See ``tests.attacks.served``.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.attacks.films import origin_of_films
from tests.attacks.served import LAG
from tests.attacks.worker import Process, gateway_before
from tests.faults.proxy import Proxy, bound, proxy_before

LATE: Final = 0.025
"""Seconds by which the loop may be late but for a thousandth of the time."""
HELD: Final = 0.05
"""Seconds for which one document may hold the loop."""
_LOOK: Final = 0.001


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a loop was for a while."""

    late: float
    """The 99.9th percentile, by time: who comes in a hold waits for the rest."""
    most: float

    @classmethod
    def of(cls, looks: Sequence[float]) -> Self:
        """Return what was seen in so many *looks*."""
        moments = sorted(lag - each * _LOOK for lag in looks for each in range(int(lag / _LOOK) + 1))
        return cls(moments[int(0.999 * len(moments))], max(looks))

    @classmethod
    async def at(cls, worker: Process) -> Self:
        """Return how late *worker* was since somebody asked last."""
        async with httpx.AsyncClient(timeout=60) as http:
            looks: Any = (await http.get(f"{worker.url}{LAG}")).json()
        return cls.of([float(each) for each in looks])

    @property
    def is_good(self) -> bool:
        """Whether it was hardly late."""
        return self.late < LATE and self.most < HELD

    def __str__(self) -> str:
        return f"{1000 * self.late:.1f} (at most {1000 * self.most:.1f})"


@asynccontextmanager
async def served(home: Path) -> AsyncIterator[tuple[Process, Proxy]]:
    """Run a gateway whose loop is looked at, before an origin where large pages are found."""
    port = bound()
    url = f"http://127.0.0.1:{port.getsockname()[1]}"
    async with proxy_before(httpx.ASGITransport(origin_of_films(url)), port) as proxy:
        with gateway_before(url, home, module="tests.attacks.served") as worker:
            yield worker, proxy
