"""A queue that is watched at a real origin, and changed there and through the graph."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import httpx

from gateway.origin.demo.credentials import DemoCredentials, Person
from tests.end_to_end.stack import PlainClient, Stack, stack
from tests.gateway.graph import USER

WATCH: Final = """subscription {
    queueChanged(kind: INSTANT) { etag items(first: 500) { nodes { title { id href } } } }
}"""
REMOVE: Final = """mutation Out($input: RemoveFromQueueInput!) {
    removeFromQueue(input: $input) { __typename }
}"""


@contextmanager
def watching(graph: Stack, person: Person) -> Iterator[Iterator[Any]]:
    """Watch the instant queue of *person*, and give what comes, one after the other."""
    headers = {"accept": "text/event-stream", USER: person.user_id}
    asked = {"query": WATCH}
    with (
        httpx.Client(trust_env=False, timeout=30) as http,
        http.stream("POST", f"{graph.graph}/graphql", json=asked, headers=headers) as response,
    ):
        lines = response.iter_lines()
        yield (json.loads(line[6:])["data"]["queueChanged"] for line in lines if line.startswith("data: {"))


def test_what_another_client_changes_is_told(changing: tuple[str, DemoCredentials]) -> None:
    """It is found by looking, and what the graph shows of it is what the origin has."""
    url, credentials = changing
    cleo = credentials.subscribers[2]
    with (
        stack(url, people=credentials.subscribers, watch_min=0.1, watch_max=0.2) as graph,
        watching(graph, cleo) as states,
        closing(PlainClient(graph, cleo)) as other,
    ):
        first = next(states)
        titles, last = _titles(first), first["items"]["nodes"][-1]["title"]["href"]
        queue = f"{graph.origin}/users/{cleo.user_id}/queues/instant"
        assert other.post(queue, title_ref=last, position="1") == 201

        assert _titles(next(states)) == [titles[-1], *titles[:-1]]


def test_what_is_changed_through_the_graph_is_told_at_once(changing: tuple[str, DemoCredentials]) -> None:
    """However seldom the gateway looks of itself."""
    url, credentials = changing
    cleo = credentials.subscribers[2]
    with (
        stack(url, people=credentials.subscribers, watch_min=1_000, watch_max=1_000) as graph,
        watching(graph, cleo) as states,
    ):
        titles = _titles(next(states))
        _remove(graph, cleo, titles[0])

        assert _titles(next(states)) == titles[1:]


def _titles(state: Any) -> list[str]:  # noqa: ANN401
    return [node["title"]["id"] for node in state["items"]["nodes"]]


def _remove(graph: Stack, person: Person, title: str) -> None:
    variables = {"input": {"kind": "INSTANT", "titleId": title, "clientMutationId": f"out {title}"}}
    asked = {"query": REMOVE, "variables": variables}
    answer = httpx.post(f"{graph.graph}/graphql", json=asked, headers={USER: person.user_id}, timeout=30)
    assert answer.json() == {"data": {"removeFromQueue": {"__typename": "QueueChanged"}}}
