"""What the page on persisted documents shows is what happens, step by step."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.edge.persisted.trusted import Mode
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import listing, title
from tests.gateway.graph import REQUEST, Graph
from tests.gateway.household import FILM
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

PAGE: Final = (Path(__file__).parents[3] / "docs" / "persisted-documents.md").read_text()
STEP: Final = re.compile(r"-d '(.*?)'\n```\n\n```json\n(.*?)```", re.DOTALL)
LIST: Final = re.compile(r"```json\n(\{\s*\"(?:format|first-title)\".*?)```", re.DOTALL)
SEARCH: Final = "/catalog/titles"


@pytest.fixture(autouse=True)
def _jaws(wire: Wire) -> None:
    wire.documents[SEARCH] = listing("catalog_titles", title(FILM(1), "Jaws"), total=1)


async def _taken(graph: Graph, step: tuple[str, str]) -> None:
    """Ask what the page asks, and see that the answer is the page's."""
    asked, expected = step
    response = await graph.http.post("/graphql", content=asked, headers={"content-type": "application/json"})

    told: Any = json.loads(expected.replace('"requestId":"…"', f'"requestId":"{REQUEST}"'))
    assert (response.status_code, response.json()) == (200, told)


async def test_a_client_registers_as_the_page_says(graph: Graph, wire: Wire) -> None:
    """First nobody knows the hash, then everybody does."""
    unknown, told = STEP.findall(PAGE)[:2]

    await _taken(graph, unknown)
    await _taken(graph, told)
    await _taken(graph, (unknown[0], told[1]))
    assert wire.requests == [[SEARCH]] * 2


@pytest.mark.parametrize("form", [0, 1])
async def test_a_list_is_one_as_the_page_says(
    form: int, wire: Wire, open_graph: OpenGraph, tmp_path: Path
) -> None:
    """Both forms list the same document, which is asked by its id; another one is refused."""
    forms, steps = LIST.findall(PAGE), STEP.findall(PAGE)
    assert (len(forms), len(steps)) == (2, 4)
    path = tmp_path / "list.json"
    path.write_text(forms[form])

    async with open_graph(trusted_documents=(path,), trusted_mode=Mode.ENFORCE) as graph:
        await _taken(graph, steps[2])
        await _taken(graph, steps[3])
    assert wire.requests == [[SEARCH]]
