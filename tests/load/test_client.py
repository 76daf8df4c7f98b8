"""The clients of the load tests: their own faults are not to be the gateway's."""

import asyncio
import socket
from contextlib import suppress

import pytest

from tests.load.client import CONNECTIONS, Clients, Shot

pytestmark = pytest.mark.anyio

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
_SHOT = Shot(0.0, "", [b"?\r\n"])


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


async def _answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer, and close a connection that says it would be kept."""
    await reader.readline()
    writer.write(_ANSWER)
    writer.close()


async def _answer_always(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every line, until the client leaves."""
    with suppress(ConnectionError):
        while await reader.readline():
            writer.write(_ANSWER)
        writer.close()
        await writer.wait_closed()


async def test_a_connection_that_was_closed_is_not_used_again() -> None:
    """Who kept it opens another one."""
    async with await asyncio.start_server(_answer_once, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

        async with asyncio.timeout(10):
            hits = await Clients("127.0.0.1", port).fire([Shot(due, "", [b"?\r\n"]) for due in (0.0, 0.2)])

    assert [hit.status for hit in hits] == [200, 200]


async def test_who_keeps_connections_is_asked_again_and_again() -> None:
    """Until time is over."""
    before = asyncio.all_tasks()
    async with await asyncio.start_server(_answer_always, "127.0.0.1", 0) as server:
        clients = Clients("127.0.0.1", server.sockets[0].getsockname()[1])

        async with asyncio.timeout(10):
            hits = await clients.ask(lambda: _SHOT, 0.2)
            while asyncio.all_tasks() - before:  # noqa: ASYNC110 - the server has not noticed yet that all left
                await asyncio.sleep(0)

    assert {hit.status for hit in hits} == {200}
    assert len(hits) > 2 * CONNECTIONS


async def test_who_is_to_be_asked_again_keeps_the_connection() -> None:
    """Whoever asks for a while would wait for ever where it is closed."""
    async with await asyncio.start_server(_answer_once, "127.0.0.1", 0) as server:
        clients = Clients("127.0.0.1", server.sockets[0].getsockname()[1])

        with pytest.raises(ExceptionGroup) as failure:
            async with asyncio.timeout(10):
                await clients.ask(lambda: _SHOT, 5)

    assert failure.group_contains(AssertionError, match="The server has closed a connection")


async def test_no_answer_is_waited_for_without_end() -> None:
    """It is told how many are missing."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        clients = Clients("127.0.0.1", nobody.getsockname()[1], grace=0.1)

        async with asyncio.timeout(10):
            with pytest.raises(ExceptionGroup) as failure:
                await clients.ask(lambda: _SHOT, 0.1)
            with pytest.raises(AssertionError, match=r"Of the answers 2 have not come in 0\.1 s\."):
                await clients.fire([_SHOT, _SHOT])

    assert failure.group_contains(AssertionError, match=r"Of the answers 1 have not come in 0\.1 s\.")
