"""Looking things up by id and by address, and what is refused before the origin hears of it."""

import base64

import pytest

from gateway.edge.limits import Limits
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address, Noun
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import person, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

FILM, STAR = "/catalog/titles/movies/1", "/catalog/people/7"


def node_id(noun: Noun, *parts: str) -> str:
    """Return the id of a node."""
    return ids.encode(Address(noun, parts))


def encoded(text: str) -> str:
    """Return *text* written as ids are."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


FILM_ID, STAR_ID = node_id(Kind.MOVIE, "1"), node_id("person", "7")


@pytest.fixture
def wire() -> Wire:
    """Return an origin of one film and one person."""
    wire = Wire()
    wire.documents = {FILM: title(FILM, "M"), STAR: person(STAR, "Peter Lorre")}
    return wire


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"


async def test_nodes_come_in_the_order_asked_for(graph: Graph, wire: Wire) -> None:
    """Whatever they are, they stand where their ids stood; null is where there is none."""
    gone = node_id(Kind.DISC, "404")

    answer = await graph.ask(NODES, {"ids": [STAR_ID, gone, FILM_ID, STAR_ID]})

    assert answer == Answer({"nodes": [{"id": STAR_ID}, None, {"id": FILM_ID}, {"id": STAR_ID}]}, {})
    assert wire.requests == [[STAR, "/catalog/titles/discs/404", FILM]]


@pytest.mark.parametrize(
    "query",
    [
        "query ($id: ID!) { found: node(id: $id) { id } }",
        "query ($id: ID!) { found: title(by: { id: $id }) { id } }",
    ],
)
async def test_what_is_not_there_is_null(query: str, graph: Graph, wire: Wire) -> None:
    """The origin's 404 is an answer, not an error."""
    answer = await graph.ask(query, {"id": node_id(Kind.MOVIE, "404")})

    assert answer == Answer({"found": None}, {})
    assert wire.requests == [["/catalog/titles/movies/404"]]


async def test_a_page_that_is_not_there_is_an_error(graph: Graph, wire: Wire) -> None:
    """A 404 that is no document of the API says nothing about the title."""
    wire.raw[FILM] = Raw(b"<html><h1>Not Found</h1></html>", 404)

    answer = await graph.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": FILM_ID})

    assert answer == Answer({"node": None}, {"node": "UPSTREAM_BAD_RESPONSE"})


async def test_five_hundred_nodes_are_allowed(graph: Graph, wire: Wire) -> None:
    """The limit itself is not beyond it."""
    many = [node_id(Kind.MOVIE, str(number)) for number in range(500)]

    assert await graph.ask(NODES, {"ids": many}) == Answer(
        {"nodes": [None, {"id": FILM_ID}, *[None] * 498]}, {}
    )
    assert sorted(map(len, wire.requests)) == [100, 200, 200]


async def test_501_nodes_are_refused(open_graph: OpenGraph, wire: Wire) -> None:
    """One id too many costs no request, however long lists may be."""
    many = [node_id(Kind.MOVIE, str(number)) for number in range(501)]

    async with open_graph(limits=Limits(list_length=501)) as graph:
        body = await graph.post(NODES, {"ids": many})

    assert body["errors"][0]["message"] == "The number of `ids` may be at most 500, not 501."
    assert body["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert wire.requests == []


SMUGGLED = (
    "../../users/victim/queues",
    "%2e%2e%2f",
    "..%252f",
    "1?oauth_token=x",
    "1#",
    "1;v=2",
    "//evil",
    "\\evil",
    "1\r\nX: y",
    "\x00",
    "1" * 129,
    "1" * 10_000,
    "\N{FULLWIDTH DIGIT ONE}",
    "@",
    "1&etag=",
    ".",
    "..",
    "",
    " ",
    "1\n",
    "\N{SNOWMAN}",
)
"""Threat T4: what an id could bring into an address."""

BAD_IDS = (
    *SMUGGLED,
    *(encoded(f"movie:{each}") for each in SMUGGLED),
    *(encoded(f"person:{each}") for each in SMUGGLED),
    encoded("movie"),
    encoded("movie:1:2"),
    encoded("season:1"),
    encoded("program:1:2:3"),
    *(encoded(f"user:{each}") for each in SMUGGLED),
    encoded("user"),
    encoded("user:1:instant"),
    encoded("queue:1"),
    encoded("queue:1:dvd"),
    encoded("queue-item:1:instant"),
    encoded("queue-item:1:instant:person:7"),
    encoded("MOVIE:1"),
    encoded(":1"),
    FILM_ID + "=",
    FILM_ID + "A",
    base64.b64encode(b"movie:>>>").decode(),
    "http://o.test/catalog/titles/movies/1",
)


@pytest.mark.parametrize(
    "query",
    [
        "query ($id: ID!) { found: node(id: $id) { id } }",
        "query ($id: ID!) { found: title(by: { id: $id }) { id } }",
        "query ($id: ID!) { found: person(by: { id: $id }) { id } }",
    ],
)
async def test_an_id_that_is_none_is_refused(query: str, graph: Graph, wire: Wire) -> None:
    """Whatever is smuggled into an id is the caller's mistake, and never reaches the origin (T4)."""
    answers = [await graph.ask(query, {"id": each}) for each in BAD_IDS]

    assert answers == [Answer({"found": None}, {"found": "BAD_USER_INPUT"})] * len(BAD_IDS)
    assert wire.requests == []


async def test_one_bad_id_refuses_all(graph: Graph, wire: Wire) -> None:
    """A list with an id that is none costs no request for those that are."""
    answers = [await graph.ask(NODES, {"ids": [FILM_ID, each]}) for each in BAD_IDS]

    assert [(each.data, dict(each.codes)) for each in answers] == [(None, {"nodes": "BAD_USER_INPUT"})] * len(
        BAD_IDS
    )
    assert wire.requests == []


async def test_a_title_is_no_person(graph: Graph, wire: Wire) -> None:
    """The id of one in the look-up of the other is refused."""
    answer = await graph.ask(
        """query ($film: ID!, $star: ID!) {
            title(by: { id: $star }) { id } person(by: { id: $film }) { id } }""",
        {"film": FILM_ID, "star": STAR_ID},
    )

    assert answer == Answer(
        {"title": None, "person": None}, {"title": "BAD_USER_INPUT", "person": "BAD_USER_INPUT"}
    )
    assert wire.requests == []


BY_HREF = "query ($href: URL!) { title(by: { href: $href }) { id } }"


@pytest.mark.parametrize(
    "href",
    [
        "http://o.test/catalog/titles/movies/1",
        "HTTP://O.TEST:80/catalog/titles/movies/1",
        "http://o.test/catalog/titles/movies/%31",
        "http://o.test/catalog/titles/movies/1?v=2.0&expand=all&oauth_token=x",
    ],
)
async def test_an_address_finds_its_title(href: str, graph: Graph, wire: Wire) -> None:
    """Only what an address names is used: its query goes nowhere."""
    answer = await graph.ask(BY_HREF, {"href": href})

    assert answer == Answer({"title": {"id": FILM_ID}}, {})
    assert wire.targets == [[FILM]]


FOREIGN = (
    "",
    "1",
    "/catalog/titles/movies/1",
    "http://evil.test",
    "http://evil.test/catalog/titles/movies/1",
    "http://o.test@evil.test/catalog/titles/movies/1",
    "http://user:word@o.test/catalog/titles/movies/1",
    "http://o.test.evil.test/catalog/titles/movies/1",
    "http://o.test./catalog/titles/movies/1",
    "https://o.test/catalog/titles/movies/1",
    "http://o.test:8080/catalog/titles/movies/1",
    "//evil/catalog/titles/movies/1",
    "//o.test/catalog/titles/movies/1",
    "\\\\evil\\catalog",
    "file:///etc/passwd",
    "gopher://o.test/catalog/titles/movies/1",
    "javascript:alert(1)",
    "http://[::ffff:127.0.0.1]/catalog/titles/movies/1",
    "http://2130706433/catalog/titles/movies/1",
    "http://169.254.169.254/catalog/titles/movies/1",
    "http://\N{CYRILLIC SMALL LETTER O}.test/catalog/titles/movies/1",
    "http://o.test/catalog/titles/movies/1\r\nX-Header: y",
    "http://o.test/catalog/titles/movies/1#x",
    "http://o.test/catalog/titles/movies/../people/1",
    "http://o.test/catalog/titles/movies/%2e%2e/1",
    "http://o.test/catalog/titles/movies/1%2f2",
    "http://o.test/catalog/titles/movies/",
    "http://o.test/catalog/titles/movies/1/synopsis",
    "http://o.test/catalog/titles",
    "http://o.test/users/1/queues",
    "http://o.test/utility/bulk",
    "http://o.test/catalog/people/7",
    "http://o.test/catalog/titles/movies/" + "1" * 10_000,
)
"""Threat T5: addresses that are not a title of the origin."""


async def test_an_address_that_is_no_title_of_the_origin_is_refused(graph: Graph, wire: Wire) -> None:
    """A foreign or odd address is the caller's mistake; nobody is asked for it (T5)."""
    answers = [await graph.ask(BY_HREF, {"href": each}) for each in FOREIGN]

    assert answers == [Answer({"title": None}, {"title": "BAD_USER_INPUT"})] * len(FOREIGN)
    assert wire.requests == []


async def test_an_address_finds_its_person(graph: Graph) -> None:
    """People have addresses too."""
    answer = await graph.ask('{ person(by: { href: "http://o.test/catalog/people/7" }) { id name } }')

    assert answer == Answer({"person": {"id": STAR_ID, "name": "Peter Lorre"}}, {})


@pytest.mark.parametrize("by", ["{}", '{ id: "x", href: "http://o.test" }', "{ id: null }"])
async def test_a_look_up_names_one_thing(by: str, graph: Graph, wire: Wire) -> None:
    """Nothing, two things and null are no look-ups."""
    body = await graph.post(f"{{ title(by: {by}) {{ id }} }}")

    assert {each["extensions"]["code"] for each in body["errors"]} == {"GRAPHQL_VALIDATION_FAILED"}
    assert wire.requests == []


@pytest.mark.parametrize(
    "found",
    [
        "titles(search: $term) { totalCount }",
        "people(search: $term) { totalCount }",
        "suggestTitles(prefix: $term)",
    ],
)
@pytest.mark.parametrize(
    ("term", "code"),
    [("", "BAD_USER_INPUT"), (" \t\u00a0", "BAD_USER_INPUT"), ("x" * 501, "LIMIT_EXCEEDED")],
)
async def test_a_search_for_nothing_is_refused(
    found: str, term: str, code: str, graph: Graph, wire: Wire
) -> None:
    """Neither nothing nor a whole page can be searched for."""
    answer = await graph.ask(f"query ($term: String!) {{ found: {found} }}", {"term": term})

    assert answer == Answer({"found": None}, {"found": code})
    assert wire.requests == []


@pytest.mark.parametrize("term", ["a&b=c", "a+b", "Ocean's [11] $", "naïve ☃", "100%", "a\nb", "%26", "#?/"])
async def test_a_search_term_stays_one_parameter(term: str, graph: Graph, wire: Wire) -> None:
    """Whatever is searched for arrives as it was written."""
    asked: list[dict[str, str]] = []

    def search(parameters: dict[str, str]) -> str:
        asked.append(parameters)
        return "<catalog_titles></catalog_titles>"

    wire.documents["/catalog/titles"] = search

    answer = await graph.ask("query ($t: String!) { titles(search: $t) { totalCount } }", {"t": term})

    assert answer == Answer({"titles": {"totalCount": 0}}, {})
    assert asked == [{"max_results": "1", "start_index": "0", "term": term}]
