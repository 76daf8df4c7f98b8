"""Replies that are written while they are sent: never held whole, and given up when nobody reads on."""

import asyncio
import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from starlette.types import Receive, Send

from gateway.origin.replies import GZIP_LEVEL, GZIP_WINDOW, Reply

_END: Final = b"</"
_CHUNK: Final = 65_536


async def send_stream(reply: Reply, receive: Receive, send: Send, *, stall: float) -> int:
    """Send *reply* and its parts; return how many bytes that were.

    The work ends when the caller goes away, or takes longer than *stall* seconds to read a chunk. What is
    not sent to its end is not ended either: the server closes the connection, and nobody takes it for whole.
    """
    raw = [(name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    gone = asyncio.create_task(_gone(receive))
    size = 0
    try:
        async with aclosing(_chunks(reply)) as chunks:
            async for chunk in chunks:
                if gone.done():
                    return size
                async with asyncio.timeout(stall):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                size += len(chunk)
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
        await asyncio.wait({gone})
    return size


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _chunks(reply: Reply) -> AsyncGenerator[bytes]:
    """Yield the document in small pieces, compressed if its headers say so."""
    is_packed = reply.headers.get("content-encoding") == "gzip"
    async with aclosing(_packed(reply) if is_packed else _whole(reply)) as parts:
        async for part in parts:
            for start in range(0, len(part), _CHUNK):
                yield part[start : start + _CHUNK]


async def _packed(reply: Reply) -> AsyncGenerator[bytes]:
    compressor = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_WINDOW)
    async with aclosing(_whole(reply)) as parts:
        async for part in parts:
            yield await asyncio.to_thread(compressor.compress, part)
    yield compressor.flush()


async def _whole(reply: Reply) -> AsyncGenerator[bytes]:
    opening, end, closing = reply.body.rpartition(_END)
    yield opening + b"\n"
    if reply.parts is not None:
        async with aclosing(reply.parts()) as written:
            async for part in written:
                yield part
    yield end + closing
