"""What every test may use."""

import gc
import os
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from tests import netflix_table as invented
from tests.databases import Databases, PostgreSQLDatabases, SQLiteDatabases
from tests.services import REDIS, require_postgresql, require_redis


def pytest_configure() -> None:
    """Have clients trust one authority: to read all that a machine trusts takes each of them 15 ms."""
    os.environ["SSL_CERT_FILE"] = str(Path(__file__).parent / "nobody.pem")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Have no garbage looked for in what tests load, which took a third of the loading; it all stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Have garbage looked for more seldom, and not in what stays: it took a third of the time."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.fixture(scope="session")
def netflix_table() -> Callable[..., Path]:
    """Return what writes an invented table of titles: ``netflix_table(path, rows, seed=1)``."""
    return invented.write


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Return what makes databases of SQLite."""
    return SQLiteDatabases(tmp_path_factory.mktemp("databases"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgreSQLDatabases]:
    """Return what makes databases of PostgreSQL for as long as the tests run."""
    require_postgresql()
    databases = PostgreSQLDatabases()
    yield databases
    databases.close()


@pytest.fixture
def postgresql_databases(postgresql_server: PostgreSQLDatabases) -> Iterator[Databases]:
    """Return what makes databases of PostgreSQL that other tests get after this one."""
    yield postgresql_server
    postgresql_server.take_back()


@pytest.fixture
def redis_url() -> str:
    """Return the address of a Redis server; tests use names of their own, made by chance."""
    require_redis()
    return REDIS


@pytest.fixture
def no_redis_url() -> str:
    """Return the address of a Redis server that is not there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"redis://127.0.0.1:{free.getsockname()[1]}/0"


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Run the test on every kind of database; return what makes databases of that kind."""
    made: Databases = request.getfixturevalue(f"{request.param}_databases")
    return made
