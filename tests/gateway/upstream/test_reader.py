"""Reading resources: alone, in bulk, in halves, and what a refusal becomes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace

import httpx
import pytest

from gateway.resources import Href, Text
from gateway.upstream import hypermedia
from gateway.upstream.client import Client, Limits
from gateway.upstream.errors import (
    MalformedDocument,
    MissingEntry,
    OriginRefused,
    UpstreamError,
)
from gateway.upstream.href import Origin
from gateway.upstream.reader import Answer, Read, Reader
from gateway.upstream.signing import Credentials, Signer
from tests.gateway.documents import ORIGIN, address, status, text
from tests.gateway.wire import BULK, Entry, Raw, Wire

pytestmark = pytest.mark.anyio

PATHS = [f"/catalog/titles/movies/{number}/synopsis" for number in range(8)]


@pytest.fixture
def wire() -> Wire:
    """Return an origin with eight synopses."""
    wire = Wire()
    wire.documents = {path: text("synopsis", f"About {number}.") for number, path in enumerate(PATHS)}
    return wire


@pytest.fixture
async def reader(wire: Wire) -> AsyncIterator[Reader]:
    """Return a reader that takes answers up to 500 bytes."""
    limits = Limits(inflated_bytes=500)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        yield Reader(Client(http, limits), Signer(Credentials("key", "secret")), Origin.at(ORIGIN))


async def read(reader: Reader, *paths: str) -> Sequence[Answer]:
    """Read *paths* in one go."""
    deadline = asyncio.get_running_loop().time() + 5
    reads = [Read(Href(address(path))) for path in paths]
    return await reader.read(reads, deadline=deadline, spent=lambda _: None)


async def test_answers_come_in_the_order_asked_for(reader: Reader, wire: Wire) -> None:
    """However the origin orders the entries of its answer."""
    wire.tamper = lambda entries: entries[::-1]

    assert await read(reader, *PATHS[:3]) == [Text("About 0."), Text("About 1."), Text("About 2.")]
    assert wire.requests == [PATHS[:3]]


async def test_entries_have_names_that_nobody_can_foretell(reader: Reader, wire: Wire) -> None:
    """Two bulk requests for the same have no name in common, and no name tells what it asks for (T3)."""
    names: list[str] = []

    def note(entries: list[Entry]) -> list[Entry]:
        names.extend(each.name for each in entries)
        return entries

    wire.tamper = note

    await read(reader, *PATHS[:2])
    await read(reader, *PATHS[:2])

    assert len(set(names)) == 4
    assert [name for name in names if not name.startswith("entry_") or "movies" in name] == []


async def test_a_personal_entry_is_signed_with_its_token(reader: Reader, wire: Wire) -> None:
    """Entries of several subscribers travel together, each with the token that it was given."""
    reads = [
        Read(Href(address(PATHS[0])), Credentials("ann", "CANARY-ann")),
        Read(Href(address(PATHS[1])), Credentials("ben", "CANARY-ben")),
        Read(Href(address(PATHS[2]))),
    ]

    await reader.read(reads, deadline=asyncio.get_running_loop().time() + 5, spent=lambda _: None)

    [received] = wire.received
    tokens = [
        name for entry in received.addresses for name in ("ann", "ben") if f"oauth_token={name}" in entry
    ]
    assert tokens == ["ann", "ben"]
    assert [entry for entry in received.addresses if "CANARY" in entry] == []


REFUSALS = {
    "a status document": (Raw(status(403, "Over queries per day limit").encode(), 403), (OriginRefused, 403)),
    "a bare sentence": (Raw(b"Invalid Signature", 401), (OriginRefused, 401)),
    "a page": (Raw(b"<html><h1>Developer Inactive</h1></html>", 403), (OriginRefused, 403)),
    "nothing": (Raw(b"", 500), (OriginRefused, 500)),
    "a status document under 200": (Raw(status(404).encode()), (OriginRefused, 404)),
    "a page that is not there": (Raw(b"<html></html>", 404), (MalformedDocument, None)),
    "not modified": (Raw(b"", 304), (MalformedDocument, None)),
    "no content": (Raw(b"", 204), (OriginRefused, 204)),
    "an empty body": (Raw(b""), (MalformedDocument, None)),
    "JSON": (Raw(b'{"synopsis": "x"}'), (MalformedDocument, None)),
    "half a document": (Raw(b"<synopsis>About"), (MalformedDocument, None)),
    "a document with a DTD": (
        Raw(b"<!DOCTYPE synopsis []><synopsis>x</synopsis>"),
        (MalformedDocument, None),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_refusal_has_its_error(name: str, reader: Reader, wire: Wire) -> None:
    """Whatever form it comes in, a refusal is told by its status, and what is no document is malformed."""
    wire.raw[PATHS[0]], expected = REFUSALS[name]

    with pytest.raises(UpstreamError) as refusal:
        await read(reader, PATHS[0])

    assert (type(refusal.value), getattr(refusal.value, "status", None)) == expected


async def test_a_refused_bulk_is_one_refusal(reader: Reader, wire: Wire) -> None:
    """It says nothing of any of its entries."""
    wire.raw[BULK] = Raw(b"Service is over queries per second limit", 403)

    with pytest.raises(OriginRefused) as refusal:
        await read(reader, *PATHS[:3])

    assert refusal.value.status == 403


async def test_an_entry_that_is_missing_fails_alone(reader: Reader, wire: Wire) -> None:
    """The error says which."""
    wire.tamper = lambda entries: entries[1:]

    answers = await read(reader, *PATHS[:2])

    assert [str(each) if isinstance(each, UpstreamError) else each for each in answers] == [
        str(MissingEntry(Href(address(PATHS[0])))),
        Text("About 1."),
    ]


@pytest.mark.parametrize("count", [1, 2])
async def test_a_refusal_of_our_clock_sets_it(wire: Wire, count: int) -> None:
    """By the date of the answer, whether it came alone or as an entry (T35)."""
    signer = Signer(Credentials("key", "secret"), clock=lambda: 0.0)
    wire.headers = {"date": "Sun, 06 Nov 1994 12:00:00 GMT"}
    wire.raw[PATHS[0]] = Raw(b"Timestamp Is Invalid", 401)
    wire.tamper = lambda entries: [
        replace(each, body=status(401, "Timestamp Is Invalid")) for each in entries
    ]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        reader = Reader(Client(http), signer, Origin.at(ORIGIN))

        with suppress(OriginRefused):
            await read(reader, *PATHS[:count])

    assert signer.clock() == 784_123_200.0


async def test_a_large_document_is_read_like_a_small_one(wire: Wire) -> None:
    """Half a megabyte is taken apart in a thread, alone and in bulk."""
    wire.documents[PATHS[0]] = text("synopsis", "x" * 500_000)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        reader = Reader(Client(http), Signer(Credentials("key", "secret")), Origin.at(ORIGIN))

        [alone] = await read(reader, PATHS[0])
        together = await read(reader, *PATHS[:2])

    assert [alone, *together] == [Text("x" * 500_000), Text("x" * 500_000), Text("About 1.")]


async def test_large_documents_are_parsed_one_at_a_time(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nobody waits for any longer is still being parsed; the next one has to wait (G9)."""
    wire.documents = {path: text("synopsis", "x" * 300_000) for path in PATHS[:2]}
    begun, other, at_once = threading.Event(), threading.Event(), []

    def parse(_document: bytes, _href: Href) -> Text:
        if begun.is_set():
            other.set()
        begun.set()
        at_once.append(other.wait(0.3))
        return Text("")

    monkeypatch.setattr(hypermedia, "read_document", parse)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        reader = Reader(Client(http), Signer(Credentials("key", "secret")), Origin.at(ORIGIN))
        first = asyncio.create_task(read(reader, PATHS[0]))
        await asyncio.to_thread(begun.wait)
        first.cancel()
        await read(reader, PATHS[1])

    assert at_once == [False, True]
