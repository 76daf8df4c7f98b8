"""What every answer has: the id of its request, headers that protect, and no detail of a fault."""

import logging
import re
from typing import Any, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway.edge.gate import Gate
from tests.gateway.conftest import OpenGraph
from tests.gateway.graph import Graph

pytestmark = pytest.mark.anyio

SAFE: Final = ("1", "a" * 64, "5f0c.A-b_c+9/d")
UNSAFE: Final = ("", "a" * 65, "-a", "a\tb", "<script>", "ä".encode(), "a,b")


def _id_in(response: httpx.Response) -> str:
    return response.json()["errors"][0]["extensions"]["requestId"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", SAFE)
async def test_a_request_keeps_its_name(name: str, graph: Graph) -> None:
    """Whoever names a request finds the name in the answer and in each error."""
    response = await graph.http.post("/graphql", json={"query": "{ x }"}, headers={"x-request-id": name})

    assert (response.headers["x-request-id"], _id_in(response)) == (name, name)


@pytest.mark.parametrize("name", UNSAFE)
async def test_a_name_that_is_not_safe_is_not_taken(name: str | bytes, graph: Graph) -> None:
    """What could be taken for anything else in a log is replaced by a name of ours, another each time."""
    headers = {b"x-request-id": name if isinstance(name, bytes) else name.encode()}
    responses = [await graph.http.post("/graphql", json={"query": "{ x }"}, headers=headers) for _ in "ab"]

    names = [each.headers["x-request-id"] for each in responses]
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in names)
    assert len(set(names)) == 2
    assert list(map(_id_in, responses)) == names


@pytest.mark.parametrize("path", ["/", "/graphql", "/health/live", "/auth/session", "/nothing"])
async def test_every_answer_is_protected(path: str, graph: Graph) -> None:
    """Whatever is asked for, it is not sniffed, framed, or run; and it has one id."""
    response = await graph.http.get(path)

    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers.get_list("x-request-id") == ["a-test"]
    assert "server" not in response.headers


PERSONAL: Final = (
    *("/graphql?query={__typename}", "/graphql?query={x}", "/graphql", "/nothing", "/auth/session"),
    *("/auth/login", "/auth/callback", "/auth/device", "/auth/device?user_code=BCDF-GHJK", "/auth/token"),
)


async def test_what_is_somebodys_is_kept_nowhere(graph: Graph) -> None:
    """Neither an answer, nor a refusal, nor a page about signing in is for any cache (T29)."""
    answers = {path: await graph.http.get(path) for path in PERSONAL}

    told = {path: each.headers.get("cache-control") for path, each in answers.items()}
    assert told == dict.fromkeys(PERSONAL, "no-store")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"public_url": "https://graph.example"}, "max-age=31536000"),
        ({"public_url": "https://graph.example", "hsts_seconds": 60}, "max-age=60"),
        ({"public_url": "https://graph.example", "hsts_seconds": 0}, None),
        ({"public_url": "http://graph.example"}, None),
        ({"public_url": "https://localhost:8443"}, None),
        ({"public_url": "https://[::1]:8443"}, None),
    ],
)
async def test_browsers_are_to_come_by_tls(
    settings: dict[str, Any], said: str | None, open_graph: OpenGraph
) -> None:
    """Where we are known by https they do not try without; this machine has other servers, too."""
    async with open_graph(**settings) as graph:
        answers = [await graph.http.get(path) for path in ("/graphql", "/nothing")]

    assert [each.headers.get("strict-transport-security") for each in answers] == [said] * 2


ELSEWHERE: Final = {"host": "evil.test", "x-forwarded-host": "evil.test", "forwarded": "host=evil.test"}
HIDDEN: Final = (
    *("/graphql/", "/auth/login/", "/health/live/", "/health", "/graphql/explorer/assets", "/auth"),
    *("/metrics", "/metrics/", "/status", "/admin", "/debug", "/debug/pprof", "/console", "/server-status"),
    *("/docs", "/redoc", "/openapi.json", "/schema", "/graphql/schema", "/graphiql", "/playground"),
    *("/.git/config", "/.env", "/session.key", "/sessions.sqlite3", "/changes.sqlite3", "/catalog/titles"),
    *("/graphql/explorer/assets/../index.html", "/graphql/explorer/assets/%2e%2e/index.html"),
)


async def test_there_is_nothing_else(graph: Graph) -> None:
    """No inner matter is at our address, and no address leads to a host that a request named (T13, T34)."""
    answers = {path: await graph.http.get(path, headers=ELSEWHERE) for path in HIDDEN}

    assert {path: each.status_code for path, each in answers.items()} == dict.fromkeys(HIDDEN, 404)
    assert [path for path, each in answers.items() if "evil.test" in each.text + str(each.headers)] == []


async def test_no_host_that_is_named_is_told_again(graph: Graph) -> None:
    """What we say of our own address comes from the settings (T13)."""
    for path in (
        "/",
        "/graphql",
        "/auth/login?return_to=http://evil.test/",
        "/auth/callback",
        "/auth/session",
    ):
        answer = await graph.http.get(path, headers={**ELSEWHERE, "accept": "text/html"})
        assert "evil.test" not in answer.text + str(answer.headers), path


async def test_a_fault_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    """An exception outside of GraphQL is one code and an id, by which the log tells what it was (T28)."""

    async def fail(_request: Request) -> Response:
        raise ZeroDivisionError("CANARY http://o.test/?oauth_signature=CANARY-sign")

    app = Starlette(routes=[Route("/", fail)], middleware=[Middleware(Gate)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as http:
        response = await http.get("/", headers={"x-request-id": "tap-17"})

    assert response.status_code == 500
    assert response.json() == {
        "errors": [{"message": "Internal error.", "extensions": {"code": "INTERNAL", "requestId": "tap-17"}}]
    }
    assert [each.levelno for each in caplog.records] == [logging.ERROR]
    assert "request tap-17" in caplog.text
    assert "CANARY-sign" not in caplog.text


async def test_an_answer_says_for_itself_what_it_may_do() -> None:
    """Headers that an answer has are not had twice."""

    async def page(_request: Request) -> Response:
        return PlainTextResponse("", headers={"Content-Security-Policy": "default-src 'self'"})

    app = Starlette(routes=[Route("/", page)], middleware=[Middleware(Gate)])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://g.test") as http:
        response = await http.get("/")

    assert response.headers.get_list("content-security-policy") == ["default-src 'self'"]
