"""What is known of a change outlives its request: in the ledger, on other nodes, in the graph."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from starlette.requests import HTTPConnection

from gateway.app import create_app
from gateway.loaders.errors import OutcomeUnknown, Unverifiable
from gateway.loaders.outcomes import Changed
from gateway.loaders.viewer import Viewer
from gateway.loaders.writes import Writes
from gateway.resources import Kind
from gateway.schema import ids
from gateway.settings import Settings
from gateway.stores.mutations import Key
from gateway.stores.records import StoreUnavailable
from gateway.stores.redis_mutations import RedisLedger
from gateway.stores.sqlite_mutations import SQLiteLedger
from gateway.upstream.href import Address
from tests.end_to_end.faulty import Fault, blind_after, nothing
from tests.end_to_end.rig import (
    ADD,
    STAR,
    THREE,
    URL,
    Rig,
    noting,
    tail,
)
from tests.services import REDIS, require_redis

pytestmark = pytest.mark.anyio


async def test_w4_another_node_finds_out_as_well(rig: Rig) -> None:
    """What a change was sent for is known to every gateway that shares the Redis server."""
    require_redis()
    prefix = f"test:{token_hex(8)}:"
    async with Redis.from_url(REDIS) as redis:
        nodes = [Writes(rig.upstream, RedisLedger(redis, prefix=prefix), noting([])) for _ in range(2)]
        rig.writes, rig.way.plan = nodes[0], blind_after(Fault.LOST_AFTER)
        with pytest.raises(OutcomeUnknown):
            await rig.make(ADD, "id")
        rig.writes, rig.way.plan = nodes[1], nothing

        assert isinstance(await rig.make(ADD, "id"), Changed)

        await redis.delete(*[name async for name in redis.scan_iter(f"{prefix}*")])
    assert await rig.order() == [*THREE, tail(STAR)]


async def test_a_queue_without_a_tag_is_not_changed(rig: Rig) -> None:
    """Nothing would guard the change, so it could undo what somebody else did."""
    bare = httpx.ByteStream(b"<queue></queue>")
    rig.way.origin = httpx.MockTransport(lambda _: httpx.Response(200, stream=bare))

    with pytest.raises(Unverifiable):
        await rig.make(ADD)

    assert rig.way.writes == []


class Forgetful(SQLiteLedger):
    """A ledger that is away by the time when an outcome is known."""

    async def settle(self, key: Key, holder: str, outcome: bytes) -> bool:  # noqa: ARG002
        """Keep nothing."""
        raise StoreUnavailable("gone")


async def test_an_outcome_that_cannot_be_kept_is_told(rig: Rig) -> None:
    """The change was made, and nobody gains by not hearing of it."""
    ledger = Forgetful()
    await ledger.open()
    rig.writes = Writes(rig.upstream, ledger, noting([]))

    assert isinstance(await rig.make(ADD), Changed)

    await ledger.close()


async def test_without_a_ledger_nothing_is_sent(rig: Rig) -> None:
    """A change that could not be found out about later is not begun."""
    await rig.ledger.close()

    with pytest.raises(StoreUnavailable):
        await rig.make(ADD)

    assert rig.way.sent == []


async def test_w4_what_is_not_known_is_an_error_of_its_own_field(rig: Rig) -> None:
    """It has a code and the id to repeat, and what stands beside it has its data."""
    rig.way.plan = blind_after(Fault.LOST_AFTER)
    query = """mutation ($id: ID!) {
        lost: addToQueue(input: {kind: INSTANT, titleId: $id, clientMutationId: "tap-17"}) { __typename }
        viewer: __typename
    }"""

    async with graph_over(rig) as ask:
        unknown = await ask(query, id=STAR_ID)
        rig.way.plan = nothing
        known = await ask(query, id=STAR_ID)

    assert unknown["data"] == {"lost": None, "viewer": "Mutation"}
    (error,) = unknown["errors"]
    assert error["path"] == ["lost"]
    assert (error["extensions"]["code"], error["extensions"]["clientMutationId"]) == (
        "OUTCOME_UNKNOWN",
        "tap-17",
    )
    assert known["data"]["lost"] == {"__typename": "QueueChanged"}
    assert await rig.order() == [*THREE, tail(STAR)]


STAR_ID = ids.encode(Address(Kind.MOVIE, (tail(STAR),)))


@asynccontextmanager
async def graph_over(rig: Rig) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
    """Run a gateway on the rig's way; give what asks it on behalf of the rig's subscriber."""

    async def known(_request: HTTPConnection) -> Viewer | None:
        return rig.viewer

    settings = Settings(
        origin_url=URL,
        consumer_key=rig.consumer.key,
        consumer_secret=rig.consumer.secret,
        calls_per_second=1_000,
    )
    app = create_app(
        settings, open_pool=lambda _limits: httpx.AsyncClient(transport=rig.way), authenticate=known
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.test") as http,
    ):

        async def ask(query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
            return (await http.post("/graphql", json={"query": query, "variables": variables})).json()

        yield ask
