"""Databases and running stacks for the tests of the whole."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from gateway.origin.demo.credentials import DemoCredentials, prepare_demo
from gateway.origin.paths import SEGMENTS
from gateway.origin.start import prepare
from tests.end_to_end.changer import JAWS as JAWS_ID
from tests.end_to_end.changer import RWANDA as RWANDA_ID
from tests.end_to_end.changer import Subscriber
from tests.end_to_end.rig import HOME, JAWS, RWANDA, Rig, rig_over
from tests.end_to_end.stack import PlainClient, Stack, stack

SHARED_TABLE = Path(__file__).parents[3] / "shared" / "data" / "netflix_titles.csv"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def embedded_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make a database with the embedded catalog alone."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('embedded') / 'origin.sqlite3'}"
    asyncio.run(prepare(url))
    return url


@pytest.fixture(scope="session")
def imported_url(tmp_path_factory: pytest.TempPathFactory, netflix_table: Callable[[Path, int], Path]) -> str:
    """Make a database with the embedded catalog and 8,807 imported titles."""
    folder = tmp_path_factory.mktemp("imported")
    url = f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}"
    table = SHARED_TABLE if SHARED_TABLE.exists() else netflix_table(folder / "titles.csv", 8807)

    async def fill() -> None:
        await prepare(url)
        database = Database(url)
        await import_titles(database, table, progress=None)
        await database.close()

    asyncio.run(fill())
    return url


@pytest.fixture(scope="session")
def embedded(embedded_url: str) -> Iterator[Stack]:
    """Run the whole over the embedded catalog."""
    with stack(embedded_url) as running:
        yield running


@pytest.fixture(scope="session")
def renamed(embedded_url: str) -> Iterator[Stack]:
    """Run the same over an origin that calls every part of a title or person something else.

    Nothing comes along there, so that every link is followed.
    """
    segments = {part: f"x-{part[::-1]}" for part in SEGMENTS}
    with stack(embedded_url, segments=segments, expand_bytes=0) as running:
        yield running


@pytest.fixture(scope="session")
def imported(imported_url: str) -> Iterator[Stack]:
    """Run the whole over 8,807 imported titles beside the embedded ones."""
    with stack(imported_url) as running:
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, DemoCredentials]:
    """Make a database with the demo's subscribers; return where it is, and how to be them."""
    return _make_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def changing(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, DemoCredentials]:
    """Make another such database, for tests that change what is in it."""
    return _make_demo(tmp_path_factory.mktemp("changing"))


@pytest.fixture
async def rig(changing: tuple[str, DemoCredentials], tmp_path: Path) -> AsyncIterator[Rig]:
    """Return a subscriber with three titles in the instant queue."""
    async with rig_over(*changing, tmp_path / "ledger.sqlite3") as made:
        await made.set_queue([JAWS, HOME, RWANDA])
        yield made


@pytest.fixture(scope="module")
def whole(changing: tuple[str, DemoCredentials]) -> Iterator[Stack]:
    """Run the whole for the demo's subscribers; tests here are Ben's."""
    url, credentials = changing
    with stack(url, people=credentials.subscribers) as running:
        yield running


@pytest.fixture
async def ben(whole: Stack, changing: tuple[str, DemoCredentials]) -> Subscriber:
    """Return a subscriber with two films in the instant queue and none in the disc queue."""
    (user,) = (each.user_id for each in changing[1].subscribers if each.name == "Ben")
    subscriber = Subscriber(whole, user)
    await subscriber.change("replaceQueue", titleIds=[JAWS_ID, RWANDA_ID])
    for title in await subscriber.titles("DISC"):
        await subscriber.change("removeFromQueue", kind="DISC", titleId=title)
    whole.counter.requests.clear()
    return subscriber


def _make_demo(folder: Path) -> tuple[str, DemoCredentials]:
    url = f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}"
    return url, asyncio.run(prepare_demo(url, folder))


@pytest.fixture
def read_plainly() -> Iterator[Callable[[Stack], PlainClient]]:
    """Give a maker of plain clients, which are closed in the end."""
    clients: list[PlainClient] = []

    def make(stack: Stack) -> PlainClient:
        clients.append(PlainClient(stack))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
