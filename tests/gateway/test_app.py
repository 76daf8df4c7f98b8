"""The gateway as a whole: its addresses, and how it ends."""

import asyncio

import httpx
import pytest

from gateway.app import create_app
from gateway.settings import Settings
from tests.gateway.documents import ORIGIN, listing
from tests.gateway.graph import Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

SEARCH = {"query": '{ titles(search: "x") { totalCount } }'}


async def test_the_root_leads_to_the_graph(graph: Graph) -> None:
    """A browser that comes without a path is sent on."""
    response = await graph.http.get("/")

    assert (response.status_code, response.headers["location"]) == (307, "/graphql")


async def test_it_says_that_it_lives(graph: Graph, wire: Wire) -> None:
    """Without asking the origin."""
    response = await graph.http.get("/health/live")

    assert (response.status_code, response.text, wire.requests) == (200, "ok", [])


async def test_what_is_not_there_is_not_found(graph: Graph) -> None:
    """Nothing else is served."""
    response = await graph.http.get("/graphql/x")

    assert response.status_code == 404


async def test_a_browser_gets_the_explorer(graph: Graph) -> None:
    """Who asks for a page and no query is shown GraphiQL, or how to build it."""
    response = await graph.http.get("/graphql", headers={"accept": "text/html"})

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")


async def test_it_ends_with_operations_under_way(wire: Wire) -> None:
    """Whoever waits for the origin gets an answer, nothing runs on, and the pool is closed."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=0)
    wire.hold("/catalog/titles")
    pool = httpx.AsyncClient(transport=httpx.ASGITransport(wire))
    settings = Settings(origin_url=ORIGIN, consumer_key="key", consumer_secret="secret")
    app = create_app(settings, open_pool=lambda _limits: pool)
    transport = httpx.ASGITransport(app)
    before = asyncio.all_tasks()

    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as http:
        async with app.router.lifespan_context(app):
            asking = asyncio.create_task(http.post("/graphql", json=SEARCH))
            await wire.arrived(1)
        async with asyncio.timeout(3):
            response = await asking

    assert response.json()["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"
    assert pool.is_closed
    assert asyncio.all_tasks() == before


async def test_an_operation_may_be_given_up(graph: Graph, wire: Wire) -> None:
    """A client that goes away leaves the gateway as it was for the next one."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=0)
    held = wire.hold("/catalog/titles")
    leaving = asyncio.create_task(graph.http.post("/graphql", json=SEARCH))
    await wire.arrived(1)

    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    held.set()
    response = await graph.http.post("/graphql", json=SEARCH)

    assert response.json() == {"data": {"titles": {"totalCount": 0}}}


async def test_it_closes_everything_when_it_fails(wire: Wire) -> None:
    """Whatever ends it, the connections to the origin are closed, and nothing runs on."""
    pool = httpx.AsyncClient(transport=httpx.ASGITransport(wire))
    settings = Settings(origin_url=ORIGIN, consumer_key="key", consumer_secret="secret")
    app = create_app(settings, open_pool=lambda _limits: pool, observer=lambda _event: None)
    before = asyncio.all_tasks()

    with pytest.raises(ZeroDivisionError):
        async with app.router.lifespan_context(app):
            raise ZeroDivisionError

    assert pool.is_closed
    assert asyncio.all_tasks() == before
