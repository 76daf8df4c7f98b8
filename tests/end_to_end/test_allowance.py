"""Two gateways with one allowance, at full load, before an origin that counts."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

import httpx
import pytest
from redis.asyncio import Redis
from starlette.types import ASGIApp

from gateway.app import create_app
from gateway.origin.app import create_app as create_origin
from gateway.origin.database import Database
from gateway.origin.registry import consumers
from gateway.origin.settings import OriginSettings
from gateway.settings import Settings
from gateway.stores.redis_calls import RedisCalls
from gateway.upstream.quota.meter import Account, Allowance, OwnMeter
from gateway.upstream.quota.shared import SharedMeter
from tests.end_to_end.stack import Counter, serving

pytestmark = pytest.mark.anyio

PER_SECOND: Final = 20
PER_DAY: Final = 1_000
QUERY: Final = """query($term: String!) { titles(search: $term, first: 10) { nodes {
    name { regular } cast { bio } } } }"""


@dataclass
class Fleet:
    """Two gateways that share a Redis server, and what counts at the origin."""

    graphs: list[str]
    counter: Counter
    key: str

    async def ask(self, node: int, term: str) -> dict[str, Any]:
        """Ask one of the gateways."""
        async with httpx.AsyncClient(timeout=60) as client:
            body = {"query": QUERY, "variables": {"term": term}}
            answer: dict[str, Any] = (await client.post(f"{self.graphs[node]}/graphql", json=body)).json()
        return answer


async def _register(url: str) -> tuple[str, str]:
    database = Database(url)
    async with database.write() as session:
        added = await consumers.add(session, f"Fleet {token_hex(4)}")
        key, secret = added.key, added.secret
    await database.close()
    return key, secret


@pytest.fixture
def fleet(embedded_url: str, redis_url: str) -> Iterator[Fleet]:
    """Run two gateways over an origin that allows them little."""
    key, secret = asyncio.run(_register(embedded_url))
    counters: list[Counter] = []

    def origin_app(address: str) -> ASGIApp:
        settings = OriginSettings(public_url=address, calls_per_second=PER_SECOND, calls_per_day=PER_DAY)
        counters.append(Counter(create_origin(Database(embedded_url), settings)))
        return counters[0]

    with ExitStack() as running:
        origin = running.enter_context(serving(origin_app))
        told = Settings(
            origin_url=origin,
            consumer_key=key,
            consumer_secret=secret,
            calls_per_second=PER_SECOND,
            calls_per_day=PER_DAY,
            operation_timeout=60,
            origin_first_byte=60,
            origin_timeout=60,
            redis_url=redis_url,
        )
        graphs = [running.enter_context(serving(lambda _: create_app(told))) for _ in range(2)]
        yield Fleet(graphs, counters[0], key)


@pytest.fixture
async def meter(fleet: Fleet, redis_url: str) -> AsyncIterator[SharedMeter]:
    """Return the count that both gateways keep."""
    allowance = Allowance(PER_SECOND, PER_DAY)
    async with Redis.from_url(redis_url) as redis:
        yield SharedMeter(RedisCalls(redis), OwnMeter(allowance, clock=time.time), fleet.key, allowance)


async def test_two_gateways_keep_within_one_allowance(fleet: Fleet, meter: SharedMeter) -> None:
    """What is too much for a second waits: nothing is refused, and the count is that of the origin."""
    terms = ("the", "of", "a", "in", "man", "and")

    answers = await asyncio.gather(*(fleet.ask(node, f"{term}") for node in (0, 1) for term in terms))

    assert [answer.get("errors") for answer in answers] == [None] * len(answers)
    calls = sum(map(len, fleet.counter.requests))
    assert calls > 2 * PER_SECOND
    assert await meter.used(Account("public")) == calls


async def test_what_cannot_fit_is_refused_before_its_first_request(fleet: Fleet, meter: SharedMeter) -> None:
    """A used-up day is told without a request, with its code; what is held is still answered."""
    known = await fleet.ask(0, "love")
    await meter.exhaust(Account("public"))
    fleet.counter.requests.clear()

    again, refused = await fleet.ask(1, "love"), await fleet.ask(0, "zzz")

    assert again == known
    assert refused["errors"][0]["extensions"]["code"] == "QUOTA_EXHAUSTED"
    assert fleet.counter.requests == []
