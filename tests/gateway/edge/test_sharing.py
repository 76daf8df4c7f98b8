"""The same question, asked while it is being answered, costs nothing more; another one does."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httpx
import pytest

from gateway.edge.admission import Admission
from gateway.edge.documents import Documents
from gateway.edge.limits import Limits
from gateway.edge.request import Asked
from gateway.edge.sharing import Sharing
from gateway.loaders.viewer import Viewer
from gateway.schema.query import make_schema
from gateway.upstream.signing import Credentials
from tests.gateway.documents import listing
from tests.gateway.graph import TURNS, USER, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILMS: Final = "/catalog/titles"
SEARCH: Final = "query A($word: String!) { titles(search: $word) { totalCount } } query B { __typename }"
ASKED: Final[Mapping[str, Any]] = {"query": SEARCH, "variables": {"word": "x"}, "operationName": "A"}
ANN: Final = Viewer("ann", Credentials("token", "secret"))


@pytest.fixture
def wire() -> Wire:
    """Return an origin that finds three films, and takes its time."""
    wire = Wire()
    wire.documents[FILMS] = listing("catalog_titles", total=3)
    return wire


async def _at_once(
    graph: Graph, wire: Wire, requests: Sequence[tuple[Mapping[str, Any], str | None]]
) -> list[httpx.Response]:
    """Ask all *requests*, the others while the first is being answered."""
    held = wire.hold(FILMS)
    asking = []
    for body, user in requests:
        headers = {USER: user} if user else {}
        asking.append(asyncio.create_task(graph.http.post("/graphql", json=body, headers=headers)))
        await wire.arrived(1)
    for _ in range(20 * TURNS):
        await asyncio.sleep(0)
    held.set()
    return await asyncio.gather(*asking)


async def test_the_same_question_is_answered_once(graph: Graph, wire: Wire) -> None:
    """Each who asks has the whole answer, under its own id; the origin is asked once."""
    responses = await _at_once(graph, wire, [(ASKED, None)] * 3)

    assert [each.json() for each in responses] == [{"data": {"titles": {"totalCount": 3}}}] * 3
    assert len(wire.requests) == 1


def _sharing() -> Sharing[int]:
    return Sharing(Documents(make_schema().core, Limits()).admit, Admission(100))


OTHERS: Final[Mapping[str, tuple[Asked, Viewer | None]]] = {
    "a document": (Asked(SEARCH + " ", {"word": "x"}, "A"), ANN),
    "a variable": (Asked(SEARCH, {"word": "y"}, "A"), ANN),
    "an operation": (Asked(SEARCH, {"word": "x"}, "B"), ANN),
    "nobody": (Asked(SEARCH, {"word": "x"}, "A"), None),
    "somebody": (Asked(SEARCH, {"word": "x"}, "A"), Viewer("bob", Credentials("token", "secret"))),
    "a token": (Asked(SEARCH, {"word": "x"}, "A"), Viewer("ann", Credentials("another", "secret"))),
}


class _Work:
    """Executions that end when they are told to."""

    def __init__(self) -> None:
        self.begun = 0
        self.cancelled = 0
        self.end = asyncio.Event()

    async def __call__(self) -> int:
        """Run until the end."""
        self.begun += 1
        number = self.begun
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return number


async def _turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.mark.parametrize("name", OTHERS)
async def test_another_question_is_answered_by_itself(name: str) -> None:
    """Whatever differs of document, variables, operation and caller makes it another question (T1)."""
    sharing, work = _sharing(), _Work()
    first = asyncio.create_task(sharing.answer(Asked(SEARCH, {"word": "x"}, "A"), ANN, work))
    other = asyncio.create_task(sharing.answer(*OTHERS[name], work))
    await _turns()
    work.end.set()

    assert sorted(await asyncio.gather(first, other)) == [1, 2]


async def test_the_order_of_variables_does_not_matter() -> None:
    """It is the same question in other words."""
    sharing, work = _sharing(), _Work()
    query = "{ __typename }"
    asking = [
        asyncio.create_task(sharing.answer(Asked(query, variables, None), None, work))
        for variables in ({"a": 1, "b": 2}, {"b": 2, "a": 1})
    ]
    await _turns()
    work.end.set()

    assert await asyncio.gather(*asking) == [1, 1]


@pytest.mark.parametrize(
    "query", ["mutation { rateTitle(input: {}) { __typename } }", "{", "subscription { x }"]
)
async def test_what_is_no_query_is_not_shared(query: str) -> None:
    """Two changes are two, however alike."""
    sharing, work = _sharing(), _Work()
    work.end.set()

    assert [await sharing.answer(Asked(query, None, None), ANN, work) for _ in range(2)] == [1, 2]
    asking = [sharing.answer(Asked(query, None, None), ANN, work) for _ in range(2)]
    assert sorted(await asyncio.gather(*asking)) == [3, 4]


async def test_who_leaves_takes_nobody_along() -> None:
    """The execution goes on for those who still wait, and ends with the last of them."""
    sharing, work = _sharing(), _Work()
    asked = Asked("{ __typename }", None, None)
    first, second = (asyncio.create_task(sharing.answer(asked, ANN, work)) for _ in range(2))
    await _turns()
    first.cancel()
    await _turns()
    assert (work.begun, work.cancelled, second.done()) == (1, 0, False)

    second.cancel()
    await _turns()
    assert work.cancelled == 1

    work.end.set()
    assert await sharing.answer(asked, ANN, work) == 2


async def test_who_has_changed_something_joins_nothing_older() -> None:
    """What was asked before a change may be answered with what was there before; who asks now is not (T1)."""
    sharing, work = _sharing(), _Work()
    asked = Asked("{ __typename }", None, None)
    before = asyncio.create_task(sharing.answer(asked, ANN, work))
    others = asyncio.create_task(sharing.answer(asked, None, work))
    await _turns()
    sharing.forget(ANN.identity)
    after = asyncio.create_task(sharing.answer(asked, ANN, work))
    joined = asyncio.create_task(sharing.answer(asked, None, work))
    await _turns()
    work.end.set()

    assert [await each for each in (before, others, after, joined)] == [1, 2, 3, 2]


async def test_who_wants_to_know_what_it_costs_is_not_joined(graph: Graph, wire: Wire) -> None:
    """What is told of an execution is of one's own."""
    held = wire.hold(FILMS)
    headers = {"x-gateway-explain": "analyze"}
    asking = [
        asyncio.create_task(graph.http.post("/graphql", json=ASKED, headers=each)) for each in ({}, headers)
    ]
    await wire.arrived(1)
    for _ in range(20 * TURNS):
        await asyncio.sleep(0)
    held.set()
    plain, told = [each.json() for each in await asyncio.gather(*asking)]

    assert "extensions" not in plain
    assert told["extensions"]["cost"]["expected"] == 1
