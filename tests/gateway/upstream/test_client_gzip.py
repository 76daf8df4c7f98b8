"""Compressed answers: whole and small ones are read, and nothing else is inflated for long."""

import asyncio
import gzip
import tracemalloc
import zlib

import pytest

from gateway.upstream.client import Client, Response
from gateway.upstream.errors import MalformedDocument, ResponseTooLarge, UpstreamError
from tests.gateway.upstream.conftest import Server, answer, says

pytestmark = pytest.mark.anyio

DOCUMENT = b"<people>" + b"<person></person>" * 100 + b"</people>"
WHOLE = gzip.compress(DOCUMENT)
BOMB = gzip.compress(b"\0" * 15_000_000)
"""15 MB in as many kilobytes: within the limit of the wire, far beyond the one of what is inflated."""


def packed(body: bytes, *, length: int) -> bytes:
    """Return *body* compressed, and *length* bytes long if it is not longer: the header has room."""
    bare = gzip.compress(body)
    room = length - len(bare) - 1
    return bare if room < 0 else bare[:3] + b"\x08" + bare[4:10] + b"n" * room + b"\0" + bare[10:]


async def get(client: Client, server: Server, body: bytes, coding: str = "gzip") -> Response:
    """GET *body* as something encoded."""
    server.scripts = [says(answer(body, f"Content-Encoding: {coding}", "Connection: close"))]
    deadline = asyncio.get_running_loop().time() + 5
    async with client.get(server.href, authorization="OAuth x", deadline=deadline) as response:
        return response


@pytest.mark.parametrize("coding", ["gzip", "GZIP"])
async def test_a_compressed_answer_is_inflated(coding: str, server: Server, client: Client) -> None:
    """Gzip is what was asked for."""
    assert (await get(client, server, WHOLE, coding)).body == DOCUMENT


async def test_an_answer_up_to_the_limit_is_inflated(server: Server, client: Client) -> None:
    """The greatest answer that is allowed is read whole."""
    body = b"x" * 100_000

    assert (await get(client, server, packed(body, length=1_000))).body == body


@pytest.mark.parametrize(
    ("size", "length"), [(65_535, 0), (65_536, 0), (69_999, 700), (70_000, 700), (70_001, 701)]
)
async def test_an_answer_may_be_compressed_well(
    size: int, length: int, server: Server, client: Client
) -> None:
    """To a hundredth of it; what is no more than 64 KiB, further."""
    body = b"x" * size

    assert (await get(client, server, packed(body, length=length))).body == body


@pytest.mark.parametrize(("size", "length"), [(65_537, 0), (70_001, 700), (70_000, 699)])
async def test_an_answer_that_is_compressed_too_well_is_a_bomb(
    size: int, length: int, server: Server, client: Client
) -> None:
    """However small it is beside the limit of all answers."""
    with pytest.raises(ResponseTooLarge) as raised:
        await get(client, server, packed(b"x" * size, length=length))

    assert raised.value.limit == max(65_536, 100 * length)


BROKEN = {
    "cut off by a byte": WHOLE[:-1],
    "cut off by its check": WHOLE[:-8],
    "half": WHOLE[: len(WHOLE) // 2],
    "a bad check sum": WHOLE[:-8] + bytes([WHOLE[-8] ^ 1]) + WHOLE[-7:],
    "a bad length": WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
    "a bit flipped": WHOLE[:20] + bytes([WHOLE[20] ^ 0xFF]) + WHOLE[21:],
    "not compressed": DOCUMENT,
    "zlib": zlib.compress(DOCUMENT),
    "nothing": b"",
    "another member behind": WHOLE + gzip.compress(b"<person></person>"),
    "garbage behind": WHOLE + b"\0garbage",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_stream_is_no_answer(name: str, server: Server, client: Client) -> None:
    """What is not one complete stream is refused, and never taken for a shorter answer (U13)."""
    with pytest.raises(MalformedDocument):
        await get(client, server, BROKEN[name])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param(BOMB, ResponseTooLarge, id="a bomb"),
        pytest.param(packed(b"x" * 100_001, length=2_000), ResponseTooLarge, id="a byte too much"),
        pytest.param(gzip.compress(BOMB), MalformedDocument, id="a bomb in a bomb"),
        pytest.param(b"\0" * 20_001, ResponseTooLarge, id="too much on the wire"),
    ],
)
async def test_a_bomb_is_not_inflated(
    body: bytes, error: type[UpstreamError], server: Server, client: Client
) -> None:
    """A small answer that would become a large one is refused within the limit's memory (F8, T24)."""
    coding = "gzip, gzip" if error is MalformedDocument else "gzip"
    await get(client, server, WHOLE)
    tracemalloc.start()
    try:
        with pytest.raises(error):
            await get(client, server, body, coding)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 2_000_000
    assert (await get(client, server, WHOLE)).body == DOCUMENT
