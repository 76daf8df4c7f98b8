"""Trusted documents: asked by their ids, looked out for, and all that is answered, as the mode has it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import pytest

from gateway.edge.document_ids import hash_of
from gateway.edge.persisted.trusted import Mode
from gateway.telemetry.events import several
from gateway.telemetry.logs import Logs
from gateway.telemetry.metrics import Metrics
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import title
from tests.gateway.edge.test_registered_documents import (
    FILM_1,
    FOUND,
    HELLO,
    NEW,
    ask,
    called,
    codes,
    said,
)
from tests.gateway.edge.test_sse import EVENTS, listening, tag
from tests.gateway.edge.test_websocket import ANN, opened
from tests.gateway.household import FILM
from tests.gateway.queues import TAGS, QueueOrigin, live
from tests.gateway.telemetry.lines import caught
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

OTHER: Final = "{ __typename }"
"""A document that no list has."""
NEEDED: Final = "TRUSTED_DOCUMENT_REQUIRED"
NOT_FOUND: Final = "PERSISTED_QUERY_NOT_FOUND"

WAYS: Final[Mapping[str, Mapping[str, object]]] = {
    "Apollo's": {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "films-1"}}},
    "documentId": {"documentId": "films-1"},
    "its hash": {"documentId": f"sha256:{hash_of(FILM_1)}"},
    "doc_id": {"doc_id": "films-1"},
    "id": {"id": "films-1"},
}

Write = Callable[[Mapping[str, str]], dict[str, Any]]


@pytest.fixture
def listed(tmp_path: Path) -> Write:
    """Return what writes a list, and returns the settings that name it."""

    def write(documents: Mapping[str, str]) -> dict[str, Any]:
        path = tmp_path / "list.json"
        path.write_text(json.dumps(documents))
        return {"trusted_documents": (path,)}

    return write


@pytest.fixture
def films(wire: Wire, listed: Write) -> dict[str, Any]:
    """Return the settings of a list with one document, which asks for a film."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")
    return listed({"films-1": FILM_1})


@pytest.mark.parametrize("mode", [Mode.ALLOW, Mode.ENFORCE])
@pytest.mark.parametrize("way", WAYS)
async def test_a_listed_document_is_asked_by_its_id(
    way: str, mode: Mode, films: dict[str, Any], open_graph: OpenGraph, wire: Wire
) -> None:
    """By POST and by GET, at the cost of the document."""
    asked = WAYS[way]
    async with open_graph(**films, trusted_mode=mode) as graph:
        assert await ask(graph, asked) == (200, FOUND)
        encoded = {key: each if isinstance(each, str) else json.dumps(each) for key, each in asked.items()}
        response = await graph.http.get("/graphql", params=encoded)

    assert (response.status_code, response.json()) == (200, FOUND)
    assert wire.requests == [[FILM(1)]] * 2


@pytest.mark.parametrize(
    ("mode", "by_id", "by_hash", "listed_text", "other_text", "unknown_id"),
    [
        (Mode.OFF, NOT_FOUND, NOT_FOUND, None, None, NOT_FOUND),
        (Mode.AUDIT, NOT_FOUND, NOT_FOUND, None, None, NOT_FOUND),
        (Mode.ALLOW, None, None, None, None, NOT_FOUND),
        (Mode.ENFORCE, None, None, None, NEEDED, NEEDED),
    ],
)
async def test_each_mode_does_one_thing_more(  # noqa: PLR0913, PLR0917 - a table
    mode: Mode,
    by_id: str | None,
    by_hash: str | None,
    listed_text: str | None,
    other_text: str | None,
    unknown_id: str | None,
    films: dict[str, Any],
    open_graph: OpenGraph,
    wire: Wire,
) -> None:
    """What is refused costs nothing; the whole text of a listed document is as good as its id."""
    asked: list[Mapping[str, object]] = [
        {"documentId": "films-1"},
        called(FILM_1),
        {"query": FILM_1},
        {"query": OTHER},
        {"documentId": "films-2"},
    ]
    async with open_graph(**films, trusted_mode=mode) as graph:
        found = await codes(graph, *asked)

    assert found == [by_id, by_hash, listed_text, other_text, unknown_id]
    assert wire.requests == [[FILM(1)] for each in found[:3] if each is None]


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), (NEW, 400), ("text/event-stream", 400)])
async def test_what_is_not_trusted_is_not_begun(
    accept: str, status: int, films: dict[str, Any], open_graph: OpenGraph
) -> None:
    """The error says why, and has a code of its own; questions about the schema are no exception."""
    async with open_graph(**films, trusted_mode=Mode.ENFORCE) as graph:
        for document in (OTHER, "{ __schema { queryType { name } } }", f"{FILM_1} ", "{", ""):
            told, body = await ask(graph, {"query": document}, accept)
            error = body["errors"][0]
            assert (told, list(body), error["extensions"]["code"]) == (status, ["errors"], NEEDED)
            assert (
                error["message"]
                == "Only trusted documents are answered here. This document is not one of them."
            )
        _, body = await ask(graph, {"documentId": "films-2"}, accept)
        assert (
            body["errors"][0]["message"]
            == "Only trusted documents are answered here. None of them has this id."
        )


async def test_nobody_can_register_what_is_not_trusted(
    films: dict[str, Any], open_graph: OpenGraph, redis_url: str
) -> None:
    """Not here, and not where others may; what is listed can be said with its hash."""
    document = f"{OTHER} # {token_hex(8)}"
    async with (
        open_graph(**films, redis_url=redis_url, trusted_mode=Mode.ENFORCE) as strict,
        open_graph(**films, redis_url=redis_url) as open_to_all,
    ):
        assert await codes(strict, said(document), called(document), said(FILM_1)) == [NEEDED, NEEDED, None]
        assert await codes(open_to_all, called(document), said(document)) == [NOT_FOUND, None]
        assert await codes(strict, called(document), {"id": hash_of(document)}) == [NEEDED, NEEDED]


@pytest.mark.parametrize("prefix", ["", "sha256:"])
async def test_an_id_that_looks_like_a_hash_makes_nothing_else_trusted(
    prefix: str, wire: Wire, listed: Write, open_graph: OpenGraph
) -> None:
    """Where a list was changed by hand, the text counts that is in it, not the one that had the hash."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")
    settings = listed({f"{prefix}{hash_of(OTHER)}": FILM_1})
    async with open_graph(**settings, trusted_mode=Mode.ENFORCE) as graph:
        assert await codes(graph, {"query": OTHER}, said(OTHER)) == [NEEDED, NEEDED]
        assert await ask(graph, called(OTHER)) == (200, FOUND)
        assert await ask(graph, {"documentId": f"sha256:{hash_of(OTHER)}"}) == (200, FOUND)


async def test_an_id_comes_with_its_own_document_alone(films: dict[str, Any], open_graph: OpenGraph) -> None:
    """Clients that ask again with both are answered, unless they mix them up."""
    own, foreign = [{"documentId": "films-1", "query": each} for each in (FILM_1, OTHER)]
    async with open_graph(**films, trusted_mode=Mode.ALLOW) as graph:
        assert await codes(graph, own, foreign) == [None, "BAD_USER_INPUT"]


async def test_lists_work_where_nobody_may_register(films: dict[str, Any], open_graph: OpenGraph) -> None:
    """What is not listed is not found; it would be of no use to ask with the document and its hash."""
    async with open_graph(**films, trusted_mode=Mode.ALLOW, persisted_queries=0) as graph:
        assert await codes(graph, {"documentId": "films-1"}, called(OTHER), said(OTHER), called(OTHER)) == [
            None,
            NOT_FOUND,
            None,
            NOT_FOUND,
        ]


async def test_limits_hold_for_what_is_trusted(films: dict[str, Any], open_graph: OpenGraph) -> None:
    """A list makes documents known, not harmless."""
    async with open_graph(**films, trusted_mode=Mode.ENFORCE) as graph:
        assert await codes(graph, {"documentId": "films-1", "variables": {"x": [0] * 501}}) == [
            "LIMIT_EXCEEDED"
        ]


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_line_says_whether_a_document_is_trusted(
    mode: Mode, films: dict[str, Any], open_graph: OpenGraph
) -> None:
    """Where there is a list: what would be refused is seen, and counted, before anything is."""
    metrics = Metrics()
    with caught() as lines:
        async with open_graph(**films, observer=several([Logs(), metrics]), trusted_mode=mode) as graph:
            await codes(graph, {"query": FILM_1}, {"query": OTHER}, {"documentId": "films-2"})

    told = [(line["document"], line.get("trusted")) for line in lines.of("operation")]
    known = (None, None) if mode is Mode.OFF else (True, False)
    assert told == [(hash_of(FILM_1), known[0]), (hash_of(OTHER), known[1]), ("films-2", known[1])]
    counts = [
        metrics.registry.get_sample_value("gateway_operation_documents_total", {"trusted": each})
        for each in ("true", "false")
    ]
    assert counts == ([None, None] if mode is Mode.OFF else [1, 2])


async def test_sockets_and_events_are_no_way_around(listed: Write) -> None:
    """A subscription is asked by its id, and what is not listed is refused."""
    settings = listed({"tags": TAGS})
    named = {"documentId": "tags"}
    async with live(QueueOrigin(), "ann", settings={**settings, "trusted_mode": Mode.ENFORCE}) as gateway:
        async with opened(gateway) as ann:
            await ann.begin(ANN)
            await ann.say("subscribe", id="1", payload={"query": OTHER})
            heard = await ann.hear()
            assert (heard["type"], heard["payload"][0]["extensions"]["code"]) == ("error", NEEDED)
            await ann.say("subscribe", id="1", payload=named)
            assert (await ann.hear())["payload"] == {"data": {"queueChanged": {"etag": "1"}}}
        async with listening(gateway, OTHER) as refused:
            body = json.loads(await refused.response.aread())
            assert (refused.response.status_code, body["errors"][0]["extensions"]["code"]) == (400, NEEDED)
        async with listening(gateway, json=named) as heard_events:
            assert await heard_events.next() == tag(1)
        by_get = listening(gateway, method="GET", params=named, json=None, headers={**EVENTS, **ANN})
        async with by_get as heard_events:
            assert await heard_events.next() == tag(1)


async def test_what_is_trusted_may_be_explained(films: dict[str, Any], open_graph: OpenGraph) -> None:
    """By its id as by its text."""
    async with open_graph(**films, trusted_mode=Mode.ENFORCE) as graph:
        response = await graph.http.post(
            "/graphql", json={"documentId": "films-1"}, headers={"x-gateway-explain": "plan"}
        )

    assert response.json()["extensions"]["cost"]["expected"] == 1


@pytest.mark.parametrize(("mode", "is_open"), [(Mode.ALLOW, True), (Mode.ENFORCE, False)])
async def test_a_browser_is_told_why_there_is_no_explorer(
    *, mode: Mode, is_open: bool, films: dict[str, Any], open_graph: OpenGraph
) -> None:
    """It could ask nothing, not even about the schema."""
    async with open_graph(**films, trusted_mode=mode) as graph:
        response = await graph.http.get("/graphql", headers={"accept": "text/html"})

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert ("<code>GATEWAY_TRUSTED_MODE=enforce</code>" in response.text) is not is_open


async def test_what_cannot_be_answered_is_told_at_start(
    listed: Write, open_graph: OpenGraph, tmp_path: Path
) -> None:
    """One old document does not keep all others from being answered; each is named, up to a point."""
    bad = {f"old-{number}": f"{{ removedOf{number} }}" for number in range(30)}
    settings = listed({"hello": OTHER, "large": f"{{ {'a: __typename ' * 11} }}", **bad})
    with caught() as lines:
        async with open_graph(**settings, trusted_mode=Mode.ENFORCE) as graph:
            assert await ask(graph, {"documentId": "hello"}) == (200, HELLO)
            assert await codes(graph, {"documentId": "old-1"}) == ["GRAPHQL_VALIDATION_FAILED"]

    told = [json.loads(line) for line in lines.text.splitlines()]
    path = tmp_path / "list.json"
    head = "A trusted document cannot be answered"
    assert [(each["level"], each["event"]) for each in told[:2]] == [
        (
            "warning",
            f"{head}: {path}: 'large': The fields of one name in a selection may be at most 10, not 11.",
        ),
        ("warning", f"{head}: {path}: 'old-0': Cannot query field 'removedOf0' on type 'Query'."),
    ]
    assert len(told) == 21
    assert told[20]["event"] == "Of trusted documents, 11 more cannot be answered."
