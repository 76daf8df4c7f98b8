"""Spans: one of each operation, what it was made of, and each request with links to all that share it."""

import asyncio

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.telemetry.tracing import Traces, exported
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import title
from tests.gateway.edge.test_websocket import opened
from tests.gateway.household import FILM
from tests.gateway.queues import QueueOrigin, live
from tests.gateway.telemetry.collector import collector, read
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def by_href(name: str, number: int) -> str:
    """Return an operation of that name that asks for a film."""
    return f'query {name} {{ title(by: {{href: "http://o.test{FILM(number)}"}}) {{ name {{ regular }} }} }}'


@pytest.fixture
def memory() -> InMemorySpanExporter:
    """Return where spans go."""
    return InMemorySpanExporter()


@pytest.fixture
def provider(memory: InMemorySpanExporter) -> TracerProvider:
    """Return what keeps spans in memory."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    return provider


@pytest.fixture
def traces(provider: TracerProvider) -> Traces:
    """Return what makes spans, whoever asks."""
    return Traces(provider)


@pytest.fixture
def films(wire: Wire) -> Wire:
    """Return an origin with two films."""
    for number in (1, 2):
        wire.documents[FILM(number)] = title(FILM(number), f"F{number}")
    return wire


def named(memory: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    """Return the spans of that name."""
    return [span for span in memory.get_finished_spans() if span.name == name]


def _parent(span: ReadableSpan) -> int:
    assert span.parent is not None
    return span.parent.span_id


def _id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


@pytest.mark.parametrize("recorded", ["00", "01"])
async def test_clients_have_no_say_in_traces(
    recorded: str, films: Wire, open_graph: OpenGraph, memory: InMemorySpanExporter, traces: Traces
) -> None:
    """Neither in what an operation belongs to nor in whether it is recorded; a link leads to theirs."""
    headers = {"traceparent": f"00-{TRACE}-{SPAN}-{recorded}"}
    async with open_graph(observer=traces) as graph:
        await graph.post(by_href("One", 1), headers=headers)

    (whole,) = named(memory, "query")
    assert films.requests == [[FILM(1)]]
    assert whole.parent is None
    assert [(f"{each.context.trace_id:032x}", f"{each.context.span_id:016x}") for each in whole.links] == [
        (TRACE, SPAN)
    ]
    assert {span.context.trace_id for span in memory.get_finished_spans() if span.context} == {
        whole.context.trace_id if whole.context else 0
    }
    assert f"{whole.context.trace_id:032x}" != TRACE


async def test_an_operation_is_a_span_with_what_it_was_made_of(
    films: Wire, open_graph: OpenGraph, memory: InMemorySpanExporter, provider: TracerProvider
) -> None:
    """Planning, then execution, and the request in between; in the client's trace, where it is trusted."""
    headers = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
    async with open_graph(observer=Traces(provider, trusts_clients=True)) as graph:
        await graph.http.post("/graphql", json={"query": by_href("One", 1)}, headers=headers)

    (whole,), (plan,), (execute,), (request,) = (
        named(memory, name) for name in ("query", "plan", "execute", "upstream")
    )
    assert films.requests == [[FILM(1)]]
    assert f"{_parent(whole):016x}" == SPAN
    assert {f"{span.context.trace_id:032x}" for span in memory.get_finished_spans() if span.context} == {
        TRACE
    }
    assert [_parent(each) for each in (plan, execute, request)] == [_id(whole)] * 3
    assert whole.start_time == plan.start_time
    assert plan.end_time == execute.start_time
    assert execute.end_time == whole.end_time
    attributes = dict(whole.attributes or {})
    assert {name: attributes[name] for name in ("graphql.operation.name", "gateway.calls")} == {
        "graphql.operation.name": "One",
        "gateway.calls": 1,
    }
    assert dict(request.attributes or {}) == {
        "gateway.entries": 1,
        "gateway.families": ("titles",),
        "gateway.outcome": "200",
        "gateway.size": len(str(films.documents[FILM(1)])),
    }


async def test_a_request_is_linked_to_all_that_share_it(
    films: Wire, open_graph: OpenGraph, memory: InMemorySpanExporter, traces: Traces
) -> None:
    """Two operations at once travel in one request, which leads to both."""
    async with open_graph(observer=traces) as graph:
        await asyncio.gather(graph.ask(by_href("A", 1)), graph.ask(by_href("B", 2)))

    (request,), wholes = named(memory, "upstream"), named(memory, "query")
    assert films.requests == [[FILM(1), FILM(2)]]
    assert {link.context.span_id for link in request.links} == set(map(_id, wholes))
    assert len(wholes) == 2
    assert dict(request.attributes or {})["gateway.entries"] == 2


@pytest.mark.parametrize("traceparent", ["", "00-0-0-00", "x" * 5000, f"00-{'0' * 32}-{SPAN}-01"])
async def test_what_is_no_traceparent_begins_a_trace(
    traceparent: str, open_graph: OpenGraph, memory: InMemorySpanExporter, traces: Traces
) -> None:
    """Whatever stands there, the operation is answered and has a span."""
    async with open_graph(observer=traces) as graph:
        headers = {"traceparent": traceparent}
        answer = await graph.post("{ __typename }", headers=headers)

    (whole,) = named(memory, "query")
    assert (whole.parent, list(whole.links)) == (None, [])
    assert answer == {"data": {"__typename": "Query"}}


async def test_what_fails_is_marked(
    films: Wire, open_graph: OpenGraph, memory: InMemorySpanExporter, traces: Traces
) -> None:
    """A request answered with 500 is an error, and so is what has no data for it; a refusal is not."""
    films.statuses[FILM(1)] = 500
    films.faults[FILM(2)] = RuntimeError("broken")
    async with open_graph(observer=traces) as graph:
        await graph.ask(by_href("A", 1))
        await graph.ask(by_href("B", 2))
        await graph.ask("{ nothing }")

    assert [(span.status.is_ok, span.name) for span in memory.get_finished_spans() if not span.parent] == [
        (False, "query"),
        (False, "query"),
        (True, "graphql"),
    ]
    assert [(span.status.is_ok, _outcome(span)) for span in named(memory, "upstream")] == [
        (False, "500"),
        (False, "no answer"),
    ]


def _outcome(span: ReadableSpan) -> object:
    return (span.attributes or {})["gateway.outcome"]


async def test_a_subscription_is_one_span(memory: InMemorySpanExporter, traces: Traces) -> None:
    """For as long as somebody listens; it ends when nobody does."""
    async with live(QueueOrigin(), "ann", observer=traces) as gateway, opened(gateway) as ann:
        await ann.begin()
        await ann.subscribe("1")
        await ann.hear()
        assert named(memory, "subscription") == []

    assert len(named(memory, "subscription")) == 1


async def test_spans_are_sent_to_a_collector(
    films: Wire, open_graph: OpenGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By OTLP, to where the variables of OpenTelemetry say; what is left is sent at the end."""
    with collector() as (url, received):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        with exported() as traces:
            async with open_graph(observer=traces) as graph:
                await graph.ask(by_href("One", 1))

    assert films.requests == [[FILM(1)]]
    spans, services = read(received)
    assert sorted(spans) == ["execute", "plan", "query", "upstream"]
    assert services == {"netflix-graphql-gateway"}
