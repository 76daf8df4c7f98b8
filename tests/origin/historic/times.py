"""Origins of different times over the demo's database, in memory, and a program that asks them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from lxml import etree
from oauthlib.oauth1 import SIGNATURE_TYPE_QUERY, Client

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.demo.credentials import DemoCredentials, prepare_demo
from gateway.origin.eras import Era
from gateway.origin.settings import OriginSettings

BASE = "http://origin.example"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Demo:
    """A database with the demo's subscribers."""

    url: str
    credentials: DemoCredentials


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Make it once."""
    home = tmp_path_factory.mktemp("demo")
    url = f"sqlite+aiosqlite:///{home / 'origin.sqlite3'}"
    return Demo(url, asyncio.run(prepare_demo(url, Path(home))))


@dataclass(frozen=True, slots=True)
class Then:
    """An origin of a time, and who asks it: the first subscriber, by whom discs and streams are liked."""

    client: httpx.AsyncClient
    demo: Demo

    @property
    def user(self) -> str:
        """Return the path of the subscriber."""
        return f"/users/{self.demo.credentials.subscribers[0].user_id}"

    async def ask(self, path: str, verb: str = "GET", **given: str) -> httpx.Response:
        """Ask for a path, or an address; a name that is no Python name is written with underscores."""
        who, consumer = self.demo.credentials.subscribers[0], self.demo.credentials.consumer
        signer = Client(
            consumer.key,
            consumer.secret,
            who.token,
            who.secret,
            signature_type=SIGNATURE_TYPE_QUERY,
        )
        url = path if path.startswith("http") else BASE + path
        query = f"?{urlencode(given)}" if given else ""
        signed, _, _ = signer.sign(url + query, http_method=verb)  # type: ignore[arg-type]
        return await self.client.request(verb, str(signed))

    async def read(self, path: str, **given: str) -> etree._Element:
        """Return the document."""
        answer = await self.ask(path, **given)
        assert answer.status_code == 200, answer.text
        return etree.fromstring(answer.content)


@pytest.fixture
async def then(demo: Demo) -> AsyncIterator[Callable[[Era], Then]]:
    """Return what makes an origin of a time."""
    opened: list[Database] = []

    def make(era: Era) -> Then:
        opened.append(Database(demo.url))
        app = create_app(opened[-1], OriginSettings(public_url=BASE, era=era))
        return Then(httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE), demo)

    yield make
    for database in opened:
        await database.close()


Make = Callable[[Era], Then]
