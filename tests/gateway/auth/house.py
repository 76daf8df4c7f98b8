"""A real origin with two subscribers, a gateway in front of it, and people with browsers; all on loopback."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import httpx
from sqlalchemy import select
from starlette.types import ASGIApp

from gateway.app import create_app
from gateway.origin.accounts import AccessToken
from gateway.origin.app import create_app as create_origin
from gateway.origin.database import Database
from gateway.origin.oauth import grants
from gateway.origin.registry import consumers, subscribers
from gateway.origin.registry.subscribers import NewSubscriber
from gateway.origin.settings import OriginSettings
from gateway.settings import Settings
from gateway.telemetry.events import Observer, silent
from tests.end_to_end.stack import serving

_T = TypeVar("_T")

PASSWORD = "correct horse"
ALICE, BOB = "alice@example.org", "bob@example.org"
NAMES = {ALICE: "Alice CANARY-alice-name", BOB: "Bob"}


async def fill(url: str) -> None:
    """Make an origin's database with two subscribers and an application."""
    database = Database(url)
    try:
        await database.migrate()
        async with database.write() as session:
            await consumers.add(session, "gateway")
            for login, name in NAMES.items():
                first, _, last = name.partition(" ")
                new = NewSubscriber(login=login, password=PASSWORD, first_name=first, last_name=last)
                await subscribers.add(session, new)
    finally:
        await database.close()


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """Await *work* on a thread of its own: a browser's driver keeps a loop running on ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@dataclass
class House:
    """Where everything is, and what the origin keeps."""

    url: str
    origin: str
    home: Path
    database: str

    def access_tokens(self) -> list[AccessToken]:
        """Return all access tokens that the origin has given."""
        return _run(self._with_database(_access_tokens))

    def revoke(self, login: str) -> None:
        """Let a subscriber take back everything at the origin."""

        async def work(database: Database) -> None:
            async with database.write() as session:
                someone = await subscribers.existing(session, login)
                await grants.revoke(session, someone.id, now=1)

        _run(self._with_database(work))

    async def _with_database(self, work: Callable[[Database], Awaitable[_T]]) -> _T:
        database = Database(self.database)
        try:
            return await work(database)
        finally:
            await database.close()


async def _access_tokens(database: Database) -> list[AccessToken]:
    async with database.read() as session:
        return list(await session.scalars(select(AccessToken)))


@contextmanager
def house(
    database: str,
    home: Path,
    observer: Observer = silent,
    **settings: Any,  # noqa: ANN401
) -> Iterator[House]:
    """Run an origin over *database*, and a gateway that keeps its sessions in *home*."""
    consumer = _run(_consumer(database))

    def origin_app(address: str) -> ASGIApp:
        return create_origin(Database(database), OriginSettings(public_url=address))

    def gateway_app(address: str, origin: str) -> ASGIApp:
        # People come more often than an allowance of a few calls a second lets them.
        enough = {
            "origin_timeout": 30,
            "origin_first_byte": 30,
            "calls_per_second": 1_000,
            "sign_ins_per_minute": 1_000_000,
        }
        key, secret = consumer
        told = {"public_url": address, "home": home, **enough, **settings}
        read = Settings(origin_url=origin, consumer_key=key, consumer_secret=secret, **told)
        return create_app(read, observer=observer)

    with serving(origin_app) as origin, serving(lambda address: gateway_app(address, origin)) as url:
        yield House(url, origin, home, database)


async def _consumer(url: str) -> tuple[str, str]:
    database = Database(url)
    try:
        async with database.read() as session:
            consumer = (await consumers.all_of_them(session))[0]
            return consumer.key, consumer.secret
    finally:
        await database.close()


@dataclass
class Person:
    """Somebody with a browser of their own, who keeps all that it receives."""

    house: House
    login: str = ALICE
    password: str = PASSWORD
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    received: list[httpx.Response] = field(default_factory=list)

    def get(self, url: str, **headers: str) -> httpx.Response:
        """Open an address, of the gateway unless it says another."""
        return self._keep(self.http.get(self._at(url), headers={"sec-fetch-site": "none", **headers}))

    def post(self, url: str, site: str = "same-origin", **form: str) -> httpx.Response:
        """Send a form, as a page of *site* would."""
        return self._keep(self.http.post(self._at(url), data=form, headers={"sec-fetch-site": site}))

    def ask(self, query: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Ask the graph as our own page does, or with other headers."""
        sent = {"sec-fetch-site": "same-origin"} if headers is None else headers
        response = self.http.post(self._at("/graphql"), json={"query": query}, headers=sent)
        return self._keep(response)

    def begin(self, return_to: str = "/graphql") -> str:
        """Begin a sign-in; return where the origin asks who it is."""
        answer = self.get(f"/auth/login?return_to={quote(return_to, safe='')}")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def allow(self, login_page: str, decision: str = "allow") -> str:
        """Sign in at the origin and decide; return where that leads."""
        page = self.get(login_page)
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
        carried = {unescape(name): unescape(value) for name, value in hidden}
        filled = {"password": self.password, "decision": decision}
        answer = self.post(login_page.partition("?")[0], **carried, login=self.login, **filled)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def sign_in(self, return_to: str = "/graphql") -> httpx.Response:
        """Go the whole way; return what the gateway answers in the end."""
        return self.get(self.allow(self.begin(return_to)))

    def session(self) -> Any:  # noqa: ANN401
        """Return what the gateway says about who is signed in."""
        return self.get("/auth/session").json()["session"]

    def cookie(self, name: str = "__Host-gateway_session") -> str | None:
        """Return a cookie of the gateway's."""
        return self.http.cookies.get(name)

    def _at(self, url: str) -> str:
        return url if urlsplit(url).scheme else f"{self.house.url}{url}"

    def _keep(self, response: httpx.Response) -> httpx.Response:
        self.received.append(response)
        for cookie in self.http.cookies.jar:
            cookie.secure = False  # Browsers send what is secure to this machine without TLS; httpx does not.
        return response


def parameters(url: str) -> dict[str, str]:
    """Return the parameters of an address."""
    return dict(parse_qsl(urlsplit(url).query))
