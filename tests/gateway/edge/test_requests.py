"""What is a GraphQL request and what is none: bodies, content types, queries by GET."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from starlette.types import Message

from gateway.edge.request import read_asked
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import listing, title
from tests.gateway.graph import REQUEST, TURNS, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

SEARCH = '{ titles(search: "%s") { nodes { id name { regular } } } }'
FILM = "/catalog/titles/movies/1"
TYPENAME = '{"query": "{ __typename }"}'
HELLO = {"data": {"__typename": "Query"}}
JSON = {"content-type": "application/json"}

BODIES = {
    "null": b"null",
    "a number": b"1",
    "a string": b'"x"',
    "true": b"true",
    "an array": b"[]",
    "an array of one": b'[{"query": "{ __typename }"}]',
    "no query": b"{}",
    "nothing": b"",
    "blanks": b"  ",
    "not UTF-8": b'{"query": "{ __typename } # \xff"}',
    "UTF-16": TYPENAME.encode("utf-16"),
    "cut off": TYPENAME[:-1].encode(),
    "a trailing comma": b'{"query": "{ __typename }",}',
    "two values": (TYPENAME + TYPENAME).encode(),
    "NaN": b'{"query": "{ __typename }", "variables": {"x": NaN}}',
    "1e400": b'{"query": "{ __typename }", "variables": {"x": 1e400}}',
    "401 digits": b'{"query": "{ __typename }", "variables": {"x": 0.' + b"1" * 401 + b"}}",
    "a query twice": b'{"query": "{ __typename }", "query": "{ __typename }"}',
    "a variable twice": b'{"query": "{ __typename }", "variables": {"a": {"x": 1, "\\u0078": 2}}}',
    "half a pair": b'{"query": "{ __typename }", "variables": {"x": "\\ud800"}}',
    "a depth of 65": b'{"query": "{ __typename }", "variables": {"x": ' + b"[" * 63 + b"]" * 63 + b"}}",
    "5,000 digits": b'{"query": "{ __typename }", "variables": {"x": ' + b"9" * 5000 + b"}}",
    "a depth of 24,000": b'{"query": ' + b"[" * 24_000 + b"]" * 99_000 + b"}",
    "a query that is null": b'{"query": null}',
    "a query that is a number": b'{"query": 1}',
    "a query that is a list": b'{"query": ["{ __typename }"]}',
    "variables that are a list": b'{"query": "{ __typename }", "variables": []}',
    "variables that are a string": b'{"query": "{ __typename }", "variables": "{}"}',
    "extensions that are a list": b'{"query": "{ __typename }", "extensions": []}',
    "a name that is a number": b'{"query": "{ __typename }", "operationName": 1}',
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_a_body_that_is_no_request_is_refused(name: str, accept: str, graph: Graph) -> None:
    """Whatever is sent, it is the client's mistake and never a fault of ours (H1, H2, Q11, Q12, Q17)."""
    response = await graph.http.post("/graphql", content=BODIES[name], headers={**JSON, "accept": accept})

    assert response.status_code == 400
    assert [each["extensions"]["code"] for each in response.json()["errors"]] == ["BAD_USER_INPUT"]
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("0." + "1" * 401, "may have at most 400 digits in a row, not 401"),
        ("[" * 63 + "]" * 63, "may be at most 64 levels deep, not 65"),
    ],
)
async def test_what_is_too_much_of_a_body_is_named(what: str, told: str, graph: Graph) -> None:
    """The limit and the value are in the message (G19)."""
    body = f'{{"query": "{{ __typename }}", "variables": {{"x": {what}}}}}'

    response = await graph.http.post("/graphql", content=body, headers=JSON)

    assert [each["message"] for each in response.json()["errors"]] == [f"The body {told}."]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"query":\n  x}', "unexpected character, expected a JSON value, at line 2, column 3"),
        ('{"query": "x"', "unexpected end of data, at line 1, column 14"),
    ],
)
async def test_where_a_body_is_no_json_is_told(body: str, told: str, graph: Graph) -> None:
    """By line and column; nothing of what was sent is said."""
    response = await graph.http.post("/graphql", content=body, headers=JSON)

    assert [each["message"] for each in response.json()["errors"]] == [f"The body is not JSON ({told})."]


@pytest.mark.parametrize(
    ("method", "address", "status", "message"),
    [
        ("GET", "/nothing", 404, "There is nothing at this address; the graph is at /graphql."),
        ("PUT", "/graphql", 405, "This address does not know this method."),
    ],
)
async def test_where_nothing_is(method: str, address: str, status: int, message: str, graph: Graph) -> None:
    """Who asks elsewhere, or by another method, is told so in a sentence (Q14)."""
    response = await graph.http.request(method, address)

    assert (response.status_code, response.json()["errors"][0]["message"]) == (status, message)


async def test_a_batch_is_refused(graph: Graph, wire: Wire) -> None:
    """One operation a request (Q15, T20)."""
    response = await graph.http.post("/graphql", content=f"[{TYPENAME}, {TYPENAME}]", headers=JSON)

    assert (response.status_code, wire.requests) == (400, [])
    assert response.json()["errors"] == [
        {
            "message": "The operations of a request may be at most 1, not 2 in an array.",
            "extensions": {"code": "LIMIT_EXCEEDED", "requestId": REQUEST},
        }
    ]


@pytest.mark.parametrize("item", [b"1", b"[]", b"{}"])
async def test_many_values_are_refused_before_they_are_made(item: bytes, graph: Graph, wire: Wire) -> None:
    """What would take twenty times the memory of the body is not read at all (F13)."""
    items = b",".join([item] * 110_000)
    body = b'{"query": "{ __typename }", "variables": {"x": [' + items + b"]}}"

    response = await graph.http.post("/graphql", content=body, headers=JSON)

    marks = sum(map(body.count, (b"[", b"{", b",")))
    assert (response.status_code, wire.requests) == (400, [])
    assert response.json()["errors"] == [
        {
            "message": f"The brackets and commas of the body may be at most 25000, not {marks}.",
            "extensions": {"code": "LIMIT_EXCEEDED", "requestId": REQUEST},
        }
    ]


@pytest.mark.parametrize(
    "body",
    [
        TYPENAME.encode(),
        b'{"query": "{ __typename }", "variables": {"x": 0.' + b"1" * 400 + b"}}",
        b'{"query": "{ __typename }", "variables": {"x": ' + b"[" * 62 + b"]" * 62 + b"}}",
        b'{"query": "{ __typename }", "variables": {"\\"a\\":": ":", "b": {"c": 1}, "c": [{"b": 1}]}}',
        b'{"query": "{ __typename }", "variables": null, "operationName": null, "extensions": {}, "x": 1}',
        b' {"query": "query A { __typename }", "operationName": "A"} ',
        b'{"query": "query A { x } query B { __typename }", "operationName": "B"}'.replace(
            b"{ x }", b"{ __typename }"
        ),
    ],
)
async def test_a_request_is_answered(body: bytes, graph: Graph) -> None:
    """What is not asked for does not matter."""
    response = await graph.http.post("/graphql", content=body, headers=JSON)

    assert (response.status_code, response.json()) == (200, HELLO)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"content-type": ""}, 415),
        ({"content-type": "text/plain"}, 415),
        ({"content-type": "text/plain, application/json"}, 415),
        ({"content-type": "application/x-www-form-urlencoded"}, 415),
        ({"content-type": "multipart/form-data; boundary=x"}, 415),
        ({"content-type": "application/jsonx"}, 415),
        ({"content-type": "application/graphql"}, 415),
        ({"content-type": "application/json; charset=utf-7"}, 415),
        ({"content-type": "application/json; charset=utf-16"}, 415),
        ({"content-type": "application/json", "content-encoding": "gzip"}, 415),
        ({"content-type": "application/json", "content-encoding": "br"}, 415),
        ({"content-type": "APPLICATION/JSON"}, 200),
        ({"content-type": "application/json;charset=utf-8"}, 200),
        ({"content-type": 'application/json; charset="UTF-8"'}, 200),
        ({"content-type": "application/json", "content-encoding": "identity"}, 200),
    ],
)
async def test_only_json_is_read(headers: Mapping[str, str], status: int, graph: Graph) -> None:
    """A body of another type, in another encoding or compressed is refused unread (H6, H8, T15)."""
    body = TYPENAME.encode()
    if headers.get("content-encoding") == "gzip":
        body = gzip.compress(body)

    response = await graph.http.post("/graphql", content=body, headers=dict(headers))

    assert response.status_code == status


@pytest.mark.parametrize(("size", "status"), [(999_999, 200), (1_000_000, 200), (1_000_001, 413)])
@pytest.mark.parametrize("is_told", [True, False])
async def test_a_body_has_a_greatest_size(size: int, status: int, is_told: bool, graph: Graph) -> None:  # noqa: FBT001 - a parameter
    """A megabyte is read; one byte more is not, told before or not, and the connection ends (H3, G19)."""
    body = TYPENAME.encode() + b" " * (size - len(TYPENAME))

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, size, 65_536):
            yield body[start : start + 65_536]

    content = body if is_told else in_parts()
    response = await graph.http.post("/graphql", content=content, headers=JSON)

    assert response.status_code == status
    assert response.headers.get("connection") == ("close" if status == 413 else None)
    if status == 413:
        told = f"The bytes of the body may be at most 1000000, not {size}."
        assert [each["message"] for each in response.json()["errors"]] == [told]
        assert response.json()["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"


async def test_a_query_comes_by_get(graph: Graph) -> None:
    """With its variables and the name of its operation in the address."""
    asked = {
        "query": "query A($no: Boolean!) { __typename @skip(if: $no) } query B { b: __typename }",
        "variables": json.dumps({"no": False}),
        "operationName": "A",
    }

    response = await graph.http.get(f"/graphql?{urlencode(asked)}")

    assert (response.status_code, response.json()) == (200, HELLO)


@pytest.mark.parametrize(
    "parameters",
    [
        "",
        "variables={}",
        "query=",
        "query={__typename}&query={__typename}",
        "query={__typename}&variables={}&variables={}",
        "query={__typename}&variables=1",
        "query={__typename}&variables=[]",
        "query={__typename}&variables={",
        "query={__typename}&variables=null",
        "query={__typename}&extensions=1",
        "query={__typename}%23%ff",
        "query={__typename}&variables={%22x%22:%22%ff%22}",
    ],
)
async def test_an_address_that_is_no_request_is_refused(parameters: str, graph: Graph) -> None:
    """Nothing to ask, a parameter twice, and variables that are none (H14)."""
    headers = {"accept": "application/graphql-response+json"}

    response = await graph.http.get(f"/graphql?{parameters}", headers=headers)

    assert response.status_code == 400


@pytest.mark.parametrize("operation", ["mutation { x }", "query A { __typename } mutation B { x }"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
async def test_only_queries_come_by_get(operation: str, method: str, accept: str, graph: Graph) -> None:
    """Whatever would change something is refused, also where a name picks it (T16)."""
    name = {"operationName": "B"} if " B " in operation else {}

    address = f"/graphql?{urlencode({'query': operation, **name})}"
    headers = {**JSON, "accept": accept}
    response = await graph.http.request(method, address, content=TYPENAME, headers=headers)

    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    if method == "GET":
        assert response.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
async def test_other_methods_are_refused(method: str, graph: Graph) -> None:
    """GraphQL goes by GET and POST (Q14)."""
    response = await graph.http.request(method, "/graphql", content=TYPENAME, headers=JSON)

    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["allow"].split(", "))


async def test_the_head_of_an_answer_comes_by_head(graph: Graph) -> None:
    """An address is asked about with the same outcome; what is in a body does not count (T16)."""
    mutation = '{"query": "mutation { __typename }"}'
    known = await graph.http.request("HEAD", "/graphql?query={__typename}", content=mutation, headers=JSON)
    none = await graph.http.request("HEAD", "/graphql", content=mutation, headers=JSON)

    assert (known.status_code, none.status_code) == (200, 400)


OVERRIDES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("&method=POST", {}),
    ("&_method=POST", {}),
    ("", {"x-http-method-override": "POST"}),
    ("", {"x-http-method": "POST"}),
    ("", {"x-method-override": "POST"}),
)


async def test_no_method_stands_for_another(graph: Graph, wire: Wire) -> None:
    """What the origin lets old programs say is nothing here (T16)."""
    query = 'mutation { rateTitle(input: {titleId: "x", opinion: {stars: 1}}) { __typename } }'
    address = f"/graphql?{urlencode({'query': query})}"

    answers = [await graph.http.get(address + more, headers=headers) for more, headers in OVERRIDES]

    assert [each.status_code for each in answers] == [405] * len(OVERRIDES)
    assert wire.requests == []


CONDITIONS: Mapping[str, str] = {
    "range": "bytes=0-3",
    "if-range": '"x"',
    "if-match": '"x"',
    "if-none-match": "*",
    "if-modified-since": "Sat, 28 Nov 2026 00:00:00 GMT",
    "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT",
    "cookie": "; ".join(f"a{number}={'x' * 90}" for number in range(80)),
}


async def test_no_condition_changes_an_answer(graph: Graph) -> None:
    """Parts, tags and times are not for answers, and eighty cookies are nobody's (H16)."""
    told = {}
    for name, said in CONDITIONS.items():
        headers = {**JSON, name: said}
        by_get = await graph.http.get("/graphql?query={__typename}", headers=headers)
        by_post = await graph.http.post("/graphql", content=TYPENAME, headers=headers)
        told[name] = [(each.status_code, each.json()) for each in (by_get, by_post)]

    assert told == dict.fromkeys(CONDITIONS, [(200, HELLO)] * 2)


UNKEYED: Mapping[str, str] = {
    "host": "evil.test",
    "x-forwarded-host": "evil.test",
    "x-forwarded-proto": "evil",
    "x-forwarded-prefix": "/evil",
    "x-original-url": "/evil",
    "x-rewrite-url": "/evil",
    "forwarded": "host=evil.test;proto=evil",
    "x-forwarded-for": "evil",
    "accept-language": "evil",
    "origin": "http://evil.test",
    "referer": "http://evil.test/",
    "user-agent": "evil",
    "cookie": "evil=1; __Host-gateway_session=evil",
    "authorization": "Basic ZXZpbA==",
}


async def test_nothing_unseen_changes_what_is_kept(open_graph: OpenGraph, wire: Wire) -> None:
    """What one client says of itself is in no later answer, which comes from what is held (T29)."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", title(FILM, "F"), total=1)
    answers = {}
    async with open_graph(cache_bytes=1_000_000) as graph:
        clean = await graph.http.post("/graphql", json={"query": SEARCH % "clean"})
        for name, said in UNKEYED.items():
            asked = {"query": SEARCH % name}
            first = await graph.http.post("/graphql", json=asked, headers={name: said})
            later = await graph.http.post("/graphql", json=asked)
            answers[name] = (first.content, later.content, later.headers)

    assert answers == dict.fromkeys(UNKEYED, (clean.content, clean.content, clean.headers))
    assert len(wire.requests) == 1 + len(UNKEYED)


async def test_an_empty_name_in_an_address_is_none(graph: Graph) -> None:
    """A form sends its empty fields too."""
    response = await graph.http.get("/graphql?query=query A {__typename}&operationName=")

    assert (response.status_code, response.json()) == (200, HELLO)


async def test_an_answer_is_nobody_elses(graph: Graph, wire: Wire) -> None:
    """No cache keeps an answer, and its type depends on what was accepted (T29)."""
    response = await graph.http.post("/graphql", content=TYPENAME, headers=JSON)

    assert (response.headers["cache-control"], response.headers["vary"]) == ("no-store", "Accept")
    assert wire.requests == []


async def test_large_bodies_are_read_one_after_the_other() -> None:
    """And small ones at once: nobody waits for more than one thread, or for a large one of somebody else."""
    reading = asyncio.Lock()

    async def read(spaces: int) -> str:
        async def receive() -> Message:
            return {"type": "http.request", "body": TYPENAME.encode() + b" " * spaces}

        headers = [(b"content-type", b"application/json")]
        scope = {"type": "http", "method": "POST", "headers": headers}
        return (await read_asked(Request(scope, receive), reading)).query

    async with reading:
        large = asyncio.create_task(read(100_000))
        assert await read(1_000) == "{ __typename }"
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert not large.done()

    assert await large == "{ __typename }"
