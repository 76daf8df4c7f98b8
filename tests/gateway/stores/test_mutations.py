"""The ledger of changes: the same on SQLite and on Redis."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from secrets import token_hex

import pytest
from redis.asyncio import Redis

from gateway.stores.mutations import KEPT_FOR, Claim, Key, Ledger
from gateway.stores.redis_mutations import RedisLedger
from gateway.stores.sqlite_mutations import SQLiteLedger
from tests.services import REDIS, require_redis

pytestmark = pytest.mark.anyio

KEY = Key("user:ada", "change-1")
NOBODY = 0.0
"""A lease that is over as soon as it is given."""


@pytest.fixture(params=["sqlite", "redis"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    """Return an empty ledger of either kind."""
    if request.param == "sqlite":
        opened = SQLiteLedger(tmp_path / "home" / "gateway.sqlite3")
        await opened.open()
        yield opened
        await opened.close()
        return
    require_redis()
    prefix = f"test:{token_hex(8)}:"
    async with Redis.from_url(REDIS) as redis:
        yield RedisLedger(redis, prefix=prefix)
        if names := [name async for name in redis.scan_iter(f"{prefix}*")]:
            await redis.delete(*names)


async def test_a_change_is_held_by_one_at_a_time(ledger: Ledger) -> None:
    """Of many who repeat an id at once one goes on with it."""
    claims = await asyncio.gather(*(ledger.claim(KEY, "f", f"h{number}", lease=60) for number in range(8)))

    assert sorted(claim.is_mine for claim in claims) == [False] * 7 + [True]


async def test_what_came_of_a_change_is_found_again(ledger: Ledger) -> None:
    """A settled change is nobody's any more, and its outcome is that of whoever repeats its id."""
    await ledger.claim(KEY, "f", "first", lease=60)
    assert await ledger.note(KEY, "first", b"intent", lease=60)
    assert await ledger.settle(KEY, "first", b'{"a": 1}')

    again = await ledger.claim(KEY, "f", "second", lease=60)

    assert again == Claim(is_mine=False, fingerprint="f", intent=None, outcome=b'{"a": 1}')
    assert not await ledger.settle(KEY, "first", b"other")


async def test_what_was_about_to_be_sent_is_handed_on(ledger: Ledger) -> None:
    """Whoever repeats an id after an unknown outcome knows what to look for."""
    await ledger.claim(KEY, "f", "first", lease=60)
    await ledger.note(KEY, "first", b"\x00intent", lease=60)
    assert await ledger.release(KEY, "first")

    again = await ledger.claim(KEY, "f", "second", lease=60)

    assert again == Claim(is_mine=True, fingerprint="f", intent=b"\x00intent", outcome=None)


async def test_a_holder_that_is_gone_loses_the_change(ledger: Ledger) -> None:
    """When its lease is over the next may go on; then the first may neither send nor settle anything."""
    await ledger.claim(KEY, "f", "gone", lease=NOBODY)

    again = await ledger.claim(KEY, "f", "second", lease=60)

    assert again == Claim(is_mine=True, fingerprint="f")
    assert not await ledger.note(KEY, "gone", b"intent", lease=60)
    assert not await ledger.settle(KEY, "gone", b"outcome")
    assert not await ledger.release(KEY, "gone")
    assert not await ledger.withdraw(KEY, "gone")
    assert await ledger.note(KEY, "second", b"intent", lease=60)


async def test_other_arguments_are_told_apart(ledger: Ledger) -> None:
    """An id that is repeated with other arguments takes nothing over, even when nobody holds it."""
    await ledger.claim(KEY, "f", "gone", lease=NOBODY)

    assert await ledger.claim(KEY, "g", "second", lease=60) == Claim(is_mine=False, fingerprint="f")
    assert (await ledger.claim(KEY, "f", "third", lease=60)).is_mine


async def test_what_was_never_sent_is_forgotten(ledger: Ledger) -> None:
    """The id is free again, for other arguments too."""
    await ledger.claim(KEY, "f", "first", lease=60)
    assert await ledger.release(KEY, "first")

    assert await ledger.claim(KEY, "g", "second", lease=60) == Claim(is_mine=True, fingerprint="g")


async def test_what_has_changed_nothing_is_withdrawn(ledger: Ledger) -> None:
    """Even though something was sent, nothing is left of it."""
    await ledger.claim(KEY, "f", "first", lease=60)
    await ledger.note(KEY, "first", b"intent", lease=60)
    assert await ledger.withdraw(KEY, "first")

    assert await ledger.claim(KEY, "f", "second", lease=60) == Claim(is_mine=True, fingerprint="f")


async def test_the_same_id_of_somebody_else_is_another_change(ledger: Ledger) -> None:
    """Ids are each subscriber's own, however the two are put together."""
    keys = [Key("user:a", "b:c"), Key("user:a:b", "c"), Key("user:a", "b"), Key("user:a', 'b", "c")]

    claims = [await ledger.claim(key, "f", "me", lease=60) for key in keys]

    assert [claim.is_mine for claim in claims] == [True] * 4


async def test_a_file_forgets_after_a_day(tmp_path: Path) -> None:
    """A second before the day is over the outcome is there; then the id is as good as new."""
    now = [1000.0]
    ledger = SQLiteLedger(tmp_path / "gateway.sqlite3", clock=lambda: now[0])
    await ledger.open()
    await ledger.claim(KEY, "f", "me", lease=60)
    await ledger.settle(KEY, "me", b"1")

    now[0] += KEPT_FOR - 1
    assert (await ledger.claim(KEY, "f", "me", lease=60)).outcome == b"1"
    now[0] += 1
    assert await ledger.claim(KEY, "g", "me", lease=60) == Claim(is_mine=True, fingerprint="g")
    await ledger.close()


async def test_a_server_forgets_after_a_day(ledger: Ledger) -> None:
    """The time runs from the first use of an id, whatever becomes of it."""
    if not isinstance(ledger, RedisLedger):
        return
    await ledger.claim(KEY, "f", "me", lease=60)
    await ledger.settle(KEY, "me", b"1")

    async with Redis.from_url(REDIS) as redis:
        (name,) = [name async for name in redis.scan_iter(f"{ledger._prefix}*")]  # noqa: SLF001
        assert KEPT_FOR - 60 < await redis.ttl(name) <= KEPT_FOR


async def test_a_file_is_synced_fully(tmp_path: Path) -> None:
    """Or a power cut could take back what was about to be sent, and it would be sent twice (W12)."""
    ledger = SQLiteLedger(tmp_path / "gateway.sqlite3")
    await ledger.open()
    connection = ledger._connection  # noqa: SLF001 - nothing else tells
    assert connection is not None

    settings = [
        await connection.execute_fetchall(f"PRAGMA {name}") for name in ("journal_mode", "synchronous")
    ]
    await ledger.close()

    assert settings == [[("wal",)], [(2,)]]


async def test_a_file_outlives_its_process(tmp_path: Path) -> None:
    """What was about to be sent when a process died is there for the next; only the owner can read it."""
    file = tmp_path / "gateway.sqlite3"
    first = SQLiteLedger(file)
    await first.open()
    await first.claim(KEY, "f", "first", lease=NOBODY)
    await first.note(KEY, "first", b"intent", lease=NOBODY)
    await first.close()

    second = SQLiteLedger(file)
    await second.open()

    assert await second.claim(KEY, "f", "second", lease=60) == Claim(
        is_mine=True, fingerprint="f", intent=b"intent"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await second.close()
