"""Changes on a Redis server: for all nodes that share it.

Every step is one script, and Redis runs one at a time. The clock is the server's.
"""

from hashlib import blake2b
from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.stores.mutations import AWAY, KEPT_FOR, Claim, Key
from gateway.stores.records import StoreUnavailable

_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_CLAIM: Final = f"""{_NOW}
local known = redis.call('HMGET', KEYS[1], 'fingerprint', 'intent', 'outcome', 'until')
if not known[1] then
    redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'holder', ARGV[2], 'until', now + ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    return {{1, ARGV[1], false, false}}
end
local mine = known[1] == ARGV[1] and not known[3] and tonumber(known[4]) <= now
if mine then redis.call('HSET', KEYS[1], 'holder', ARGV[2], 'until', now + ARGV[3]) end
return {{mine and 1 or 0, known[1], known[2], known[3]}}
"""
_IF_HELD: Final = f"""{_NOW}
local known = redis.call('HMGET', KEYS[1], 'holder', 'outcome', 'intent')
if known[1] ~= ARGV[1] or known[2] then return 0 end
"""
_NOTE: Final = f"{_IF_HELD} redis.call('HSET', KEYS[1], 'intent', ARGV[2], 'until', now + ARGV[3]) return 1"
_SETTLE: Final = f"""{_IF_HELD}
redis.call('HSET', KEYS[1], 'outcome', ARGV[2])
redis.call('HDEL', KEYS[1], 'intent')
return 1
"""
_RELEASE: Final = f"""{_IF_HELD}
if known[3] then redis.call('HSET', KEYS[1], 'until', 0, 'holder', '') else redis.call('DEL', KEYS[1]) end
return 1
"""
_WITHDRAW: Final = f"{_IF_HELD} redis.call('DEL', KEYS[1]) return 1"


class RedisLedger:
    """Keeps changes on *redis*, which is closed by whoever opened it."""

    def __init__(self, redis: Redis, *, prefix: str = "gateway:mutation:") -> None:
        self._redis = redis
        self._prefix = prefix

    async def open(self) -> None:
        """See ``Ledger``: connections are made when they are needed."""

    async def claim(self, key: Key, fingerprint: str, holder: str, *, lease: float) -> Claim:
        """See ``Ledger``."""
        times = (_milliseconds(lease), KEPT_FOR * 1000)
        mine, known, intent, outcome = await self._run(_CLAIM, key, fingerprint, holder, *times)
        return Claim(bool(mine), known.decode(), intent, outcome)

    async def note(self, key: Key, holder: str, intent: bytes, *, lease: float) -> bool:
        """See ``Ledger``."""
        return bool(await self._run(_NOTE, key, holder, intent, _milliseconds(lease)))

    async def settle(self, key: Key, holder: str, outcome: bytes) -> bool:
        """See ``Ledger``."""
        return bool(await self._run(_SETTLE, key, holder, outcome))

    async def release(self, key: Key, holder: str) -> bool:
        """See ``Ledger``."""
        return bool(await self._run(_RELEASE, key, holder))

    async def withdraw(self, key: Key, holder: str) -> bool:
        """See ``Ledger``."""
        return bool(await self._run(_WITHDRAW, key, holder))

    async def close(self) -> None:
        """See ``Ledger``."""

    async def _run(self, script: str, key: Key, *arguments: str | bytes | int) -> Any:  # noqa: ANN401
        # A client may write anything into its id; two of them must not come to the same name.
        name = blake2b(repr((key.identity, key.mutation_id)).encode(), digest_size=20).hexdigest()
        try:
            return await cast("Any", self._redis.eval(script, 1, self._prefix + name, *arguments))
        except (RedisError, OSError) as error:
            raise StoreUnavailable(AWAY) from error


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
