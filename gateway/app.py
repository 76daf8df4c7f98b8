"""The composition root of the gateway: the only place where its parts meet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
from graphql import GraphQLSchema
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from gateway.auth.desk import Desk, Terms
from gateway.edge import explorer
from gateway.edge.admission import Admission
from gateway.edge.documents import Documents
from gateway.edge.endpoint import Endpoint, Executed, refused, unavailable
from gateway.edge.health import Health
from gateway.edge.lasting import Lasting
from gateway.edge.layers import around
from gateway.edge.operations import Operations
from gateway.edge.persisted.resolving import Persisted
from gateway.edge.persisted.trusted import Trusted
from gateway.edge.sharing import Sharing
from gateway.edge.sse import Events
from gateway.edge.streams import Authenticate, Streams
from gateway.edge.websocket import Sockets
from gateway.loaders.levels import Operation
from gateway.loaders.loader import ResourceLoader
from gateway.loaders.planner import Map, Planner
from gateway.loaders.viewer import Viewer
from gateway.loaders.writes import QUEUE_FAMILIES, Writes, Written
from gateway.origin_access import OriginAccess
from gateway.schema.context import Context
from gateway.schema.execution import Schema
from gateway.schema.pace import Pace, SharedTurns
from gateway.schema.planning import map_of
from gateway.schema.query import make_schema
from gateway.schema.title import show_title
from gateway.settings import Settings
from gateway.storage import Storage
from gateway.stores.records import StoreUnavailable
from gateway.telemetry.events import Observer, Started, Stopped, Stopping, silent
from gateway.telemetry.sampling import sample
from gateway.telemetry.trail import Trail
from gateway.upstream.breaker import Tripping
from gateway.upstream.client import Limits
from gateway.upstream.identity import PUBLIC, Identity
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account
from gateway.upstream.transport import open_http


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What is not for those who run the gateway to set, but for tests that cannot wait as long."""

    tripping: Tripping = field(default_factory=Tripping)
    clock: Callable[[], float] = time.time
    """By which what is held grows old."""
    schema: Schema | None = None
    """One that was made before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """Makes what resolvers know of an operation."""

    settings: Settings
    access: OriginAccess
    schema: GraphQLSchema
    links: Map
    """What each of its fields follows."""
    writes: Writes
    documents: Documents
    turns: SharedTurns = field(default_factory=SharedTurns)
    """In which answers are put together."""

    def make(self, viewer: Viewer | None, trail: Trail | None = None) -> Context:
        """Return the context of an operation that begins now, on *viewer*'s behalf."""
        now = asyncio.get_running_loop().time()
        operation = Operation(
            now + self.settings.operation_timeout,
            began=now,
            changes_until=now + self.settings.change_timeout,
            most_calls=self.settings.calls_per_operation,
            trail=trail or Trail(),
        )
        loader = ResourceLoader(self.access.window, operation)
        return Context(
            origin=self.access.origin,
            loader=loader,
            operation=operation,
            planner=self._planner(),
            writes=self.writes,
            viewer=viewer,
            admit=self.documents.admit,
            pace=Pace(self.turns, loader.keep_open),
            most_objects=self.settings.limits.objects,
            most_text=self.settings.limits.text,
            now=lambda: datetime.now(UTC),
            show_title=show_title,
            watches=self.access.watches,
            standing=lambda: self.access.budget.standing(Account(PUBLIC)),
            anew=lambda: self.make(viewer, operation.trail),
        )

    def _planner(self) -> Planner:
        """Return what plans by what is known of the lengths of lists by now."""
        return Planner(self.schema, self.links, self.access.window.lengths, self.settings.expand_bytes)


def create_app(  # noqa: PLR0913 - each has a default
    settings: Settings,
    *,
    open_pool: Callable[[Limits], httpx.AsyncClient] = open_http,
    authenticate: Authenticate | None = None,
    streams: Streams | None = None,
    admission: Admission | None = None,
    observer: Observer = silent,
    tuning: Tuning | None = None,
) -> Starlette:
    """Make the gateway's application over the origin that *settings* name.

    *authenticate* says who sends a request, in place of our own sign-in. Whoever gives *streams* can end what
    is open before the application ends; who gives *admission* knows whether there is a place. *observer* is
    told what happens.
    """
    streams, tuning = streams or Streams(), tuning or Tuning()
    storage = Storage.of(settings)
    access = OriginAccess.over(
        settings,
        storage,
        open_pool=open_pool,
        observer=observer,
        tripping=tuning.tripping,
        clock=tuning.clock,
    )
    terms = Terms(settings.public_url, settings.token_exchange, settings.sign_ins_per_minute)
    desk = Desk.over(storage.records, storage.sealer, access.dance, terms, on_end=streams.sign_out)
    recognise, forget = authenticate or desk.authenticator.viewer, desk.authenticator.forget

    schema = tuning.schema or make_schema()
    documents = Documents(schema.core, settings.limits, may_introspect=settings.introspection)
    admission = admission or Admission(settings.operations_at_once)
    sharing = Sharing[Executed](documents.admit, admission)
    writes = Writes(access.upstream, storage.ledger, _on_written(access, sharing))
    contexts = Contexts(
        settings=settings,
        access=access,
        schema=schema.core,
        links=map_of(schema.core),
        writes=writes,
        documents=documents,
    )

    trusted = Trusted.read(settings.trusted_mode, settings.trusted_documents)
    persisted = Persisted(documents, storage.registered, trusted)
    operations = Operations(schema, contexts.make, forget, persisted.resolve, admission, Lasting())
    is_open = settings.introspection and not trusted.is_enforced
    page = explorer.page if is_open else explorer.closed
    endpoint = Endpoint(Events(operations, recognise, streams), sharing, page=page)
    sockets = Sockets(operations, recognise, streams, origins=settings.origins)
    app = Starlette(
        routes=[
            *_routes(endpoint, sockets),
            *desk.routes,
            *Health(storage.records, lambda: streams.is_stopping).routes,
        ],
        exception_handlers={HTTPException: refused, StoreUnavailable: unavailable},
        middleware=around(
            settings.allowed_origins,
            settings.hosts,
            observer,
            tls_for=settings.tls_for,
            proxies=settings.proxies,
        ),
        lifespan=lambda _app: _running(settings, storage, access, writes, streams, observer, persisted),
    )
    app.router.redirect_slashes = False  # It would lead to whatever host a request names.
    app.state.fetcher = access.fetcher  # For whoever looks at how it goes.
    return app


def _on_written(access: OriginAccess, sharing: Sharing[Executed]) -> Written:
    """Return what has to happen when something of a subscriber's has changed."""

    async def on_written(identity: Identity, families: Collection[str]) -> None:
        sharing.forget(identity)
        await access.shelf.drop(identity, families)
        if not QUEUE_FAMILIES.isdisjoint(families):
            access.watches.wake(identity)

    return on_written


@asynccontextmanager
async def _running(  # noqa: PLR0913, PLR0917 - what has to be opened and closed
    settings: Settings,
    storage: Storage,
    access: OriginAccess,
    writes: Writes,
    streams: Streams,
    observer: Observer,
    persisted: Persisted,
) -> AsyncIterator[None]:
    """Open what is kept; in the end let what goes on come to its end, and close everything."""
    await persisted.check()
    async with storage.opened():
        try:
            async with _seen(observer, streams, access.budget, settings.origin_url):
                yield
        finally:
            await streams.stop()
            await access.watches.close()
            await writes.close()
            await access.close()
    observer(Stopped())


@asynccontextmanager
async def _seen(observer: Observer, streams: Streams, budget: Budget, origin_url: str) -> AsyncIterator[None]:
    """Tell of the start and the stop, and in between how things stand, where somebody wants to know."""

    async def standing() -> tuple[int, int]:
        now = await budget.standing(Account(PUBLIC))
        return now.used, now.remaining

    observer(Started(origin_url))
    looks = [] if observer is silent else [sample(observer, lambda: streams.count, standing)]
    sampling = [asyncio.create_task(each) for each in looks]
    try:
        yield
    finally:
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
