"""A gateway in front of an origin of documents written by hand."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from tests.gateway.graph import Graph, gateway_over
from tests.gateway.wire import Wire

OpenGraph = Callable[..., AbstractAsyncContextManager[Graph]]
"""Opens a gateway with other settings than the usual ones."""


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


@pytest.fixture
def wire() -> Wire:
    """Return an origin without documents."""
    return Wire()


@pytest.fixture
def open_graph(wire: Wire) -> OpenGraph:
    """Return what opens a gateway over the wire; it takes settings."""
    return partial(gateway_over, wire)


@pytest.fixture
async def graph(open_graph: OpenGraph) -> AsyncIterator[Graph]:
    """Return a gateway with the usual settings."""
    async with open_graph() as opened:
        yield opened
