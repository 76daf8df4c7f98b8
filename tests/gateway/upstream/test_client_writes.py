"""A write leaves once, whatever happens to it, and its error says whether it left at all."""

import asyncio
import socket
from dataclasses import replace

import pytest

from gateway.resources import Href
from gateway.upstream.client import Client, Content, Response
from gateway.upstream.errors import MalformedDocument, OriginTimedOut, OriginUnreachable, UpstreamError
from tests.gateway.upstream.conftest import LIMITS, Script, Server, answer, says

pytestmark = pytest.mark.anyio

FINE = says(answer(b"<status></status>", "Connection: close"))
METHODS = ("POST", "PUT", "DELETE")


async def write(client: Client, method: str, href: Href, body: bytes = b"rating=4") -> Response:
    """Send a write with a few seconds left."""
    deadline = asyncio.get_running_loop().time() + 5
    sent = client.write(
        method,  # type: ignore[arg-type]  # Each test names one of the three.
        href,
        Content(body),
        authorization="OAuth signed",
        deadline=deadline,
    )
    async with sent as response:
        return response


@pytest.mark.parametrize("method", METHODS)
async def test_a_write_carries_its_form(method: str, server: Server, client: Client) -> None:
    """The verb is the real one, and the form goes in the body, for DELETE too."""
    server.scripts = [FINE]

    response = await write(client, method, server.href)

    assert response.body == b"<status></status>"
    (request,) = server.requests
    assert request.startswith(f"{method} /catalog/titles HTTP/1.1\r\n".encode())
    assert request.endswith(b"\r\n\r\nrating=4")
    assert b"content-type: application/x-www-form-urlencoded\r\n" in request.lower()
    assert b"authorization: oauth signed\r\n" in request.lower()


async def says_nothing(_writer: asyncio.StreamWriter) -> None:
    """Accept, and never answer."""
    await asyncio.sleep(5)


LOST: dict[str, tuple[Script, type[UpstreamError]]] = {
    "closed before an answer": (says(), OriginUnreachable),
    "closed within the head": (says(b"HTTP/1.1 201 Created\r\nContent-"), OriginUnreachable),
    "closed within the body": (says(answer(b"<status>", length=100)), OriginUnreachable),
    "garbage": (says(b"<html></html>\r\n\r\n"), MalformedDocument),
    "no answer": (says_nothing, OriginTimedOut),
}


@pytest.mark.parametrize(
    ("name", "method"),
    [
        (name, method)
        for name in LOST
        for method in (METHODS if LOST[name][1] is not OriginTimedOut else ("PUT",))
    ],
)
async def test_a_write_whose_answer_is_lost_is_not_sent_again(
    name: str, method: str, server: Server, client: Client
) -> None:
    """The library below would send a PUT or a DELETE once more on a new connection: nobody asked it to."""
    script, error = LOST[name]
    server.scripts = [script, FINE]

    with pytest.raises(error) as raised:
        await write(client, method, server.href)

    assert len(server.requests) == 1
    assert getattr(raised.value, "never_left", False) is False


async def test_a_write_on_a_connection_that_was_closed_meanwhile_is_not_sent_again(
    server: Server, client: Client
) -> None:
    """Nobody knows whether the origin read what came by a connection that it was closing."""

    async def keeps_for_one_more(writer: asyncio.StreamWriter) -> None:
        writer.write(answer(b"<status></status>"))
        await writer.drain()
        await second.wait()

    second = asyncio.Event()
    server.scripts = [keeps_for_one_more, FINE]
    await write(client, "POST", server.href)

    sending = asyncio.create_task(write(client, "PUT", server.href))
    await asyncio.sleep(0)
    second.set()
    with pytest.raises(OriginUnreachable) as raised:
        await sending

    assert not raised.value.never_left
    assert len(server.requests) == 1


@pytest.mark.parametrize("method", METHODS)
async def test_a_write_without_a_connection_has_never_left(method: str, client: Client) -> None:
    """Where nobody listens it is safe to send it again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    with pytest.raises(OriginUnreachable) as raised:
        await write(client, method, Href(f"http://127.0.0.1:{port}/users/1"))

    assert raised.value.never_left


async def test_a_write_that_found_no_way_to_the_origin_in_time_has_never_left(
    server: Server, client: Client
) -> None:
    """A connection that is not there in time is none: here all of the pool are taken."""
    server.scripts = [says_nothing]
    # It waits on the same connection, longer than the second does for one.
    patient = Client(client._http, replace(LIMITS, attempt=20.0))  # noqa: SLF001 - the same pool
    first = asyncio.create_task(write(patient, "POST", server.href))
    await server.arrived.wait()

    with pytest.raises(UpstreamError):
        await write(client, "POST", server.href)

    first.cancel()
    await asyncio.wait([first])
    assert len(server.requests) == 1
