"""What is told of an operation: its plan before, its requests after, and why it is refused."""

from typing import Any, Final

import pytest

from gateway.contract import Rel, Scheme
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import category, link, listing, person, text, title
from tests.gateway.graph import Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILMS: Final = ("/catalog/titles/movies/1", "/catalog/titles/movies/2")
QUERY: Final = '{ titles(search: "film", first: 3) { nodes { synopsis cast { name bio } } } }'


@pytest.fixture(autouse=True)
def films(wire: Wire) -> None:
    """Serve two films, with their synopses expanded when asked."""
    for path in FILMS:
        wire.documents[f"{path}/cast"] = listing("people", person("/catalog/people/1", "A"))
        wire.documents[f"{path}/synopsis"] = text("synopsis", "About.")

    def search(asked: dict[str, str]) -> str:
        inside = text("synopsis", "About.") if "@synopsis" in asked.get("expand", "") else ""
        records = [
            title(
                path,
                "Film",
                link(Rel.SYNOPSIS, f"{path}/synopsis", "synopsis", inside),
                link(Rel.CAST, f"{path}/cast", "cast"),
            )
            for path in FILMS
        ]
        return listing("catalog_titles", *records, total=2)

    wire.documents["/catalog/titles"] = search


PLAN: Final = [
    {
        "field": "titles",
        "relation": "search",
        "way": "asked for",
        "level": 1,
        "expand": ["synopsis"],
        "calls": 1,
        "things": 3,
        "below": [
            {
                "field": "nodes.synopsis",
                "relation": "synopsis",
                "way": "comes along",
                "level": 1,
                "expand": [],
                "calls": 0,
                "things": 3,
                "below": [],
            },
            {
                "field": "nodes.cast",
                "relation": "cast",
                "way": "asked for",
                "level": 2,
                "expand": [],
                "calls": 3,
                "things": 24,
                "below": [],
            },
        ],
    }
]


async def test_a_plan_is_told_without_a_request(graph: Graph, wire: Wire) -> None:
    """The plan stands in place of the data, and the origin hears nothing."""
    body = await graph.plan(QUERY)

    cost = {"expected": 4, "actual": 0, "budget": 10**12}
    assert body == {"data": None, "extensions": {"plan": PLAN, "cost": cost}}
    assert wire.requests == []


async def test_what_happened_is_told_beside_the_plan(graph: Graph, wire: Wire) -> None:
    """Each request with what it carried: paths without their queries, times, and the size of the answer."""
    told = await graph.analyze(QUERY)

    sent = told["upstream"].pop("sent")
    assert (told["plan"], told["cost"]) == (PLAN, {"expected": 4, "actual": 3, "budget": 10**12})
    assert told["upstream"] == {"requests": 2, "calls": 3}
    assert [[(each["path"], each["expand"]) for each in one["entries"]] for one in sent] == [
        [("/catalog/titles", ["synopsis"])],
        [(f"{path}/cast", []) for path in FILMS],
    ]
    assert [(one["bytes"] > 100, one["tookMs"] >= 0, one["waitedMs"] >= 0) for one in sent] == [
        (True, True, True)
    ] * 2
    assert wire.requests == [["/catalog/titles"], [f"{path}/cast" for path in FILMS]]


async def test_a_request_without_an_answer_has_no_time(graph: Graph, wire: Wire) -> None:
    """What never came is told as such."""
    wire.faults["/catalog/titles"] = ZeroDivisionError()

    told = await graph.analyze(QUERY)

    [sent] = told["upstream"]["sent"]
    assert (sent["tookMs"], sent["bytes"]) == (None, 0)


async def test_an_invalid_operation_has_no_plan(graph: Graph) -> None:
    """What is refused before it is planned is refused as ever."""
    assert "extensions" not in await graph.plan("{ nothing }")


async def test_wrong_variables_are_refused_as_ever(graph: Graph) -> None:
    """The plan leaves it to execution to say what is wrong with variables."""
    query = 'query ($first: Int!) { titles(search: "x", first: $first) { totalCount } }'

    answer = await graph.ask(query, {"first": "three"})

    assert (answer.data, answer.codes) == (None, {"": "BAD_USER_INPUT"})


def _refusal(body: Any) -> tuple[object, object]:  # noqa: ANN401
    [error] = body["errors"]
    return error["message"], error["extensions"]["code"]


async def test_what_cannot_fit_is_refused_before_its_first_request(open_graph: OpenGraph, wire: Wire) -> None:
    """More calls expected than allowed is an error that names both, without a request; its plan is told."""
    async with open_graph(calls_per_operation=3) as graph:
        body = await graph.post(QUERY)
        planned = await graph.plan(QUERY)

    refusal = ("The calls that an operation is expected to cost may be at most 3, not 4.", "LIMIT_EXCEEDED")
    assert _refusal(body) == _refusal(planned) == refusal
    assert "data" not in body
    assert (planned["extensions"]["plan"], wire.requests) == (PLAN, [])


async def test_what_grows_beyond_expectation_ends_at_its_bound(open_graph: OpenGraph, wire: Wire) -> None:
    """A level that would cost more than is allowed is not sent; the levels before it are answered."""
    kind = category(f"{Scheme.AWARD_TYPES}/baftas", "Best Film")
    people = (link(Rel.PERSON, f"/catalog/people/{number}", "P") for number in range(6))
    awards = "".join(f"<award_winner>{kind}{each}</award_winner>" for each in people)
    film = title(
        FILMS[0], "F", link(Rel.AWARDS, f"{FILMS[0]}/awards", "awards", f"<awards>{awards}</awards>")
    )
    wire.documents["/catalog/titles"] = listing("catalog_titles", film, total=1)
    query = '{ titles(search: "film", first: 1) { totalCount nodes { awards { person { bio } } } } }'

    async with open_graph(calls_per_operation=5) as graph:
        body = await graph.post(query)
        told = await graph.analyze(query)

    refusal = ("The calls of an operation may be at most 5, not 7.", "LIMIT_EXCEEDED")
    assert {(each["message"], each["extensions"]["code"]) for each in body["errors"]} == {refusal}
    assert wire.requests == [["/catalog/titles"]] * 2
    assert told["cost"]["actual"] == 1
