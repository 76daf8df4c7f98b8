"""Attacks on the time of a worker: its event loop is hardly late, whatever is asked, and whatever comes back.

What is told is what the gateway computed itself, or waited for its own threads: see ``tests.attacks.served``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import orjson
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.attacks.served import LAG
from tests.attacks.worker import Process, gateway_before
from tests.faults.proxy import bound, proxy_before
from tests.gateway.edge.test_documents import CORPUS

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

LATE: Final = 0.025
"""Seconds by which the loop may be late but for a thousandth of the time."""
HELD: Final = 0.05
"""Seconds for which one document may hold the loop."""
SECONDS: Final = 2.0
TRIES: Final = 3
CLIENTS: Final = 4
_LOOK: Final = 0.001

Body = Mapping[str, object]

_IDS: Final = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
VARIABLES: Final[Mapping[str, Callable[[int], object]]] = {
    "500 ids": lambda number: [f"x{number}-{each}" for each in range(500)],
    "500 numbers": lambda number: [number + each for each in range(500)],
    "501 ids": lambda number: [str(number)] * 501,
    "10,000 values": lambda number: [[number] * 490] * 20,
    "90,000 values": lambda number: [[number] * 490] * 180,
}


def _documents(name: str) -> Iterator[Body]:
    """Yield the document again and again, each time as another one."""
    for number in count():
        yield {"query": f"{CORPUS[name]()} #{number}"}


def _lists(name: str) -> Iterator[Body]:
    for number in count():
        yield {"query": _IDS, "variables": {"ids": VARIABLES[name](number)}}


ATTACKS: Final[Mapping[str, Callable[[], Iterator[Body]]]] = {
    **{name: lambda name=name: _documents(name) for name in CORPUS},  # type: ignore[misc]
    **{name: lambda name=name: _lists(name) for name in VARIABLES},  # type: ignore[misc]
}


async def _nothing(_request: Request) -> Response:
    return Response("<catalog_titles><number_of_results>0</number_of_results></catalog_titles>")


@asynccontextmanager
async def _served(home: Path) -> AsyncIterator[Process]:
    app = Starlette(routes=[Route("/{rest:path}", _nothing, methods=["GET", "POST"])])
    async with proxy_before(httpx.ASGITransport(app), bound()) as proxy:
        with gateway_before(proxy.url, home, module="tests.attacks.served") as worker:
            yield worker


async def _attack(worker: Process, bodies: Iterator[Body]) -> int:
    """Ask *bodies*, a few at once, for a while; return how many were looked at."""
    loop = asyncio.get_running_loop()
    end, looked_at = loop.time() + SECONDS, 0
    async with httpx.AsyncClient(base_url=worker.url, timeout=60) as http:

        async def ask() -> None:
            nonlocal looked_at
            while loop.time() < end:
                headers = {"content-type": "application/json"}
                try:
                    answer = await http.post("/graphql", content=orjson.dumps(next(bodies)), headers=headers)
                except httpx.TransportError:  # It was refused before all of it had been sent.
                    looked_at += 1
                    continue
                assert answer.status_code in {200, 400, 413, 503}
                looked_at += answer.status_code != 503

        await asyncio.gather(*(ask() for _ in range(CLIENTS)))
    return looked_at


async def _lags(worker: Process) -> list[float]:
    async with httpx.AsyncClient(timeout=60) as http:
        lags: Any = (await http.get(f"{worker.url}{LAG}")).json()
    return [float(each) for each in lags]


def _late(lags: list[float]) -> float:
    """Return the 99.9th percentile of *lags*, by time: who comes in a hold waits for the rest."""
    moments = sorted(lag - each * _LOOK for lag in lags for each in range(int(lag / _LOOK) + 1))
    return moments[int(0.999 * len(moments))]


def _is_good(late: float, most: float) -> bool:
    return late < LATE and most < HELD


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_loop_is_hardly_late(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By 25 ms at most in 99.9 % of the time, and nothing holds it for 50 (G8, T22, Q6, Q7, Q10)."""
    found = []
    async with _served(tmp_path) as worker:
        await _attack(worker, _documents("equal fields"))
        await _lags(worker)
        for _ in range(TRIES):  # The machine has other things to do.
            assert await _attack(worker, ATTACKS[name]()) > 0
            lags = await _lags(worker)
            found.append((_late(lags), max(lags)))
            if _is_good(*found[-1]):
                break
    with capsys.disabled():
        told = ", ".join(f"{1000 * late:.1f} (at most {1000 * most:.1f})" for late, most in found)
        print(f"\n  {name}: {told} ms")  # noqa: T201

    assert _is_good(*found[-1])
