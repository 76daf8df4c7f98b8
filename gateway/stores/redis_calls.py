"""Counts calls on a Redis server, so that all nodes together keep within the allowance.

Every step is one script, and Redis runs one at a time. The clock is the server's.
"""

import secrets
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

_NOW: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local day = KEYS[1] .. ':' .. math.floor(now / 86400)
local held = KEYS[1] .. ':held'
local blocked = KEYS[1] .. ':blocked'
"""

# Returns how many permits are granted, then how long to wait, then whether the day is over.
_TAKE: Final = f"""{_NOW}
local count, per_second, per_day = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local calls = tonumber(redis.call('GET', day) or '0')
if calls >= per_day then return {{0, '0', 1}} end
local until_free = tonumber(redis.call('GET', blocked) or '0')
if until_free > now then return {{0, tostring(until_free - now), 0}} end
redis.call('ZREMRANGEBYSCORE', held, '-inf', now)
local free = math.min(per_second - redis.call('ZCARD', held), per_day - calls, count)
if free <= 0 then
    local first = redis.call('ZRANGE', held, 0, 0, 'WITHSCORES')
    return {{0, tostring(math.min(tonumber(first[2]) - now, 1)), 0}}
end
for number = 1, free do redis.call('ZADD', held, now + tonumber(ARGV[4]), ARGV[5] .. number) end
redis.call('EXPIRE', held, math.ceil(tonumber(ARGV[4])) + 1)
redis.call('INCRBY', day, free)
redis.call('EXPIRE', day, 172800)
return {{free, '0', 0}}
"""
_GIVE_BACK: Final = f"""{_NOW}
for number = 2, #ARGV do redis.call('ZADD', held, 'XX', now + 1, ARGV[number]) end
local uncounted = math.min(tonumber(ARGV[1]), tonumber(redis.call('GET', day) or '0'))
if uncounted > 0 then redis.call('DECRBY', day, uncounted) end
"""
_BLOCK: Final = f"""{_NOW}
local seconds = tonumber(ARGV[1])
redis.call('SET', blocked, now + seconds, 'EX', math.ceil(seconds))
"""
_EXHAUST: Final = f"""{_NOW}
local calls = tonumber(redis.call('GET', day) or '0')
redis.call('SET', day, math.max(calls, tonumber(ARGV[1])), 'EX', 172800)
"""
_USED: Final = f"""{_NOW}
return tonumber(redis.call('GET', day) or '0')
"""


class RedisCalls:
    """Counts the calls of all nodes that share *redis*; raises ``ConnectionError`` without the server."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(
        self, account: str, count: int, *, per_second: int, per_day: int, hold: float
    ) -> tuple[tuple[str, ...], float, bool]:
        """Return up to *count* permits, else the seconds to wait, else that the day is over."""
        prefix = secrets.token_hex(8)
        free, wait, is_day_over = await self._run(_TAKE, account, count, per_second, per_day, hold, prefix)
        permits = tuple(f"{prefix}{number}" for number in range(1, int(free) + 1))
        return permits, float(wait), bool(is_day_over)

    async def give_back(self, account: str, permits: Sequence[str], uncounted: int) -> None:
        """Free *permits* in a second, and take *uncounted* calls off the day."""
        await self._run(_GIVE_BACK, account, uncounted, *permits)

    async def block(self, account: str, seconds: float) -> None:
        """Grant nothing for *seconds*."""
        await self._run(_BLOCK, account, max(seconds, 0.001))

    async def exhaust(self, account: str, per_day: int) -> None:
        """Grant nothing until tomorrow, as if all *per_day* calls were made."""
        await self._run(_EXHAUST, account, per_day)

    async def used(self, account: str) -> int:
        """Return how many calls were made today."""
        return int(await self._run(_USED, account))

    async def _run(self, script: str, account: str, *arguments: str | float) -> Any:  # noqa: ANN401
        name = f"gateway:calls:{blake2b(account.encode(), digest_size=16).hexdigest()}"
        try:
            return await self._redis.register_script(script)(keys=[name], args=arguments)
        except RedisError as error:
            raise ConnectionError(f"Redis cannot be used: {type(error).__name__}.") from error
