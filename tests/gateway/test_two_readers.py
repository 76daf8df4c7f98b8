"""Bytes as HTTP: whatever another reader takes for requests, ours takes for the same, or refuses (T32).

The other one is h11, which was written by the book and shares nothing with httptools.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import Final

import h11
import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from gateway.serving import Server
from tests.ambiguous import AMBIGUOUS, CHUNKED, LINE, NEXT, OFFER, POST, SELDOM

pytestmark = pytest.mark.anyio

Read = tuple[bytes, bytes, bytes]
"""A request that was read: the method, the target, the body."""

GOOD: Final = (
    *SELDOM.values(),
    LINE + b"X: y\r\n\r\n" + NEXT,
    POST % b"Content-Length: 3" + b"abc" + NEXT,
    CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + NEXT,
)
PIECES: Final = (
    *(
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b"\0",
        b":",
        b",",
        b";",
        b"?",
        b"#",
        b"%",
        b"\\",
        b"\x0b",
        b"\x80",
        b'"',
    ),
    *(b"0", b"1", b"AAA", b"chunked", b"HTTP/1.0", b"Host: a\r\n", b"Content-Length: 4\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Upgrade: x\r\nConnection: upgrade\r\n"),
    NEXT,
)
TURNS: Final = 30
"""Turns of the loop that the application is given to read and to answer."""


def _spoilt(chance: random.Random) -> bytes:
    """Return requests with something added, taken out or doubled."""
    text = bytearray(chance.choice(GOOD if chance.random() < 0.8 else tuple(AMBIGUOUS.values())))
    for _ in range(chance.randint(1, 3)):
        place, other = (chance.randint(0, len(text)) for _ in range(2))
        change: Callable[[], bytes] = chance.choice(
            [
                lambda: chance.choice(PIECES),
                lambda: chance.choice(PIECES),
                lambda: bytes(text[min(place, other) :][: abs(place - other)][:40]),  # noqa: B023 - called below
                lambda: b"",
            ]
        )
        added = change()
        text[place : place + (0 if added else chance.randint(1, 4))] = added
    return bytes(text)


class _Wire(asyncio.Transport):
    """A connection that leads nowhere."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)})
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take what is answered."""

    def close(self) -> None:
        """End."""
        self._is_closing = True

    abort = close

    def is_closing(self) -> bool:
        """Whether it has ended."""
        return self._is_closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Hold nothing anyway."""

    def get_write_buffer_size(self) -> int:
        """Return that all is taken."""
        return 0

    def pause_reading(self) -> None:
        """Wait for nothing."""

    resume_reading = pause_reading


async def _ours(*parts: bytes) -> list[Read]:
    """Return the requests that our server reads."""
    found: list[Read] = []

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        query = scope["query_string"]
        found.append((scope["method"].encode(), scope["raw_path"] + (b"?" + query if query else b""), body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body"})

    config = Server(note).config
    config.load()
    connection = config.http_protocol_class(config=config, server_state=ServerState(), app_state={})  # type: ignore[call-arg]
    wire = _Wire()
    connection.connection_made(wire)
    for part in parts:
        if not wire.is_closing():
            connection.data_received(part)
        for _ in range(TURNS):
            await asyncio.sleep(0)
    connection.connection_lost(None)
    await asyncio.sleep(0)
    return found


def _theirs(text: bytes) -> tuple[list[Read], bool]:
    """Return the requests that h11 reads, and whether it would have read on."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(text)
    found: list[Read] = []
    try:
        for method, target, body in _requests(connection):
            found.append((method, target.removesuffix(b"?"), body))
    except h11.ProtocolError:
        return found, False
    return found, connection.our_state is not h11.MUST_CLOSE


def _requests(connection: h11.Connection) -> Iterator[Read]:
    method = target = body = b""
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Request):
            method, target, body = event.method, event.target, b""
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            yield method, target, body
            connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            connection.send(h11.EndOfMessage())
            if connection.our_state is h11.MUST_CLOSE:
                return
            connection.start_next_cycle()
        else:
            return


async def _check(count: int) -> int:
    """Compare the readers *count* times; return how many requests both have read."""
    chance, agreed = random.Random(1), 0  # noqa: S311
    for _ in range(count):
        text = _spoilt(chance)
        cut = chance.randint(0, len(text))
        ours, (theirs, goes_on) = await _ours(text[:cut], text[cut:]), _theirs(text)
        common = min(len(ours), len(theirs))
        assert ours[:common] == theirs[:common], text
        assert len(ours) <= len(theirs) or not goes_on, text
        agreed += common
    return agreed


OFFERED: Final = [text for name, text in SELDOM.items() if "offer" in name or "not taken" in name]


@pytest.mark.parametrize("text", [*OFFERED, LINE + OFFER.replace(b"close, ", b"") + b"\r\n" + NEXT])
async def test_an_offer_that_is_not_taken_changes_nothing(text: bytes) -> None:
    """Wherever it is cut in two, a request with the offer of another protocol is read as without."""
    theirs, _ = _theirs(text)
    ours = [await _ours(text[:cut], text[cut:]) for cut in range(len(text))]

    assert theirs
    assert ours == [theirs] * len(text)


async def test_two_readers_agree() -> None:
    """On hundreds of spoilt requests: as many, with the same targets and bodies."""
    assert await _check(300) > 20


@pytest.mark.verify
async def test_two_readers_always_agree() -> None:
    """On tens of thousands."""
    assert await _check(30_000) > 2_000
