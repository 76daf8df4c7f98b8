"""Index files come in whole or not at all, and are never held in memory."""

import asyncio
import gzip
import io
import os
import signal
import sys
import tracemalloc
from pathlib import Path

import pytest

from gateway.upstream.client import Client, Limits
from gateway.upstream.download import MOST_REDIRECTS, Downloaded, Downloads
from gateway.upstream.errors import (
    ForeignLink,
    MalformedDocument,
    OriginRefused,
    OriginTimedOut,
    OriginUnreachable,
    ResponseTooLarge,
    UpstreamError,
)
from gateway.upstream.href import Origin
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.transport import open_http
from tests.gateway.upstream.conftest import Script, Server, answer, says

pytestmark = pytest.mark.anyio

TITLE = b"<catalog_title><id>http://o.test/1</id><title regular='Jaws'/></catalog_title>\n"
DOCUMENT = b"<?xml version='1.0'?>\n<catalog_titles>\n" + TITLE * 1000 + b"</catalog_titles>"
GZIP = "Content-Encoding: gzip"
PACKED = gzip.compress(DOCUMENT)
LONGEST = 1_000_000
LIMITS = Limits(attempt=0.5, connect=0.5, connections=1)


async def save_into(into: io.BytesIO, server: Server, *, longest: int) -> tuple[Downloaded, list[Downloaded]]:
    """Return what the download came to, and what was told on the way."""
    told: list[Downloaded] = []
    async with open_http(LIMITS) as http:
        origin, signer = Origin.at(f"http://127.0.0.1:{server.port}"), Signer(Credentials("key", "secret"))
        downloads = Downloads(Client(http, LIMITS), signer, origin, longest=longest)
        return await downloads.save(server.href, into, told.append), told


async def save(server: Server) -> tuple[bytes, Downloaded, list[Downloaded]]:
    """Return the same, and before it what was written."""
    into = io.BytesIO()
    done, told = await save_into(into, server, longest=LONGEST)
    return into.getvalue(), done, told


@pytest.mark.parametrize(
    ("body", "headers"), [(DOCUMENT, ()), (PACKED, (GZIP,))], ids=["as it is", "compressed"]
)
async def test_a_document_is_written(body: bytes, headers: tuple[str, ...], server: Server) -> None:
    """It is there byte for byte, its titles counted; gzip is asked for, and the request is signed."""
    server.scripts = [says(answer(body, *headers))]

    written, done, told = await save(server)

    assert written == DOCUMENT
    assert done == Downloaded(received=len(body), written=len(DOCUMENT), titles=1000)
    assert told[-1] == done
    (request,) = server.requests
    assert b"\r\naccept-encoding: gzip\r\n" in request.lower()
    assert b"oauth_signature=" in request


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BROKEN: dict[str, tuple[Script, type[UpstreamError]]] = {
    "a stream that is cut off": (says(answer(PACKED[:-1], GZIP)), MalformedDocument),
    "a stream that is damaged": (says(answer(PACKED[:50] + b"xxx" + PACKED[53:], GZIP)), MalformedDocument),
    "something behind the stream": (says(answer(PACKED + b"x", GZIP)), MalformedDocument),
    "another compression": (says(answer(DOCUMENT, "Content-Encoding: br")), MalformedDocument),
    "a document without its end": (says(answer(DOCUMENT[:-1])), MalformedDocument),
    "something behind the document": (says(answer(DOCUMENT + b"<more/>")), MalformedDocument),
    "nothing": (says(answer(b"")), MalformedDocument),
    "no XML": (says(answer(b"Welcome to the hotel!")), MalformedDocument),
    "a DTD": (says(answer(b"<!DOCTYPE catalog_titles>" + DOCUMENT[22:])), MalformedDocument),
    "more than is read": (
        says(answer(gzip.compress(b"<a>" + b" " * LONGEST + b"</a>"), GZIP)),
        ResponseTooLarge,
    ),
    "a missing last chunk": (says(CHUNKED + b"10\r\n<catalog_titles>\r\n"), OriginUnreachable),
    "a short body": (says(answer(DOCUMENT, length=len(DOCUMENT) + 1)), OriginUnreachable),
    "a body that stops": (says(CHUNKED + b"10\r\n<catalog_titles>\r\n", b"", pause=5), OriginTimedOut),
    "silence": (says(b"", b"", pause=5), OriginTimedOut),
    "a refusal": (
        says(
            answer(
                b"<status><status_code>401</status_code><message>Invalid Signature</message></status>",
                status="401 No",
            )
        ),
        OriginRefused,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_broken_is_an_error(name: str, server: Server) -> None:
    """What is not one whole document is never taken for a shorter one."""
    script, error = BROKEN[name]
    server.scripts = [script]

    with pytest.raises(error):
        await save(server)


def sends_on(location: str) -> Script:
    """Answer with a redirect."""
    return says(answer(b"", f"Location: {location}", "Connection: close", status="302 Found"))


async def test_the_origin_may_send_us_on(server: Server) -> None:
    """To another of its addresses, for which the request is signed anew."""
    server.scripts = [sends_on("/catalog/titles/elsewhere?x=1"), says(answer(DOCUMENT))]

    written, _, _ = await save(server)

    assert written == DOCUMENT
    first, second = server.requests
    assert second.startswith(b"GET /catalog/titles/elsewhere?x=1 ")
    signatures = [each.partition(b"oauth_signature=")[2][:40] for each in (first, second)]
    assert signatures[0] != signatures[1]


@pytest.mark.parametrize(
    ("location", "error", "requests"),
    [
        ("http://127.0.0.1:9/full", ForeignLink, 1),
        ("//elsewhere.test/full", ForeignLink, 1),
        ("/catalog/titles", MalformedDocument, MOST_REDIRECTS + 1),
    ],
    ids=["another port", "another host", "for ever"],
)
async def test_nobody_is_sent_elsewhere(
    location: str, error: type[UpstreamError], requests: int, server: Server
) -> None:
    """No other server is asked, and no circle is followed for ever."""
    server.scripts = [sends_on(location)]

    with pytest.raises(error):
        await save(server)

    assert len(server.requests) == requests


async def test_memory_stays_flat(server: Server) -> None:
    """A document of 12 MB is written in pieces, however well it was compressed."""
    whole = b"<catalog_titles>" + TITLE * 150_000 + b"</catalog_titles>"
    server.scripts = [says(answer(gzip.compress(whole, 1), GZIP))]
    size = 0

    class Sink(io.BytesIO):
        def write(self, piece: object, /) -> int:
            nonlocal size
            assert isinstance(piece, bytes)
            size += len(piece)
            return len(piece)

    tracemalloc.start()
    try:
        done, _ = await save_into(Sink(), server, longest=10**9)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (size, done.titles) == (len(whole), 150_000)
    assert peak < 3_000_000


async def test_a_command_that_is_stopped_leaves_nothing(server: Server, tmp_path: Path) -> None:
    """After Ctrl-C the file is what it was before, and no other is there."""
    file = tmp_path / "full.xml"
    file.write_text("yesterday's")
    server.scripts = [says(CHUNKED + b"10\r\n<catalog_titles>\r\n", b"", pause=20)]
    command = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "index", "--output", str(file)),
        env={
            **os.environ,
            "GATEWAY_ORIGIN_URL": f"http://127.0.0.1:{server.port}",
            "GATEWAY_CONSUMER_KEY": "key",
            "GATEWAY_CONSUMER_SECRET": "secret",
            "GATEWAY_HOME": str(tmp_path / "home"),
        },
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        await server.arrived.wait()
        assert len(_texts(tmp_path)) == 2
        command.send_signal(signal.SIGINT)
        _, complaint = await command.communicate()

    assert command.returncode not in {0, None}
    assert b"Traceback" not in complaint
    assert _texts(tmp_path) == {"full.xml": "yesterday's"}


def _texts(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.iterdir()}
