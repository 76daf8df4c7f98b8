"""Large answers: of some sizes only so many are held at once, until their readers have done with them."""

import asyncio
import gzip
import os
import threading
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import httpx
import pytest

from gateway.resources import Href, Text
from gateway.upstream import client, hypermedia
from gateway.upstream.client import Client
from gateway.upstream.errors import MalformedDocument, OriginBusy
from gateway.upstream.href import Origin as Address
from gateway.upstream.reader import Read, Reader
from gateway.upstream.signing import Credentials, Signer

pytestmark = pytest.mark.anyio

HREF = Href("http://o.test/catalog/titles")
SMALL, LARGE, HUGE = 250_000, 1_000_000, 1_000_001
"""Bytes up to which any number is held, sixteen, and two."""


class _Body(httpx.AsyncByteStream):
    """A body in pieces, which tells when it has been taken whole."""

    def __init__(self, body: bytes, taken: asyncio.Event) -> None:
        self._body = body
        self._taken = taken

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), 50_000):
            yield self._body[start : start + 50_000]
        self._taken.set()


class Origin:
    """Answers every request with one body, and is asked by a client of its own."""

    def __init__(self, body: bytes, *, coding: str = "identity") -> None:
        self._body, self._coding = body, coding
        self.taken: list[asyncio.Event] = []
        self.client = Client(httpx.AsyncClient(transport=httpx.MockTransport(self._answer)))

    async def ask(self, readers: AsyncExitStack, *, seconds: float = 5.0) -> bytes:
        """Return an answer that one of *readers* has and does not leave."""
        deadline = asyncio.get_running_loop().time() + seconds
        sent = self.client.get(HREF, authorization="", deadline=deadline)
        return (await readers.enter_async_context(sent)).body

    async def has_sent(self, count: int) -> None:
        """Wait until so many answers have been taken whole."""
        while len(self.taken) < count:  # noqa: ASYNC110 - the loop is all that has to go on
            await asyncio.sleep(0)
        await asyncio.gather(*(each.wait() for each in self.taken[:count]))

    async def _answer(self, _request: httpx.Request) -> httpx.Response:
        self.taken.append(asyncio.Event())
        headers = {"content-encoding": self._coding}
        return httpx.Response(200, stream=_Body(self._body, self.taken[-1]), headers=headers)


@pytest.mark.parametrize(("size", "most"), [(SMALL + 1, 16), (LARGE, 16), (HUGE, 2)])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_large_answer_waits_until_another_is_read(size: int, most: int, coding: str) -> None:
    """However fast they come, and however small they were on the wire."""
    # Half noise: it becomes neither much shorter nor a bomb.
    body = os.urandom(size // 2) + bytes(size - size // 2)
    origin = Origin(gzip.compress(body) if coding == "gzip" else body, coding=coding)
    async with AsyncExitStack() as others, AsyncExitStack() as first:
        assert await origin.ask(first) == body
        assert [len(await origin.ask(others)) for _ in range(most - 1)] == [size] * (most - 1)
        next_one = asyncio.create_task(origin.ask(others))
        with pytest.raises(OriginBusy, match=f"at most {most}, not {most + 1}"):
            await origin.ask(others, seconds=0.05)
        assert not next_one.done()

        await first.aclose()

        assert await next_one == body


async def test_small_answers_do_not_wait() -> None:
    """Those that are parsed on the spot."""
    origin = Origin(bytes(SMALL))
    async with AsyncExitStack() as readers:
        assert [len(await origin.ask(readers)) for _ in range(50)] == [SMALL] * 50


async def test_an_answer_that_is_broken_leaves_its_place() -> None:
    """Nobody ever reads it."""
    origin = Origin(gzip.compress(os.urandom(HUGE))[:-1], coding="gzip")
    async with AsyncExitStack() as readers:
        for _ in range(3):
            with pytest.raises(MalformedDocument):
                await origin.ask(readers)


async def test_an_answer_keeps_its_place_until_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two wait for the parser: a third is not read before."""
    may_end = threading.Event()

    def parse(_document: bytes, _href: Href) -> Text:
        may_end.wait(5)
        return Text("")

    monkeypatch.setattr(hypermedia, "read_document", parse)
    origin = Origin(bytes(HUGE))
    reader = Reader(origin.client, Signer(Credentials("key", "secret")), Address.at("http://o.test"))
    deadline = asyncio.get_running_loop().time() + 5
    reads = [
        asyncio.create_task(reader.read([Read(HREF)], deadline=deadline, spent=lambda _: None))
        for _ in range(2)
    ]
    await origin.has_sent(2)

    async with AsyncExitStack() as readers:
        with pytest.raises(OriginBusy):
            await origin.ask(readers, seconds=0.05)
        may_end.set()
        assert len(await origin.ask(readers)) == HUGE
    assert await asyncio.gather(*reads) == [[Text("")]] * 2


async def test_an_answer_that_nobody_waits_for_is_not_kept_for_the_parser() -> None:
    """Others may have its place, so its bytes are gone, too, and it is not parsed any more."""
    origin, may_end = Origin(bytes(LARGE)), threading.Event()
    reader = Reader(origin.client, Signer(Credentials("key", "secret")), Address.at("http://o.test"))
    reader._parsing.submit(may_end.wait, 10)  # noqa: SLF001 - the parser is busy
    deadline = asyncio.get_running_loop().time() + 5
    tracemalloc.start()
    try:
        reads = [
            asyncio.create_task(reader.read([Read(HREF)], deadline=deadline, spent=lambda _: None))
            for _ in range(10)
        ]
        await origin.has_sent(10)
        assert tracemalloc.get_traced_memory()[0] > 10 * LARGE
        for each in reads:
            each.cancel()
        await asyncio.wait(reads)
        reads.clear()

        assert tracemalloc.get_traced_memory()[0] < 2 * LARGE
    finally:
        tracemalloc.stop()
        may_end.set()


async def test_who_leaves_does_not_let_another_answer_be_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each may be a bomb: the next is begun when the thread is done with the one before."""
    begun, may_end, at_once = threading.Event(), threading.Event(), list[bool]()

    def inflate(_body: bytes, _href: Href, *, limit: int) -> bytes:
        at_once.append(begun.is_set() and not may_end.is_set())
        begun.set()
        may_end.wait(10)
        return bytes(limit)[:1]

    monkeypatch.setattr(client, "_inflate", inflate)
    origin = Origin(gzip.compress(os.urandom(LARGE)), coding="gzip")
    async with AsyncExitStack() as readers:
        leaving = asyncio.create_task(origin.ask(readers))
        await asyncio.to_thread(begun.wait)
        leaving.cancel()
        await asyncio.wait([leaving])
        other = asyncio.create_task(origin.ask(readers))
        await origin.has_sent(2)
        for _ in range(100):
            await asyncio.sleep(0)
        await asyncio.to_thread(lambda: None)  # A thread that could be begun has been.
        may_end.set()
        await other

    assert at_once == [False, False]
