"""Automatic persisted queries: clients register documents by their hashes, and ask by these alone."""

import hashlib
import json
from collections.abc import Mapping
from secrets import token_hex
from typing import Any, Final

import httpx
import pytest
from redis.asyncio import Redis

from gateway.edge.document_ids import hash_of
from gateway.edge.persisted.registered import Registered
from gateway.telemetry.logs import Logs
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import ORIGIN, title
from tests.gateway.edge.test_sse import COMPLETE, EVENTS, listening, tag
from tests.gateway.edge.test_websocket import ANN, opened
from tests.gateway.graph import REQUEST, Graph
from tests.gateway.household import FILM
from tests.gateway.queues import TAGS, QueueOrigin, live
from tests.gateway.telemetry.lines import caught
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILM_1: Final = f'query Film {{ title(by: {{href: "{ORIGIN}{FILM(1)}"}}) {{ name {{ regular }} }} }}'
FOUND: Final = {"data": {"title": {"name": {"regular": "F1"}}}}
HELLO: Final = {"data": {"__typename": "Query"}}
NEW: Final = "application/graphql-response+json"
NOT_FOUND: Final = {
    "errors": [
        {
            "message": "PersistedQueryNotFound",
            "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND", "requestId": REQUEST},
        }
    ]
}


def called(document: str, **more: object) -> dict[str, object]:
    """Return what Apollo's clients send for *document*: its hash, and *more*."""
    digest = hashlib.sha256(document.encode()).hexdigest()
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}, **more}


def said(document: str) -> dict[str, object]:
    """Return what they send once nobody knew the hash."""
    return called(document, query=document)


async def ask(graph: Graph, asked: Mapping[str, object], accept: str = "*/*") -> tuple[int, Any]:
    """Ask by POST; return the status and the body."""
    response = await graph.http.post("/graphql", json=asked, headers={"accept": accept})
    return response.status_code, response.json()


async def codes(graph: Graph, *asked: Mapping[str, object]) -> list[str | None]:
    """Ask one after the other; return the code that each is refused with, and nothing for an answer."""
    bodies = [(await ask(graph, each))[1] for each in asked]
    return [each["errors"][0]["extensions"]["code"] if "errors" in each else None for each in bodies]


async def test_a_client_says_a_document_once(graph: Graph, wire: Wire) -> None:
    """The hash alone, then hash and document, then the hash alone for good: as Apollo's clients do it."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")

    assert await ask(graph, called(FILM_1)) == (200, NOT_FOUND)
    assert wire.requests == []
    assert await ask(graph, said(FILM_1)) == (200, FOUND)
    assert await ask(graph, called(FILM_1)) == (200, FOUND)
    assert wire.requests == [[FILM(1)]] * 2


async def test_what_is_dropped_is_said_again(open_graph: OpenGraph) -> None:
    """The document that was not asked for longest goes first; who asks for it hears what they first heard."""
    documents = [f"{{ __typename }} # {each}" for each in "abc"]
    async with open_graph(persisted_queries=2) as graph:
        a, b, c = documents
        assert await codes(graph, said(a), said(b), called(a), said(c)) == [None] * 4
        assert await codes(graph, called(a), called(b), called(c)) == [
            None,
            "PERSISTED_QUERY_NOT_FOUND",
            None,
        ]
        assert await codes(graph, said(b), called(b)) == [None] * 2


@pytest.mark.parametrize(
    ("accept", "status"), [("*/*", 200), ("application/json", 200), (NEW, 400), ("text/event-stream", 400)]
)
async def test_an_unknown_hash_is_an_operation_that_is_not_begun(
    accept: str, status: int, graph: Graph
) -> None:
    """Plain JSON is 200, as Apollo's clients expect it; GraphQL over HTTP wants a single error."""
    assert await ask(graph, called("{ __typename }"), accept) == (status, NOT_FOUND)


@pytest.mark.parametrize("accept", ["application/json", NEW])
async def test_a_hash_of_another_document_is_refused(accept: str, graph: Graph) -> None:
    """Nobody can put a document in the place of another."""
    asked = called("{ __typename } # a", query="{ __typename } # b")
    status, body = await ask(graph, asked, accept)

    assert (status, body["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    assert (
        await codes(graph, called("{ __typename } # a"), called("{ __typename } # b"))
        == ["PERSISTED_QUERY_NOT_FOUND"] * 2
    )


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ " + "a: __typename " * 400 + "}", "LIMIT_EXCEEDED"),
        ("", "GRAPHQL_PARSE_FAILED"),
    ],
)
async def test_only_what_is_valid_is_registered(document: str, code: str, graph: Graph) -> None:
    """What cannot be answered is not kept for anybody; an empty document is none."""
    first = said(document) if document else {"query": ""}

    assert await codes(graph, first, called(document)) == [code, "PERSISTED_QUERY_NOT_FOUND"]


async def test_a_hash_comes_by_get(graph: Graph, wire: Wire) -> None:
    """Queries alone: a mutation is refused by its hash as by its text."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")
    mutation = "mutation { __typename }"
    assert await codes(graph, said(FILM_1), said(mutation)) == [None] * 2

    answers = [
        await graph.http.get("/graphql", params={"extensions": json.dumps(called(each)["extensions"])})
        for each in (FILM_1, mutation)
    ]

    assert [each.status_code for each in answers] == [200, 405]
    assert answers[0].json() == FOUND
    assert answers[0].headers["cache-control"] == "no-store"


async def test_a_document_has_one_name_in_every_language(graph: Graph) -> None:
    """What was registered can be asked as GraphQL over HTTP has it, or as clients of Relay do."""
    document = "{ __typename }"
    digest = hash_of(document)
    ways: list[dict[str, object]] = [
        {"documentId": f"sha256:{digest}"},
        {"documentId": digest},
        {"doc_id": digest},
        {"id": digest},
        {"query": None, "id": digest},
        called(document, query=""),
        called(document, documentId=digest),
    ]
    # Registered in the newer way.
    assert await ask(graph, {"documentId": f"sha256:{digest}", "query": document}) == (200, HELLO)

    assert [await ask(graph, each) for each in ways] == [(200, HELLO)] * len(ways)
    for name in ("documentId", "doc_id", "id"):
        response = await graph.http.get("/graphql", params={name: digest})
        assert (response.status_code, response.json()) == (200, HELLO)


async def test_an_id_beside_a_document_may_mean_anything(graph: Graph) -> None:
    """Some clients number what they ask."""
    assert await ask(graph, {"query": "{ __typename }", "id": 7, "doc_id": "x"}) == (200, HELLO)


HASH: Final = "0" * 64


@pytest.mark.parametrize(
    "asked",
    [
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": HASH}}},
        {"extensions": {"persistedQuery": {"sha256Hash": HASH}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ""}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 256}}},
        {"extensions": {"persistedQuery": [HASH]}},
        {"extensions": {"persistedQuery": None}},
        {"documentId": 7},
        {"documentId": "sha256:0"},
        {"documentId": f"sha256:{'A' * 64}"},
        {"documentId": HASH, "doc_id": "1" * 64},
        {"documentId": HASH, "query": 7},
    ],
)
async def test_what_is_no_name_is_refused(asked: Mapping[str, object], graph: Graph) -> None:
    """It is the client's mistake, in any media type."""
    status, body = await ask(graph, asked)

    assert (status, body["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")


async def test_it_can_be_switched_off(open_graph: OpenGraph) -> None:
    """Who hears so asks with whole documents from then on; these are answered, with a hash or without."""
    document = "{ __typename }"
    async with open_graph(persisted_queries=0) as graph:
        status, body = await ask(graph, called(document))
        assert (status, body["errors"][0]["message"]) == (200, "PersistedQueryNotSupported")
        assert await codes(graph, said(document), called(document), {"query": document}) == [
            None,
            "PERSISTED_QUERY_NOT_SUPPORTED",
            None,
        ]


async def test_bytes_are_bounded() -> None:
    """Each document counts once, in UTF-8, however often it is put."""
    registered = Registered(100, bytes=10)
    for _ in range(3):
        await registered.put("a", "é" * 3)
    await registered.put("b", "B" * 4)
    assert [await registered.get(each) for each in "ab"] == ["é" * 3, "B" * 4]
    await registered.put("c", "C")

    assert [await registered.get(each) for each in "abc"] == [None, "B" * 4, "C"]
    assert registered.size == 5


async def test_nodes_share_what_is_registered(open_graph: OpenGraph, redis_url: str) -> None:
    """A hash that one node was told is known to all."""
    document = f"{{ __typename }} # {token_hex(8)}"
    async with open_graph(redis_url=redis_url) as one, open_graph(redis_url=redis_url) as other:
        assert await codes(other, called(document)) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert await codes(one, said(document)) == [None]
        assert await ask(other, called(document)) == (200, HELLO)


async def test_what_was_dropped_is_shared_again(open_graph: OpenGraph, redis_url: str) -> None:
    """A node that knows a document shares it anew when a client says it, for some node has missed it."""
    document = f"{{ __typename }} # {token_hex(8)}"
    async with (
        open_graph(redis_url=redis_url) as one,
        open_graph(redis_url=redis_url) as other,
        Redis.from_url(redis_url) as redis,
    ):
        assert await codes(one, said(document)) == [None]
        assert await redis.hdel("gateway:documents", hash_of(document)) == 1
        assert await codes(other, called(document)) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert await codes(one, said(document)) == [None]
        assert await codes(other, called(document)) == [None]


async def test_what_is_not_what_it_is_called_is_not_found(open_graph: OpenGraph, redis_url: str) -> None:
    """Whoever can write to the shared store cannot have another document answered."""
    document = f"{{ __typename }} # {token_hex(8)}"
    async with open_graph(redis_url=redis_url) as graph, Redis.from_url(redis_url) as redis:
        await redis.hset("gateway:documents", hash_of(document), "mutation { __typename }")

        assert await codes(graph, called(document), said(document), called(document)) == [
            "PERSISTED_QUERY_NOT_FOUND",
            None,
            None,
        ]
        assert await redis.hget("gateway:documents", hash_of(document)) == document.encode()


async def test_without_redis_a_node_knows_what_it_was_told(open_graph: OpenGraph, no_redis_url: str) -> None:
    """What is not shared is missed, and nothing fails."""
    async with open_graph(redis_url=no_redis_url) as graph:
        assert await ask(graph, called("{ __typename }")) == (200, NOT_FOUND)
        assert await ask(graph, said("{ __typename }")) == (200, HELLO)
        assert await ask(graph, called("{ __typename }")) == (200, HELLO)


async def test_a_socket_takes_hashes_too() -> None:
    """A subscription by its hash alone is refused with the same code, and known once it was said."""
    origin = QueueOrigin()
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        await ann.begin(ANN)
        await ann.say("subscribe", id="1", payload=called(TAGS))
        heard = await ann.hear()
        assert (heard["type"], heard["payload"][0]["message"]) == ("error", "PersistedQueryNotFound")
        assert heard["payload"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        for asked in (said(TAGS), called(TAGS)):
            await ann.say("subscribe", id="1", payload=asked)
            assert (await ann.hear())["payload"] == {"data": {"queueChanged": {"etag": "1"}}}
            await ann.say("complete", id="1")


async def test_events_take_hashes_too() -> None:
    """Also where both kinds of answers are accepted."""
    both = {"accept": "application/json, text/event-stream", "authorization": "Bearer ann"}
    async with live(QueueOrigin(), "ann") as gateway:
        async with httpx.AsyncClient(trust_env=False, base_url=gateway.url) as http:
            assert (await http.post("/graphql", json=said("{ __typename }"))).json() == HELLO
        async with listening(gateway, json=called("{ __typename }"), headers=EVENTS) as heard:
            assert await heard.next() == ("next", HELLO)
            assert await heard.next() == COMPLETE
        async with listening(gateway, json=said(TAGS), headers=both) as heard:
            assert await heard.next() == tag(1)
        async with listening(gateway, json=called(TAGS), headers=both) as heard:
            assert await heard.next() == tag(1)


async def test_a_line_names_the_document_however_it_was_asked(open_graph: OpenGraph) -> None:
    """By its hash: also where that was all there was of it."""
    document = "query A { __typename }"
    with caught() as lines:
        async with open_graph(observer=Logs()) as graph:
            assert await codes(graph, called(document), said(document), called(document)) == [
                "PERSISTED_QUERY_NOT_FOUND",
                None,
                None,
            ]

    told = [(line["document"], line["outcome"], line["codes"]) for line in lines.of("operation")]
    assert told == [
        (hash_of(document), "refused", {"PERSISTED_QUERY_NOT_FOUND": 1}),
        (hash_of(document), "ok", {}),
        (hash_of(document), "ok", {}),
    ]
    assert "trusted" not in lines.text
