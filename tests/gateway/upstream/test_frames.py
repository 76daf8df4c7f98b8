"""What an error keeps: never the document that it is about."""

from collections.abc import AsyncIterator, Iterator
from types import TracebackType

import httpx
import pytest

from gateway.resources import Href
from gateway.upstream.client import Client, Limits
from gateway.upstream.errors import UpstreamError

pytestmark = pytest.mark.anyio

HREF = Href("http://o.test/catalog/titles")


def _held(trace: TracebackType | None) -> Iterator[object]:
    while trace is not None:
        yield from trace.tb_frame.f_locals.values()
        trace = trace.tb_next


async def test_an_error_holds_no_answer() -> None:
    """Of an answer that is too large nothing is kept, for as long as anybody has the error (F8)."""
    transport = httpx.MockTransport(lambda _request: httpx.Response(200, stream=_Pieces()))
    async with httpx.AsyncClient(transport=transport) as http:
        client = Client(http, Limits(inflated_bytes=5_000))

        with pytest.raises(UpstreamError) as caught:
            async with client.get(HREF, authorization="", deadline=1e12):
                pass

    held = list(_held(caught.value.__traceback__))
    assert not [each for each in held if isinstance(each, bytes | list) and len(each) > 1]
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


class _Pieces(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1_000
