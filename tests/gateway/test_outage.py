"""An origin that is down after it was asked: what is held is told, and said to be old."""

from typing import Final

import pytest

from gateway.contract import Rel
from tests.gateway.documents import link, listing, person, text, title
from tests.gateway.graph import USER, Graph, gateway_over
from tests.gateway.wire import BULK, Raw, Wire

pytestmark = pytest.mark.anyio

FILM: Final = "/catalog/titles/movies/1"
BROWSE: Final = """{ titles(search: "x") { nodes { name { regular } synopsis cast { name bio } } } }"""
DOWN: Final = Raw(b"", 503)


@pytest.fixture
def wire() -> Wire:
    """Return an origin whose answers are old as soon as they are there."""
    wire = Wire()
    film = title(FILM, "F", link(Rel.SYNOPSIS, f"{FILM}/synopsis"), link(Rel.CAST, f"{FILM}/cast"))
    documents = {
        "/catalog/titles": listing("catalog_titles", film, total=1),
        f"{FILM}/synopsis": text("synopsis", "About it."),
        f"{FILM}/cast": listing("people", person("/catalog/people/1", "P")),
        "/users/ann": "<user><user_id>ann</user_id><first_name>Ann</first_name></user>",
    }
    for path, document in documents.items():
        wire.documents[path] = document
        wire.raw[path] = Raw(document.encode(), headers={"cache-control": "max-age=0"})
    return wire


def stop(wire: Wire) -> None:
    """Have every request fail from now on."""
    for path in (*wire.raw, BULK):
        wire.raw[path] = DOWN


async def _ask(graph: Graph, query: str, user: str | None = None) -> dict[str, object]:
    answer: dict[str, object] = await graph.post(query, None, {USER: user} if user else None)
    return answer


async def test_browsing_goes_on_without_the_origin(wire: Wire) -> None:
    """What was asked before is answered as it was, and marked as old."""
    async with gateway_over(wire, cache_bytes=1_000_000) as graph:
        before = await _ask(graph, BROWSE)
        stop(wire)
        after = await _ask(graph, BROWSE)

    assert before["data"] == after["data"]
    assert "errors" not in after
    assert after["extensions"] == {"stale": {"seconds": 0}}
    assert "extensions" not in before


async def test_what_is_a_subscribers_own_is_not_told_when_it_is_old(wire: Wire) -> None:
    """Nobody is shown a queue or a name of before as if it were now."""
    async with gateway_over(wire, cache_bytes=1_000_000) as graph:
        before = await _ask(graph, "{ viewer { firstName } }", "ann")
        stop(wire)
        after = await _ask(graph, "{ viewer { firstName } }", "ann")

    assert before["data"] == {"viewer": {"firstName": "Ann"}}
    assert after["data"] == {"viewer": None}
    assert "UPSTREAM_UNAVAILABLE" in str(after["errors"])
