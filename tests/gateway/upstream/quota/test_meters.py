"""Both meters count alike: of one process, and of all that share a Redis server."""

import time
from collections.abc import AsyncIterator
from secrets import token_hex

import pytest
from redis.asyncio import Redis

from gateway.stores.redis_calls import RedisCalls
from gateway.upstream.quota.meter import Account, Allowance, Meter, OwnMeter
from gateway.upstream.quota.shared import SharedMeter

pytestmark = pytest.mark.anyio

ANN = Account("user:ann")
ALLOWANCE = Allowance(4, 6)


@pytest.fixture(params=["own", "shared"])
async def meter(request: pytest.FixtureRequest) -> AsyncIterator[Meter]:
    """Return each kind of meter, with four calls a second and six a day."""
    own = OwnMeter(ALLOWANCE, clock=time.time)
    if request.param == "own":
        yield own
        return
    async with Redis.from_url(request.getfixturevalue("redis_url")) as redis:
        yield SharedMeter(RedisCalls(redis), own, token_hex(8), ALLOWANCE)


async def test_permits_are_as_many_as_the_second_allows(meter: Meter) -> None:
    """What is held is not given twice; an answer now would free it in a second, and so that is the wait."""
    first = await meter.take(ANN, 3, hold=30)
    second = await meter.take(ANN, 3, hold=30)
    third = await meter.take(ANN, 3, hold=30)
    assert [len(grant.permits) for grant in (first, second, third)] == [3, 1, 0]
    assert len({*first.permits, *second.permits}) == 4
    assert third.wait == 1
    await meter.give_back(ANN, [*first.permits, *second.permits])
    assert 0 < (await meter.take(ANN, 3, hold=30)).wait <= 1


async def test_calls_that_the_origin_did_not_count_are_taken_off(meter: Meter) -> None:
    """The day's count is the origin's."""
    grant = await meter.take(ANN, 4, hold=30)
    await meter.give_back(ANN, grant.permits, uncounted=3)
    assert await meter.used(ANN) == 1


async def test_the_day_has_its_limit(meter: Meter) -> None:
    """The last permits of a day are fewer than asked for, and then there are none."""
    grant = await meter.take(ANN, 4, hold=0.001)
    await meter.exhaust(Account("user:bob"))
    while not (rest := await meter.take(ANN, 4, hold=0.001)).permits:
        assert not rest.is_day_over
    assert len(grant.permits) + len(rest.permits) == 6
    assert (await meter.take(ANN, 1, hold=1)).is_day_over
    assert (await meter.take(Account("user:bob"), 1, hold=1)).is_day_over
    assert (await meter.take(Account("public"), 1, hold=1)).permits


async def test_nothing_is_given_while_blocked(meter: Meter) -> None:
    """An account that the origin has refused waits as long as it was told."""
    await meter.block(ANN, 20)
    grant = await meter.take(ANN, 1, hold=1)
    assert not grant.permits
    assert 15 < grant.wait <= 20


async def test_nodes_share_one_allowance(redis_url: str) -> None:
    """What one node holds the other does not get; another consumer has an allowance of its own."""
    key = token_hex(8)
    async with Redis.from_url(redis_url) as redis:
        nodes = [
            SharedMeter(RedisCalls(redis), OwnMeter(ALLOWANCE, clock=time.time), name, ALLOWANCE)
            for name in (key, key, token_hex(8))
        ]
        grants = [await node.take(ANN, 4, hold=30) for node in nodes]
        assert [len(grant.permits) for grant in grants] == [4, 0, 4]
        assert [await node.used(ANN) for node in nodes[:2]] == [4, 4]


async def test_a_node_counts_alone_while_the_server_is_away() -> None:
    """Nothing fails; the origin's own word corrects what is counted too low."""
    async with Redis.from_url("redis://127.0.0.1:1/0", retry=None) as redis:
        meter = SharedMeter(RedisCalls(redis), OwnMeter(ALLOWANCE, clock=time.time), "key", ALLOWANCE)
        grant = await meter.take(ANN, 9, hold=30)
        assert len(grant.permits) == 4
        await meter.give_back(ANN, grant.permits, uncounted=1)
        assert await meter.used(ANN) == 3
