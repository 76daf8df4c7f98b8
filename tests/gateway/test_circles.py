"""What an operation leaves behind: nothing, for collecting garbage holds up everybody."""

import asyncio
import gc

import pytest
from graphql.execution import Executor

from gateway.contract import Rel
from gateway.loaders.loader import ResourceLoader
from gateway.schema.context import Context
from tests.gateway.documents import link, listing, person, title
from tests.gateway.graph import TURNS, Graph
from tests.gateway.household import FILM
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

QUERY = """{ title(by: {href: "http://o.test/catalog/titles/movies/1"}) { name { regular }
    cast { name bio } } }"""
OURS = (Executor, ResourceLoader, Context)


async def test_an_operation_is_gone_when_it_is_answered(graph: Graph, wire: Wire) -> None:
    """With all that it has loaded, without the garbage collector: no circle keeps it."""
    wire.documents[FILM(1)] = title(FILM(1), "F1", link(Rel.CAST, f"{FILM(1)}/cast"))
    wire.documents[f"{FILM(1)}/cast"] = listing("people", person("/catalog/people/1", "P"))
    wire.documents["/catalog/people/1"] = person("/catalog/people/1", "P")
    gc.collect()
    others = _ours()  # of a test that failed, say
    gc.disable()
    try:
        answer = await graph.ask(QUERY)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        left = [type(each) for each in _ours() if not any(each is other for other in others)]
    finally:
        gc.enable()

    assert answer.codes == {}
    assert left == []


def _ours() -> list[object]:
    return [each for each in gc.get_objects() if isinstance(each, OURS)]
