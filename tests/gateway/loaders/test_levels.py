"""What goes out together: the links of one level of a query, whatever their field, type or parent."""

from collections.abc import Mapping

import pytest

from gateway.contract import Rel, Scheme
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import category, link, listing, person, text, title
from tests.gateway.graph import Answer, Graph, gateway_over
from tests.gateway.loaders.synthetic import WIDE
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

LORRE = "/catalog/people/7"
FILM = "/catalog/titles/movies/{}".format
PERSON_ID = ids.encode(Address("person", ("7",)))


def film_id(number: int) -> str:
    """Return the node id of a film."""
    return ids.encode(Address(Kind.MOVIE, (str(number),)))


async def test_links_of_one_level_go_out_as_one_bulk(graph: Graph, wire: Wire) -> None:
    """Texts and people of all titles of a page are one request."""
    answer = await graph.ask(
        """{ titles(search: "film") { nodes { synopsis cast { name } directors { name } } } }"""
    )

    assert answer == Answer(
        {
            "titles": {
                "nodes": [
                    {
                        "synopsis": f"About film {number}.",
                        "cast": [{"name": "Peter Lorre"}],
                        "directors": [{"name": f"D{number}"}],
                    }
                    for number in (1, 2, 3)
                ]
            }
        },
        {},
    )
    assert wire.requests == [
        ["/catalog/titles"],
        [
            "/catalog/titles/movies/1/cast",
            "/catalog/titles/movies/1/directors",
            "/catalog/titles/movies/1/synopsis",
            "/catalog/titles/movies/2/cast",
            "/catalog/titles/movies/2/directors",
            "/catalog/titles/movies/2/synopsis",
            "/catalog/titles/movies/3/cast",
            "/catalog/titles/movies/3/directors",
            "/catalog/titles/movies/3/synopsis",
        ],
    ]


async def test_root_look_ups_share_a_bulk(graph: Graph, wire: Wire) -> None:
    """A search, a title, a person and nodes asked for side by side are one request."""
    await graph.ask(
        """query ($film: ID!, $person: ID!, $ids: [ID!]!) {
            titles(search: "film") { totalCount }
            title(by: { id: $film }) { href }
            person(by: { id: $person }) { href }
            people(search: "lorre") { totalCount }
            nodes(ids: $ids) { id }
        }""",
        {"film": film_id(1), "person": PERSON_ID, "ids": [film_id(2), film_id(3)]},
    )

    assert wire.requests == [
        ["/catalog/people", LORRE, "/catalog/titles", FILM(1), FILM(2), FILM(3)],
    ]


async def test_levels_of_uneven_branches_meet(graph: Graph, wire: Wire) -> None:
    """A list below a single title and a single field of a list's items wait for each other."""
    await graph.ask(
        """query ($film: ID!) {
            title(by: { id: $film }) { cast { filmography { nodes { releaseYear } } } }
            titles(search: "film") { nodes { synopsis } }
        }""",
        {"film": film_id(1)},
    )

    assert wire.requests == [
        ["/catalog/titles", FILM(1)],
        [
            "/catalog/titles/movies/1/cast",
            "/catalog/titles/movies/1/synopsis",
            "/catalog/titles/movies/2/synopsis",
            "/catalog/titles/movies/3/synopsis",
        ],
        [f"{LORRE}/filmography"],
    ]


async def test_a_lone_link_is_a_plain_get(graph: Graph, wire: Wire) -> None:
    """One resource is asked for by GET, signed in its header, in the dialect that we speak."""
    await graph.ask("""query ($id: ID!) { node(id: $id) { id } }""", {"id": film_id(1)})

    [received] = wire.received
    assert (received.method, received.url) == ("GET", "http://o.test/catalog/titles/movies/1?v=1.5")
    assert received.headers["authorization"].startswith("OAuth oauth_consumer_key=")


async def test_a_bulk_is_a_form_whose_entries_are_signed(graph: Graph, wire: Wire) -> None:
    """The wrapper goes unsigned by POST to the API's own page; each entry carries a signature of its own."""
    await graph.ask("""query ($ids: [ID!]!) { nodes(ids: $ids) { id } }""", {"ids": [film_id(1), film_id(2)]})

    [received] = wire.received
    assert (received.method, received.url) == ("POST", "http://o.test/utility/bulk")
    assert "authorization" not in received.headers
    assert ["oauth_signature=" in address for address in received.addresses] == [True, True]


@pytest.mark.parametrize(
    ("query", "requests"),
    [
        pytest.param(
            """query ($one: ID!) {
                a: title(by: { id: $one }) { synopsis }
                b: title(by: { id: $one }) { text: synopsis synopsis(format: HTML) }
            }""",
            [[FILM(1)], ["/catalog/titles/movies/1/synopsis"]],
            id="aliases",
        ),
        pytest.param(
            """{ titles(search: "film") { nodes { cast { filmography { totalCount } } } } }""",
            [
                ["/catalog/titles"],
                [
                    "/catalog/titles/movies/1/cast",
                    "/catalog/titles/movies/2/cast",
                    "/catalog/titles/movies/3/cast",
                ],
                [f"{LORRE}/filmography"],
            ],
            id="the same person in several casts",
        ),
        pytest.param(
            """query ($one: ID!) {
                title(by: { id: $one }) { id }
                node(id: $one) { id }
                nodes(ids: [$one, $one]) { id }
            }""",
            [[FILM(1)]],
            id="several ways to one title",
        ),
        pytest.param(
            """query ($one: ID!) {
                title(by: { id: $one }) { cast { filmography { nodes { synopsis name { regular } } } } }
                node(id: $one) { ... on Movie { synopsis } }
            }""",
            [
                [FILM(1)],
                ["/catalog/titles/movies/1/cast", "/catalog/titles/movies/1/synopsis"],
                [f"{LORRE}/filmography"],
            ],
            id="on another level",
        ),
    ],
)
async def test_a_link_asked_for_twice_is_fetched_once(
    query: str, requests: list[list[str]], graph: Graph, wire: Wire
) -> None:
    """However often a resource is met in one operation, the origin is asked once."""
    await graph.ask(query, {"one": film_id(1)})

    assert wire.requests == requests


async def test_what_was_loaded_before_holds_up_its_level(wire: Wire) -> None:
    """Wants at the end of a chain of resources that are there already go out with those of their level."""
    star, film = "/catalog/people/8", FILM(4)
    top = category(f"{Scheme.AWARD_TYPES}/afi", "Top")
    winners = (f"<award_winner>{top}{link(Rel.PERSON, each)}</award_winner>" for each in (LORRE, star))
    links = (
        link(Rel.AWARDS, f"{film}/awards", "awards", f"<awards>{''.join(winners)}</awards>"),
        link(Rel.SYNOPSIS, f"{film}/synopsis", "synopsis"),
        link(Rel.CAST, f"{film}/cast", "cast"),
    )
    wire.documents |= {
        film: title(film, "F", *links),
        f"{film}/synopsis": text("synopsis", "About F."),
        f"{film}/cast": listing("people", person(star, "Star")),
        star: person(star, "Star", link(Rel.FILMOGRAPHY, f"{star}/filmography", "filmography")),
        f"{star}/filmography": listing("filmography", title(film, "F", *links), total=1),
        LORRE: person(LORRE, "Peter Lorre"),
    }
    chain = "cast { name }"
    for _ in range(6):
        chain = f"awards {{ person {{ bio filmography {{ nodes {{ {chain} }} }} }} }}"

    async with gateway_over(wire, limits=WIDE) as graph:
        await graph.ask(
            f"""query ($star: ID!) {{
                person(by: {{ id: $star }}) {{ filmography {{ nodes {{ synopsis {chain} }} }} }}
            }}""",
            {"star": ids.encode(Address("person", ("8",)))},
        )

    assert wire.requests == [
        [star],
        [f"{star}/filmography"],
        [LORRE, f"{film}/cast", f"{film}/synopsis"],
    ]


async def test_an_address_is_the_same_in_any_order_of_its_query(graph: Graph, wire: Wire) -> None:
    """Two links that differ in the order and the escapes of their parameters are one resource."""
    for number, query in ((1, "b=2&a=x%20y"), (2, "a=x+y&b=2"), (3, "a=x%20y&b=%32")):
        record = str(wire.documents[FILM(number)])
        wire.documents[FILM(number)] = record.replace(
            f"{FILM(number)}/synopsis", f"/catalog/texts?{query.replace('&', '&amp;')}"
        )
    wire.documents["/catalog/texts"] = "<synopsis>The same.</synopsis>"

    answer = await graph.ask(
        """query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Movie { synopsis } } }""",
        {"ids": [film_id(1), film_id(2), film_id(3)]},
    )

    assert answer == Answer({"nodes": [{"synopsis": "The same."}] * 3}, {})
    assert wire.targets == [[FILM(1), FILM(2), FILM(3)], ["/catalog/texts?a=x%20y&b=2"]]


async def test_a_level_is_split_at_the_greatest_number_of_entries(open_graph: OpenGraph, wire: Wire) -> None:
    """Nine links at four an HTTP request are three requests."""
    async with open_graph(bulk_limit=4) as graph:
        await graph.ask(
            """{ titles(search: "film") { nodes { synopsis cast { name } directors { name } } } }"""
        )

    assert [len(carried) for carried in wire.requests] == [1, 4, 4, 1]


async def test_a_level_is_split_at_predicted_bytes(open_graph: OpenGraph, wire: Wire) -> None:
    """Casts are predicted to be larger than synopses, so that fewer of them go together."""
    async with open_graph(bulk_bytes=10_000) as graph:
        await graph.ask("""{ titles(search: "film") { nodes { cast { name } } } }""")
        await graph.ask("""{ titles(search: "film") { nodes { synopsis } } }""")

    assert [len(carried) for carried in wire.requests] == [1, 2, 1, 1, 3]


@pytest.mark.parametrize(
    ("query", "cost"),
    [
        ("{ __typename }", {"requests": 0, "calls": 0}),
        ("""{ titles(search: "film") { totalCount } }""", {"requests": 1, "calls": 1}),
        ("""{ titles(search: "film") { nodes { synopsis cast { name } } } }""", {"requests": 2, "calls": 7}),
    ],
)
async def test_the_cost_is_told(query: str, cost: Mapping[str, int], graph: Graph) -> None:
    """Every HTTP request is one, and every entry of a bulk request is a call."""
    assert await graph.cost(query) == cost
