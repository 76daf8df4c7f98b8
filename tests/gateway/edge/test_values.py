"""What comes along with operations is bounded for all of them together, whatever waits for what."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack

import pytest

from gateway.edge.admission import Admission
from gateway.edge.request import Asked, Refusal
from gateway.edge.sharing import Sharing
from gateway.edge.values import Values
from gateway.schema.execution import Admitted
from tests.gateway.documents import listing
from tests.gateway.graph import Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILMS = "/catalog/titles"
QUERY = "query($term: String!) { titles(search: $term) { totalCount } }"
MUCH = {f"v{number}": [number] * 490 for number in range(20)}
"""9,820 values, of 10,000 that an operation may have: ten such operations are within the bound."""


def some(count: int) -> dict[str, object]:
    """Return so many values."""
    return {str(number): number for number in range(count)}


@pytest.mark.parametrize("more", [-1, 0, 1])
def test_all_operations_have_so_many_values(more: int) -> None:
    """One more is refused, with when to come again; those of a small operation never are."""
    values = Values(most=100, share=10)
    with values.of(some(60)), ExitStack() as other:
        if more > 0:
            with pytest.raises(Refusal) as refused:
                other.enter_context(values.of(some(40 + more)))
            assert (refused.value.status_code, refused.value.code) == (503, "OVERLOADED")
            assert refused.value.headers == {"retry-after": "1"}
            text = "The values in the variables of all operations may be at most 100 at once, not 101."
            assert refused.value.detail == text
        else:
            other.enter_context(values.of(some(40 + more)))
        with values.of(some(10)):
            assert values.held == (70 if more > 0 else 110 + more)

    assert values.held == 0


@pytest.mark.parametrize("is_same", [False, True])
async def test_who_waits_holds_values(graph: Graph, wire: Wire, *, is_same: bool) -> None:
    """For an answer of their own, or for one that others wait for as well; who is answered holds nothing."""
    wire.documents[FILMS] = listing("catalog_titles", total=3)
    gate = wire.hold(FILMS)

    async def ask(number: int) -> int:
        variables = {"term": "x" if is_same else f"x{number}"} | MUCH
        return (await graph.http.post("/graphql", json={"query": QUERY, "variables": variables})).status_code

    asking = [asyncio.create_task(ask(number)) for number in range(11)]
    await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED, timeout=5)
    gate.set()

    assert sorted(await asyncio.gather(*asking)) == [200] * 10 + [503]
    assert await ask(11) == 200


async def test_who_waits_for_a_document_to_be_read_holds_values_already() -> None:
    """However many documents wait, and however long."""
    admission, reading = Admission(10), asyncio.Event()

    async def admit(_text: str, _variables: Mapping[str, object]) -> Admitted:
        await reading.wait()
        return Admitted(None, [])

    async def execute() -> None:
        assert admission.values.held == 9_820

    sharing = Sharing[None](admit, admission)
    asking = asyncio.create_task(sharing.answer(Asked(QUERY, MUCH, None), None, execute))
    await asyncio.sleep(0)
    assert admission.values.held == 9_820
    reading.set()
    await asking

    assert admission.values.held == 0
