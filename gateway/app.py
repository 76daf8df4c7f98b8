"""The composition root of the gateway: the only place where its parts meet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import Lifespan

from gateway.auth.dance import Dance
from gateway.auth.desk import Desk, Terms
from gateway.auth.sealing import Sealer
from gateway.contract import Path
from gateway.edge import explorer
from gateway.edge.admission import Admission
from gateway.edge.documents import Documents
from gateway.edge.endpoint import Endpoint, Executed, refused, unavailable
from gateway.edge.health import Health
from gateway.edge.layers import around
from gateway.edge.operations import Operations
from gateway.edge.sharing import Sharing
from gateway.edge.sse import Events
from gateway.edge.streams import Authenticate, Streams
from gateway.edge.websocket import Sockets
from gateway.loaders.delivery import Upstream
from gateway.loaders.fetching import Fetcher
from gateway.loaders.levels import Operation
from gateway.loaders.loader import ResourceLoader
from gateway.loaders.planner import Planner
from gateway.loaders.sending import Bounds, Sender
from gateway.loaders.viewer import Viewer
from gateway.loaders.watch import Pace, Watches
from gateway.loaders.window import Window
from gateway.loaders.writes import QUEUE_FAMILIES, Writes
from gateway.schema.context import Context
from gateway.schema.execution import Schema
from gateway.schema.planning import map_of
from gateway.schema.query import make_schema
from gateway.schema.title import show_title
from gateway.settings import Settings
from gateway.stores.mutations import Ledger
from gateway.stores.records import Records, StoreUnavailable
from gateway.stores.redis_bytes import RedisBytes
from gateway.stores.redis_calls import RedisCalls
from gateway.stores.redis_mutations import RedisLedger
from gateway.stores.redis_records import RedisRecords
from gateway.stores.sqlite_mutations import SQLiteLedger
from gateway.stores.sqlite_records import SQLiteRecords
from gateway.telemetry.events import Observer, Started, Stopped, Stopping, silent
from gateway.telemetry.sampling import sample
from gateway.telemetry.trail import Trail
from gateway.upstream.breaker import Breaker, Tripping
from gateway.upstream.caching.entries import Place
from gateway.upstream.caching.memory import Memory
from gateway.upstream.caching.shared import Shared
from gateway.upstream.caching.shelf import Shelf
from gateway.upstream.client import Client, Limits, open_http
from gateway.upstream.href import Origin
from gateway.upstream.identity import PUBLIC, Identity
from gateway.upstream.poller import Poller
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account, Allowance, Meter, OwnMeter
from gateway.upstream.quota.shared import SharedMeter
from gateway.upstream.reader import Reader
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.writer import Writer

_CHANGES: Final = "changes.sqlite3"
"""The file of what was asked to be changed, in GATEWAY_HOME."""
_SESSIONS: Final = "sessions.sqlite3"
"""The file of the sessions, in GATEWAY_HOME."""
_REDIS_WITHIN: Final = 0.5
"""Seconds that Redis is given to answer; a query does not wait longer for what may be asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What is not for those who run the gateway to set, but for tests that cannot wait as long."""

    tripping: Tripping = field(default_factory=Tripping)
    clock: Callable[[], float] = time.time
    """By which what is held grows old."""
    schema: Schema | None = None
    """One that was made before."""


def create_app(  # noqa: PLR0913 - each has a default
    settings: Settings,
    *,
    open_pool: Callable[[Limits], httpx.AsyncClient] = open_http,
    authenticate: Authenticate | None = None,
    streams: Streams | None = None,
    observer: Observer = silent,
    tuning: Tuning | None = None,
) -> Starlette:
    """Make the gateway's application over the origin that *settings* name.

    *authenticate* says who sends a request, in place of our own sign-in. Whoever gives *streams* can end what
    is open before the application ends. *observer* is told what happens.
    """
    streams, tuning = streams or Streams(), tuning or Tuning()
    limits = Limits(attempt=settings.origin_timeout, connect_to=settings.origin_connect)
    http = open_pool(limits)
    origin = Origin.at(settings.origin_url)
    signer = Signer(Credentials(settings.consumer_key, settings.consumer_secret))
    client = Client(http, limits, observer)
    reader = Reader(client, signer, bulk_address=origin.expand_path(Path.BULK), observer=observer)
    redis = _open_redis(settings)
    budget = _budget(settings, redis, observer)
    poller = Poller(client, signer, budget, seconds=settings.origin_timeout)
    watches = Watches(poller.poll, Pace(shortest=settings.watch_min, longest=settings.watch_max))
    shelf = Shelf(_place(settings, redis), origin, clock=tuning.clock)
    fetcher = Fetcher(Sender(reader, budget, _breaker(tuning, observer), _bounds(settings), observer), shelf)
    window = Window(fetcher, entries=settings.bulk_limit)

    records = _records(settings, redis)
    dance = Dance(client, signer, budget, origin, seconds=settings.origin_timeout)
    desk = Desk.over(
        records, _sealer(settings), dance, Terms(settings.public_url, may_exchange=settings.token_exchange)
    )
    ledger = _ledger(settings, redis)

    schema = tuning.schema or make_schema()
    documents = Documents(schema.core, settings.limits, may_introspect=settings.introspection)
    sharing = Sharing[Executed](documents.admit, Admission(settings.operations_at_once))

    async def on_written(identity: Identity, families: Collection[str]) -> None:
        sharing.forget(identity)
        await shelf.drop(identity, families)
        if not QUEUE_FAMILIES.isdisjoint(families):
            watches.wake(identity)

    writes = Writes(Upstream(origin, reader, Writer(client, signer), budget, observer), ledger, on_written)
    links = map_of(schema.core)

    def make_context(viewer: Viewer | None, trail: Trail | None = None) -> Context:
        deadline = asyncio.get_running_loop().time() + settings.operation_timeout
        operation = Operation(deadline, most_calls=settings.calls_per_operation, trail=trail or Trail())
        return Context(
            origin=origin,
            loader=ResourceLoader(window, operation),
            operation=operation,
            planner=Planner(schema.core, links, window.lengths, settings.expand_bytes),
            writes=writes,
            viewer=viewer,
            admit=documents.admit,
            most_objects=settings.limits.objects,
            now=lambda: datetime.now(UTC),
            show_title=show_title,
            watches=watches,
            standing=lambda: budget.standing(Account(PUBLIC)),
            anew=lambda: make_context(viewer, operation.trail),
        )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with _opened(records), _opened(ledger):
            async with _seen(observer, streams, budget, settings.origin_url):
                yield
            await streams.stop()
            await watches.close()
            await writes.close()
            await window.close()
            await fetcher.close()
            await http.aclose()
            if redis is not None:
                await redis.aclose()
        observer(Stopped())

    recognise = authenticate or desk.authenticator.viewer
    operations = Operations(schema, make_context, desk.authenticator.forget)
    events = Events(operations, recognise, streams)
    endpoint = Endpoint(schema, make_context, desk.authenticator.forget, events, sharing)
    sockets = Sockets(operations, recognise, streams, origins=settings.origins)
    return _assembled(
        [*_routes(endpoint, sockets), *desk.routes, *Health(records).routes],
        around(settings.allowed_origins, settings.hosts, observer),
        lifespan,
        fetcher,
    )


def _assembled(
    routes: Sequence[BaseRoute], layers: Sequence[Middleware], lifespan: Lifespan[Starlette], fetcher: Fetcher
) -> Starlette:
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: refused, StoreUnavailable: unavailable},
        middleware=layers,
        lifespan=lifespan,
    )
    app.state.fetcher = fetcher  # For whoever looks at how it goes.
    return app


def _open_redis(settings: Settings) -> Redis | None:
    """Return a pool of connections to what all nodes share; it connects when it is used."""
    if settings.redis_url is None:
        return None
    within = _REDIS_WITHIN
    return Redis.from_url(settings.redis_url, socket_timeout=within, socket_connect_timeout=within)


def _records(settings: Settings, redis: Redis | None) -> Records:
    if redis is not None:
        return RedisRecords(redis)
    return SQLiteRecords(settings.home / _SESSIONS if settings.home else None)


def _sealer(settings: Settings) -> Sealer:
    if settings.session_keys:
        return Sealer(settings.session_keys)
    return Sealer.kept_in(settings.home) if settings.home else Sealer.passing()


def _place(settings: Settings, redis: Redis | None) -> Place:
    if redis is None:
        return Memory(settings.cache_bytes)
    return Shared(RedisBytes(redis), settings.consumer_secret.encode())


def _budget(settings: Settings, redis: Redis | None, observer: Observer) -> Budget:
    allowance = Allowance(settings.calls_per_second, settings.calls_per_day)
    return Budget(_meter(settings, allowance, redis), allowance, observer=observer)


def _breaker(tuning: Tuning, observer: Observer) -> Breaker:
    return Breaker(time.monotonic, tuning.tripping, observer=observer)


def _bounds(settings: Settings) -> Bounds:
    return Bounds(entries=settings.bulk_limit, size=settings.bulk_bytes, attempts=settings.attempts)


def _meter(settings: Settings, allowance: Allowance, redis: Redis | None) -> Meter:
    own = OwnMeter(allowance, clock=time.time)
    return own if redis is None else SharedMeter(RedisCalls(redis), own, settings.consumer_key, allowance)


def _ledger(settings: Settings, redis: Redis | None) -> Ledger:
    if redis is not None:
        return RedisLedger(redis)
    return SQLiteLedger(settings.home / _CHANGES if settings.home else None)


@asynccontextmanager
async def _opened(store: Records | Ledger) -> AsyncIterator[None]:
    await store.open()
    try:
        yield
    finally:
        await store.close()


@asynccontextmanager
async def _seen(observer: Observer, streams: Streams, budget: Budget, origin_url: str) -> AsyncIterator[None]:
    """Tell of the start and the stop, and in between how things stand, where somebody wants to know."""

    async def standing() -> tuple[int, int]:
        now = await budget.standing(Account(PUBLIC))
        return now.used, now.remaining

    observer(Started(origin_url))
    looks = [] if observer is silent else [sample(observer, lambda: streams.count, standing)]
    sampling = [asyncio.create_task(each) for each in looks]
    yield
    observer(Stopping())
    for task in sampling:
        task.cancel()
    await asyncio.gather(*sampling, return_exceptions=True)


def _routes(endpoint: Endpoint, sockets: Sockets) -> list[BaseRoute]:
    return [
        Route("/", _to_graphql, methods=["GET"]),
        Route("/graphql", endpoint.answer, methods=["GET", "POST"]),
        WebSocketRoute("/graphql", sockets.serve),
        explorer.assets(),
    ]


async def _to_graphql(_request: Request) -> Response:
    return RedirectResponse("/graphql", status_code=307)
