"""No secret is in what is logged at DEBUG by anybody, whatever is asked and however it fails."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import generate_latest

from gateway.loaders.viewer import Viewer
from gateway.telemetry.events import several
from gateway.telemetry.logs import LEVELS, TALKATIVE, LogFormat, Logs, set_up
from gateway.telemetry.metrics import Metrics
from gateway.telemetry.redaction import Redaction
from gateway.telemetry.tracing import Traces
from gateway.upstream.signing import Credentials
from tests.databases import Databases
from tests.gateway.auth.house import PASSWORD, House, Person, fill, house, parameters
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import listing, title
from tests.gateway.household import ANN, FILM, Household, encoded, entry
from tests.gateway.telemetry.lines import caught
from tests.gateway.wire import BULK, Raw, Wire

pytestmark = pytest.mark.anyio

CONSUMER_SECRET: Final = "CANARY-consumer-secret"
TOKEN: Final = Credentials("CANARY-token", "CANARY-token-secret")
COOKIE: Final = "CANARY-session-id"
BEARER: Final = "CANARY-bearer"
SEARCH: Final = "CANARY-search"

QUERIES: Final = (
    "{ viewer { firstName queue(kind: INSTANT) { etag items { nodes { title { name { regular } } } } } } }",
    "{ viewer { feeds { rel url } } }",
    f'{{ titles(search: "{SEARCH}") {{ nodes {{ id viewerRating {{ predicted }} }} }} }}',
    'mutation { rateTitle(input: {titleId: "ID", opinion: {stars: 4}}) { __typename } }',
    'mutation { addToQueue(input: {titleId: "ID", kind: INSTANT}) { __typename } }',
    "{ nothing(",
)


async def _known(connection: Any) -> Viewer | None:  # noqa: ANN401
    return Viewer(ANN, TOKEN) if "cookie" in connection.headers else None


FAULTS: Final[dict[str, dict[str, Any]]] = {
    "none": {},
    "broken": {"raw": {BULK: Raw(b"no", 500)}},
    "not a document": {"raw": {BULK: Raw(b"<resp")}},
    "a fault of ours": {"faults": {f"/users/{ANN}": RuntimeError(f"oauth_token={TOKEN.key}")}},
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_nothing_secret_is_logged(wire: Wire, open_graph: OpenGraph, fault: str) -> None:
    """Operations of every kind at the wire, with the bearer token and the cookie that they come with."""
    Household(instant=[entry(1)]).serve(wire)
    wire.documents["/catalog/titles"] = listing("catalog_titles", title(FILM(1), "F1"), total=1)
    wire.documents[FILM(1)] = title(FILM(1), "F1")
    for name, value in FAULTS[fault].items():
        getattr(wire, name).update(value)
    headers = {"cookie": f"__Host-gateway_session={COOKIE}", "authorization": f"Bearer {BEARER}"}
    memory, metrics = InMemorySpanExporter(), Metrics()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    observer = several([Logs(), metrics, Traces(provider)])
    with caught("DEBUG") as lines:
        async with open_graph(
            observer=observer, authenticate=_known, consumer_secret=CONSUMER_SECRET, attempts=2
        ) as graph:
            for query in QUERIES:
                asked = query.replace("ID", encoded("movie:1"))
                await graph.http.post("/graphql", json={"query": asked}, headers=headers)

    assert len(lines.of("operation")) == len(QUERIES)
    assert wire.received != []
    told = [each.to_json() for each in memory.get_finished_spans()] + [
        generate_latest(metrics.registry).decode()
    ]
    assert len(told) > len(QUERIES)
    assert [each for each in told if "CANARY" in each or "SECRET" in each or ANN in each] == []
    assert [line for line in lines.text.splitlines() if "CANARY" in line or "SECRET" in line] == []


def test_what_libraries_say_is_caught() -> None:
    """The test above would see what a library logs: here one does, and is redacted; unredacted it is seen."""
    with caught("DEBUG") as lines:
        logging.getLogger("a.library").debug("sending %s", {"Authorization": f"OAuth {TOKEN.key}"})
        logging.getLogger("a.library").debug("harmless CANARY")

    assert [line["event"] for line in map(_read, lines.text.splitlines())] == [
        "sending {'Authorization': …}",
        "harmless CANARY",
    ]


def _read(line: str) -> Any:  # noqa: ANN401
    return httpx.Response(200, content=line).json()


@pytest.fixture
def unset() -> Iterator[None]:
    """Leave logging as it was."""
    root, loggers = logging.getLogger(), [logging.getLogger(name) for name in ("", *TALKATIVE)]
    handlers, levels = root.handlers[:], [logger.level for logger in loggers]
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.usefixtures("unset")
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["aiosqlite", "sqlalchemy.engine.Engine", "sqlalchemy.pool", "httpx"])
def test_databases_are_quiet_at_every_level(level: str, name: str) -> None:
    """What they log holds the values of statements and rows, by which no redaction knows a secret."""
    logging.getLogger(name.partition(".")[0]).setLevel(logging.DEBUG)

    set_up(LogFormat.JSON, level, Redaction())

    assert not logging.getLogger(name).isEnabledFor(logging.INFO)


@pytest.fixture
def real(sqlite_databases: Databases, tmp_path: Path) -> Iterator[House]:
    """Run a gateway at DEBUG over a real origin, by HTTP."""
    with house(sqlite_databases.copy(fill), tmp_path / "home", Logs(), token_exchange=True) as running:
        yield running


def test_nothing_secret_is_logged_over_a_real_origin(real: House) -> None:
    """A sign-in, an exchange, and operations with what both give; the secrets are those that were given."""
    with caught("DEBUG") as lines:
        alice = Person(real)
        begun = alice.begin("/graphql")
        allowed = alice.allow(begun)
        alice.get(allowed)
        dance = {**parameters(begun), **parameters(allowed)}
        (token,) = real.access_tokens()
        given = {"oauth_token": token.token, "oauth_token_secret": token.secret}
        answer = httpx.post(f"{real.url}/auth/token", data={**given, "user_id": token.subscriber_id})
        bearer = answer.json()["access_token"]
        for query in QUERIES:
            asked = query.replace("ID", encoded("movie:1"))
            alice.ask(asked)
            alice.ask(asked, headers={"authorization": f"Bearer {bearer}"})
        cookie = alice.cookie()
        alice.http.close()

    passing = [dance["oauth_token"], dance["oauth_verifier"]]
    secrets = [*passing, token.token, token.secret, bearer, cookie, PASSWORD, SEARCH, "oauth_signature="]
    assert {line["caller"] for line in lines.of("operation")} == {"session", "bearer"}
    assert [line["outcome"] for line in lines.of("operation")].count("ok") >= len(QUERIES)
    assert [secret for secret in secrets if secret is None or secret in lines.text] == []
    ours = [line for line in lines.text.splitlines() if "gateway.origin" not in line]
    assert [line for line in ours if token.subscriber_id in line] == []
