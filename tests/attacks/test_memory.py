"""Attacks on the memory of a worker: none takes more than 64 MiB beside what it had before, or keeps it."""

import asyncio
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.attacks.crowd import HEARD, crowd_at
from tests.attacks.memory import HEAD, attacked, recovers, search, titles
from tests.faults import documents, transport
from tests.faults.proxy import Fault

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

TIMES: Final = 20
_PIECE: Final = b" " * 65_536


def _entries(count: int) -> bytes:
    entry = b"<entry><id>other</id><body><status>200</status>" + titles(10) + b"</body></entry>"
    return b"<response>" + entry * count + b"</response>"


FAULTS: Final[Mapping[str, Fault]] = {
    "a gzip bomb": transport.answered(transport.gzip_bomb),
    "200 MB that are announced": transport.claims_much,
    "a body without end": transport.endless,
    "20,000 headers": transport.answered(transport.many_headers),
    "a header of 1 MB": transport.answered(transport.long_header),
    "an entity bomb": documents.edited(documents.ENTITIES),
    "200,000 levels": documents.edited(documents.deep),
    "a text of 7 MB": documents.edited(documents.huge_text),
    "28,000 titles": documents.edited(lambda _: titles(28_000)),
    "18,700 titles": documents.edited(lambda _: titles(18_700)),
    "2,000 entries for 20": documents.edited(lambda _: _entries(2_000)),
}


def _body(content: bytes) -> Iterator[bytes]:
    return iter([HEAD + b"Content-Length: %d\r\n\r\n" % len(content) + content])


def _announced() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 200000000\r\n\r\n"
    yield from [_PIECE] * 3_000


def _chunked() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
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


def _asking(term: str) -> bytes:
    """Ask for what is found of *term*, with 4,500 objects that nobody declares."""
    variables = {"term": term} | {f"v{number}": [[{"a": 1}] * 30] * 30 for number in range(5)}
    query = "query($term: String!) { titles(search: $term) { totalCount } }"
    body = json.dumps({"query": query, "variables": variables}).encode()
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


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
    async with attacked(tmp_path, name) as (worker, proxy):
        proxy.plan = lambda _asked: (name, FAULTS[name])
        answers = await asyncio.gather(*(search(worker, number) for number in range(1, TIMES + 1)))

    assert proxy.served[name] > 0
    assert proxy.errors == []
    assert any("UPSTREAM_BAD_RESPONSE" in each for each in answers)


@pytest.mark.parametrize("name", REQUESTS)
async def test_hostile_requests_do_not_fill_the_memory(name: str, tmp_path: Path) -> None:
    """Whatever clients send, many at once, is bounded for all together (G9, F11 to F13)."""
    async with attacked(tmp_path, name) as (worker, _proxy):
        attacks = (asyncio.to_thread(_send, worker.url, REQUESTS[name]()) for _ in range(TIMES))
        await asyncio.gather(*attacks)

        assert "totalCount" in await search(worker, 0)


@pytest.mark.parametrize("is_same", [False, True])
async def test_operations_with_many_values_do_not_fill_the_memory(*, is_same: bool, tmp_path: Path) -> None:
    """Hundreds wait for an origin that says nothing, for answers of their own or for one (G9)."""
    async with attacked(tmp_path, f"many values, {is_same=}") as (worker, proxy):
        proxy.plan = lambda _asked: ("silence", transport.silence)
        with crowd_at(worker.url) as crowd:
            # So few at a time that the worker is not busy: it takes all that come.
            await crowd.join(
                300, lambda number: [_asking("0" if is_same else str(number)), HEARD], pause=0.02
            )
        proxy.forget()
        await recovers(worker)

    refused = [each for each in crowd.answers if b"The values in the variables of all operations" in each]
    assert 0 < len(refused) < 300
