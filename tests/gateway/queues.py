"""An origin of queues that change, and a gateway in front of it by HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import Tuning, create_app
from gateway.contract import Rel
from gateway.edge.admission import Admission
from gateway.edge.streams import StreamLimits, Streams
from gateway.loaders.fetching import Fetcher
from gateway.loaders.viewer import Viewer
from gateway.serving import Server, bind
from gateway.settings import Settings
from gateway.telemetry.events import Observer, silent
from gateway.upstream.signing import Credentials
from gateway.upstream.transport import open_http
from tests.gateway.documents import ORIGIN, link, status
from tests.gateway.graph import shared_schema

QUEUE: Final = "/queues/instant"
TAGS: Final = "subscription { queueChanged(kind: INSTANT) { etag } }"


@dataclass
class QueueOrigin:
    """Subscribers with an instant queue each: empty, but for its tag."""

    tags: dict[str, int] = field(default_factory=dict)
    polls: list[str] = field(default_factory=list)
    """Who was polled for, by every poll."""
    revoked: set[str] = field(default_factory=set)

    def change(self, user: str) -> None:
        """Let somebody else change the queue of *user*."""
        self.tags[user] = self.tags.get(user, 1) + 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        code, body, headers = self._answer(request)
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": code, "headers": encoded})
        await send({"type": "http.response.body", "body": body.encode()})

    def _answer(self, request: Request) -> tuple[int, str, dict[str, str]]:
        user = request.url.path.split("/")[2]
        home, tag = f"{ORIGIN}/users/{user}", str(self.tags.get(user, 1))
        if user in self.revoked:
            return 401, status(401, "Invalid Or Expired Token"), {}
        if not request.url.path.endswith(QUEUE):
            to, rel = (
                ("queues", Rel.QUEUES) if request.url.path.count("/") == 2 else (QUEUE[1:], Rel.INSTANT_QUEUE)
            )
            root = "user" if rel is Rel.QUEUES else "resource"
            named = f"<user_id>{user}</user_id>" if root == "user" else ""
            return 200, f"<{root}>{named}{link(rel, f'{home}/{to}', 'x')}</{root}>", {}
        self.polls.append(user)
        headers = {"etag": f'"{tag}-gzip"'}
        if request.headers.get("if-none-match") == f'"{tag}"':
            return 304, "", headers
        paging = "<number_of_results>0</number_of_results><start_index>0</start_index>"
        return (
            200,
            f"<queue><etag>{tag}</etag>{paging}<results_per_page>25</results_per_page></queue>",
            headers,
        )


@dataclass
class Live:
    """A gateway by HTTP on loopback."""

    url: str
    streams: Streams
    server: Server
    fetcher: Fetcher
    signed_in: set[str]

    @property
    def socket_url(self) -> str:
        """Return where WebSockets are opened."""
        return f"{self.url.replace('http', 'ws', 1)}/graphql"

    async def authenticate(self, connection: HTTPConnection) -> Viewer | None:
        """Know people by ``Bearer <name>``, and browsers by ``user=<name>``."""
        authorization = connection.headers.get("authorization")
        user = authorization.removeprefix("Bearer ") if authorization else connection.cookies.get("user")
        if user in self.signed_in:
            return Viewer(str(user), Credentials(f"token-of-{user}", "secret"))
        if authorization:
            raise HTTPException(401, "The bearer token is not good, or no longer.")
        return None


@asynccontextmanager
async def live(
    origin: ASGIApp,
    *users: str,
    observer: Observer = silent,
    settings: Mapping[str, Any] | None = None,
    admission: Admission | None = None,
    **limits: Any,  # noqa: ANN401
) -> AsyncIterator[Live]:
    """Run a gateway over *origin* where *users* are signed in; see that it leaves no task behind.

    Where *settings* name another origin, that is asked, by connections of its own.
    """
    before = asyncio.all_tasks()
    streams = Streams(StreamLimits(**limits))
    usual = {"origin_url": ORIGIN, "consumer_key": "key", "consumer_secret": "secret"}
    told = Settings(**{**usual, "watch_min": 0.01, "watch_max": 0.02, **(settings or {})})
    listening = bind("127.0.0.1", 0, setting="PORT")
    running = Live(f"http://127.0.0.1:{listening.getsockname()[1]}", streams, None, None, set(users))  # type: ignore[arg-type]
    app = create_app(
        told,
        open_pool=open_http if told.origin_url != ORIGIN else lambda _limits: _pool_to(origin),
        authenticate=running.authenticate,
        streams=streams,
        admission=admission,
        observer=observer,
        tuning=Tuning(schema=shared_schema()),
    )
    running.fetcher = app.state.fetcher
    running.server = Server(app, streams.stop)
    serving = asyncio.create_task(running.server.serve(sockets=[listening]))
    while not running.server.started:  # noqa: ASYNC110 - uvicorn tells in no other way
        await asyncio.sleep(0.01)
    try:
        yield running
    finally:
        running.server.should_exit = True
        async with asyncio.timeout(20):
            await serving
    assert streams.count == 0
    assert asyncio.all_tasks() - before == set()


def _pool_to(origin: ASGIApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(origin))
