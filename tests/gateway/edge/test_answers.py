"""Media types, statuses and codes of answers; what they cost; and what they never say."""

import base64
import logging
from collections.abc import Mapping

import pytest

from gateway.contract import Rel
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import link, listing, text, title
from tests.gateway.graph import REQUEST, Answer, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
FILM = "/catalog/titles/movies/1"
SEARCH = '{ titles(search: "CANARY-term") { nodes { name { regular } synopsis } } }'


@pytest.fixture
def wire() -> Wire:
    """Return an origin with two films, of which one has a synopsis."""
    wire = Wire()
    films = [f"/catalog/titles/movies/{number}" for number in (1, 2)]
    records = [title(path, path[-1], link(Rel.SYNOPSIS, f"{path}/synopsis")) for path in films]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *records, total=2)
    wire.documents[f"{films[0]}/synopsis"] = text("synopsis", "About 1.")
    wire.statuses[f"{films[1]}/synopsis"] = 500
    return wire


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        ("APPLICATION/JSON", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL};charset=utf-8", GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.5, {JSON}", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        ("text/html, */*;q=0.1", JSON),
    ],
)
async def test_the_answer_is_of_a_type_that_is_accepted(
    accept: str | None, media_type: str, graph: Graph
) -> None:
    """The one that is wanted most; without a wish it is plain JSON (H7)."""
    headers = {"accept": accept} if accept else {}
    if not accept:
        del graph.http.headers["accept"]

    response = await graph.http.post("/graphql", json={"query": "{ __typename }"}, headers=headers)

    assert (response.status_code, response.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")


@pytest.mark.parametrize("accept", ["application/xml", "text/html", f"{JSON};q=0", "application/jsonx"])
async def test_a_type_that_is_not_ours_is_refused(accept: str, graph: Graph, wire: Wire) -> None:
    """Who accepts nothing that we write is told so before anything is asked (H7)."""
    response = await graph.http.post("/graphql", json={"query": SEARCH}, headers={"accept": accept})

    assert response.status_code == 406
    assert wire.requests == []


REFUSALS = {
    "nothing": ("", "GRAPHQL_PARSE_FAILED"),
    "blanks": (" \n", "GRAPHQL_PARSE_FAILED"),
    "a comment": ("# { __typename }", "GRAPHQL_PARSE_FAILED"),
    "cut off": ("{", "GRAPHQL_PARSE_FAILED"),
    "a string without an end": ('{ titles(search: "x', "GRAPHQL_PARSE_FAILED"),
    "a bad escape": ('{ titles(search: "\\x") { totalCount } }', "GRAPHQL_PARSE_FAILED"),
    "half a pair": ('{ titles(search: "\\uD800") { totalCount } }', "GRAPHQL_PARSE_FAILED"),
    "an unknown field": ("{ x }", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown argument": ("{ titles(x: 1) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
    "an unused fragment": ("{ __typename } fragment A on Query { __typename }", "GRAPHQL_VALIDATION_FAILED"),
    "a circle": ("{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    "a fragment twice": (
        "{ ...A } fragment A on Query { __typename } fragment A on Query { __typename }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a directive twice": (
        "{ __typename @skip(if: true) @skip(if: true) }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an unknown directive": ("{ __typename @x }", "GRAPHQL_VALIDATION_FAILED"),
    "a directive without its argument": ("{ __typename @include }", "GRAPHQL_VALIDATION_FAILED"),
    "a directive with null": ("{ __typename @include(if: null) }", "GRAPHQL_VALIDATION_FAILED"),
    "a directive with what may be null": (
        "query ($a: Boolean) { __typename @include(if: $a) }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "an unknown variable": ("{ titles(search: $a) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
    "an unknown variable for one of several": (
        "{ title(by: {id: $a}) { id } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "two of several": ('{ title(by: {id: "a", href: "b"}) { id } }', "GRAPHQL_VALIDATION_FAILED"),
    "none of several": ("{ title(by: {}) { id } }", "GRAPHQL_VALIDATION_FAILED"),
    "null for one of several": ("{ title(by: {id: null}) { id } }", "GRAPHQL_VALIDATION_FAILED"),
    "what may be null for one of several": (
        "query ($a: ID) { title(by: {id: $a}) { id } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a mutation": ("mutation { x }", "GRAPHQL_VALIDATION_FAILED"),
}


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
async def test_what_cannot_be_executed_is_refused(accept: str, status: int, graph: Graph) -> None:
    """A document that is not GraphQL, or not of this graph, has no data (Q1, Q2, Q6, Q13)."""
    for name, (query, code) in REFUSALS.items():
        response = await graph.http.post("/graphql", json={"query": query}, headers={"accept": accept})

        errors = response.json()["errors"]
        assert (name, response.status_code) == (name, status)
        assert (name, {each["extensions"]["code"] for each in errors}) == (name, {code})
        assert all(each["locations"] for each in errors), name
        assert "data" not in response.json(), name


@pytest.mark.parametrize(
    "query",
    [
        "fragment A on Query { title(by: {id: $a}) { id } } query B($a: ID!) { ...A }",
        "query B($a: ID!) { ...A } query C { __typename } fragment A on Query { title(by: {id: $a}) { id } }",
    ],
)
async def test_fragments_stand_anywhere(query: str, graph: Graph) -> None:
    """A fragment may use a variable before, or long after, the operation that defines it."""
    asked = {"query": query, "operationName": "B", "variables": {"a": "x"}}

    response = await graph.http.post("/graphql", json=asked)

    assert response.json()["data"] == {"title": None}
    assert response.json()["errors"][0]["message"] == "The id is not an id of this graph."


WRONG_OPERATIONS: tuple[Mapping[str, object], ...] = (
    {"query": "query A { __typename } query B { __typename }"},
    {"query": "query A { __typename }", "operationName": "B"},
    {"query": "query A { __typename } query B { __typename }", "operationName": ""},
    {"query": "fragment A on Query { __typename }"},
)


@pytest.mark.parametrize("asked", WRONG_OPERATIONS)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_operation_must_be_clear(asked: Mapping[str, str], method: str, graph: Graph) -> None:
    """Two operations without a name, and a name that none has, are refused (Q12)."""
    body = {"params": asked} if method == "GET" else {"json": asked}

    response = await graph.http.request(method, "/graphql", headers={"accept": GRAPHQL}, **body)  # type: ignore[arg-type]

    assert response.status_code == 400
    assert {each["extensions"]["code"] for each in response.json()["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert "data" not in response.json()


VARIABLES = {
    "missing": {},
    "null": {"first": None},
    "a string": {"first": "1"},
    "a fraction": {"first": 1.5},
    "too large": {"first": 2**31},
    "far too large": {"first": 10**300},
    "a list": {"first": [1]},
    "an object": {"first": {}},
    "a boolean": {"first": True},
}


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
async def test_a_variable_of_another_type_is_refused(
    name: str, accept: str, status: int, graph: Graph, wire: Wire
) -> None:
    """The operation is not begun, so there is no data (Q11)."""
    asked = {
        "query": 'query ($first: Int!) { titles(search: "x", first: $first) { totalCount } }',
        "variables": VARIABLES[name],
    }

    response = await graph.http.post("/graphql", json=asked, headers={"accept": accept})

    assert response.status_code == status
    assert [each["extensions"]["code"] for each in response.json()["errors"]] == ["BAD_USER_INPUT"]
    assert "data" not in response.json()
    assert wire.requests == []


@pytest.mark.parametrize("name", ["null", "a number"])
async def test_a_condition_is_a_boolean(name: str, graph: Graph) -> None:
    """Null or anything else for what decides about a field does not begin the operation (Q13)."""
    query = "query ($a: Boolean!) { __typename @skip(if: $a) }"

    body = await graph.post(query, {"a": {"null": None, "a number": 1}[name]})

    assert [each["extensions"]["code"] for each in body["errors"]] == ["BAD_USER_INPUT"]
    assert "data" not in body


@pytest.mark.parametrize("id", [2**53 + 1, 2**63, 2**64 - 1])
async def test_a_large_id_is_not_another(id: int, graph: Graph, wire: Wire) -> None:
    """A number for an id is the same number, or refused (Q11, Q21)."""
    asked = f"/catalog/titles/movies/{id}"
    wire.documents[asked] = title(asked, "Large")
    encoded = base64.urlsafe_b64encode(f"movie:{id}".encode()).decode().rstrip("=")

    found = await graph.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": encoded})
    refused = await graph.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": id})

    assert found == Answer({"node": {"id": encoded}}, {})
    assert refused == Answer({"node": None}, {"node": "BAD_USER_INPUT"})
    assert wire.targets == [[asked]]


@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 294)])
async def test_a_failed_field_leaves_its_siblings(accept: str, status: int, graph: Graph) -> None:
    """What could be answered is, with one error for what could not; the newer type's status says so (Q19)."""
    response = await graph.http.post("/graphql", json={"query": SEARCH}, headers={"accept": accept})

    assert response.status_code == status
    assert response.json() == {
        "data": {
            "titles": {
                "nodes": [
                    {"name": {"regular": "1"}, "synopsis": "About 1."},
                    {"name": {"regular": "2"}, "synopsis": None},
                ]
            }
        },
        "errors": [
            {
                "message": "The origin answered 500 for http://o.test/catalog/titles/movies/2/synopsis.",
                "locations": [{"line": 1, "column": 60}],
                "path": ["titles", "nodes", 1, "synopsis"],
                "extensions": {
                    "code": "UPSTREAM_UNAVAILABLE",
                    "retryable": True,
                    "retryAfterMs": 1000,
                    "requestId": REQUEST,
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("headers", "extensions"),
    [
        ({}, None),
        ({"x-gateway-explain": ""}, None),
        ({"x-gateway-explain": "analyze"}, {"plan", "cost", "upstream", "cache"}),
        ({"x-gateway-explain": "plan"}, {"plan", "cost"}),
    ],
)
async def test_the_cost_is_told_to_those_who_ask(
    headers: Mapping[str, str], extensions: object, graph: Graph
) -> None:
    """HTTP requests and calls are in the answer when the header asks for them, and only then."""
    body = await graph.post(SEARCH, headers=headers)

    told = body.get("extensions")
    assert (told and set(told)) == extensions


@pytest.mark.parametrize("value", ["yes", "PLAN", "plan, analyze"])
async def test_what_cannot_be_told_is_refused(value: str, graph: Graph, wire: Wire) -> None:
    """Whoever asks for it is not left to wonder, and the origin is not asked for nothing."""
    answer = await graph.http.post("/graphql", json={"query": SEARCH}, headers={"x-gateway-explain": value})

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    assert error["message"] == "`x-gateway-explain` must be `plan` or `analyze`."
    assert wire.requests == []


async def test_operations_at_one_time_count_for_themselves(graph: Graph, wire: Wire) -> None:
    """The cost of an operation does not hold what another one wanted."""
    costs = [await graph.cost("{ __typename }"), await graph.cost(SEARCH), await graph.cost("{ __typename }")]

    assert costs == [{"requests": 0, "calls": 0}, {"requests": 2, "calls": 3}, {"requests": 0, "calls": 0}]
    assert len(wire.requests) == 2


async def test_a_fault_of_ours_is_masked(graph: Graph, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    """An exception that nobody expected is one code to the client, and one line of the log with its trace."""
    wire.faults["/catalog/titles"] = ZeroDivisionError(
        "CANARY at http://o.test/x?oauth_signature=CANARY-sign"
    )

    body = await graph.post(SEARCH)

    assert body == {
        "data": {"titles": None},
        "errors": [
            {
                "message": "Internal error.",
                "locations": [{"line": 1, "column": 3}],
                "path": ["titles"],
                "extensions": {"code": "INTERNAL", "requestId": REQUEST},
            }
        ],
    }
    assert [(each.name, each.levelno) for each in caplog.records] == [("gateway.edge.errors", logging.ERROR)]
    assert "ZeroDivisionError" in caplog.text
    assert "CANARY-sign" not in caplog.text


async def test_a_fault_of_ours_leaves_its_siblings(graph: Graph, wire: Wire) -> None:
    """What was answered before and beside it stays."""
    wire.faults[f"{FILM}/synopsis"] = ZeroDivisionError()

    answer = await graph.ask('{ titles(search: "x") { totalCount nodes { releaseYear synopsis } } }')

    assert answer == Answer(
        {"titles": {"totalCount": 2, "nodes": [{"releaseYear": None, "synopsis": None}] * 2}},
        {"titles.nodes.0.synopsis": "INTERNAL", "titles.nodes.1.synopsis": "INTERNAL"},
    )


async def test_nothing_secret_is_logged(
    open_graph: OpenGraph, wire: Wire, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever happens, no search, key, secret or signature is in the log or on a stream (T28)."""
    caplog.set_level(logging.DEBUG)
    wire.tamper = lambda entries: entries[:1] * 2
    async with open_graph(consumer_key="CANARY-key", consumer_secret="CANARY-secret") as graph:
        await graph.ask(SEARCH)
        await graph.ask(
            '{ suggestTitles(prefix: "CANARY-prefix") people(search: "CANARY") { nodes { id } } }'
        )
        await graph.ask(
            '{ title(by: { href: "http://CANARY@evil.test/" }) { id } node(id: "CANARY") { id } }'
        )
        await graph.ask('{ titles(search: "CANARY", first: "CANARY") { CANARY } }')
        await graph.ask("{ CANARY ")
        await graph.http.get("/graphql?query={__typename}&variables=CANARY")
        await graph.http.post("/graphql", content=b"CANARY")
        wire.faults["/catalog/titles"] = ZeroDivisionError()
        await graph.ask(SEARCH)

    written = capfd.readouterr()
    logged = [each.getMessage() for each in caplog.records if "CANARY" in caplog.handler.format(each)]
    assert logged == []
    assert "CANARY" not in written.out + written.err
    assert "oauth_signature" not in caplog.text + written.out + written.err
