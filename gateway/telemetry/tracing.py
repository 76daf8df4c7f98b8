"""Spans of OpenTelemetry: of each operation, what it was made of, and the requests that it shares.

Imported only where traces are asked for: what it needs is in the extra ``tracing``.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    Status,
    StatusCode,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from gateway.telemetry.events import Event, Exchanged, OperationBegan, OperationEnded, Stopped
from gateway.telemetry.trail import Outcome, Trail

_SERVICE: Final = "netflix-graphql-gateway"
_NANO: Final = 1_000_000_000
_LAST_WORDS: Final = 2_000
"""Milliseconds that sending what is left may take at the end."""


class Traces:
    """An observer that makes spans; no query, no address and nobody's id is in them.

    Where *trusts_clients*, an operation belongs to the trace that its client names, and is kept or not as the
    client says. Otherwise it begins a trace, with a link to the client's.
    """

    def __init__(self, provider: TracerProvider, *, trusts_clients: bool = False) -> None:
        self._provider = provider
        self._trusts_clients = trusts_clients
        self._tracer = provider.get_tracer("gateway")
        self._propagator = TraceContextTextMapPropagator()

    def __call__(self, event: Event) -> None:
        """Begin or end the spans that *event* is about."""
        match event:
            case OperationBegan(trail):
                trail.span = self._begun(trail)
            case OperationEnded(trail):
                self._end(trail)
            case Exchanged():
                self._exchange(event)
            case Stopped():
                # Now: a process that is told to stop by SIGTERM may not come to anything after.
                self._provider.force_flush(_LAST_WORDS)

    def _begun(self, trail: Trail) -> Span:
        carried = {} if trail.parent is None else {"traceparent": trail.parent}
        theirs = self._propagator.extract(carried, Context())
        named = get_current_span(theirs).get_span_context()
        return self._tracer.start_span(
            "graphql",
            theirs if self._trusts_clients else Context(),
            kind=SpanKind.SERVER,
            links=[Link(named)] if named.is_valid and not self._trusts_clients else [],
            start_time=trail.began_at,
        )

    def _end(self, trail: Trail) -> None:
        span = trail.span
        if not isinstance(span, Span):
            return
        ended = trail.began_at + int(trail.seconds * _NANO)
        if trail.planned_after is not None:
            planned = trail.began_at + int(trail.planned_after * _NANO)
            inside = set_span_in_context(span, Context())
            for name, since, until in (("plan", trail.began_at, planned), ("execute", planned, ended)):
                self._tracer.start_span(name, inside, start_time=since).end(until)
        span.update_name(trail.kind if trail.planned_after is not None else "graphql")
        span.set_attributes(_attributes_of(trail))
        if trail.outcome is Outcome.ERROR or "INTERNAL" in trail.codes:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def _exchange(self, exchange: Exchanged) -> None:
        """Make the span of a request, in the trace of the first operation that it was for, linked to all."""
        now = time.time_ns()
        spans = [trail.span for trail in exchange.trails if isinstance(trail.span, Span)]
        span = self._tracer.start_span(
            "upstream",
            set_span_in_context(spans[0], Context()) if spans else Context(),
            kind=SpanKind.CLIENT,
            links=[Link(each.get_span_context()) for each in spans],
            start_time=now - int(exchange.seconds * _NANO),
            attributes={
                "gateway.entries": sum(exchange.families.values()),
                "gateway.families": sorted(exchange.families),
                "gateway.outcome": exchange.outcome,
                "gateway.size": exchange.size,
            },
        )
        if not exchange.outcome.isdecimal() or exchange.outcome.startswith("5"):
            span.set_status(Status(StatusCode.ERROR))
        span.end(now)


def _attributes_of(trail: Trail) -> dict[str, str | int | float | list[str]]:
    return {
        "graphql.operation.type": trail.kind,
        "graphql.operation.name": trail.name,
        "graphql.document.hash": trail.document,
        "gateway.request": trail.request,
        "gateway.client": trail.client,
        "gateway.caller": trail.caller,
        "gateway.outcome": trail.outcome.value,
        "gateway.codes": sorted(trail.codes),
        "gateway.calls.expected": trail.expected,
        "gateway.calls": trail.calls,
        "gateway.requests": trail.requests,
    }


@contextmanager
def exported(*, trusts_clients: bool = False) -> Iterator[Traces]:
    """Export spans as the ``OTEL_*`` variables say; in the end, what is left is sent."""
    name = os.environ.get("OTEL_SERVICE_NAME", _SERVICE)
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield Traces(provider, trusts_clients=trusts_clients)
    finally:
        provider.shutdown()
