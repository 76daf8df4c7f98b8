"""The clients of the load tests: their own faults are not to be the gateway's."""

import asyncio

import pytest

from tests.load.client import Clients, Shot

pytestmark = pytest.mark.anyio

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


async def _answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer, and close a connection that says it would be kept."""
    await reader.readline()
    writer.write(_ANSWER)
    writer.close()


async def test_a_connection_that_was_closed_is_not_used_again() -> None:
    """Who kept it opens another one."""
    async with await asyncio.start_server(_answer_once, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

        async with asyncio.timeout(10):
            hits = await Clients("127.0.0.1", port).fire([Shot(due, "", [b"?\r\n"]) for due in (0.0, 0.2)])

    assert [hit.status for hit in hits] == [200, 200]
