"""GraphiQL in a real browser that reaches nothing but this machine."""

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import playwright.sync_api as playwright
import pytest
import uvicorn
from graphql import build_schema, graphql_sync
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.edge import explorer
from tests.gateway.chromium import launched

LOOPBACK: Final = "127.0.0.1"
CANARY: Final = "CANARY-alice-token"


SCHEMA: Final = build_schema("""
    type Query { titles(search: String!, first: Int!): Titles! }
    type Titles { totalCount: Int! nodes: [Title!]! }
    type Title { name: Name! releaseYear: Int! cast: [Person!]! }
    type Name { regular: String! }
    type Person { name: String! filmography(first: Int!): Titles! }
""")
NAME: Final = {"regular": "Love Jones"}
PERSON: Final = {"name": "Nia Long", "filmography": {"totalCount": 1, "nodes": [{"name": NAME}]}}
TITLE: Final = {"name": NAME, "releaseYear": 1997, "cast": [PERSON]}
CATALOG: Final = {"titles": {"totalCount": 1, "nodes": [TITLE]}}


def _show(_request: Request) -> Response:
    return explorer.page()


async def _answer(request: Request) -> Response:
    asked = await request.json()
    result = graphql_sync(SCHEMA, asked["query"], CATALOG, operation_name=asked.get("operationName"))
    return JSONResponse(result.formatted)


async def _session(_request: Request) -> Response:
    return JSONResponse({"session": None})


def _gateway() -> Starlette:
    return Starlette(
        routes=[
            Route("/graphql", _show, methods=["GET"]),
            Route("/graphql", _answer, methods=["POST"]),
            Route("/auth/session", _session, methods=["GET"]),
            explorer.assets(),
        ]
    )


@pytest.fixture(scope="module")
def gateway_url() -> Iterator[str]:
    """Yield the address of a running gateway."""
    server = uvicorn.Server(uvicorn.Config(_gateway(), host=LOOPBACK, port=0, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    """Start Debian's Chromium; skip where it or the built page is missing, or fail if they are demanded."""
    with launched() as chromium:
        yield chromium


@dataclass
class Visit:
    """An open page, and what went wrong in it or left it."""

    page: playwright.Page
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    queries: list[playwright.Request] = field(default_factory=list)

    def stay_here(self, route: playwright.Route) -> None:
        """Let a request through to this machine only."""
        if urlsplit(route.request.url).hostname in {LOOPBACK, None}:
            route.continue_()
            return
        self.strangers.append(route.request.url)
        route.abort()

    def listen(self, message: playwright.ConsoleMessage) -> None:
        """Note warnings and errors; the browser reports a violated policy as an error."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def sent(self, request: playwright.Request) -> None:
        """Note the queries of the user; the page asks for the schema by itself."""
        if request.method == "POST" and "IntrospectionQuery" not in (request.post_data or ""):
            self.queries.append(request)

    def execute(self) -> None:
        """Press the play button."""
        self.page.get_by_role("button", name=re.compile("Execute query")).click()

    def rewrite(self, editor: str, text: str) -> None:
        """Replace what stands in *editor*, a style selector."""
        self.page.locator(editor).click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        # As if it were pasted: typed key by key, the editor closes brackets and quotes by itself.
        self.page.keyboard.insert_text(text)
        # GraphiQL takes a tenth of a second to note it; a user is slower.
        self.page.wait_for_timeout(500)

    @property
    def answer(self) -> playwright.Locator:
        """The response pane."""
        return self.page.locator(".result-window .view-lines")


@pytest.fixture
def visit(browser: playwright.Browser, gateway_url: str) -> Iterator[Visit]:
    """Open GraphiQL for the first time; at the end it has complained of nothing and asked nobody else."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    visit = Visit(page)
    context.route("**/*", visit.stay_here)
    page.on("console", visit.listen)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("request", visit.sent)
    page.goto(f"{gateway_url}/graphql")
    expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")

    yield visit

    context.close()
    assert visit.strangers == []
    assert visit.complaints == []


def test_the_first_example_is_answered(visit: Visit) -> None:
    """A visitor presses the play button, sees the answer, and the gateway is asked what it cost."""
    visit.execute()

    expect(visit.answer).to_contain_text('"totalCount":')
    assert [request.headers["x-gateway-explain"] for request in visit.queries] == ["analyze"]


def test_every_example_has_a_tab(visit: Visit) -> None:
    """The tabs are named after the queries."""
    tabs = visit.page.locator(".graphiql-tab-button")

    expect(tabs).to_have_text(["Search", "Title", "Series", "People", "Queue"])


def test_a_mistake_is_underlined(visit: Visit) -> None:
    """The editor checks a query against the schema, in a worker of our own."""
    visit.rewrite(".graphiql-query-editor", "query Mistake { nonsense }")

    expect(visit.page.locator(".graphiql-query-editor .squiggly-error")).to_be_visible()
    workers = {re.sub(r"-[\w-]+\.js$", "", urlsplit(worker.url).path) for worker in visit.page.workers}
    ours = {name: f"/graphql/explorer/assets/{name}.worker" for name in ("editor", "graphql", "json")}
    assert ours["graphql"] in workers
    assert workers <= set(ours.values())  # those of the other editors start when the browser has time


def test_headers_are_not_kept(visit: Visit) -> None:
    """A token typed into the headers is sent, and gone with the page; the query stays."""
    visit.rewrite(".graphiql-query-editor", "query Kept { __typename }")
    visit.rewrite(".graphiql-editor-tool", f'{{"x-canary": "{CANARY}"}}')
    visit.execute()

    expect(visit.answer).to_contain_text('"__typename": "Query"')
    assert [request.headers["x-canary"] for request in visit.queries] == [CANARY]
    kept = _kept_with(visit.page, "query Kept")
    assert {"graphiql:queries", "graphiql:tabState"} <= set(kept)
    assert CANARY not in str(kept)


def _kept_with(page: playwright.Page, text: str) -> dict[str, str]:
    # GraphiQL writes half a second late; the policy forbids playwright's own way to wait for it.
    for _ in range(50):
        kept: dict[str, str] = page.evaluate("({...localStorage})")
        if text in kept.get("graphiql:tabState", ""):
            break
        page.wait_for_timeout(100)
    return kept
