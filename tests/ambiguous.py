"""Requests as bytes that two readers could take for two things, and such as are merely seldom."""

import asyncio
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

LINE: Final = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST: Final = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n%b\r\n\r\n"
NEXT: Final = b"GET /next HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
"""What is a request of its own if it is not taken for a body."""
OFFER: Final = b"Upgrade: h2c\r\nConnection: Upgrade, close, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"
CHUNKED: Final = POST % b"Transfer-Encoding: chunked"

AMBIGUOUS: Final = {
    "two ways to tell the length": POST % b"Content-Length: 3\r\nTransfer-Encoding: chunked" + b"0\r\n\r\n",
    "the same, the other way round": POST % b"Transfer-Encoding: chunked\r\nContent-Length: 3" + b"0\r\n\r\n",
    "two lengths": POST % b"Content-Length: 3\r\nContent-Length: 4" + b"abcd",
    "a length twice": POST % b"Content-Length: 3\r\nContent-Length: 3" + b"abc",
    "a list of lengths": POST % b"Content-Length: 3, 3" + b"abc",
    "more than the length": POST % b"Content-Length: 3" + b"abcdefgh\r\n\r\n",
    "a length below 0": POST % b"Content-Length: -1",
    "a length with a sign": POST % b"Content-Length: +3" + b"abc",
    "a length with a blank": POST % b"Content-Length: 1 0" + b"abc",
    "a length in another system": POST % b"Content-Length: 0x3" + b"abc",
    "a length without end": POST % (b"Content-Length: " + b"9" * 30),
    "an unknown coding": POST % b"Transfer-Encoding: xchunked" + b"0\r\n\r\n",
    "a coding after chunks": POST % b"Transfer-Encoding: chunked, identity" + b"0\r\n\r\n",
    "a coding before chunks": POST % b"Transfer-Encoding: gzip, chunked" + b"0\r\n\r\n",
    "chunks twice": POST % b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked" + b"0\r\n\r\n",
    "a coding behind a control": POST % b"Transfer-Encoding: \x0bchunked" + b"0\r\n\r\n",
    "chunks in HTTP/1.0": CHUNKED.replace(b"HTTP/1.1", b"HTTP/1.0") + b"0\r\n\r\n",
    "a chunk ended by a line feed": CHUNKED + b"1\nx\r\n0\r\n\r\n",
    "a chunk of 0x1": CHUNKED + b"0x1\r\nx\r\n0\r\n\r\n",
    "a chunk of -1": CHUNKED + b"-1\r\nx\r\n0\r\n\r\n",
    "a chunk longer than told": CHUNKED + b"1\r\nxyz\r\n0\r\n\r\n",
    "a length after the chunks": CHUNKED + b"0\r\nContent-Length: 5\r\n\r\n",
    "a folded line": LINE + b"X: a\r\n b\r\n\r\n",
    "a line folded by a tab": LINE + b"X: a\r\n\tb\r\n\r\n",
    "line feeds alone": LINE.replace(b"\r\n", b"\n") + b"\n",
    "a line feed after the first line": LINE.replace(b"\r\n", b"\n", 1) + b"\r\n",
    "a line feed in the headers": LINE + b"X: a\nY: b\r\n\r\n",
    "a line feed at the end": LINE + b"X: a\r\n\n",
    "a carriage return alone": LINE + b"X: a\rY: b\r\n\r\n",
    "a blank before the colon": LINE + b"X : y\r\n\r\n",
    "no colon": LINE + b"X\r\n\r\n",
    "no name": LINE + b": y\r\n\r\n",
    "NUL in a value": LINE + b"X: a\x00b\r\n\r\n",
    "NUL in a name": LINE + b"X\x00: b\r\n\r\n",
    "NUL in the address": LINE.replace(b"/", b"/\x00", 1) + b"\r\n",
    "a fragment in the address": LINE.replace(b"/", b"/#top", 1) + b"\r\n",
    "a blank in the address": LINE.replace(b"/", b"/a b", 1) + b"\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "an empty host": b"GET / HTTP/1.1\r\nHost: \r\n\r\n",
    "two hosts": LINE + b"Host: evil.test\r\n\r\n",
    "a host twice": LINE + b"Host: 127.0.0.1\r\n\r\n",
    "two hosts in HTTP/1.0": LINE.replace(b"1.1", b"1.0", 1) + b"Host: evil.test\r\n\r\n",
    "a list of hosts": b"GET / HTTP/1.1\r\nHost: 127.0.0.1, evil.test\r\n\r\n",
    "a host with a name before it": b"GET / HTTP/1.1\r\nHost: evil.test@127.0.0.1\r\n\r\n",
    "a host with a path": b"GET / HTTP/1.1\r\nHost: 127.0.0.1/evil\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "HTTP/2 as HTTP/1": LINE.replace(b"1.1", b"2.0", 1) + b"\r\n",
    "the start of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a tunnel": b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n",
}

SELDOM: Final = {
    "an old request": b"GET / HTTP/1.0\r\n\r\n",
    "chunks in capitals": POST % b"Connection: close\r\nTransfer-Encoding: CHUNKED" + b"0\r\n\r\n",
    "a blank line before": b"\r\n" + LINE + b"Connection: close\r\n\r\n",
    "a body that waits to be wanted": POST % b"Connection: close\r\nContent-Length: 3\r\nExpect: 100-continue"
    + b"abc",
    "another protocol, not taken": LINE + b"Upgrade: h2c\r\nConnection: Upgrade, close\r\n\r\n",
    "a body with such an offer": POST % (OFFER + b"Content-Length: %d" % len(NEXT)) + NEXT,
    "chunks with such an offer": POST % (OFFER + b"Transfer-Encoding: chunked")
    + b"1\r\nx\r\n0\r\nX: y\r\n\r\n",
    "a host by its number": b"GET / HTTP/1.1\r\nHost: [::1]:8000\r\nConnection: close\r\n\r\n",
}
"""What is good HTTP, however seldom; each ends its connection."""


async def answered(url: str, requests: Mapping[str, bytes]) -> dict[str, bytes]:
    """Send each of *requests* to *url* on a connection of its own; return all that it is answered with."""
    told = await asyncio.gather(*(_answered(url, each) for each in requests.values()))
    return dict(zip(requests, told, strict=True))


async def _answered(url: str, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(url).port)
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()
