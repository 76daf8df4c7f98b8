"""One line an operation: who asked in what way, what it cost, and what came of it."""

import hashlib
from operator import itemgetter
from typing import Any

import httpx
import pytest

from gateway.edge.request_id import REQUEST_ID
from gateway.telemetry.events import Sampled, Sent, Stopping
from gateway.telemetry.logs import Logs
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import title
from tests.gateway.edge.test_websocket import ANN, opened
from tests.gateway.graph import USER
from tests.gateway.household import FILM
from tests.gateway.queues import TAGS, QueueOrigin, live
from tests.gateway.telemetry.lines import caught
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio


@pytest.fixture
def films(wire: Wire) -> Wire:
    """Return an origin with a film, and one that is broken."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")
    wire.statuses[FILM(2)] = 500
    return wire


def _without_times(line: dict[str, Any]) -> dict[str, Any]:
    assert line.pop("seconds") >= 0
    assert line.pop("time").endswith("+00:00")
    return line


async def test_an_operation_is_one_line(films: Wire, open_graph: OpenGraph) -> None:
    """It says what those who run the gateway ask, and nothing of who it was or what they sought."""
    query = (
        'query Both { a: title(by: {href: "%s"}) { name { regular } } b: title(by: {href: "%s"}) { href } }'
    )
    query %= (f"{films.origin}{FILM(1)}", f"{films.origin}{FILM(2)}")
    headers = {
        REQUEST_ID: "abc-1",
        USER: "CANARY-user",
        "apollographql-client-name": "web",
        "graphql-client-version": "1.2+3",
    }
    with caught() as lines:
        async with open_graph(observer=Logs()) as graph:
            response = await graph.http.post("/graphql", json={"query": query}, headers=headers)

    assert response.headers[REQUEST_ID] == "abc-1"
    assert films.requests == [[FILM(1), FILM(2)]]
    assert [_without_times(line) for line in lines.of("operation")] == [
        {
            "level": "info",
            "logger": "gateway",
            "event": "operation",
            "request": "abc-1",
            "operation": "Both",
            "kind": "query",
            "document": hashlib.sha256(query.encode()).hexdigest(),
            "client": "web",
            "version": "1.2+3",
            "caller": "session",
            "outcome": "partial",
            "codes": {"UPSTREAM_UNAVAILABLE": 1},
            "answers": 1,
            "expected": 2.0,
            "calls": 2,
            "requests": 1,
            "cache": {"held": 0, "stale": 0, "joined": 0, "asked": 2},
        }
    ]
    assert "CANARY" not in lines.text


async def test_what_is_held_is_told(films: Wire, open_graph: OpenGraph) -> None:
    """The same again costs no call, and the line says why."""
    query = f'{{ title(by: {{href: "{films.origin}{FILM(1)}"}}) {{ name {{ regular }} }} }}'
    with caught() as lines:
        async with open_graph(observer=Logs(), cache_bytes=1_000_000) as graph:
            for _ in range(2):
                await graph.ask(query)

    assert [(line["calls"], line["cache"], line["outcome"]) for line in lines.of("operation")] == [
        (1, {"held": 0, "stale": 0, "joined": 0, "asked": 1}, "ok"),
        (0, {"held": 1, "stale": 0, "joined": 0, "asked": 0}, "ok"),
    ]


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no document": ({"json": {"query": "{"}}, "refused", "GRAPHQL_PARSE_FAILED"),
    "not valid": ({"json": {"query": "{ nothing }"}}, "refused", "GRAPHQL_VALIDATION_FAILED"),
    "no JSON": (
        {"content": b"x", "headers": {"content-type": "application/json"}},
        "refused",
        "BAD_USER_INPUT",
    ),
    "another type": (
        {"content": b"x", "headers": {"content-type": "text/plain"}},
        "refused",
        "BAD_USER_INPUT",
    ),
    "too much": (
        {"content": b" " * 1_000_001, "headers": {"content-type": "application/json"}},
        "refused",
        "",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_refused_is_told(what: str, open_graph: OpenGraph) -> None:
    """Whoever was refused, and why, whether GraphQL saw it or not."""
    asked, outcome, code = REFUSED[what]
    with caught() as lines:
        async with open_graph(observer=Logs()) as graph:
            await graph.http.post("/graphql", **asked)

    (line,) = lines.of("operation")
    assert (line["outcome"], line["calls"], line["caller"]) == (outcome, 0, "anonymous")
    assert code in " ".join(line["codes"])
    assert len(line["codes"]) == 1


async def test_the_explorer_is_no_operation(open_graph: OpenGraph) -> None:
    """A page that is looked at is no line."""
    with caught() as lines:
        async with open_graph(observer=Logs()) as graph:
            await graph.http.get("/graphql", headers={"accept": "text/html"})

    assert lines.of("operation") == []


HOSTILE = ("x" * 65, 'a"b', "a\nb", "\N{SNOWMAN}".encode(), "{}", "-x")


@pytest.mark.parametrize("value", HOSTILE)
async def test_a_client_cannot_write_lines(value: str | bytes, open_graph: OpenGraph) -> None:
    """A name, a version or an id that is long or has other characters is none."""
    encoded = value if isinstance(value, bytes) else value.encode()
    headers = [
        (name.encode(), encoded) for name in (REQUEST_ID, "graphql-client-name", "graphql-client-version")
    ]
    with caught() as lines:
        async with open_graph(observer=Logs()) as graph:
            response = await graph.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    (line,) = lines.of("operation")
    assert (line["client"], line["version"]) == ("", "")
    assert line["request"] == response.headers[REQUEST_ID]
    assert len(line["request"]) == 16


async def test_a_fault_of_ours_is_an_error(films: Wire, open_graph: OpenGraph) -> None:
    """The line is one that alarms: INTERNAL is nothing that the origin or the caller did."""
    films.faults[FILM(1)] = RuntimeError("CANARY")
    with caught() as lines:
        async with open_graph(observer=Logs()) as graph:
            await graph.ask(f'{{ title(by: {{href: "{films.origin}{FILM(1)}"}}) {{ href }} }}')

    assert [(line["level"], line["codes"]) for line in lines.of("operation")] == [("error", {"INTERNAL": 1})]


FAILURES: dict[str, Raw | Exception] = {
    "503": Raw(b"", 503),
    "OriginUnreachable": httpx.ConnectError("CANARY"),
    "OriginTimedOut": httpx.ReadTimeout("CANARY"),
}


@pytest.mark.parametrize("outcome", FAILURES)
async def test_an_origin_that_fails_is_a_warning(outcome: str, wire: Wire, open_graph: OpenGraph) -> None:
    """Whoever sees warnings alone learns what is wrong, and nothing of what was asked."""
    failure = FAILURES[outcome]
    if isinstance(failure, Raw):
        wire.raw["/catalog/titles"] = failure
    else:
        wire.faults["/catalog/titles"] = failure
    with caught("WARNING") as lines:
        async with open_graph(observer=Logs(), attempts=1) as graph:
            await graph.ask('{ titles(search: "CANARY") { totalCount } }')

    told = [(line["level"], line["failures"]) for line in lines.of("origin failed")]
    assert told == [("warning", {outcome: 1})]
    assert "CANARY" not in lines.text


def test_many_failures_are_few_lines() -> None:
    """What goes well, or nobody waits for, is none of them; the others are counted, and told at once."""
    now = [0.0]
    logs = Logs(lambda: now[0])
    with caught() as lines:
        for outcome in ("200", "304", "404", "Cancelled"):
            logs(Sent("GET", outcome, 0.1))
        for _ in range(1000):
            logs(Sent("GET", "503", 0.1))
            logs(Sent("GET", "OriginTimedOut", 0.1))
        now[0] = 10.0
        logs(Sent("GET", "503", 0.1))

    assert [line["failures"] for line in lines.of("origin failed")] == [
        {"503": 1},
        {"503": 1000, "OriginTimedOut": 1000},
    ]


def test_the_last_failures_are_told() -> None:
    """Also where no other comes: when ten seconds are over, or at the end."""
    now = [0.0]
    logs = Logs(lambda: now[0])
    with caught() as lines:
        logs(Sent("GET", "500", 0.1))
        logs(Sent("GET", "501", 0.1))
        told = []
        for now[0] in (9.9, 10.0, 30.0):
            logs(Sampled(lag=0.0, streams=0, used=None, remaining=None))
            told.append(len(lines.of("origin failed")))
        logs(Sent("GET", "502", 0.1))
        logs(Sent("GET", "503", 0.1))
        logs(Stopping())

    assert told == [1, 2, 2]
    assert [*map(itemgetter("failures"), lines.of("origin failed"))] == [
        {status: 1} for status in ("500", "501", "502", "503")
    ]


async def test_a_subscription_is_one_line() -> None:
    """However many events it has; it is written when nobody listens any more."""
    origin = QueueOrigin()
    with caught() as lines:
        async with live(origin, "ann", observer=Logs()) as gateway, opened(gateway) as ann:
            await ann.begin()
            await ann.subscribe("1")
            await ann.hear()
            origin.change("ann")
            await ann.hear()
            assert lines.of("operation") == []

    (line,) = lines.of("operation")
    said = {name: line[name] for name in ("kind", "outcome", "answers", "document", "codes")}
    assert said == {
        "kind": "subscription",
        "outcome": "ok",
        "answers": 2,
        "document": hashlib.sha256(TAGS.encode()).hexdigest(),
        "codes": {},
    }


async def test_what_events_cost_is_told_of_the_subscription() -> None:
    """Each event is executed by itself, and asks for what is selected; the line has it all."""
    whole = "subscription { queueChanged(kind: INSTANT) { items(sort: DATE_ADDED) { nodes { position } } } }"
    origin = QueueOrigin()
    with caught() as lines:
        async with live(origin, "ann", observer=Logs()) as gateway, opened(gateway) as ann:
            await ann.begin()
            await ann.subscribe("1", whole)
            await ann.hear()

    (line,) = lines.of("operation")
    # The subscriber, their queues, and for the event another order than the one that is polled.
    assert (line["answers"], line["calls"], line["cache"]["asked"]) == (1, 3, 3)


async def test_events_are_one_line_too() -> None:
    """As by WebSocket; whoever has a bearer token is known by it."""
    origin = QueueOrigin()
    headers = {"accept": "text/event-stream", **ANN}
    with caught() as lines:
        async with (
            live(origin, "ann", observer=Logs()) as gateway,
            httpx.AsyncClient(trust_env=False) as http,
            http.stream("POST", f"{gateway.url}/graphql", headers=headers, json={"query": TAGS}) as response,
        ):
            async for text in response.aiter_lines():
                if text.startswith("data"):
                    break

    (line,) = lines.of("operation")
    assert (line["kind"], line["caller"], line["outcome"], line["answers"]) == (
        "subscription",
        "bearer",
        "ok",
        1,
    )


async def test_a_start_and_a_stop_are_a_line(open_graph: OpenGraph) -> None:
    """Each of them one, whatever is in between."""
    with caught() as lines:
        async with open_graph(observer=Logs()):
            pass

    assert [len(lines.of(event)) for event in ("started", "stopping", "stopped")] == [1, 1, 1]
