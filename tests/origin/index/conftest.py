"""Catalogs to export, databases to import into, and someone who signs."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal

import httpx
import pytest
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.settings import OriginSettings
from tests.databases import Databases
from tests.origin.index import shelf
from tests.origin.index.shelf import BASE, KEY, NOW, SECRET


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone."""
    return "asyncio"


async def _opened(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@pytest.fixture
async def catalog(sqlite_databases: Databases) -> AsyncIterator[Database]:
    """Open the small catalog."""
    async for database in _opened(sqlite_databases.copy(shelf.fill)):
        yield database


@pytest.fixture
async def empty(sqlite_databases: Databases) -> AsyncIterator[Database]:
    """Open an empty database."""
    async for database in _opened(sqlite_databases.copy(shelf.blank)):
        yield database


@pytest.fixture
async def any_catalog(databases: Databases) -> AsyncIterator[Database]:
    """Open the small catalog; every kind of database has its turn."""
    async for database in _opened(databases.copy(shelf.fill)):
        yield database


@pytest.fixture
async def any_empty(databases: Databases) -> AsyncIterator[Database]:
    """Open an empty database, of the kind whose turn it is."""
    async for database in _opened(databases.copy(shelf.blank)):
        yield database


@pytest.fixture
async def client(catalog: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of an origin over the small catalog, that asks for nothing on its own."""
    async with client_of(catalog) as opened:
        yield opened


@pytest.fixture
async def any_client(any_catalog: Database) -> AsyncIterator[httpx.AsyncClient]:
    """Return such a client, over every kind of database in turn."""
    async with client_of(any_catalog) as opened:
        yield opened


def client_of(database: Database) -> httpx.AsyncClient:
    """Return a client of an origin over *database*."""
    app = create_app(database, OriginSettings(public_url=BASE, clock=lambda: NOW))
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url=BASE, headers={"accept-encoding": "identity"})


def sign(path: str, verb: Literal["GET", "HEAD", "POST"] = "GET", *, key: str = KEY) -> str:
    """Return the whole address of *path*, signed in its query."""
    signer = Client(key, SECRET, signature_type=SIGNATURE_TYPE_QUERY, timestamp=str(NOW))
    url, _, _ = signer.sign(BASE + path, http_method=verb)
    return str(url)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes an index file: ``write(content, name="index.xml")``."""

    def write_file(content: bytes, name: str = "index.xml") -> Path:
        file = tmp_path / name
        file.write_bytes(content)
        return file

    return write_file
