"""Counts what happens, in the terms of Prometheus, and serves the counts on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    start_http_server,
)

from gateway.telemetry.events import (
    BreakerState,
    BreakerTurned,
    Called,
    Event,
    Exchanged,
    Exhausted,
    OperationEnded,
    Refused,
    Retried,
    Sampled,
    Sent,
    StoreFailed,
    TurnedAway,
)
from gateway.telemetry.trail import Trail

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LAGS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_ENTRIES: Final = (1, 2, 5, 10, 25, 50, 100, 200)
_CALLS: Final = (0, 1, 2, 5, 10, 25, 50, 100, 200, 1000)

_STATUSES: Final = frozenset(map(str, (200, 201, 304, 400, 401, 403, 404, 409, 412, 429, 500, 502, 503, 504)))
"""Statuses that are told apart; of others only the first digit is, so that an origin cannot make labels."""


class Metrics:
    """An observer that counts. Every label has few values, and none of them comes from a client."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        GCCollector(registry=registry)
        self._operations = _OperationMetrics(registry)
        self._upstream = _UpstreamMetrics(registry)
        self._process = _ProcessMetrics(registry)

    def __call__(self, event: Event) -> None:
        """Count *event*."""
        match event:
            case OperationEnded(trail):
                self._operations.ended(trail)
            case TurnedAway(priority):
                self._operations.turned_away.labels(priority).inc()
            case Refused(status):
                self._process.refused.labels(str(status)).inc()
            case Sampled():
                self._process.sampled(event)
                self._upstream.sampled(event)
            case StoreFailed():
                self._process.store_failures.inc()
            case _:
                self._upstream.happened(event)


class _OperationMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "gateway_operation_seconds",
            "How long GraphQL operations took; subscriptions are open that long.",
            ["kind", "outcome"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.turned_away = Counter(
            "gateway_turned_away",
            "Requests refused unread, for there was too much to do, by what they seemed to be.",
            ["priority"],
            registry=registry,
        )
        self._errors = Counter(
            "gateway_operation_errors", "Errors in answers, by code.", ["code"], registry=registry
        )
        self._documents = Counter(
            "gateway_operation_documents",
            "Operations, by whether their document is trusted; none without a list.",
            ["trusted"],
            registry=registry,
        )
        self._calls = Histogram(
            "gateway_operation_calls", "Calls that an operation cost.", buckets=_CALLS, registry=registry
        )
        self._wants = Counter(
            "gateway_wants",
            "Documents that operations wanted: held, stale, joined or asked for.",
            ["met"],
            registry=registry,
        )

    def ended(self, trail: Trail) -> None:
        self._seconds.labels(trail.kind, trail.outcome.value).observe(trail.seconds)
        self._calls.observe(trail.calls)
        if trail.is_trusted is not None:
            self._documents.labels(str(trail.is_trusted).lower()).inc()
        for code, count in trail.codes.items():
            self._errors.labels(code).inc(count)
        for met, count in trail.met.items():
            self._wants.labels(met.value).inc(count)


class _UpstreamMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "gateway_upstream_request_seconds",
            "How long HTTP requests to the origin took, by status or by what came instead.",
            ["method", "outcome"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._batch = Histogram(
            "gateway_upstream_request_entries",
            "Resources that one request to the origin asked for.",
            buckets=_ENTRIES,
            registry=registry,
        )
        self._entries = Counter(
            "gateway_upstream_entries",
            "Resources that the origin was asked for, by the family of the link.",
            ["family"],
            registry=registry,
        )
        self._calls = Counter(
            "gateway_calls", "Calls against the origin's allowance.", ["account"], registry=registry
        )
        self._exhausted = Counter(
            "gateway_quota_exhausted",
            "Calls not made, for the day's are used.",
            ["account"],
            registry=registry,
        )
        self._retries = Counter("gateway_retries", "Calls that were made once more.", registry=registry)
        self._breaker = Gauge(
            "gateway_breaker_state", "1 at the state that the breaker is in.", ["state"], registry=registry
        )
        self._used = Gauge("gateway_quota_used", "The consumer's calls today.", registry=registry)
        self._remaining = Gauge("gateway_quota_remaining", "What is left of them today.", registry=registry)
        self._turn("closed")

    def happened(self, event: Event) -> None:
        match event:
            case Sent(method, outcome, seconds):
                self._seconds.labels(method, _label(outcome)).observe(seconds)
            case Exchanged(families=families):
                self._batch.observe(sum(families.values()))
                for family, entries in families.items():
                    self._entries.labels(family).inc(entries)
            case Called(account, calls):
                self._calls.labels(account).inc(calls)
            case Exhausted(account):
                self._exhausted.labels(account).inc()
            case Retried(calls):
                self._retries.inc(calls)
            case BreakerTurned(state):
                self._turn(state)

    def sampled(self, sampled: Sampled) -> None:
        if sampled.used is not None and sampled.remaining is not None:
            self._used.set(sampled.used)
            self._remaining.set(sampled.remaining)

    def _turn(self, state: BreakerState) -> None:
        for each in get_args(BreakerState):
            self._breaker.labels(each).set(each == state)


class _ProcessMetrics:
    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Histogram(
            "gateway_loop_lag_seconds",
            "How much later than asked the event loop came back.",
            buckets=_LAGS,
            registry=registry,
        )
        self.refused = Counter(
            "gateway_refused",
            "Requests that the server itself refused, before anybody read what they ask, by status.",
            ["status"],
            registry=registry,
        )
        self._streams = Gauge("gateway_streams", "WebSockets and event streams open.", registry=registry)
        self.store_failures = Counter(
            "gateway_store_failures", "Times that sessions could not be read or changed.", registry=registry
        )

    def sampled(self, sampled: Sampled) -> None:
        self._lag.observe(sampled.lag)
        self._streams.set(sampled.streams)


def _label(outcome: str) -> str:
    return outcome if outcome in _STATUSES or not outcome.isdecimal() else f"{outcome[0]}xx"


@contextmanager
def served(metrics: Metrics, host: str, port: int) -> Iterator[int]:
    """Serve *metrics* at ``/metrics`` of *host*, in a thread; give the port, which is any free one for 0."""
    server, thread = start_http_server(port, addr=host, registry=metrics.registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
