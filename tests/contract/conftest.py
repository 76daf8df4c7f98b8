"""An origin that claims to be the API, furnished once and visited by all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gateway.audit.credentials import Credentials
from gateway.audit.session import Session
from tests.contract.claimant import furnish, visited
from tests.contract.defects.spoil import Spoiling


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Credentials]:
    """Furnish an origin."""
    folder = tmp_path_factory.mktemp("furnished")
    return folder, asyncio.run(furnish(folder))


@pytest.fixture(scope="module")
async def visit(
    furnished: tuple[Path, Credentials], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Session]:
    """Visit a copy of the furnished origin."""
    folder, credentials = furnished
    async with visited(folder, tmp_path_factory.mktemp("visited"), credentials) as session:
        yield session


@pytest.fixture(scope="module")
async def spoilt(
    furnished: tuple[Path, Credentials], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Session, Spoiling]]:
    """Visit a copy of the furnished origin through a way that can be spoilt."""
    folder, credentials = furnished
    ways: list[Spoiling] = []

    def wrap(inner: httpx.AsyncBaseTransport) -> httpx.AsyncBaseTransport:
        ways.append(Spoiling(inner))
        return ways[0]

    async with visited(folder, tmp_path_factory.mktemp("spoilt"), credentials, wrap=wrap) as session:
        yield session, ways[0]
