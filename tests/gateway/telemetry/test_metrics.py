"""What is counted, that labels have few values, and that it is served apart from the graph."""

import asyncio
import re
import time
from pathlib import Path

import httpx
import pytest

from gateway.telemetry.events import Event, Exhausted, Refused, Sampled, Sent, TurnedAway, several
from gateway.telemetry.metrics import Metrics, served
from gateway.telemetry.sampling import sample
from gateway.upstream.breaker import Breaker, Tripping
from gateway.upstream.errors import QuotaExhausted
from gateway.upstream.identity import PUBLIC
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account, Allowance, OwnMeter
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import title
from tests.gateway.graph import USER
from tests.gateway.household import FILM
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

DOCUMENT = Path(__file__).parents[3] / "docs" / "operating.md"
BOTH = """query Both { a: title(by: {href: "http://o.test/catalog/titles/movies/1"}) { href }
    b: title(by: {href: "http://o.test/catalog/titles/movies/2"}) { name { regular } } }"""


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return the count called *name*."""
    return metrics.registry.get_sample_value(name, labels)


async def test_operations_and_what_they_cost_are_counted(wire: Wire, open_graph: OpenGraph) -> None:
    """Twice the same, in parts held the second time; one film is broken, and tried again."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")
    wire.statuses[FILM(2)] = 500
    metrics = Metrics()
    async with open_graph(observer=metrics, cache_bytes=1_000_000, attempts=2) as graph:
        for _ in range(2):
            await graph.ask(BOTH)

    one, two = FILM(1), FILM(2)
    assert wire.requests == [[one, two], [two], [two], [two]]
    counts = {
        "gateway_operation_seconds_count": {"kind": "query", "outcome": "partial"},
        "gateway_operation_errors_total": {"code": "UPSTREAM_UNAVAILABLE"},
        "gateway_operation_calls_sum": {},
        "gateway_upstream_request_entries_count": {},
        "gateway_upstream_request_entries_sum": {},
        "gateway_upstream_entries_total": {"family": "titles"},
        "gateway_calls_total": {"account": "consumer"},
        "gateway_retries_total": {},
    }
    assert {name: value(metrics, name, **labels) for name, labels in counts.items()} == {
        "gateway_operation_seconds_count": 2,
        "gateway_operation_errors_total": 2,
        "gateway_operation_calls_sum": 5,
        "gateway_upstream_request_entries_count": 4,
        "gateway_upstream_request_entries_sum": 5,
        "gateway_upstream_entries_total": 5,
        "gateway_calls_total": 5,
        "gateway_retries_total": 2,
    }
    assert [value(metrics, "gateway_wants_total", met=met) for met in ("held", "asked")] == [1, 3]
    sent = [
        value(metrics, "gateway_upstream_request_seconds_count", method=method, outcome=outcome)
        for method, outcome in (("POST", "200"), ("GET", "500"))
    ]
    assert sent == [1, 3]


async def test_no_label_comes_from_a_client(open_graph: OpenGraph) -> None:
    """Names of operations, clients and people are in no label; there are as many series as before."""
    metrics = Metrics()

    async def series(graph_names: range) -> int:
        for number in graph_names:
            headers = {"graphql-client-name": f"c{number}", USER: f"u{number}"}
            asked = {"query": f"query N{number} {{ a{number}: __typename }}"}
            await graph.http.post("/graphql", json=asked, headers=headers)
        return sum(len(list(metric.samples)) for metric in metrics.registry.collect())

    async with open_graph(observer=metrics) as graph:
        few = await series(range(1))
        many = await series(range(1, 20))

    assert few == many


def test_no_label_comes_from_the_origin() -> None:
    """An origin that answers with statuses of its own invention makes one series for a hundred of them."""
    metrics = Metrics()
    for status in range(700, 800):
        metrics(Sent("GET", str(status), 0.1))

    name = "gateway_upstream_request_seconds_count"
    assert value(metrics, name, method="GET", outcome="7xx") == 100
    assert value(metrics, name, method="GET", outcome="700") is None


async def test_metrics_are_served_apart(open_graph: OpenGraph) -> None:
    """At a port of their own; where the graph is there is nothing of the kind."""
    metrics = Metrics()
    async with open_graph(observer=metrics) as graph, httpx.AsyncClient(trust_env=False) as http:
        await graph.ask("{ __typename }")
        with served(metrics, "127.0.0.1", 0) as port:
            shown = await http.get(f"http://127.0.0.1:{port}/metrics")
        public = await graph.http.get("/metrics")

    assert 'gateway_operation_seconds_count{kind="query",outcome="ok"} 1.0' in shown.text
    assert public.status_code == 404


def test_the_documentation_names_every_metric() -> None:
    """Each of ours, as it is read, and no other."""
    families = [each for each in Metrics().registry.collect() if each.name.startswith("gateway_")]
    ours = {f"{each.name}_total" if each.type == "counter" else each.name for each in families}

    assert set(re.findall(r"`(gateway_\w+)", DOCUMENT.read_text())) == ours


def test_the_breaker_is_told() -> None:
    """Open after failures, tried when the time is over, closed by what goes well."""
    metrics, now = Metrics(), [0.0]
    states: list[list[float | None]] = []

    def look() -> None:
        names = ("closed", "open", "half-open")
        states.append([value(metrics, "gateway_breaker_state", state=name) for name in names])

    breaker = Breaker(lambda: now[0], Tripping(fewest=1, open_for=5), metrics)
    look()
    breaker.went(well=False)
    look()
    now[0] = 6
    assert breaker.admit()
    look()
    breaker.went(well=True)
    look()

    assert states == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]


async def test_a_day_that_is_over_is_told() -> None:
    """By whose calls were used up; what is left is told with the samples."""
    heard: list[Event] = []
    metrics = Metrics()
    allowance = Allowance(10, 1)
    observer = several([heard.append, metrics])
    budget = Budget(OwnMeter(allowance, clock=lambda: 0.0), allowance, clock=lambda: 0.0, observer=observer)
    await budget.take_now(Account(PUBLIC), 1, hold=1)
    deadline = asyncio.get_running_loop().time() + 1
    with pytest.raises(QuotaExhausted):
        await budget.take(Account(PUBLIC), 1, deadline=deadline, hold=1)

    assert Exhausted("consumer") in heard
    assert value(metrics, "gateway_calls_total", account="consumer") == 1
    assert value(metrics, "gateway_quota_exhausted_total", account="consumer") == 1


def test_requests_that_are_turned_away_are_counted() -> None:
    """By what they seemed to be."""
    metrics = Metrics()
    for priority in ("search", "search", "read"):
        metrics(TurnedAway(priority))

    assert value(metrics, "gateway_turned_away_total", priority="search") == 2
    assert value(metrics, "gateway_turned_away_total", priority="read") == 1


def test_what_the_server_refuses_is_counted() -> None:
    """By status."""
    metrics = Metrics()
    for status in (400, 400, 503):
        metrics(Refused(status))

    assert value(metrics, "gateway_refused_total", status="400") == 2
    assert value(metrics, "gateway_refused_total", status="503") == 1


async def test_a_loop_that_is_held_up_is_told() -> None:
    """By how much later than asked it came back; beside it, what is open and what is left."""
    told: asyncio.Future[Sampled] = asyncio.get_running_loop().create_future()

    def observer(event: Event) -> None:
        if isinstance(event, Sampled) and not told.done():
            told.set_result(event)

    async def standing() -> tuple[int, int]:
        return 3, 7

    sampling = asyncio.create_task(sample(observer, lambda: 5, standing, every=0.01))
    asyncio.get_running_loop().call_soon(time.sleep, 0.06)
    sampled = await told
    sampling.cancel()

    assert (sampled.streams, sampled.used, sampled.remaining) == (5, 3, 7)
    assert sampled.lag >= 0.04
    metrics = Metrics()
    metrics(sampled)
    assert value(metrics, "gateway_quota_remaining") == 7
    assert value(metrics, "gateway_loop_lag_seconds_bucket", le="0.025") == 0
