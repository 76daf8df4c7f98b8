"""What an attack takes of a worker's memory, and whether it returns."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from tests.attacks.crowd import HEARD, crowd_at
from tests.attacks.films import PAGE, origin_of_films
from tests.attacks.worker import MIB, Process, gateway_before
from tests.faults.proxy import Proxy, bound, proxy_before

HOST: Final = b"Host: 127.0.0.1\r\n"
HEAD: Final = b"POST /graphql HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
UPGRADE: Final = (
    b"GET /graphql HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
MOST: Final = 64 * MIB
"""More than before, during an attack."""
LEFT: Final = 1.1
"""Times as much as before, after it."""
RETURNS_WITHIN: Final = 60.0
_SETTLES_WITHIN: Final = 11.0
"""What is free is given back every ten seconds."""
_LOOK_EVERY: Final = 0.5
_HEARD_WITHIN: Final = 120.0
"""190,000 requests of 90 headers, which have come before, are read in some 70 seconds."""
_BUSY: Final = 200
"""Operations that a worker is at, at most."""
_CACHE: Final = 16 * MIB
_FULL: Final = 80
"""Pages that fill it: 63 do."""


def titles(count: int) -> bytes:
    """Return a page of so many titles."""
    title = (
        "<catalog_title><id>http://o.test/catalog/titles/movies/%d</id>"
        '<title short="Title %d" regular="Title number %d"/><release_year>1999</release_year></catalog_title>'
    )
    every = "".join(title % (number, number, number) for number in range(count))
    return f"<catalog_titles><number_of_results>{count}</number_of_results>{every}</catalog_titles>".encode()


def asking(query: str, *headers: bytes, variables: Mapping[str, object] | None = None) -> bytes:
    """Return the request that asks *query*."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    return HEAD + b"".join(headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def search(worker: Process, number: int, *, first: int = 1) -> str:
    """Ask *worker* for what nobody has asked for yet."""
    query = f'{{ titles(search: "{number}", first: {first}) {{ totalCount nodes {{ id }} }} }}'
    async with httpx.AsyncClient(timeout=_HEARD_WITHIN) as http:
        return (await http.post(f"{worker.url}/graphql", json={"query": query})).text


async def recovers(worker: Process) -> None:
    """Return once *worker* answers a search; fail when it does not in a minute."""
    async with asyncio.timeout(RETURNS_WITHIN):
        while "totalCount" not in await search(worker, 0):  # noqa: ASYNC110 - it does not tell
            await asyncio.sleep(_LOOK_EVERY)


@asynccontextmanager
async def attacked(home: Path, name: str) -> AsyncIterator[tuple[Process, Proxy]]:
    """Run a gateway before an origin; what is done meanwhile must not take more than may be taken.

    What is taken must be back within a minute but for a tenth of what there was before. That was a worker
    that has been busy: what is loaded once, caches as full as they may be, and what Python and libraries
    keep for use after as many operations at once as there may be, are not the attack's.
    """
    port = bound()
    wire = origin_of_films(f"http://127.0.0.1:{port.getsockname()[1]}")
    async with proxy_before(httpx.ASGITransport(wire), port) as proxy:
        settings = {"GATEWAY_CACHE_BYTES": str(_CACHE)}
        with gateway_before(proxy.url, home, settings, files=20_000) as worker:
            await _busy(worker)
            before = worker.resident
            worker.forget_peak()
            yield worker, proxy
            peak, after = worker.peak - before, await _after(worker, int(before * LEFT)) - before
            print(f"{name}: {before / MIB:.0f} MiB, peak +{peak / MIB:.0f}, after +{after / MIB:.0f}")  # noqa: T201
            assert peak < MOST
            assert after <= before * (LEFT - 1)


async def _busy(worker: Process) -> None:
    """Have *worker* do some of everything, as much at once as it may."""
    body = json.dumps({"query": "{ __typename }", "variables": {"x": ["y" * 1_000] * 900}}).encode()
    large = HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with crowd_at(worker.url) as crowd:
        await crowd.join(_BUSY, lambda _: [UPGRADE, HEARD])
        await crowd.join(20, lambda _: [large, HEARD])
    with crowd_at(worker.url) as crowd:
        await crowd.join(_BUSY, lambda number: [asking(_found(number)), HEARD])
        await crowd.join(_BUSY, lambda _: [asking("{ __schema { types { name } } }"), HEARD])
    await recovers(worker)
    async with httpx.AsyncClient(timeout=60) as http:
        for number in range(_FULL):
            await http.post(f"{worker.url}/graphql", json={"query": _found(number)})
    await asyncio.sleep(_SETTLES_WITHIN)


def _found(number: int) -> str:
    return f'{{ titles(search: "{PAGE} {number}", first: 500) {{ nodes {{ id name {{ regular }} }} }} }}'


async def _after(worker: Process, wanted: int) -> int:
    """Return what *worker* has once it is no more than *wanted*, or when time is up."""
    end = time.monotonic() + RETURNS_WITHIN
    while (found := worker.resident) > wanted and time.monotonic() < end:  # noqa: ASYNC110 - the kernel does not tell
        await asyncio.sleep(_LOOK_EVERY)
    return found
