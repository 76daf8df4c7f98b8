"""Attacks on the memory of a worker: none takes more than 64 MiB beside what it had just before."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.attacks.worker import MIB, Process, gateway_before
from tests.faults import documents, transport
from tests.faults.proxy import Fault, Proxy, bound, proxy_before

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

MOST: Final = 64 * MIB
TIMES: Final = 20
_HEAD: Final = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
_PIECE: Final = b" " * 65_536

FAULTS: Final[Mapping[str, Fault]] = {
    "a gzip bomb": transport.answered(transport.gzip_bomb),
    "200 MB that are announced": transport.claims_much,
    "a body without end": transport.endless,
    "20,000 headers": transport.answered(transport.many_headers),
    "a header of 1 MB": transport.answered(transport.long_header),
    "an entity bomb": documents.edited(documents.ENTITIES),
    "200,000 levels": documents.edited(documents.deep),
    "a text of 7 MB": documents.edited(documents.huge_text),
}


def _body(content: bytes) -> Iterator[bytes]:
    return iter([_HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content])


def _announced() -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: 200000000\r\n\r\n"
    yield from [_PIECE] * 3_000


def _chunked() -> Iterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from [b"10000\r\n" + _PIECE + b"\r\n"] * 3_000


def _variables(value: bytes) -> Iterator[bytes]:
    return _body(b'{"query": "{ __typename }", "variables": {"x": ' + value + b"}}")


def _long_header() -> Iterator[bytes]:
    yield b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "
    yield from [_PIECE] * 80


REQUESTS: Final[Mapping[str, Callable[[], Iterator[bytes]]]] = {
    "200 MB that are announced": _announced,
    "200 MB in chunks": _chunked,
    "100,000 levels": lambda: _variables(b"[" * 100_000 + b"]" * 100_000),
    "a million items": lambda: _variables(b"[" + b"1," * 1_000_000 + b"1]"),
    "330,000 lists": lambda: _variables(b"[" + b"[]," * 329_000 + b"1]"),
    "10,000 aliases": lambda: _body(
        b'{"query": "{' + b" ".join(b"a%d: __typename" % number for number in range(10_000)) + b'}"}'
    ),
    "a header of 5 MB": _long_header,
}


async def _nothing(_request: Request) -> Response:
    return Response("<catalog_titles><number_of_results>0</number_of_results></catalog_titles>")


@asynccontextmanager
async def _attacked(home: Path, name: str) -> AsyncIterator[tuple[Process, Proxy]]:
    """Run a gateway before an origin; what is done meanwhile must not take more than may be taken."""
    app = Starlette(routes=[Route("/{rest:path}", _nothing)])
    async with proxy_before(httpx.ASGITransport(app), bound()) as proxy:
        with gateway_before(proxy.url, home) as worker:
            await _search(worker, 0)
            before = worker.resident
            worker.forget_peak()
            yield worker, proxy
            peak, after = worker.peak - before, worker.resident - before
            print(f"{name}: {before / MIB:.0f} MiB, peak +{peak / MIB:.0f}, after +{after / MIB:.0f}")  # noqa: T201
            assert peak < MOST


async def _search(worker: Process, number: int) -> str:
    query = f'{{ titles(search: "{number}", first: 1) {{ totalCount }} }}'
    async with httpx.AsyncClient(timeout=60) as http:
        return (await http.post(f"{worker.url}/graphql", json={"query": query})).text


def _send(url: str, pieces: Iterator[bytes]) -> None:
    """Send *pieces* until the other side has had enough, and hear what it says."""
    at = httpx.URL(url)
    assert at.port is not None
    with closing(socket.create_connection((at.host, at.port), timeout=60)) as line, suppress(ConnectionError):
        for piece in pieces:
            line.sendall(piece)
        line.recv(65_536)


@pytest.mark.parametrize("name", FAULTS)
async def test_a_hostile_origin_does_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    """Whatever the origin answers, to many at once, is bounded for all together (G9, U12 to U14, D17)."""
    async with _attacked(tmp_path, name) as (worker, proxy):
        proxy.plan = lambda _asked: (name, FAULTS[name])
        answers = await asyncio.gather(*(_search(worker, number) for number in range(1, TIMES + 1)))

    assert proxy.served[name] > 0
    assert proxy.errors == []
    assert any("UPSTREAM_BAD_RESPONSE" in each for each in answers)


@pytest.mark.parametrize("name", REQUESTS)
async def test_hostile_requests_do_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    """Whatever clients send, many at once, is bounded for all together (G9, F11 to F13)."""
    async with _attacked(tmp_path, name) as (worker, _proxy):
        attacks = (asyncio.to_thread(_send, worker.url, REQUESTS[name]()) for _ in range(TIMES))
        await asyncio.gather(*attacks)

        assert "totalCount" in await _search(worker, 0)
