"""Bytes on a Redis server that comes and goes."""

from secrets import token_hex

import pytest
from redis.asyncio import Redis

from gateway.stores.pause import PAUSE
from gateway.stores.redis_bytes import RedisBytes

pytestmark = pytest.mark.anyio


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


async def test_without_a_server_nothing_is_found_and_nothing_fails(no_redis_url: str) -> None:
    """A cache that is away makes requests slower, not wrong; and it is left alone for a while."""
    async with Redis.from_url(no_redis_url, retry=None) as redis:
        store = RedisBytes(redis)
        assert await store.get(["a", "b"]) == [None, None]
        await store.put({"a": (b"1", 10)})
        await store.increase(["a"], 10)


async def test_numbers_that_could_not_be_increased_are_before_anything_is_found(
    redis_url: str, no_redis_url: str
) -> None:
    """What a write made stale while the server was away is not found when it is back."""
    name = f"test:{token_hex(8)}"
    clock = Clock()
    async with Redis.from_url(redis_url) as redis, Redis.from_url(no_redis_url, retry=None) as away:
        await redis.set(name, 7, ex=60)
        store = RedisBytes(away, clock=clock)
        await store.increase([name], 60)
        store._redis = redis  # noqa: SLF001 - the server is back
        assert await store.get([name]) == [None]
        clock.now += PAUSE
        assert await store.get([name]) == [b"8"]


async def test_what_was_put_is_there_for_its_time(redis_url: str) -> None:
    """Every value has an end, so that the server is not filled for ever."""
    name = f"test:{token_hex(8)}"
    async with Redis.from_url(redis_url) as redis:
        store = RedisBytes(redis)
        await store.put({name: (b"value", 100)})
        assert await store.get([name, f"{name}:none"]) == [b"value", None]
        assert 0 < await redis.ttl(name) <= 100
