"""A gateway before the fault proxy, with its insides in view: what it still holds after a fault is told."""

import asyncio
import socket
import sqlite3
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import httpx

from gateway.app import Tuning, create_app
from gateway.edge.streams import Authenticate
from gateway.loaders.fetching import Fetcher
from gateway.origin.app import create_app as create_origin
from gateway.origin.database import Database
from gateway.origin.demo.credentials import DemoCredentials
from gateway.origin.settings import OriginSettings
from gateway.schema.execution import Schema
from gateway.schema.query import make_schema
from gateway.settings import Settings
from gateway.telemetry.events import Observer, silent
from gateway.upstream.breaker import Breaker, Tripping
from gateway.upstream.quota.budget import Budget
from gateway.upstream.transport import open_http
from tests.end_to_end.stack import named_people
from tests.faults.operations import Operation
from tests.faults.origin import Memory
from tests.faults.proxy import Proxy, bound, proxy_before
from tests.gateway.graph import USER

ATTEMPT: Final = 0.6
"""Seconds of one request to the origin: an eighth of what is usual."""
DEADLINE: Final = 1.4
"""Seconds of one operation: a seventh."""
TRIPPING: Final = Tripping(fewest=20, open_for=0.05)
LONG: Final = 3 * 86_400.0
"""Seconds after which all that is public is too old, and may still stand in for an answer."""

_cell: ContextVar[list["asyncio.Task[Any]"] | None] = ContextVar("_cell", default=None)


@dataclass(slots=True)
class Clock:
    """Tells the time by which what is held grows old."""

    ahead: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return time.time() + self.ahead


@dataclass(frozen=True, slots=True)
class Reply:
    """What a client got, and after how many seconds of the loop."""

    status: int
    body: Any
    seconds: float
    headers: str

    @property
    def errors(self) -> list[Any]:
        """Return the errors in it."""
        found: list[Any] = self.body.get("errors", []) if isinstance(self.body, dict) else []
        return found


@dataclass(slots=True)
class Rig:
    """A gateway, and the proxy that it takes for its origin."""

    proxy: Proxy
    http: httpx.AsyncClient
    fetcher: Fetcher
    headers: Mapping[str, str]
    """By which a client shows who they are."""
    clock: Clock
    tasks: "list[asyncio.Task[Any]]" = field(default_factory=list)
    """All that were made on behalf of this gateway."""

    async def ask(self, operation: Operation) -> Reply:
        """Ask *operation* as a client does."""
        began = asyncio.get_running_loop().time()
        headers = dict(self.headers) if operation.is_personal else {}
        response = await self.http.post("/graphql", json={"query": operation.query}, headers=headers)
        seconds = asyncio.get_running_loop().time() - began
        return Reply(response.status_code, response.json(), seconds, str(response.headers))

    @property
    def breaker(self) -> Breaker:
        """Return what leaves the origin alone."""
        return self.fetcher._sender._exchanger._breaker  # noqa: SLF001 - to be looked at from here alone

    @property
    def budget(self) -> Budget:
        """Return what gives out permits."""
        return self.fetcher._sender._budget  # noqa: SLF001

    @property
    def calls(self) -> int:
        """Return how many calls the gateway has counted."""
        counts = self.budget._meter._counts  # type: ignore[attr-defined]  # noqa: SLF001
        return sum(count.calls for count in counts.values())

    def trip(self) -> None:
        """Have the breaker open."""
        while not self.breaker.is_open:
            self.breaker.went(well=False)

    def held(self) -> list[str]:
        """Return what should have been given back by now."""
        sender = self.fetcher._sender  # noqa: SLF001
        retries, meter = sender._exchanger._retries, self.budget._meter  # noqa: SLF001
        counts = meter._counts.values()  # type: ignore[attr-defined]  # noqa: SLF001
        latest = max((until for count in counts for until in count.held.values()), default=0.0)
        left = {
            "flights": self.fetcher._flights._flights,  # noqa: SLF001
            "refreshes": self.fetcher._refreshing,  # noqa: SLF001
            "lines of those who wait": self.budget._lines,  # noqa: SLF001
            "retries": retries.retries,
            "requests": retries.active,
            "permits beyond a second": latest > time.time() + 1.05,
        }
        return [name for name, value in left.items() if value]


def url_of(file: Path) -> str:
    """Return the address of the database in *file*."""
    return f"sqlite+aiosqlite:///{file}"


@cache
def _schema() -> Schema:
    return make_schema()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def count_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Have each task noted with the rig that it was made for."""

    def make(loop: asyncio.AbstractEventLoop, coro: Any, **given: Any) -> "asyncio.Task[Any]":  # noqa: ANN401
        task = asyncio.Task(coro, loop=loop, **given)
        tasks = _cell.get()
        if tasks is not None:
            tasks.append(task)
        return task

    loop.set_task_factory(make)


@dataclass(frozen=True, slots=True)
class Doors:
    """How people are recognised, and with which headers they come, by their user id."""

    authenticate: Authenticate
    passes: Mapping[str, Mapping[str, str]]


@dataclass(slots=True)
class House:
    """An origin on a database, before which rigs are put."""

    file: Path
    credentials: DemoCredentials
    doors: Doors | None = None
    """In place of those by which people just say who they are."""
    tls: ssl.SSLContext | None = None
    """Whom gateways trust, in place of the usual authorities."""
    observer: Observer = silent
    told: Mapping[str, Any] = field(default_factory=dict)
    """Settings of every gateway."""
    closing: Callable[[Rig], None] = lambda _rig: None
    """Is shown every gateway before it ends."""

    @property
    def url(self) -> str:
        """Return where the database is."""
        return url_of(self.file)

    def twin(self, file: Path) -> "House":
        """Return a house of the same people with an origin of its own, on a copy of the database."""
        with closing(sqlite3.connect(self.file)) as mine, closing(sqlite3.connect(file)) as its:
            mine.backup(its)
        return replace(self, file=file)

    @asynccontextmanager
    async def rig(self, who: int = 0, tripping: Tripping = TRIPPING, **settings: Any) -> AsyncIterator[Rig]:  # noqa: ANN401
        """Run a gateway before a proxy before the origin; it is asked by the subscriber *who*."""
        async with self.origin() as proxy, self.gateway(proxy, who, tripping, **settings) as rig:
            yield rig

    @asynccontextmanager
    async def origin(
        self, *, memory: Memory | None = None, at: socket.socket | None = None
    ) -> AsyncIterator[Proxy]:
        """Run the origin, and a proxy before it, *at* an address; see ``proxy_before`` of its *memory*."""
        listening = at or bound()
        public_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        origin = create_origin(Database(self.url), OriginSettings(public_url=public_url))
        async with (
            origin.router.lifespan_context(origin),
            proxy_before(httpx.ASGITransport(origin), listening, memory=memory) as proxy,
        ):
            yield proxy

    @asynccontextmanager
    async def gateway(
        self,
        proxy: Proxy,
        who: int = 0,
        tripping: Tripping = TRIPPING,
        **settings: Any,  # noqa: ANN401
    ) -> AsyncIterator[Rig]:
        """Run a gateway before *proxy*, told *settings*."""
        clock, tasks = Clock(), list["asyncio.Task[Any]"]()
        people = self.credentials.subscribers
        doors = self.doors or Doors(
            named_people(people), {each.user_id: {USER: each.user_id} for each in people}
        )
        app = create_app(
            self.settings(**{"origin_url": proxy.url, **settings}),
            authenticate=doors.authenticate,
            observer=self.observer,
            tuning=Tuning(tripping=tripping, clock=clock, schema=_schema()),
            open_pool=partial(open_http, tls=self.tls or _tls()),
        )
        _cell.set(tasks)
        user = people[who % len(people)].user_id
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as http:
                rig = Rig(proxy, http, app.state.fetcher, doors.passes[user], clock, tasks)
                yield rig
                self.closing(rig)

    def settings(self, **others: Any) -> Settings:  # noqa: ANN401
        """Return how gateways are told to be."""
        consumer = self.credentials.consumer
        told = {
            "consumer_key": consumer.key,
            "consumer_secret": consumer.secret,
            "origin_timeout": ATTEMPT,
            "origin_first_byte": 0.6 * others.get("origin_timeout", ATTEMPT),
            "operation_timeout": DEADLINE,
            "change_timeout": DEADLINE,
            "calls_per_second": 10_000,
            "calls_per_day": 1_000_000,
        }
        return Settings(**{**told, **self.told, **others})
