"""Asks the gateway as a client does, and shows its answer in the shape that tests compare."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpx
from starlette.requests import HTTPConnection

from gateway.app import Tuning, create_app
from gateway.edge.streams import Authenticate
from gateway.loaders.viewer import Viewer
from gateway.schema.execution import Schema
from gateway.schema.query import make_schema
from gateway.settings import Settings
from gateway.telemetry.events import Observer, silent
from gateway.upstream.signing import Credentials
from tests.gateway.wire import Wire

USER: Final = "x-test-user"
"""The header that says who sends a request."""


async def named(request: HTTPConnection) -> Viewer | None:
    """Take whoever a request names for signed in; their token is called like them."""
    user = request.headers.get(USER)
    return Viewer(user, Credentials(f"token-of-{user}", "word")) if user else None


ALONE: Final[Mapping[str, int]] = {
    "calls_per_second": 1_000_000,
    "calls_per_day": 1_000_000_000,
    "cache_bytes": 1,
    "attempts": 1,
}
"""Settings under which every question is the first, none too much, and asked once."""


REQUEST: Final = "a-test"
"""What every request is called."""

TURNS: Final = 10
"""Turns of the loop that tasks are given to see that they have nothing left to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the data, and the code of each error by the dotted path of its field."""

    data: Any
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Graph:
    """A gateway in front of a wire."""

    http: httpx.AsyncClient

    async def ask(
        self, query: str, variables: Mapping[str, object] | None = None, *, user: str | None = None
    ) -> Answer:
        """Ask *query* by POST, as *user* if one is named."""
        body = await self.post(query, variables, {USER: user} if user else None)
        errors = body.get("errors", ())
        codes = {".".join(map(str, each.get("path", ()))): each["extensions"]["code"] for each in errors}
        return Answer(body.get("data"), codes)

    async def cost(self, query: str) -> object:
        """Ask *query* and return what the gateway says that it cost."""
        upstream = (await self.analyze(query))["upstream"]
        return {name: upstream[name] for name in ("requests", "calls")}

    async def analyze(self, query: str, variables: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        """Ask *query* and return what the gateway tells of it."""
        return (await self.post(query, variables, {"x-gateway-explain": "analyze"}))["extensions"]

    async def plan(self, query: str, variables: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        """Have *query* planned, and return the body of the answer."""
        return await self.post(query, variables, {"x-gateway-explain": "plan"})

    async def post(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401
        """Ask *query* by POST and return the body of the answer."""
        asked = {"query": query, "variables": variables}
        response = await self.http.post("/graphql", json=asked, headers=headers)
        return response.json()


@asynccontextmanager
async def gateway_over(
    wire: Wire,
    *,
    authenticate: Authenticate | None = named,
    observer: Observer = silent,
    **settings: Any,  # noqa: ANN401
) -> AsyncIterator[Graph]:
    """Run a gateway over *wire*; see that it leaves no task behind."""
    before = running()
    # What is compared are answers and requests; tests of the greatest number of calls set it.
    told = {"calls_per_operation": 10**12, "origin_url": wire.origin, **ALONE, **settings}
    app = create_app(
        Settings(**{"consumer_key": "key", "consumer_secret": "secret", **told}),
        open_pool=lambda _limits: httpx.AsyncClient(transport=httpx.ASGITransport(wire)),
        authenticate=authenticate,
        observer=observer,
        tuning=Tuning(schema=shared_schema()),
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://gateway.test", headers={"x-request-id": REQUEST}
        ) as http:
            yield Graph(http)
    for _ in range(TURNS):
        await asyncio.sleep(0)
    assert running() == before, "tasks are left behind"


@cache
def shared_schema() -> Schema:
    """Return one schema for all: to make and to check it takes longer than most tests do."""
    return make_schema()


def running() -> list[str]:
    """Return what all tasks run, but for those that run the tests."""
    names = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return sorted(name for name in names if not name.startswith("TestRunner."))
