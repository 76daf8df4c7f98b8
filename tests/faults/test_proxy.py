"""The fault proxy itself: what it says it served was served, and what is no fault fails."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.faults import documents, transport
from tests.faults.exchange import Asked
from tests.faults.proxy import Fault, Inert, Plan, Proxy, bound, proxy_before

pytestmark = pytest.mark.anyio

DOCUMENT = b"<people><person>" + b"x" * 400 + b"</person></people>"


async def _answer(_request: Request) -> Response:
    return Response(DOCUMENT, media_type="text/xml", headers={"etag": '"7"'})


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Return a proxy before something small."""
    app = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST"])])
    async with proxy_before(httpx.ASGITransport(app), bound()) as running:
        yield running
    assert all(isinstance(error, Inert) for error in running.errors)


def always(fault: Fault) -> Plan:
    """Return a plan by which everything gets *fault*."""
    return lambda _asked: ("fault", fault)


async def exchange(proxy: Proxy, seconds: float = 5.0) -> bytes:
    """Send a request by hand; return all that comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
    writer.write(b"GET /people/1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    read = b""
    try:
        async with asyncio.timeout(seconds):
            while part := await reader.read(65_536):
                read += part
    except TimeoutError:
        read += b"TIMEOUT"
    except ConnectionResetError:
        read += b"RESET"
    finally:
        writer.close()
    return read


async def test_without_a_fault_the_origin_answers(proxy: Proxy) -> None:
    """Over connections that are kept; all requests are noted, and no fault is counted."""
    async with httpx.AsyncClient() as http:
        answers = [await http.get(f"{proxy.url}/people/{number}?x=1") for number in range(3)]

    assert [(each.status_code, each.content, each.headers["etag"]) for each in answers] == [
        (200, DOCUMENT, '"7"')
    ] * 3
    assert [each.path for each in proxy.asked] == ["/people/0", "/people/1", "/people/2"]
    assert (proxy.served, proxy.origin.calls, proxy.calls) == ({}, 3, 3)


WRITTEN = {
    "truncated": (transport.answered(transport.truncated), DOCUMENT[:20]),
    "cut in half": (transport.answered(transport.cut_in_half), b"Connection: close\r\n\r\n" + DOCUMENT[:20]),
    "bad chunk": (transport.answered(transport.bad_chunk_size), b"\r\nzz\r\n<people>"),
    "no last chunk": (transport.answered(transport.no_last_chunk), b"</people>\r\n"),
    "long extension": (transport.answered(transport.huge_extension), b";xxxxxxxx"),
    "bomb": (transport.answered(transport.gzip_bomb), b"content-encoding: gzip"),
    "bad sum": (transport.answered(transport.gzip_bad_sum), b"\x1f\x8b"),
    "label": (transport.answered(transport.gzip_label_only), b"gzip\r\n"),
    "many headers": (transport.answered(transport.many_headers), b"X-19999: 19999"),
    "garbage": (transport.answered(transport.garbage), b"SSH-2.0"),
    "hints": (transport.answered(transport.early_hints), b"103 Early Hints"),
    "status": (documents.said(503, "Busy", retry_after="2"), b"retry-after: 2"),
    "no header": (documents.headed(etag=None), b"200 Anything"),
    "document": (documents.edited(documents.sub(b"person>", b"human>")), b"<human>"),
    "entities": (documents.edited(documents.ENTITIES), b"<!ENTITY j"),
    "reset": (transport.reset(after="headers"), b"HTTP/1.1 200"),
    "reset of the body": (transport.reset(after="body"), DOCUMENT[:60]),
    "sliced": (transport.sliced, DOCUMENT),
    "late": (transport.late(0.01), DOCUMENT),
    "dripping": (transport.dripping(headers=True, pause=0.0), DOCUMENT),
}


@pytest.mark.parametrize("name", WRITTEN)
async def test_a_fault_is_written_and_counted(name: str, proxy: Proxy) -> None:
    """What comes back is what the fault is about, and it is counted once."""
    fault, expected = WRITTEN[name]
    proxy.plan = always(fault)

    read = await exchange(proxy)

    assert expected in read
    assert await proxy.quiet()
    assert proxy.served == {"fault": 1}


async def test_a_half_is_a_half(proxy: Proxy) -> None:
    """The end of the document is not there."""
    for fault in (transport.truncated, transport.cut_in_half):
        proxy.plan = always(transport.answered(fault))
        assert b"</people>" not in await exchange(proxy)


@pytest.mark.parametrize(
    "fault",
    [
        transport.answered(lambda answer: answer.encode()),
        documents.edited(documents.sub(b"nowhere", b"somewhere")),
        documents.entries(lambda found: found[1:]),
    ],
)
async def test_what_changes_nothing_is_not_counted(fault: Fault, proxy: Proxy) -> None:
    """A fault that does nothing cannot be taken for one."""
    proxy.plan = always(fault)

    await exchange(proxy)

    assert proxy.served == {}
    assert [type(error) for error in proxy.errors] == [Inert]


async def test_silence_counts_once_it_is_given_up(proxy: Proxy) -> None:
    """As long as somebody listens nothing comes, and the request is under way."""
    proxy.plan = always(transport.silence)

    assert await exchange(proxy, seconds=0.05) == b"TIMEOUT"

    assert await proxy.quiet()
    assert proxy.served == {"fault": 1}


async def test_what_has_no_end_ends_with_its_reader(proxy: Proxy) -> None:
    """Nothing is written to nobody."""
    proxy.plan = always(transport.endless)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"chunked" in await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()

    assert await proxy.quiet()
    assert proxy.served == {"fault": 1}


async def test_bits_are_flipped_and_no_lengths(proxy: Proxy) -> None:
    """As many bytes come back, and some are others."""
    proxy.plan = always(transport.answered(transport.flipped(1)))

    body = (await exchange(proxy)).partition(b"\r\n\r\n")[2]

    assert len(body) == len(DOCUMENT)
    assert sum(a != b for a, b in zip(body, DOCUMENT, strict=True)) == 4


async def test_a_plan_may_spare_requests(proxy: Proxy) -> None:
    """Only what it names is struck."""

    def plan(asked: Asked) -> tuple[str, Fault] | None:
        return ("gone", documents.said(404, "None")) if asked.path == "/people/2" else None

    proxy.plan = plan
    async with httpx.AsyncClient() as http:
        answers = [(await http.get(f"{proxy.url}/people/{number}")).status_code for number in (1, 2, 3)]

    assert answers == [200, 404, 200]
    assert (proxy.served, proxy.origin.calls) == ({"gone": 1}, 2)
