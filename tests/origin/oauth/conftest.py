"""An origin with applications and subscribers, in memory and on loopback, and an application that signs."""

import itertools
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from urllib.parse import parse_qsl, quote, urlencode

import httpx
import pytest
import uvicorn

from gateway.origin import models
from gateway.origin.accounts import Subscriber
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.oauth.signature import base_string, sign
from gateway.origin.registry import subscribers
from gateway.origin.registry.subscribers import NewSubscriber
from gateway.origin.settings import OriginSettings
from tests.databases import Databases

BASE = "http://origin.example"
KEY, SECRET = "123456789012345678901234", "1234567890"
OTHER_KEY, OTHER_SECRET = "other-key", "other-secret"
GATED_KEY, GATED_SECRET, GATED_CALLBACK = "gated-key", "gated-secret", "https://gated.example/back"
DISABLED = "disabled-key"
ALICE, PASSWORD = "alice@example.com", "correct horse"
BOB = "bob@example.com"
CALLBACK = "http://application.example/back?from=here"
NOW = 1_300_000_000


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run on asyncio."""
    return "asyncio"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = NOW

    def __call__(self) -> float:
        """Return the moment."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Stand at a moment of 2011."""
    return Clock()


async def fill(url: str) -> None:
    """Write the accounts."""
    database = Database(url)
    try:
        await database.migrate()
        async with database.write() as session:
            session.add_all(
                [
                    models.Consumer(key=KEY, secret=SECRET, name="Sneakers & Co"),
                    models.Consumer(key=OTHER_KEY, secret=OTHER_SECRET, name="Other"),
                    models.Consumer(
                        key=GATED_KEY, secret=GATED_SECRET, name="Gated", callback=GATED_CALLBACK
                    ),
                    models.Consumer(key=DISABLED, secret=SECRET, name="Gone", is_enabled=False),
                ]
            )
            for login, name in ((ALICE, "Alice"), (BOB, "Bob")):
                await subscribers.add(session, NewSubscriber(login=login, password=PASSWORD, first_name=name))
    finally:
        await database.close()


@pytest.fixture
def url(sqlite_databases: Databases) -> str:
    """Return the address of accounts of one's own; a module may ask for them on every database."""
    return sqlite_databases.copy(fill)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Open the accounts."""
    opened = Database(url)
    yield opened
    await opened.close()


@pytest.fixture
async def alice(database: Database) -> Subscriber:
    """Return Alice's account."""
    async with database.read() as session:
        return await subscribers.existing(session, ALICE)


@pytest.fixture
def settings(clock: Clock) -> OriginSettings:
    """Return the settings of a strict origin."""
    return OriginSettings(public_url=BASE, clock=clock)


MakeClient = Callable[..., httpx.AsyncClient]


@pytest.fixture
def make_client(database: Database, settings: OriginSettings) -> MakeClient:
    """Return what makes clients of an origin whose settings differ by what is named."""

    def make(**changes: object) -> httpx.AsyncClient:
        changed = replace(settings, **changes)  # type: ignore[arg-type]
        transport = httpx.ASGITransport(create_app(database, changed))
        return httpx.AsyncClient(transport=transport, base_url=changed.public_url)

    return make


@pytest.fixture
async def client(make_client: MakeClient) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client that keeps cookies, of the origin as it is by default."""
    async with make_client() as opened:
        yield opened


_nonces = itertools.count()


@dataclass
class Application:
    """A program that signs as programs of the time did; it keeps the token it was given last."""

    client: httpx.AsyncClient
    clock: Clock = field(default_factory=Clock)
    key: str = KEY
    secret: str = SECRET
    token: str = ""
    token_secret: str = ""

    def parameters(self, path: str, verb: str = "POST", **given: str) -> dict[str, str]:
        """Return *given* and the OAuth parameters, signed."""
        usual = {
            "oauth_consumer_key": self.key,
            "oauth_nonce": f"nonce-{next(_nonces)}",
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(self.clock())),
            "oauth_version": "1.0",
            **({"oauth_token": self.token} if self.token else {}),
        }
        merged = {**usual, **given}
        base = base_string(verb, str(self.client.base_url).rstrip("/") + path, list(merged.items()))
        return {**merged, "oauth_signature": sign(base, self.secret, self.token_secret).decode()}

    async def post(self, path: str, **given: str) -> httpx.Response:
        """Send a signed form."""
        return await self.client.post(path, data=self.parameters(path, **given))

    async def ask(self, callback: str | None = CALLBACK, **given: str) -> str:
        """Ask for a request token, keep it, and return it."""
        named = {} if callback is None else {"oauth_callback": callback}
        self.keep(await self.post("/oauth/request_token", **named, **given))
        return self.token

    async def exchange(self, verifier: str | None = None) -> httpx.Response:
        """Ask for the access token."""
        named = {} if verifier is None else {"oauth_verifier": verifier}
        return await self.post("/oauth/access_token", **named)

    def keep(self, answer: httpx.Response) -> dict[str, str]:
        """Keep the token that was given, and return all fields."""
        assert answer.status_code == 200, answer.text
        fields = dict(parse_qsl(answer.text, strict_parsing=True))
        self.token, self.token_secret = fields["oauth_token"], fields["oauth_token_secret"]
        return fields


@pytest.fixture
def application(client: httpx.AsyncClient, clock: Clock) -> Application:
    """Return the application Sneakers & Co."""
    return Application(client, clock)


async def log_in(client: httpx.AsyncClient, token: str, **given: str) -> httpx.Response:
    """Fill the login form as programs do: at once, with the two fields that it is known for."""
    fields = {"login": ALICE, "password": PASSWORD, "accept_tos": "checked", **given}
    return await client.post("/oauth/login", params={"oauth_token": token}, data=fields)


async def verifier_of(client: httpx.AsyncClient, token: str) -> str:
    """Let Alice approve, and return the verifier that her browser carries back."""
    answer = await log_in(client, token)
    return httpx.URL(answer.headers["location"]).params["oauth_verifier"]


async def link(application: Application) -> dict[str, str]:
    """Go the whole way, and return what the application is given in the end."""
    application.token = application.token_secret = ""
    token = await application.ask()
    verifier = await verifier_of(application.client, token)
    return application.keep(await application.exchange(verifier))


def header(parameters: Mapping[str, str]) -> str:
    """Return *parameters* as an Authorization header."""
    return "OAuth " + ", ".join(f'{name}="{quote(value, safe="~")}"' for name, value in parameters.items())


def query(parameters: Mapping[str, str]) -> str:
    """Return *parameters* as a query."""
    return urlencode(parameters, quote_via=quote)


def hidden_fields(page: str) -> dict[str, str]:
    """Return what the forms of a page carry along unseen."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {unescape(name): unescape(value) for name, value in found}


@contextmanager
def serving(database_url: str, **changes: object) -> Iterator[str]:
    """Serve the accounts on loopback, by the real clock; yield the address."""
    listening = uvicorn.Config("", host="127.0.0.1", port=0).bind_socket()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    given = {"public_url": address, **changes}
    app = create_app(Database(database_url), OriginSettings(**given))  # type: ignore[arg-type]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield address
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def origin_url(url: str) -> Iterator[str]:
    """Yield the address of a running origin."""
    with serving(url) as address:
        yield address
