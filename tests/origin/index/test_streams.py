"""Replies that are written while they are sent: only as fast as they are read, and only while they are."""

import asyncio
import zlib
from collections.abc import AsyncGenerator, Callable

import pytest
from starlette.types import Message

from gateway.origin.calls import Parts
from gateway.origin.replies import Reply
from gateway.origin.streams import send_stream

pytestmark = pytest.mark.anyio

PART = b"x" * 100_000


class Source:
    """Writes parts, and counts how many were asked for."""

    def __init__(self, count: int, *, breaks_at: int | None = None) -> None:
        self.count = count
        self.breaks_at = breaks_at
        self.written = 0
        self.is_closed = False

    async def __call__(self) -> AsyncGenerator[bytes]:
        """Write the parts, one at a time."""
        try:
            for _ in range(self.count):
                if self.written == self.breaks_at:
                    raise OSError
                self.written += 1
                yield PART
        finally:
            self.is_closed = True


class Caller:
    """Reads what is sent, until it has had enough."""

    def __init__(self, *, leaves_after: int | None = None, stalls_after: int | None = None) -> None:
        self.leaves_after = leaves_after
        self.stalls_after = stalls_after
        self.has_left = asyncio.Event()
        self.messages: list[Message] = []

    async def receive(self) -> Message:
        """Say nothing until the connection is gone."""
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a message, or do not."""
        if len(self.messages) == self.stalls_after:
            await asyncio.Event().wait()
        self.messages.append(message)
        if len(self.messages) == self.leaves_after:
            self.has_left.set()
        await asyncio.sleep(0)

    @property
    def body(self) -> bytes:
        """Return what was sent."""
        return b"".join(message.get("body", b"") for message in self.messages)

    @property
    def has_end(self) -> bool:
        """Tell whether the reply was ended, and not just over."""
        last = self.messages[-1]
        return last["type"] == "http.response.body" and not last.get("more_body", False)


def reply(parts: Parts, *, is_packed: bool = False) -> Reply:
    """Return a reply whose root *parts* stand within."""
    headers = {"content-type": "text/xml", **({"content-encoding": "gzip"} if is_packed else {})}
    return Reply(200, b"<all></all>", headers, parts=parts)


async def test_whole() -> None:
    """The parts stand within the root, in their order, and the caller learns that this was all."""
    source, caller = Source(3), Caller()

    size = await send_stream(reply(source), caller.receive, caller.send, stall=5)

    assert (caller.body, caller.has_end) == (b"<all>\n" + 3 * PART + b"</all>", True)
    assert (size, caller.messages[0]["status"]) == (len(caller.body), 200)


async def test_empty() -> None:
    """An index of nothing is a document too."""
    caller = Caller()

    await send_stream(reply(Source(0)), caller.receive, caller.send, stall=5)

    assert (caller.body, caller.has_end) == (b"<all>\n</all>", True)


async def test_packed() -> None:
    """What is packed on the way unpacks to the same, and to its end."""
    caller = Caller()

    await send_stream(reply(Source(3), is_packed=True), caller.receive, caller.send, stall=5)

    unpacker = zlib.decompressobj(wbits=31)
    assert (unpacker.decompress(caller.body), unpacker.eof) == (b"<all>\n" + 3 * PART + b"</all>", True)


async def test_small_pieces() -> None:
    """No piece is larger than a server should have to hold, and none is empty: that would end it."""
    caller = Caller()

    await send_stream(reply(Source(3)), caller.receive, caller.send, stall=5)

    sizes = [len(message["body"]) for message in caller.messages[1:-1]]
    assert (max(sizes) <= 65_536, min(sizes) > 0) == (True, True)


async def test_written_as_read() -> None:
    """Nothing is written before what was written earlier is on its way."""
    ahead: list[int] = []
    source = Source(20)

    class Slow(Caller):
        async def send(self, message: Message) -> None:
            ahead.append(source.written - len(self.body) // len(PART))
            await super().send(message)

    caller = Slow()
    await send_stream(reply(source), caller.receive, caller.send, stall=5)

    assert max(ahead) <= 1


async def test_caller_leaves() -> None:
    """When the caller goes away the work ends, and is tidied up."""
    source, caller = Source(1_000), Caller(leaves_after=5)

    await asyncio.wait_for(send_stream(reply(source), caller.receive, caller.send, stall=5), 5)

    assert (source.written < 10, source.is_closed, caller.has_end) == (True, True, False)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: (Source(10, breaks_at=2), Caller()), OSError),
        (lambda: (Source(10), Caller(stalls_after=4)), TimeoutError),
    ],
)
async def test_not_ended(make: Callable[[], tuple[Source, Caller]], error: type[Exception]) -> None:
    """What breaks on the way, or is not read in time, is not ended as if that were all."""
    source, caller = make()

    with pytest.raises(error):
        await send_stream(reply(source), caller.receive, caller.send, stall=0.1)

    assert (source.is_closed, caller.has_end) == (True, False)


async def test_nothing_is_left_running() -> None:
    """No task outlives the reply."""
    before = asyncio.all_tasks()
    for source, caller in ((Source(3), Caller()), (Source(99), Caller(leaves_after=3))):
        await send_stream(reply(source), caller.receive, caller.send, stall=5)

    assert asyncio.all_tasks() == before
