"""An origin that claims to be the API, furnished once and visited by all."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from gateway.audit.session import Session
from tests.contract.claimant import Furnished, furnished, visited
from tests.contract.defects.spoil import Spoiling
from tests.databases import Databases


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def furnish(sqlite_databases: Databases) -> Callable[[], Furnished]:
    """Return what furnishes an origin in a file of its own: ``furnish()``."""
    return furnished(sqlite_databases)


@pytest.fixture(scope="module")
async def visit(furnish: Callable[[], Furnished]) -> AsyncIterator[Session]:
    """Visit a furnished origin."""
    async with visited(furnish()) as session:
        yield session


@pytest.fixture(scope="module")
async def spoilt(furnish: Callable[[], Furnished]) -> AsyncIterator[tuple[Session, Spoiling]]:
    """Visit a furnished origin through a way that can be spoilt."""
    ways: list[Spoiling] = []

    def wrap(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        ways.append(Spoiling(inner))
        return ways[0]

    async with visited(furnish(), wrap=wrap) as session:
        yield session, ways[0]
