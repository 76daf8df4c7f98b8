"""Documents on a Redis server: bounded, and missed without it."""

from collections.abc import AsyncIterator
from secrets import token_hex

import pytest
from redis.asyncio import Redis

from gateway.stores.pause import PAUSE
from gateway.stores.redis_documents import RedisDocuments
from tests.gateway.stores.test_redis_bytes import Clock

pytestmark = pytest.mark.anyio


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Return connections to a server."""
    async with Redis.from_url(redis_url) as opened:
        yield opened


@pytest.fixture
async def name(redis: Redis) -> AsyncIterator[str]:
    """Return a name that nobody else uses; what is under it is removed in the end."""
    made = f"test:{token_hex(8)}"
    yield made
    await redis.delete(made, f"{made}:used", f"{made}:bytes")


async def _held(store: RedisDocuments, *names: str) -> list[str | None]:
    return [await store.get(each) for each in names]


async def test_what_was_not_used_for_longest_goes_first(redis: Redis, name: str) -> None:
    """There are never more documents than there may be."""
    store = RedisDocuments(redis, entries=2, bytes=100, name=name)
    await store.put("a", "A")
    await store.put("b", "B")
    assert await store.get("a") == "A"
    await store.put("c", "C")

    assert await _held(store, "a", "b", "c") == ["A", None, "C"]


async def test_bytes_are_bounded(redis: Redis, name: str) -> None:
    """Each document counts once, in UTF-8, however often it is put."""
    store = RedisDocuments(redis, entries=100, bytes=10, name=name)
    for _ in range(3):
        await store.put("a", "é" * 3)
    await store.put("b", "B" * 4)
    assert await _held(store, "a", "b") == ["é" * 3, "B" * 4]
    await store.put("c", "C")

    assert await _held(store, "a", "b", "c") == [None, "B" * 4, "C"]
    assert await redis.get(f"{name}:bytes") == b"5"


async def test_all_of_it_ends_when_nobody_asks(redis: Redis, name: str) -> None:
    """A gateway that is gone leaves nothing behind for ever; one that is asked keeps what it has."""
    store = RedisDocuments(redis, entries=2, bytes=100, name=name)
    await store.put("a", "A")
    keys = [name, f"{name}:used", f"{name}:bytes"]
    for key in keys:
        assert await redis.expire(key, 10)
    assert await store.get("a") == "A"

    assert [await redis.ttl(key) > 1000 for key in keys] == [True] * 3


async def test_without_a_server_nothing_is_found_and_nothing_fails(
    redis: Redis, name: str, no_redis_url: str
) -> None:
    """It is left alone for a while, and then asked again."""
    clock = Clock()
    async with Redis.from_url(no_redis_url, retry=None) as away:
        store = RedisDocuments(away, entries=2, bytes=100, name=name, clock=clock)
        await store.put("a", "A")
        store._redis = redis  # noqa: SLF001 - the server is back
        await store.put("a", "A")
        assert await store.get("a") is None
        clock.now += PAUSE
        assert await store.get("a") is None, "it was put while the server was left alone"
        await store.put("a", "A")
        assert await store.get("a") == "A"
