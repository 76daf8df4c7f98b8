"""Records on a Redis server: for all nodes that share it.

A value ends by itself; an index of each kind, ordered by when its values end, keeps their number bounded.
What changes both is one script, and Redis runs one at a time. The clock is the server's.
"""

from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.stores.records import Kind, StoreUnavailable

_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_PUT: Final = f"""{_NOW}
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local over = redis.call('ZCARD', KEYS[2]) - ARGV[4]
if over > 0 then
    local popped = redis.call('ZPOPMIN', KEYS[2], over)
    for place = 1, #popped, 2 do redis.call('DEL', KEYS[2] .. ':' .. popped[place]) end
end
"""
_TAKE: Final = """
local value = redis.call('GET', KEYS[1])
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return value
"""
_CHANGE: Final = """
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'KEEPTTL')
return 1
"""
_EXTEND: Final = f"""{_NOW}
if redis.call('PEXPIRE', KEYS[1], ARGV[2]) == 1 then
    redis.call('ZADD', KEYS[2], 'XX', now + ARGV[2], ARGV[1])
end
"""


class RedisRecords:
    """Keeps records on *redis*, one server, which is closed by whoever opened it."""

    def __init__(self, redis: Redis, *, prefix: str = "gateway:record:") -> None:
        self._redis = redis
        self._prefix = prefix

    async def open(self) -> None:
        """See ``Records``."""

    async def put(self, kind: Kind, name: str, value: bytes, *, lifetime: float) -> None:
        """See ``Records``."""
        await self._run(_PUT, kind, name, value, _milliseconds(lifetime), kind.limit)

    async def get(self, kind: Kind, name: str) -> bytes | None:
        """See ``Records``."""
        found = await self._run("return redis.call('GET', KEYS[1])", kind, name)
        return cast("bytes | None", found)

    async def take(self, kind: Kind, name: str) -> bytes | None:
        """See ``Records``."""
        return cast("bytes | None", await self._run(_TAKE, kind, name))

    async def change(self, kind: Kind, name: str, old: bytes, new: bytes) -> bool:
        """See ``Records``."""
        return bool(await self._run(_CHANGE, kind, name, old, new))

    async def extend(self, kind: Kind, name: str, *, lifetime: float) -> None:
        """See ``Records``."""
        await self._run(_EXTEND, kind, name, _milliseconds(lifetime))

    async def forget(self, kind: Kind, name: str) -> None:
        """See ``Records``."""
        await self._run(_TAKE, kind, name)

    async def close(self) -> None:
        """See ``Records``."""

    async def _run(self, script: str, kind: Kind, name: str, *arguments: bytes | int) -> Any:  # noqa: ANN401
        index = self._prefix + kind.name
        try:
            return await cast("Any", self._redis.eval(script, 2, f"{index}:{name}", index, name, *arguments))
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"Redis cannot be used: {type(error).__name__}.") from error


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
