"""What an operation asks of a worker: seen at a glance, and known once it is read."""

from typing import Final

import orjson
import pytest
from graphql import OperationType, parse

from gateway.edge.priority import Demand, Glance, Priority

SEARCH, READ, CHANGE = Priority.SEARCH, Priority.READ, Priority.CHANGE
QUERY: Final = OperationType.QUERY


def _asked(text: str) -> bytes:
    return orjson.dumps({"query": text})


OPERATIONS: Final = {
    "mutation Add { addToQueue(input: {}) { __typename } }": Demand(CHANGE, OperationType.MUTATION),
    "subscription { queueChanged(kind: DISC) { etag } }": Demand(READ, OperationType.SUBSCRIPTION),
    '{ node(id: "x") { id } }': Demand(READ, QUERY),
    "{ viewer { queue(kind: DISC) { etag } } }": Demand(READ, QUERY),
    '{ titles(search: "x") { totalCount } }': Demand(SEARCH, QUERY, 1),
    '{ a: suggestTitles(prefix: "x") b: people(search: "x") { totalCount } }': Demand(SEARCH, QUERY, 2),
    '{ ... on Query { titles (search: "x") { totalCount } } viewer { id } }': Demand(SEARCH, QUERY, 1),
    '{ ...F ...F } fragment F on Query { titles(search: "x") { totalCount } }': Demand(SEARCH, QUERY, 2),
}


@pytest.mark.parametrize("text", OPERATIONS)
def test_what_is_read_is_known(text: str) -> None:
    """Changes come first; what searches is known by any name and in any fragment, and counted (T20)."""
    assert Demand.of(parse(text), None) == OPERATIONS[text]


@pytest.mark.parametrize("text", OPERATIONS)
def test_a_glance_says_the_same(text: str) -> None:
    """What every client of ours writes is seen for what it is before it is read."""
    assert Glance().at(_asked(text)) is OPERATIONS[text].priority


@pytest.mark.parametrize("text", OPERATIONS)
def test_a_name_says_the_same_once_it_is_known(text: str) -> None:
    """Before that the request is let in, so that it becomes known."""
    glance, name = Glance(), "ab" * 32
    asked = [
        orjson.dumps({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": name}}}),
        orjson.dumps({"documentId": f"sha256:{name}", "variables": {"id": "x"}}),
    ]
    before = [glance.at(each) for each in asked]
    glance.learn(name, text)

    assert before == [CHANGE] * 2
    assert [glance.at(each) for each in asked] == [OPERATIONS[text].priority] * 2


def test_what_is_no_operation_asks_for_little() -> None:
    """It is told what is wrong with it, and by that it is over."""
    document = parse("query A { __typename } query B { __typename }")

    assert Demand.of(None, None) == Demand.of(document, "C") == Demand(READ, None)


def test_the_named_operation_counts() -> None:
    """A change beside a search makes no change of it."""
    document = parse('query A { titles(search: "x") { totalCount } } mutation B { __typename }')

    assert [Demand.of(document, name).priority for name in "AB"] == [SEARCH, CHANGE]
