"""Attacks on the time of a worker: its event loop is hardly late, whatever is asked or comes back."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Final

import httpx
import orjson
import pytest
from graphql import get_introspection_query

from tests.attacks import lag
from tests.attacks.films import CASTS, PAGE
from tests.attacks.lag import Lag
from tests.attacks.test_memory import FAULTS, REQUESTS
from tests.attacks.worker import Process
from tests.faults.proxy import Proxy
from tests.gateway.edge.test_documents import CORPUS

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

SECONDS: Final = 2.0
TRIES: Final = 5
CLIENTS: Final = 4
MANY: Final = 20

Body = Mapping[str, object]

Attack = Callable[[Process, Proxy], Awaitable[int]]
"""Attacks for a while, and returns how often it really did."""

_IDS: Final = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
VARIABLES: Final[Mapping[str, Callable[[int], object]]] = {
    "500 ids": lambda number: [f"x{number}-{each}" for each in range(500)],
    "500 numbers": lambda number: [number + each for each in range(500)],
    "501 ids": lambda number: [str(number)] * 501,
    "10,000 values": lambda number: [[number] * 490] * 20,
    "24,000 values": lambda number: [[number] * 490] * 48,
}

_PAGES: Final = " ".join(
    f'a{each}: titles(search: "{PAGE} 1", first: 500) {{ nodes {{ id name {{ regular }} }} }}'
    for each in range(9)
)
LARGE: Final[Mapping[str, str]] = {
    "4,500 titles that are kept": f"{{ {_PAGES} }}",
    "400 casts that are kept": (
        f'{{ titles(search: "{CASTS}", first: 400) {{ nodes {{ id name {{ regular }} cast {{ name }} }} }} }}'
    ),
    "500 titles that are new": (
        f'{{ titles(search: "{PAGE} #", first: 500) {{ nodes {{ id name {{ regular }} }} }} }}'
    ),
    "400 casts that are new": (
        f'{{ titles(search: "{CASTS} #", first: 400) {{ nodes {{ id cast {{ name }} }} }} }}'
    ),
    "the whole schema": get_introspection_query(),
}
"""What has large answers; ``#`` is another number each time."""


def _documents(name: str) -> Iterator[Body]:
    """Yield the document again and again, each time as another one."""
    for number in count():
        yield {"query": f"{CORPUS[name]()} #{number}"}


def _lists(name: str) -> Iterator[Body]:
    for number in count():
        yield {"query": _IDS, "variables": {"ids": VARIABLES[name](number)}}


def _large(name: str) -> Iterator[Body]:
    """Yield the question again and again, so that none is answered with another."""
    for number in count():
        yield {"query": LARGE[name].replace("#", str(number)), "variables": {"number": number}}


def _asking(bodies: Callable[[], Iterator[Body]]) -> Attack:
    """Ask a few at once."""

    async def attack(worker: Process, _proxy: Proxy) -> int:
        return await _ask(worker, bodies())

    return attack


async def _ask(worker: Process, bodies: Iterator[Body]) -> int:
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


def _sending(name: str) -> Attack:
    """Send what is no honest request, many at once."""

    async def attack(worker: Process, _proxy: Proxy) -> int:
        loop = asyncio.get_running_loop()
        end, sent = loop.time() + SECONDS, 0
        while loop.time() < end:
            every = (asyncio.to_thread(_send, worker.url, REQUESTS[name]()) for _ in range(MANY))
            sent += sum(await asyncio.gather(*every))
        return sent

    return attack


def _send(url: str, pieces: Iterator[bytes]) -> bool:
    """Send *pieces* until the other side has had enough; return whether any was taken."""
    at, taken = httpx.URL(url), False
    line = socket.create_connection((at.host, at.port or 80), timeout=60)
    with closing(line), suppress(ConnectionError):
        for piece in pieces:
            line.sendall(piece)
            taken = True
        line.recv(65_536)
    return taken


def _answering(name: str) -> Attack:
    """Let the origin answer hostilely to many at once, until nobody asks it any more."""

    async def attack(worker: Process, proxy: Proxy) -> int:
        proxy.plan = lambda _asked: (name, FAULTS[name])
        bodies = iter([{"query": f'{{ titles(search: "{each}") {{ totalCount }} }}'} for each in range(MANY)])
        async with httpx.AsyncClient(base_url=worker.url, timeout=60) as http:
            await asyncio.gather(*(http.post("/graphql", json=body) for body in bodies))
        assert proxy.errors == []
        return proxy.served[name]

    return attack


ATTACKS: Final[Mapping[str, Attack]] = {
    **{name: _asking(lambda name=name: _documents(name)) for name in CORPUS},  # type: ignore[misc]
    **{name: _asking(lambda name=name: _lists(name)) for name in VARIABLES},  # type: ignore[misc]
    **{name: _asking(lambda name=name: _large(name)) for name in LARGE},  # type: ignore[misc]
    **{f"sent: {name}": _sending(name) for name in REQUESTS},
    **{f"answered: {name}": _answering(name) for name in FAULTS},
}


async def _warm(worker: Process) -> None:
    """Have loaded what is loaded once, and kept what will be asked for."""
    async with httpx.AsyncClient(base_url=worker.url, timeout=60) as http:
        for query in LARGE.values():
            answer = await http.post("/graphql", json={"query": query})
            assert "errors" not in answer.json(), answer.text


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_loop_is_hardly_late(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By 25 ms at most in 99.9 % of the time, and nothing holds it for 50 (G8, T22, Q6, Q7, Q10)."""
    found = list[Lag]()
    for _ in range(TRIES):  # The machine has other things to do.
        async with lag.served(tmp_path) as (worker, proxy):
            await _warm(worker)
            await Lag.at(worker)
            assert await ATTACKS[name](worker, proxy) > 0
            found.append(await Lag.at(worker))
        if found[-1].is_good:
            break
    with capsys.disabled():
        print(f"\n  {name}: {', '.join(map(str, found))} ms")  # noqa: T201

    assert found[-1].is_good
