"""Documents by their hashes on a Redis server, for all nodes; without the server nothing is found or kept.

An index, ordered by when each document was last used, keeps their number and their bytes bounded. What
changes both is one script, and Redis runs one at a time. The clock is the server's.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.stores.pause import Pause

_KEPT: Final = 30 * 24 * 3600
"""Seconds for which documents are kept when nobody asks for any."""

_NAMES: Final = """
local texts, used, size = KEYS[1], KEYS[1] .. ':used', KEYS[1] .. ':bytes'
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function keep()
    for _, name in ipairs({texts, used, size}) do redis.call('EXPIRE', name, ARGV[2]) end
end
"""
_GET: Final = f"""{_NAMES}
local text = redis.call('HGET', texts, ARGV[1])
if text then
    redis.call('ZADD', used, now, ARGV[1])
    keep()
end
return text
"""
_PUT: Final = f"""{_NAMES}
redis.call('INCRBY', size, #ARGV[3] - redis.call('HSTRLEN', texts, ARGV[1]))
redis.call('HSET', texts, ARGV[1], ARGV[3])
redis.call('ZADD', used, now, ARGV[1])
local function is_too_much()
    return redis.call('ZCARD', used) > tonumber(ARGV[4])
        or tonumber(redis.call('GET', size)) > tonumber(ARGV[5])
end
while redis.call('ZCARD', used) > 0 and is_too_much() do
    local oldest = redis.call('ZPOPMIN', used)[1]
    redis.call('DECRBY', size, redis.call('HSTRLEN', texts, oldest))
    redis.call('HDEL', texts, oldest)
end
keep()
"""


class RedisDocuments:
    """Keeps up to *entries* documents of *bytes* altogether on *redis*; whoever opened that closes it."""

    def __init__(
        self,
        redis: Redis,
        *,
        entries: int,
        bytes: int,
        name: str = "gateway:documents",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._redis = redis
        self._room = entries, bytes
        self._name = name
        self._pause = Pause("The shared store of documents", clock=clock)

    async def get(self, hash: str) -> str | None:
        """Return what is there under *hash*; whoever asks checks that it has that hash."""
        value = await self._run(_GET, hash, _KEPT)
        return value.decode(errors="replace") if isinstance(value, bytes) else None

    async def put(self, hash: str, text: str) -> None:
        """Keep *text*, and drop what was not used for longest where there is no room."""
        await self._run(_PUT, hash, _KEPT, text, *self._room)

    async def _run(self, script: str, *arguments: str | int) -> Any:  # noqa: ANN401
        if self._pause.is_on:
            return None
        try:
            return await self._redis.register_script(script)(keys=[self._name], args=arguments)
        except (RedisError, OSError) as error:
            self._pause.begin(error)
            return None
