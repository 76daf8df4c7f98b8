"""Queues: their etag, their entries, and the pages that these cost."""

from typing import Any

import pytest

from gateway.contract import Rel
from gateway.edge.limits import Limits
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import link, listing, person
from tests.gateway.graph import Answer, Graph
from tests.gateway.household import ANN, Household, encoded, entry, paths, rating_of, resource, state_of
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

USER = f"/users/{ANN}"


@pytest.fixture
def home(wire: Wire) -> Household:
    """Return Ann's household: three films to be had, and one that will be."""
    saved = entry(9, "<availability_date>86400</availability_date><updated>300</updated>", saved=True)
    home = Household(instant=[entry(1), entry(2), entry(3)], saved=[saved])
    home.serve(wire)
    return home


async def ask(graph: Graph, below: str) -> Any:  # noqa: ANN401
    """Return what Ann is told of her instant queue."""
    answer = await graph.ask(f"{{ viewer {{ queue(kind: INSTANT) {{ {below} }} }} }}", user=ANN)
    assert answer.codes == {}
    return answer.data["viewer"]["queue"]


async def test_an_entry_is_shown_whole(graph: Graph, wire: Wire, home: Household) -> None:
    """Its place, its part of the queue, its format, and its title out of the same document."""
    shown = await ask(
        graph,
        """id kind etag items { totalCount nodes {
            id position list format availability availableOn updated title { id name { regular } } } }""",
    )

    def item(number: int, **facts: object) -> dict[str, object]:
        return {
            "id": encoded(f"queue-item:{ANN}:instant:movie:{number}"),
            "position": number,
            "list": "AVAILABLE",
            "format": "INSTANT",
            "availability": "available now",
            "availableOn": None,
            "updated": None,
            "title": {"id": encoded(f"movie:{number}"), "name": {"regular": f"F{number}"}},
            **facts,
        }

    saved = {
        "position": None,
        "list": "SAVED",
        "availability": "saved",
        "availableOn": "1970-01-02T00:00:00Z",
        "updated": "1970-01-01T00:05:00Z",
    }
    assert shown == {
        "id": encoded(f"queue:{ANN}:instant"),
        "kind": "INSTANT",
        "etag": "123",
        "items": {"totalCount": 4, "nodes": [item(1), item(2), item(3), item(9, **saved)]},
    }
    assert wire.targets == [
        [USER],
        paths("queues", of=home),
        [f"{home.root}/q1?max_results=25&start_index=0"],
    ]


PAGE = "/of/ann/q1?max_results={}&start_index={}".format


@pytest.mark.parametrize(
    ("below", "pages"),
    [
        ("id kind", []),
        ("etag", [PAGE(1, 0)]),
        ("items { totalCount }", [PAGE(1, 0)]),
        ("etag items { totalCount __typename }", [PAGE(1, 0)]),
        ("etag items(first: 100) { nodes { position } }", [PAGE(100, 0)]),
        ("items(first: 2) { nodes { position } } a: etag b: etag", [PAGE(2, 0)]),
        ("etag items(first: 0) { nodes { id } }", [PAGE(1, 0)]),
        ("... on Queue { etag } items(first: 500) { totalCount edges { cursor } }", [PAGE(500, 0)]),
        (
            'items(sort: DATE_ADDED, updatedSince: "1970-01-01T01:00:00Z") { nodes { id } }',
            ["/of/ann/q1?max_results=25&sort=date_added&start_index=0&updated_min=3600"],
        ),
        (
            "etag items(sort: ALPHABETICAL) { totalCount }",
            ["/of/ann/q1?max_results=1&sort=alphabetical&start_index=0"],
        ),
    ],
)
@pytest.mark.usefixtures("home")
async def test_a_queue_costs_the_pages_that_are_asked_for(
    below: str, pages: list[str], graph: Graph, wire: Wire
) -> None:
    """The etag comes with whatever page is asked for; alone, or for the total, one entry is read."""
    await ask(graph, below)

    assert [target for targets in wire.targets[2:] for target in targets] == pages


@pytest.mark.usefixtures("home")
async def test_a_part_of_a_queue_is_behind_a_link_of_it(graph: Graph, wire: Wire) -> None:
    """Where what is available, and what is saved, is to be found the queue itself says, once for both."""
    shown = await ask(
        graph,
        """etag saved: items(list: SAVED) { nodes { position title { name { regular } } } }
        available: items(list: AVAILABLE, first: 2) { totalCount nodes { position } }""",
    )

    assert shown == {
        "etag": "123",
        "saved": {"nodes": [{"position": None, "title": {"name": {"regular": "F9"}}}]},
        "available": {"totalCount": 3, "nodes": [{"position": 1}, {"position": 2}]},
    }
    assert wire.targets[2:] == [
        [PAGE(1, 0)],
        ["/of/ann/q1a?max_results=2&start_index=0", "/of/ann/q1s?max_results=25&start_index=0"],
    ]


@pytest.mark.usefixtures("home")
async def test_pages_of_a_queue_follow_each_other(graph: Graph) -> None:
    """The end of one page is where the next begins."""
    page = "items(first: 3%s) { nodes { position } pageInfo { hasNextPage endCursor } }"
    first = (await ask(graph, page % ""))["items"]
    second = (await ask(graph, page % f', after: "{first["pageInfo"]["endCursor"]}"'))["items"]

    assert [first["nodes"], first["pageInfo"]["hasNextPage"]] == [
        [{"position": number} for number in (1, 2, 3)],
        True,
    ]
    assert [second["nodes"], second["pageInfo"]["hasNextPage"]] == [[{"position": None}], False]


@pytest.mark.usefixtures("home")
async def test_both_queues_come_together(graph: Graph, wire: Wire) -> None:
    """The way to the queues is asked once, and both are read in one request."""
    answer = await graph.ask(
        "{ viewer { queues { kind etag } queue(kind: DISC) { etag items { totalCount } } } }", user=ANN
    )

    assert answer == Answer(
        {
            "viewer": {
                "queues": [{"kind": "INSTANT", "etag": "123"}, {"kind": "DISC", "etag": "0"}],
                "queue": {"etag": "0", "items": {"totalCount": 0}},
            }
        },
        {},
    )
    assert wire.requests == [[USER], paths("queues"), paths("q1", "q2")]


async def test_an_origin_without_a_disc_queue_has_none(graph: Graph, wire: Wire, home: Household) -> None:
    """What no link leads to is null, and asked for nowhere."""
    wire.documents[f"{home.root}/queues"] = resource((Rel.INSTANT_QUEUE, f"{home.root}/q1"))

    answer = await graph.ask("{ viewer { queue(kind: DISC) { etag } queues { kind } } }", user=ANN)

    assert answer == Answer({"viewer": {"queue": None, "queues": [{"kind": "INSTANT"}]}}, {})
    assert wire.requests == [[USER], paths("queues")]


async def test_a_queue_that_fails_leaves_its_siblings(graph: Graph, wire: Wire, home: Household) -> None:
    """One of the queues is null with an error, the other one is there."""
    wire.statuses[f"{home.root}/q1"] = 500

    answer = await graph.ask(
        "{ viewer { queue(kind: INSTANT) { etag } disc: queue(kind: DISC) { etag } } }", user=ANN
    )

    assert answer == Answer(
        {"viewer": {"queue": None, "disc": {"etag": "0"}}}, {"viewer.queue.etag": "UPSTREAM_UNAVAILABLE"}
    )


@pytest.mark.parametrize("bad", ["first: 501", "first: -1", 'after: "x"'])
@pytest.mark.usefixtures("home")
async def test_a_page_that_cannot_be_is_refused(bad: str, open_graph: OpenGraph, wire: Wire) -> None:
    """No page is asked for, also where another field of the queue needs one."""
    query = f"{{ viewer {{ queue(kind: INSTANT) {{ etag items({bad}) {{ totalCount }} }} }} }}"
    async with open_graph(limits=Limits(first=501)) as graph:
        answer = await graph.ask(query, user=ANN)

    assert answer.data == {"viewer": {"queue": {"etag": "123", "items": None}}}
    assert wire.targets[2:] == [[PAGE(1, 0)]]


async def test_a_state_that_nobody_knows_is_left_out(graph: Graph, wire: Wire, home: Household) -> None:
    """What can be done in a way that the graph has no word for is not shown; the rest is."""
    home.state = lambda href: state_of(href, "Rent" if href.endswith("/1") else "Play")
    home.serve(wire)

    shown = await ask(
        graph, "items(first: 2) { nodes { title { viewerState { inQueue actions { state } } } } }"
    )

    assert [node["title"]["viewerState"] for node in shown["items"]["nodes"]] == [
        [{"inQueue": False, "actions": []}],
        [{"inQueue": False, "actions": [{"state": "PLAY"}]}],
    ]


WHOLE = """{ viewer { queue(kind: INSTANT) { etag items(first: 100) { nodes { position title {
    name { regular } viewerRating { user predicted } viewerState { queue inQueue } cast { name }
} } } } } }"""


async def test_a_whole_queue_costs_four_requests(graph: Graph, wire: Wire) -> None:
    """A hundred entries, each with its rating, its state and its cast: the way there, and one more level."""
    numbers = range(1, 101)
    home = Household(
        instant=[entry(n, children=(link(Rel.CAST, f"/cast/{n}"),)) for n in numbers],
        rating=lambda href: rating_of(href, user=1 + int(href.rpartition("/")[2]) % 5, predicted=2.5),
        state=lambda href: state_of(href, "In Queue" if int(href.rpartition("/")[2]) % 2 else "Play"),
    )
    home.serve(wire)
    for n in numbers:
        wire.documents[f"/cast/{n}"] = listing("people", person(f"/catalog/people/{n}", f"P{n}"))

    answer = await graph.ask(WHOLE, user=ANN)

    nodes = [
        {
            "position": n,
            "title": {
                "name": {"regular": f"F{n}"},
                "viewerRating": {"user": 1 + n % 5, "predicted": 2.5},
                "viewerState": [{"queue": "INSTANT", "inQueue": n % 2 == 1}],
                "cast": [{"name": f"P{n}"}],
            },
        }
        for n in numbers
    ]
    assert answer == Answer({"viewer": {"queue": {"etag": "123", "items": {"nodes": nodes}}}}, {})
    casts = [f"/cast/{n}" for n in numbers]
    assert wire.requests == [
        [USER],
        paths("opinions", "queues", of=home),
        paths("q1", of=home),
        paths("stars", "states", *casts, of=home),
    ]
    # Here nothing comes along; an origin that does as it is asked spares the casts.
    assert wire.expansions == [{}, {}, {f"{home.root}/q1": "@cast"}, {}]
