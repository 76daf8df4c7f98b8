"""Where requests go: to the origin's address, or to where the origin really is behind a proxy."""

import asyncio
from dataclasses import replace

import pytest

from gateway.resources import Href
from gateway.upstream.client import Client
from gateway.upstream.transport import open_http
from tests.gateway.upstream.conftest import LIMITS, Server, answer, says

pytestmark = pytest.mark.anyio


async def test_a_request_may_go_elsewhere_than_its_address_says(server: Server) -> None:
    """Only the connection is another: the path as it is written and the host are those of the address."""
    server.scripts = [says(answer(b"<titles></titles>"))]
    limits = replace(LIMITS, connect_to=f"http://127.0.0.1:{server.port}")
    deadline = asyncio.get_running_loop().time() + 5

    async with open_http(limits) as http:
        href = Href("https://origin.test/catalog/titles?term=a%20b%2Fc")
        sent = Client(http, limits).get(href, authorization="OAuth signed", deadline=deadline)
        async with sent as response:
            assert (response.status, response.body) == (200, b"<titles></titles>")

    head = server.requests[0].decode().lower().split("\r\n")
    assert head[0] == "get /catalog/titles?term=a%20b%2fc http/1.1"
    assert [line for line in head if line.startswith("host:")] == ["host: origin.test"]
