"""Pages of lists: their cursors, their limits, and how they are put together from the origin's pages."""

import base64
from functools import partial
from typing import Any

import pytest

from gateway.contract import Rel
from gateway.edge.limits import Limits
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import link, listing, page, person, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILM = "/catalog/titles/movies/{}".format
SEARCH = """query ($first: Int!, $after: String) { titles(search: "x", first: $first, after: $after) {
    totalCount nodes { name { regular } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} }"""


def cursor(place: object) -> str:
    """Return the cursor of the item at *place*."""
    return base64.urlsafe_b64encode(f"at:{place}".encode()).decode().rstrip("=")


def serve_films(wire: Wire, count: int) -> None:
    """Let a search find *count* films, at most a hundred a page."""
    films = [title(FILM(number), f"F{number}") for number in range(count)]

    def search(asked: dict[str, str]) -> str:
        size = min(int(asked["max_results"]), 100)
        return page("catalog_titles", films, {**asked, "max_results": str(size)})

    wire.documents["/catalog/titles"] = search


def found(numbers: range, total: int, *, after: bool = False) -> Any:  # noqa: ANN401
    """Return the connection that shows the films *numbers* of *total*."""
    return {
        "totalCount": total,
        "nodes": [{"name": {"regular": f"F{number}"}} for number in numbers],
        "pageInfo": {
            "hasNextPage": after,
            "hasPreviousPage": numbers.start > 0,
            "startCursor": cursor(numbers[0]) if numbers else None,
            "endCursor": cursor(numbers[-1]) if numbers else None,
        },
    }


async def test_pages_follow_each_other(graph: Graph, wire: Wire) -> None:
    """The end of one page is where the next begins; the last one says that it is the last."""
    serve_films(wire, 5)

    first = await graph.ask(SEARCH, {"first": 2})
    second = await graph.ask(SEARCH, {"first": 2, "after": cursor(1)})
    third = await graph.ask(SEARCH, {"first": 2, "after": cursor(3)})
    beyond = await graph.ask(SEARCH, {"first": 2, "after": cursor(4)})

    assert [each.data["titles"] for each in (first, second, third, beyond)] == [
        found(range(2), 5, after=True),
        found(range(2, 4), 5, after=True),
        found(range(4, 5), 5),
        found(range(5, 5), 5),
    ]
    assert wire.targets == [
        [f"/catalog/titles?max_results=2&start_index={start}&term=x"] for start in (0, 2, 4, 5)
    ]


async def test_edges_are_the_nodes_with_their_cursors(graph: Graph, wire: Wire) -> None:
    """Each edge holds the node at the same place, and where it stands."""
    serve_films(wire, 3)

    answer = await graph.ask(
        """query ($after: String) { titles(search: "x", after: $after) {
            edges { cursor node { name { short } } } nodes { name { short } } } }""",
        {"after": cursor(0)},
    )

    nodes = [{"name": {"short": "F1"}}, {"name": {"short": "F2"}}]
    edges = [{"cursor": cursor(place), "node": nodes[place - 1]} for place in (1, 2)]
    assert answer == Answer({"titles": {"edges": edges, "nodes": nodes}}, {})


async def test_several_pages_are_stitched(graph: Graph, wire: Wire) -> None:
    """Of 250 items the first hundred come alone, and then the other pages together."""
    serve_films(wire, 300)

    answer = await graph.ask(SEARCH, {"first": 250})

    assert answer == Answer({"titles": found(range(250), 300, after=True)}, {})
    assert wire.targets == [
        ["/catalog/titles?max_results=100&start_index=0&term=x"],
        [
            "/catalog/titles?max_results=100&start_index=100&term=x",
            "/catalog/titles?max_results=50&start_index=200&term=x",
        ],
    ]


async def test_no_page_is_asked_for_that_is_not_there(graph: Graph, wire: Wire) -> None:
    """The first page says how many there are, so that 500 wanted of 150 are two requests."""
    serve_films(wire, 150)

    answer = await graph.ask(SEARCH, {"first": 500})

    assert answer == Answer({"titles": found(range(150), 150)}, {})
    assert wire.targets == [
        ["/catalog/titles?max_results=100&start_index=0&term=x"],
        ["/catalog/titles?max_results=50&start_index=100&term=x"],
    ]


async def test_an_origin_with_small_pages_is_read_page_by_page(graph: Graph, wire: Wire) -> None:
    """An origin that gives less than was asked for says how much that is: the rest comes in such pages."""
    films = [title(FILM(number), f"F{number}") for number in range(60)]

    def search(asked: dict[str, str]) -> str:
        return page(
            "catalog_titles", films, {**asked, "max_results": str(min(int(asked["max_results"]), 20))}
        )

    wire.documents["/catalog/titles"] = search

    answer = await graph.ask(SEARCH, {"first": 50})

    assert answer == Answer({"titles": found(range(50), 60, after=True)}, {})
    assert wire.targets == [
        ["/catalog/titles?max_results=50&start_index=0&term=x"],
        [
            "/catalog/titles?max_results=10&start_index=40&term=x",
            "/catalog/titles?max_results=20&start_index=20&term=x",
        ],
    ]


async def test_an_origin_with_pages_of_one_is_not_followed(graph: Graph, wire: Wire) -> None:
    """A hundred requests for a hundred items are too many: the connection fails after the first."""
    films = [title(FILM(number), f"F{number}") for number in range(100)]
    wire.documents["/catalog/titles"] = lambda asked: page(
        "catalog_titles", films, {**asked, "max_results": "1"}
    )

    answer = await graph.ask(SEARCH, {"first": 100})

    assert answer == Answer({"titles": None}, {"titles": "UPSTREAM_BAD_RESPONSE"})
    assert len(wire.requests) == 1


async def test_a_failed_page_fails_the_connection(graph: Graph, wire: Wire) -> None:
    """Half a list is none."""
    serve_films(wire, 200)
    whole = wire.documents["/catalog/titles"]
    assert callable(whole)
    wire.documents["/catalog/titles"] = lambda asked: (
        whole(asked) if asked["start_index"] == "0" else "<people></people>"
    )

    assert await graph.ask(SEARCH, {"first": 200}) == Answer(
        {"titles": None}, {"titles": "UPSTREAM_BAD_RESPONSE"}
    )


@pytest.mark.parametrize("first", [1, 500])
async def test_the_limits_of_first_are_allowed(first: int, graph: Graph, wire: Wire) -> None:
    """From one item to five hundred."""
    serve_films(wire, 2)

    answer = await graph.ask(SEARCH, {"first": first})

    assert answer == Answer({"titles": found(range(min(first, 2)), 2, after=first == 1)}, {})


async def test_a_page_of_nothing_has_a_total(graph: Graph, wire: Wire) -> None:
    """``first: 0`` asks how many there are; more of them follow."""
    serve_films(wire, 2)

    assert await graph.ask(SEARCH, {"first": 0}) == Answer({"titles": found(range(0), 2, after=True)}, {})
    assert wire.targets == [["/catalog/titles?max_results=1&start_index=0&term=x"]]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_USER_INPUT"),
        ("first: 501", "LIMIT_EXCEEDED"),
        ('after: ""', "BAD_USER_INPUT"),
        ('after: "garbage"', "BAD_USER_INPUT"),
        ('after: "☃"', "BAD_USER_INPUT"),
        (f'after: "{cursor(-1)}"', "BAD_USER_INPUT"),
        (f'after: "{cursor("01")}"', "BAD_USER_INPUT"),
        (f'after: "{cursor("1_0")}"', "BAD_USER_INPUT"),
        (f'after: "{cursor(" 1")}"', "BAD_USER_INPUT"),
        (f'after: "{cursor(2**31)}"', "BAD_USER_INPUT"),
        (f'after: "{cursor("9" * 5000)}"', "BAD_USER_INPUT"),
        (f'after: "{cursor(1)}=="', "BAD_USER_INPUT"),
    ],
)
@pytest.mark.parametrize("of", ["titles", "people"])
async def test_a_page_that_cannot_be_is_refused(
    of: str, arguments: str, code: str, open_graph: OpenGraph, wire: Wire
) -> None:
    """A wrong ``first`` or ``after`` is the caller's mistake, and costs no request."""
    async with open_graph(limits=Limits(first=501)) as graph:
        answer = await graph.ask(f'{{ {of}(search: "x", {arguments}) {{ totalCount }} }}')

    assert answer == Answer({of: None}, {of: code})
    assert wire.requests == []


async def test_an_origin_that_lies_about_its_total_ends(graph: Graph, wire: Wire) -> None:
    """A page without items is the last one, whatever the total says, so that paging comes to an end."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=10**8)

    answer = await graph.ask(SEARCH, {"first": 100})

    assert answer == Answer({"titles": found(range(0), 10**8)}, {})


async def test_a_list_without_a_header_is_cut_here(graph: Graph, wire: Wire) -> None:
    """A list that comes whole, without a total, is paged by us in one request."""
    series = "/catalog/titles/series/1"
    episodes = [title(f"/catalog/titles/programs/{number}", f"E{number}") for number in range(5)]
    wire.documents["/catalog/titles"] = listing(
        "catalog_titles", title(series, "S", link(Rel.EPISODES, f"{series}/episodes", "episodes")), total=1
    )
    wire.documents[f"{series}/episodes"] = listing("catalog_titles", *episodes)

    answer = await graph.ask(
        """query ($after: String) { titles(search: "x") { nodes { ... on Series {
            episodes(first: 2, after: $after) { totalCount nodes { releaseYear name { regular } } }
            all: episodes { pageInfo { hasNextPage } }
        } } } }""",
        {"after": cursor(1)},
    )

    nodes = [{"releaseYear": None, "name": {"regular": name}} for name in ("E2", "E3")]
    episodes_ = {"totalCount": 5, "nodes": nodes}
    assert answer == Answer(
        {"titles": {"nodes": [{"episodes": episodes_, "all": {"pageInfo": {"hasNextPage": False}}}]}}, {}
    )
    assert wire.targets == [
        ["/catalog/titles?max_results=25&start_index=0&term=x"],
        [f"{series}/episodes"],
    ]


async def test_similars_and_filmographies_are_paged_at_the_origin(graph: Graph, wire: Wire) -> None:
    """Five hundred items of either are one request."""
    film, star = FILM(1), "/catalog/people/7"
    wire.documents["/catalog/titles"] = listing(
        "catalog_titles", title(film, "F", link(Rel.SIMILARS, f"{film}/similars")), total=1
    )
    wire.documents["/catalog/people"] = listing(
        "people", person(star, "P", link(Rel.FILMOGRAPHY, f"{star}/filmography")), total=1
    )
    films = [title(FILM(number), f"F{number}") for number in range(600)]
    for path, root in ((f"{film}/similars", "similars"), (f"{star}/filmography", "filmography")):
        wire.documents[path] = partial(page, root, films)

    answer = await graph.ask(
        """{
            titles(search: "x") { nodes { similars(first: 500) { totalCount edges { cursor } } } }
            people(search: "x") { nodes { filmography { totalCount edges { cursor } } } }
        }"""
    )

    assert answer == Answer(
        {
            "titles": {"nodes": [{"similars": {"totalCount": 600, "edges": _cursors(500)}}]},
            "people": {"nodes": [{"filmography": {"totalCount": 600, "edges": _cursors(25)}}]},
        },
        {},
    )
    assert wire.targets[1:] == [
        [
            f"{star}/filmography?max_results=25&start_index=0",
            f"{film}/similars?max_results=500&start_index=0",
        ]
    ]


def _cursors(count: int) -> list[dict[str, str]]:
    return [{"cursor": cursor(place)} for place in range(count)]


async def test_expanded_links_are_a_page_where_they_suffice(graph: Graph, wire: Wire) -> None:
    """Links inside a link answer for the names of the items that they hold, and for no other."""
    film = FILM(1)
    links = [link(Rel.TITLE, FILM(number), f"F{number}") for number in (2, 3)]
    similars = link(Rel.SIMILARS, f"{film}/similars", "similars", listing("catalog_titles", *links, total=3))
    wire.documents["/catalog/titles"] = listing("catalog_titles", title(film, "F", similars), total=1)
    wire.documents[f"{film}/similars"] = listing(
        "similars", *(title(FILM(n), f"F{n}") for n in (2, 3, 4)), total=3
    )

    at_hand = await graph.ask(
        """{ titles(search: "x") { nodes { similars(first: 2) {
            totalCount nodes { name { regular } } pageInfo { hasNextPage } } } } }"""
    )
    assert at_hand.data["titles"]["nodes"] == [
        {
            "similars": {
                "totalCount": 3,
                "nodes": [{"name": {"regular": "F2"}}, {"name": {"regular": "F3"}}],
                "pageInfo": {"hasNextPage": True},
            }
        }
    ]
    await graph.ask("""{ titles(search: "x") { nodes { similars(first: 3) { nodes { id } } } } }""")
    await graph.ask("""{ titles(search: "x") { nodes { similars(first: 2) { nodes { releaseYear } } } } }""")
    assert [len(carried) for carried in wire.requests] == [1, 1, 1, 1, 1]
    assert wire.targets[2::2] == [
        [f"{film}/similars?max_results=3&start_index=0"],
        [f"{film}/similars?max_results=2&start_index=0"],
    ]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("", "BAD_USER_INPUT"),
        (" ", "BAD_USER_INPUT"),
        ("a\0", "BAD_USER_INPUT"),
        ("x" * 501, "LIMIT_EXCEEDED"),
    ],
)
@pytest.mark.parametrize(
    "field", ["titles(search: $words) {", "people(search: $words) {", "suggestTitles(prefix: $words)"]
)
async def test_nothing_is_asked_for_what_cannot_be_searched(
    field: str, words: str, code: str, graph: Graph, wire: Wire
) -> None:
    """The mistake is the caller's, and costs no call."""
    query = f"query ($words: String!) {{ {field} {'totalCount }' if field.endswith('{') else ''} }}"

    answer = await graph.ask(query, {"words": words})

    assert answer.codes == {field.partition("(")[0]: code}
    assert wire.targets == []
