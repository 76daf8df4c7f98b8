"""What is wrong on the wire becomes the right error, in time, and the next request is none the worse."""

import asyncio
import socket
import struct
from dataclasses import replace

import pytest

from gateway.resources import Href
from gateway.upstream.client import Client, Response
from gateway.upstream.errors import (
    MalformedDocument,
    OriginTimedOut,
    OriginUnreachable,
    ResponseTooLarge,
    UpstreamError,
)
from gateway.upstream.transport import open_http
from tests.gateway.upstream.conftest import LIMITS, Script, Server, answer, says

pytestmark = pytest.mark.anyio

FINE = says(answer(b"<people></people>", "Connection: close"))


async def get(client: Client, href: Href, *, within: float = 5.0) -> Response:
    """GET *href* with *within* seconds left for the operation."""
    deadline = asyncio.get_running_loop().time() + within
    async with client.get(href, authorization="OAuth signed", deadline=deadline) as response:
        return response


async def says_nothing(_writer: asyncio.StreamWriter) -> None:
    """Accept, and never answer."""
    await asyncio.sleep(5)


async def resets(writer: asyncio.StreamWriter) -> None:
    """Break the connection in the middle of the body."""
    writer.write(answer(b"<people>", length=100))
    await writer.drain()
    bare: socket.socket = writer.get_extra_info("socket")
    bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def drips(content: bytes) -> Script:
    """Write a byte each 20 ms: no pause is long enough for a time-out between two reads."""
    return says(*(bytes([each]) for each in content), pause=0.02)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

FAULTS: dict[str, tuple[Script, type[UpstreamError]]] = {
    "no answer": (says_nothing, OriginTimedOut),
    "dripping headers": (drips(answer(b"<people></people>", f"X-Long: {'x' * 100}")), OriginTimedOut),
    "a dripping body": (drips(answer(b"<people>" + b" " * 100 + b"</people>")), OriginTimedOut),
    "a body that stops": (says(answer(b"<people>", length=100), b"", pause=5), OriginTimedOut),
    "a short body": (says(answer(b"<people>", length=100)), OriginUnreachable),
    "a reset": (resets, OriginUnreachable),
    "a missing last chunk": (says(CHUNKED + b"8\r\n<people>\r\n"), OriginUnreachable),
    "a status line of garbage": (says(b"<html>hello</html>\r\n\r\n"), MalformedDocument),
    "another protocol": (says(b"SSH-2.0-OpenSSH_9.2\r\n"), MalformedDocument),
    "a chunk of a bad size": (says(CHUNKED + b"zz\r\n<people>\r\n"), MalformedDocument),
    "a bad length": (says(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), MalformedDocument),
    "a header that is too long": (
        says(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 1_000_000 + b"\r\n\r\n"),
        MalformedDocument,
    ),
    "a body over the limit": (says(answer(b"x" * 100_001, "Connection: close")), ResponseTooLarge),
    "a body that never ends": (
        says(CHUNKED, *[b"4000\r\n" + b"x" * 0x4000 + b"\r\n"] * 100),
        ResponseTooLarge,
    ),
    "a body without a length over the limit": (
        says(b"HTTP/1.0 200 OK\r\n\r\n", b"x" * 100_001),
        ResponseTooLarge,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_of_the_wire_has_its_error(name: str, server: Server, client: Client) -> None:
    """Within the time of one attempt, and with one connection, which serves the next request."""
    script, error = FAULTS[name]
    server.scripts = [script, FINE]
    loop = asyncio.get_running_loop()
    begun = loop.time()

    with pytest.raises(UpstreamError) as raised:
        await get(client, server.href)

    assert type(raised.value) is error
    assert loop.time() - begun < LIMITS.attempt + 1
    assert (await get(client, server.href)).body == b"<people></people>"


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-"])
async def test_an_attempt_is_one_request(head: bytes, server: Server, client: Client) -> None:
    """Whether a request was counted nobody knows when its connection is closed: another is another call."""
    server.scripts = [says(head), FINE]

    with pytest.raises(OriginUnreachable):
        await get(client, server.href)

    assert len(server.requests) == 1
    assert (await get(client, server.href)).body == b"<people></people>"


async def test_a_form_is_never_sent_twice(server: Server, client: Client) -> None:
    """A bulk request whose connection is closed may have been counted already."""
    server.scripts = [says(b""), FINE]
    deadline = asyncio.get_running_loop().time() + 5

    with pytest.raises(OriginUnreachable):
        async with client.post_form(server.href, b"entry_1=x", deadline=deadline):
            pass

    assert len(server.requests) == 1


async def test_a_refused_connection_is_told_at_once(client: Client) -> None:
    """Nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        href = Href(f"http://127.0.0.1:{bound.getsockname()[1]}/")

        with pytest.raises(OriginUnreachable):
            await get(client, href)


async def test_the_time_of_the_operation_is_kept(server: Server, client: Client) -> None:
    """With less time than an attempt may take, the attempt ends with the operation."""
    server.scripts = [says_nothing]

    with pytest.raises(OriginTimedOut) as raised:
        await get(client, server.href, within=0.1)

    assert 0 < raised.value.seconds <= 0.1


HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 17\r\n\r\n"


async def test_an_answer_begins_in_time(server: Server) -> None:
    """It may take the time of the attempt then, and not before."""
    limits = replace(LIMITS, first_byte=0.5)
    async with open_http(limits) as http:
        client = Client(http, limits)
        server.scripts = [says(HEAD, b"<people></people>", pause=0.6)]
        assert (await get(client, server.href)).body == b"<people></people>"

        server.scripts = [says(HEAD[:20], HEAD[20:] + b"<people></people>", pause=0.8)]
        with pytest.raises(OriginTimedOut) as raised:
            await get(client, server.href)

    assert raised.value.seconds == 0.5


async def test_waiting_for_a_connection_is_waiting(server: Server, client: Client) -> None:
    """With the only connection taken, an attempt ends in time as well."""
    server.scripts = [says_nothing]
    taken = asyncio.create_task(get(client, server.href))
    await server.arrived.wait()

    with pytest.raises(OriginTimedOut):
        await get(client, server.href, within=0.1)
    with pytest.raises(OriginTimedOut):
        await taken
    assert len(server.requests) == 1


async def test_a_redirect_is_an_answer(server: Server, client: Client) -> None:
    """It is not followed, so that no signature goes anywhere else (F9)."""
    server.scripts = [says(answer(b"", f"Location: {server.href}/2", status="302 Found"))]

    response = await get(client, server.href)

    assert (response.status, len(server.requests)) == (302, 1)


async def test_a_request_goes_out_as_it_was_signed(server: Server, client: Client) -> None:
    """The address is sent letter by letter; nothing else is asked for than XML, compressed or not."""
    server.scripts = [FINE]
    query = "filters=http%3A%2F%2Fo.test%2Fx&term=a%20b%2Bc%27%5B%24%21~%2C%3B%C3%A9&v=1.5"

    await get(client, Href(f"{server.href}?{query}"))

    [request] = server.requests
    lines = request.decode().split("\r\n")
    assert lines[0] == f"GET /catalog/titles?{query} HTTP/1.1"
    headers = {line.partition(":")[0].lower(): line.partition(": ")[2] for line in lines[1:] if line}
    assert headers == {
        "host": f"127.0.0.1:{server.port}",
        "accept": "text/xml",
        "accept-encoding": "gzip",
        "authorization": "OAuth signed",
        "connection": "keep-alive",
        "user-agent": "netflix-graphql-gateway",
    }


async def test_a_form_goes_out_as_it_is(server: Server, client: Client) -> None:
    """A bulk request is a form, with its length."""
    server.scripts = [FINE]
    deadline = asyncio.get_running_loop().time() + 5

    async with client.post_form(server.href, b"entry_1=http%3A%2F%2Fo.test", deadline=deadline):
        pass

    [request] = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /catalog/titles HTTP/1.1")
    assert b"content-type: application/x-www-form-urlencoded" in head.lower()
    assert body == b"entry_1=http%3A%2F%2Fo.test"


async def test_a_connection_is_used_again(server: Server, client: Client) -> None:
    """An answer that is read to its end leaves its connection for the next request."""
    connections: list[object] = []

    async def twice(writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        writer.write(answer(b"<people></people>"))
        await asyncio.sleep(0.1)
        writer.write(answer(b"<person></person>"))
        await writer.drain()

    server.scripts = [twice]

    bodies = [(await get(client, server.href)).body, (await get(client, server.href)).body]

    assert bodies == [b"<people></people>", b"<person></person>"]
    assert len(connections) == 1


async def test_no_cookie_is_kept(server: Server, client: Client) -> None:
    """What the origin sets for one request is not sent with another, which may be somebody else's."""
    server.scripts = [
        says(answer(b"<people></people>", "Set-Cookie: CANARY=1; Path=/", "Connection: close")),
        FINE,
    ]

    await get(client, server.href)
    await get(client, server.href)

    assert [b"CANARY" in request for request in server.requests] == [False, False]
