"""Many clients at once: what they want at the same moment travels together."""

import asyncio
from typing import Any, Final

import httpx
import pytest

from tests.end_to_end.stack import Stack

pytestmark = pytest.mark.anyio

CLIENTS: Final = 64
QUERY: Final = """query($id: ID!) { title(by: {id: $id}) {
    name { regular } synopsis cast { name bio } directors { name } similars(first: 3) { totalCount }
} }"""


async def test_sixty_four_clients_cost_less_than_a_request_each(embedded: Stack) -> None:
    """Each asks for another film, three levels deep; their answers are those of one client at a time."""
    found = await embedded.ask('{ titles(search: "the", first: 100) { nodes { id } } }')
    ids = [node["id"] for node in found["data"]["titles"]["nodes"]][:CLIENTS]
    more = await embedded.ask('{ titles(search: "a", first: 100) { nodes { id } } }')
    ids += [node["id"] for node in more["data"]["titles"]["nodes"] if node["id"] not in ids]
    ids = ids[:CLIENTS]
    assert len(ids) == CLIENTS
    expected = [await embedded.ask(QUERY, {"id": each}) for each in ids]
    embedded.counter.requests.clear()

    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=CLIENTS)) as client:
        answers = await asyncio.gather(*(_ask(client, embedded, each) for each in ids))

    assert answers == [each["data"] for each in expected]
    assert len(embedded.counter.requests) < CLIENTS


async def _ask(client: httpx.AsyncClient, stack: Stack, id: str) -> dict[str, Any]:
    response = await client.post(f"{stack.graph}/graphql", json={"query": QUERY, "variables": {"id": id}})
    data: dict[str, Any] = response.json()["data"]
    return data
