"""How late the event loop of a worker is: what it computed itself, or waited for its own threads.

See ``tests.attacks.served``.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import httpx

from gateway.contract import Rel
from tests.attacks.served import LAG
from tests.attacks.worker import Process, gateway_before
from tests.faults.proxy import Proxy, bound, proxy_before
from tests.gateway.documents import ORIGIN, link, listing, page, title
from tests.gateway.wire import Wire

LATE: Final = 0.025
"""Seconds by which the loop may be late but for a thousandth of the time."""
HELD: Final = 0.05
"""Seconds for which one document may hold the loop."""
PAGE: Final = "page"
CASTS: Final = "casts"
"""What is searched for where 500 titles are to be found, or 400 each of which has a cast of ten."""
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
    wire = Wire(url)
    found = {PAGE: _films(500, url), CASTS: _films(400, url, casts=True)}
    wire.documents["/catalog/titles"] = lambda asked: page(
        "catalog_titles", found.get(asked["term"].partition(" ")[0], []), asked
    )
    async with proxy_before(httpx.ASGITransport(wire), port) as proxy:
        with gateway_before(url, home, module="tests.attacks.served") as worker:
            yield worker, proxy


def _films(count: int, url: str, *, casts: bool = False) -> list[str]:
    people = listing("people", *(link(Rel.PERSON, f"/catalog/people/{n}", f"Person {n}") for n in range(10)))
    paths = [f"/catalog/titles/movies/{number}" for number in range(count)]
    links = {path: [link(Rel.CAST, f"{path}/cast", "cast", people)] if casts else [] for path in paths}
    return [title(path, f"The film {path}", *links[path]).replace(ORIGIN, url) for path in paths]
