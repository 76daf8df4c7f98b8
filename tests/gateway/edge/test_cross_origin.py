"""Which pages may read answers, and under which names the gateway answers."""

from typing import Final

import pytest
from starlette.types import Message, Receive, Scope, Send

from gateway.edge.cross_origin import CrossOrigin
from tests.gateway.conftest import OpenGraph
from tests.gateway.graph import Graph

pytestmark = pytest.mark.anyio

APP: Final = "https://app.example"
OTHERS: Final = (
    "null",
    "https://app.example.evil.test",
    "https://evil.test/app.example",
    "https://appXexample",
    "http://app.example",
    "https://APP.example",
    "https://app.example:444",
    "*",
)
PREFLIGHT: Final = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type",
}
NOT_ALLOWED: Final = "Pages of this site may not ask: GATEWAY_ALLOWED_ORIGINS does not name their origin."


def _allowed(headers: object) -> set[str]:
    return {each for each in dict(headers) if each.startswith("access-control-")}  # type: ignore[call-overload]


async def test_a_page_that_is_allowed_may_read(open_graph: OpenGraph) -> None:
    """It is named exactly, without cookies, and asked anew after ten minutes at most (T17, H15)."""
    async with open_graph(allowed_origins=(APP,)) as graph:
        asked = await graph.http.options("/graphql", headers={"origin": APP, **PREFLIGHT})
        answer = await graph.http.post("/graphql", json={"query": "{ x }"}, headers={"origin": APP})

    assert (asked.status_code, asked.text) == (204, "")
    assert asked.headers["access-control-allow-origin"] == APP
    assert {"content-type", "authorization"} <= set(asked.headers["access-control-allow-headers"].split(", "))
    assert asked.headers["access-control-allow-methods"] == "GET, POST"
    assert int(asked.headers["access-control-max-age"]) <= 600
    assert answer.headers["access-control-allow-origin"] == APP
    for each in (asked, answer):
        assert "access-control-allow-credentials" not in each.headers
        assert "Origin" in each.headers.get_list("vary")


@pytest.mark.parametrize("origin", OTHERS)
async def test_no_other_page_may(origin: str, open_graph: OpenGraph) -> None:
    """What looks like an allowed site is none; caches are told that it depends on who asks (T17)."""
    async with open_graph(allowed_origins=(APP,)) as graph:
        asked = await graph.http.options("/graphql", headers={"origin": origin, **PREFLIGHT})
        answer = await graph.http.post("/graphql", json={"query": "{ x }"}, headers={"origin": origin})

    for each in (asked, answer):
        assert _allowed(each.headers) == set()
        assert "Origin" in each.headers.get_list("vary")
    assert (asked.status_code, asked.text) == (403, NOT_ALLOWED)


async def test_without_any_no_other_page_may(graph: Graph) -> None:
    """By default no page of another site may read an answer; whose it is may say which setting allows it."""
    asked = await graph.http.options("/graphql", headers={"origin": APP, **PREFLIGHT})

    assert (asked.status_code, asked.text, _allowed(asked.headers)) == (403, NOT_ALLOWED, set())


async def test_what_is_no_preflight_is_answered_as_ever(graph: Graph) -> None:
    """Who only uses its method is told that it is not known."""
    response = await graph.http.options("/graphql", headers={"origin": APP})

    assert response.status_code == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("graph.example", 200),
        ("Other.Example:8443", 200),
        ("evil.test", 421),
        ("graph.example.evil.test", 421),
        ("graph.example:80", 421),
        ("", 421),
    ],
)
async def test_only_our_names_are_answered(host: str, status: int, open_graph: OpenGraph) -> None:
    """Whoever asks by another name is refused, whatever a proxy is said to have seen (H13, F5)."""
    settings = {"public_url": "https://graph.example", "allowed_hosts": ("other.example:8443",)}
    async with open_graph(**settings) as graph:
        response = await graph.http.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={"host": host, "x-forwarded-host": "graph.example"},
        )
        health = await graph.http.get("/health/live", headers={"host": host})

    assert (response.status_code, health.status_code) == (status, 200)


@pytest.mark.parametrize(("host", "sent"), [("graph.example", "accept"), ("evil.test", "close")])
async def test_sockets_are_opened_by_our_names(host: str, sent: str) -> None:
    """A WebSocket is no way around (H13)."""
    told: list[Message] = []

    async def accept(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        told.append(message)

    scope = {"type": "websocket", "path": "/graphql", "headers": [(b"host", host.encode())]}
    await CrossOrigin(accept, origins=(), hosts=("graph.example",))(scope, receive, send)

    assert [each["type"] for each in told] == [f"websocket.{sent}"]
