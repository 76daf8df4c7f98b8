"""Bytes and numbers on a Redis server, for a cache: without the server nothing is found, nothing fails."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.stores.pause import Pause


class RedisBytes:
    """Keeps bytes for a while; *redis* is closed by whoever opened it."""

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._redis = redis
        self._pause = Pause("The shared cache", clock=clock)
        self._owed: dict[str, int] = {}
        """Numbers that could not be increased yet; what depends on them must not be found before they are."""

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """Return what is there under each of *names*."""
        nothing: list[bytes | None] = [None] * len(names)
        if not names or self._pause.is_on:
            return nothing
        try:
            await self._pay()
            return [value if isinstance(value, bytes) else None for value in await self._redis.mget(names)]
        except (RedisError, OSError) as error:
            self._pause.begin(error)
            return nothing

    async def put(self, values: Mapping[str, tuple[bytes, int]]) -> None:
        """Keep each value for its number of seconds."""
        if not values or self._pause.is_on:
            return
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for name, (value, seconds) in values.items():
                pipeline.set(name, value, ex=seconds)
            await pipeline.execute()
        except (RedisError, OSError) as error:
            self._pause.begin(error)

    async def increase(self, names: Collection[str], seconds: int) -> None:
        """Add one to the number under each of *names*, now or before the next thing is found."""
        self._owed.update(dict.fromkeys(names, seconds))
        if self._pause.is_on:
            return
        try:
            await self._pay()
        except (RedisError, OSError) as error:
            self._pause.begin(error)

    async def _pay(self) -> None:
        if not self._owed:
            return
        owed = dict(self._owed)
        pipeline = self._redis.pipeline(transaction=True)
        for name, seconds in owed.items():
            pipeline.incr(name)
            pipeline.expire(name, seconds)
        await pipeline.execute()
        for name in owed:
            self._owed.pop(name, None)
