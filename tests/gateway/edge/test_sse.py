"""Operations by server-sent events: what is sent, what is refused before, and how streams end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from gateway.edge.admission import Admission
from gateway.edge.priority import Demand, Priority
from tests.gateway.queues import TAGS, Live, QueueOrigin, live

pytestmark = pytest.mark.anyio

ANN = {"authorization": "Bearer ann"}
EVENTS = {"accept": "text/event-stream"}
COMPLETE = ("complete", None)


@pytest.fixture
def origin() -> QueueOrigin:
    """Return an origin of queues."""
    return QueueOrigin()


class Heard:
    """A stream of events, read one after the other."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any]:
        """Return the kind of the next event or comment, and what it says."""
        kind, said = "", ""
        async with asyncio.timeout(10):
            async for line in self._lines:
                name, _, value = line.partition(":")
                if line == ":":
                    kind = "comment"
                kind = value.strip() if name == "event" else kind
                said = value.strip() if name == "data" else said
                if not line:
                    return kind, json.loads(said) if said else None
        return "end", None


@asynccontextmanager
async def listening(to: Live, query: str = TAGS, **options: Any) -> AsyncIterator[Heard]:  # noqa: ANN401
    """Ask *query* by POST for events, as Ann unless told otherwise."""
    options = {"headers": {**EVENTS, **ANN}, "json": {"query": query}, **options}
    method = options.pop("method", "POST")
    async with (
        httpx.AsyncClient(trust_env=False) as http,
        http.stream(method, f"{to.url}/graphql", **options) as response,
    ):
        yield Heard(response)


def tag(etag: int) -> tuple[str, object]:
    """Return the event that the queue has this tag."""
    return "next", {"data": {"queueChanged": {"etag": str(etag)}}}


async def test_a_change_at_the_origin_is_told(origin: QueueOrigin) -> None:
    """First the queue as it is, then each difference, in a stream that nobody keeps."""
    async with live(origin, "ann") as gateway, listening(gateway) as heard:
        assert heard.response.status_code == 200
        assert heard.response.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert heard.response.headers["cache-control"] == "no-store"
        assert await heard.next() == tag(1)
        origin.change("ann")
        assert await heard.next() == tag(2)


async def test_a_browser_may_ask_by_get(origin: QueueOrigin) -> None:
    """As ``EventSource`` does; what changes something is not done by GET."""
    headers = {**EVENTS, **ANN}
    async with (
        live(origin, "ann") as gateway,
        listening(gateway, method="GET", params={"query": TAGS}, json=None, headers=headers) as heard,
    ):
        assert await heard.next() == tag(1)


async def test_a_query_is_answered_once(origin: QueueOrigin) -> None:
    """Then the stream is complete."""
    async with live(origin) as gateway, listening(gateway, "{ __typename }", headers=EVENTS) as heard:
        assert await heard.next() == ("next", {"data": {"__typename": "Query"}})
        assert await heard.next() == COMPLETE
        assert (await heard.next())[0] == "end"


@pytest.mark.parametrize(
    ("query", "headers", "code"),
    [
        (TAGS, EVENTS, "UNAUTHENTICATED"),
        ("{ nothing }", EVENTS, "GRAPHQL_VALIDATION_FAILED"),
        ("{", EVENTS, "GRAPHQL_PARSE_FAILED"),
        (TAGS, {"accept": "application/json"}, "BAD_USER_INPUT"),
        (TAGS, {}, "BAD_USER_INPUT"),
    ],
)
async def test_what_cannot_begin_is_a_plain_error(
    origin: QueueOrigin, query: str, headers: dict[str, str], code: str
) -> None:
    """An answer of GraphQL over HTTP with 400, also for a subscription that wants no events."""
    async with live(origin, "ann") as gateway, listening(gateway, query, headers=headers) as heard:
        body = json.loads(await heard.response.aread())

    assert (heard.response.status_code, body["errors"][0]["extensions"]["code"]) == (400, code)
    assert "data" not in body
    assert "json" in heard.response.headers["content-type"]


async def test_who_takes_both_gets_events_for_subscriptions_alone(origin: QueueOrigin) -> None:
    """Clients that name all types in every request get JSON wherever there is one answer."""
    headers = {**ANN, "accept": "application/json, text/event-stream"}
    async with live(origin, "ann") as gateway:
        async with listening(gateway, "{ __typename }", headers=headers) as plain:
            assert plain.response.headers["content-type"].startswith("application/json")
        async with listening(gateway, headers=headers) as heard:
            assert await heard.next() == tag(1)


async def test_silence_is_broken(origin: QueueOrigin) -> None:
    """A comment now and then shows that both ends are there."""
    async with live(origin, "ann", beat=0.02) as gateway, listening(gateway) as heard:
        assert await heard.next() == tag(1)
        assert await heard.next() == ("comment", None)


async def test_a_revoked_token_ends_the_stream(origin: QueueOrigin) -> None:
    """With an event that says so, and then `complete`."""
    async with live(origin, "ann") as gateway, listening(gateway) as heard:
        assert await heard.next() == tag(1)
        origin.revoked.add("ann")
        kind, said = await heard.next()
        assert (kind, said["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert await heard.next() == COMPLETE


async def test_who_is_signed_out_hears_it(origin: QueueOrigin) -> None:
    """The session is looked at again and again."""
    async with live(origin, "ann", recheck=0.02) as gateway, listening(gateway) as heard:
        assert await heard.next() == tag(1)
        gateway.signed_in.remove("ann")
        kind, said = await heard.next()
        assert (kind, said["errors"][0]["extensions"]["code"]) == ("next", "UNAUTHENTICATED")
        assert await heard.next() == COMPLETE


async def test_streams_count_like_sockets(origin: QueueOrigin) -> None:
    """So many of a user, so many of a worker; one more is refused plainly."""
    bob = {**EVENTS, "authorization": "Bearer bob"}
    async with (
        live(origin, "ann", "bob", user_streams=2, worker_streams=3) as gateway,
        AsyncExitStack() as stack,
    ):
        held = [await stack.enter_async_context(listening(gateway)) for _ in range(2)]
        async with listening(gateway) as refused:
            assert refused.response.status_code == 429
        held.append(await stack.enter_async_context(listening(gateway, headers=bob)))
        async with listening(gateway, headers=bob) as refused:
            assert refused.response.status_code == 503
        assert [await each.next() for each in held] == [tag(1)] * 3


async def test_a_server_that_stops_completes_the_stream(origin: QueueOrigin) -> None:
    """Nobody is cut off in the middle, and nobody is waited for."""
    async with live(origin, "ann") as gateway, listening(gateway) as heard:
        assert await heard.next() == tag(1)
        gateway.server.should_exit = True
        assert await heard.next() == COMPLETE


async def test_who_leaves_is_watched_for_no_more(origin: QueueOrigin) -> None:
    """A connection that is closed ends its polls and makes room."""
    async with live(origin, "ann") as gateway:
        async with listening(gateway) as heard:
            assert await heard.next() == tag(1)
        async with asyncio.timeout(10):
            while gateway.streams.count:  # noqa: ASYNC110 - what is waited for is in another place
                await asyncio.sleep(0.005)


async def test_operations_need_a_place(origin: QueueOrigin) -> None:
    """What finds none is refused like any other request, with when to come again."""
    admission = Admission(1, soon=0.01)
    async with live(origin, "ann", admission=admission) as gateway:
        async with admission.place(Demand(Priority.READ, None)), listening(gateway) as refused:
            body = json.loads(await refused.response.aread())
        async with listening(gateway, "{ __typename }") as heard:
            answer = await heard.next()

    assert (refused.response.status_code, refused.response.headers["retry-after"]) == (503, "1")
    assert body["errors"][0]["extensions"]["code"] == "OVERLOADED"
    assert answer == ("next", {"data": {"__typename": "Query"}})
