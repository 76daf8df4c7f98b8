"""Operations made at random of the schema, over a real origin: none is a fault of ours (G17).

What makes them is the generator of schemathesis, which need not be here: ``pip install hypothesis-graphql``.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx
import pytest
from graphql import (
    ArgumentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectFieldNode,
    StringValueNode,
    ValueNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gateway.origin.demo.credentials import DemoCredentials
from tests.end_to_end.stack import Stack
from tests.gateway.graph import USER

pytestmark = pytest.mark.verify

SDL: Final = (Path(__file__).parents[2] / "schema.graphql").read_text()
KNOWN: Final = """{ titles(search: "the", first: 50) { nodes {
    id ... on Series { seasons { id } } ... on Movie { discs { id } } } } }"""
FAULTS: Final = {None, "INTERNAL", "UPSTREAM_BAD_RESPONSE", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE"}

_SPARED: Final = {"after", "ifMatch", "clientMutationId"}


class _Sensible(Visitor):
    """Puts values that lead somewhere in the place of most that were made up."""

    def __init__(self, random: Random, titles: list[str]) -> None:
        super().__init__()
        self._random = random
        self._titles = titles

    def enter_argument(self, node: ArgumentNode, *_: object) -> ArgumentNode:
        return ArgumentNode(name=node.name, value=self._value(node))

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> ObjectFieldNode:
        return ObjectFieldNode(name=node.name, value=self._value(node))

    def _value(self, node: ArgumentNode | ObjectFieldNode) -> ValueNode:
        pick = self._random.choice
        if isinstance(node.value, NullValueNode) or self._random.random() < 0.1:
            return node.value
        match node.name.value:
            case "id" | "titleId":
                return StringValueNode(value=pick(self._titles))
            case "ids" | "titleIds" | "titles":
                ids = self._random.sample(self._titles, self._random.randrange(9))
                return ListValueNode(values=tuple(StringValueNode(value=each) for each in ids))
            case "search" | "prefix":
                return StringValueNode(value=pick(["the", "a", "star", "jaws"]))
            case "first" | "position" | "stars":
                return IntValueNode(value=pick(["0", "1", "3", "5", "25"]))
            case name:
                return NullValueNode() if name in _SPARED else node.value


@pytest.fixture(scope="module")
def made() -> Any:  # noqa: ANN401 - a module that has no types
    """Return what makes operations."""
    return pytest.importorskip("hypothesis_graphql", reason="hypothesis-graphql is not here")


@pytest.fixture(scope="module")
def http(whole: Stack, changing: tuple[str, DemoCredentials]) -> Iterator[httpx.Client]:
    """Return what asks the graph as a subscriber."""
    user = changing[1].subscribers[0].user_id
    with httpx.Client(base_url=whole.graph, headers={USER: user}, timeout=70) as client:
        yield client


@pytest.mark.parametrize("kind", ["queries", "mutations"])
def test_no_operation_is_a_fault_of_ours(kind: str, made: Any, http: httpx.Client) -> None:  # noqa: ANN401
    """Whatever is asked is answered in GraphQL, and what cannot be answered has a code that says why."""
    titles = sorted(set(re.findall('"id":"([^"]+)"', _ask(http, KNOWN).text)))
    answers: list[Any] = []

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation=getattr(made, kind)(SDL), seed=st.integers(0, 2**32))
    def ask(operation: str, seed: int) -> None:
        sensible = _Sensible(Random(seed), titles)  # noqa: S311 - nothing secret
        query = print_ast(visit(parse(operation), sensible))
        response = _ask(http, query)
        answers.append(response.json())
        codes = {each.get("extensions", {}).get("code") for each in answers[-1].get("errors", ())}
        assert (response.status_code, codes & FAULTS) == (200, set()), query

    ask()

    assert len(answers) == 300
    assert sum(not answer.get("errors") for answer in answers) > 100


def _ask(http: httpx.Client, query: str) -> httpx.Response:
    return http.post("/graphql", json={"query": query})
