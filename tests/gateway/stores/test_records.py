"""Records that end by themselves: the same of every store."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import pytest
from redis.asyncio import Redis

from gateway.stores.records import Kind, Records, StoreUnavailable
from gateway.stores.redis_records import RedisRecords
from gateway.stores.sqlite_records import SQLiteRecords

pytestmark = pytest.mark.anyio

KIND, OTHER = Kind("kind", limit=100), Kind("other", limit=100)
SMALL = Kind("small", limit=3)


@asynccontextmanager
async def _on_redis(url: str) -> AsyncIterator[Records]:
    prefix = f"test:{token_hex(8)}:"
    async with Redis.from_url(url) as redis:
        yield RedisRecords(redis, prefix=prefix)
        if names := [name async for name in redis.scan_iter(f"{prefix}*", count=1000)]:
            await redis.delete(*names)


@asynccontextmanager
async def _on_sqlite(file: Path | None) -> AsyncIterator[Records]:
    opened = SQLiteRecords(file)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "memory", "redis"])
async def records(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Records]:
    """Return a store of each kind."""
    if request.param == "redis":
        opened = _on_redis(request.getfixturevalue("redis_url"))
    else:
        opened = _on_sqlite(tmp_path / "new" / "records.sqlite3" if request.param == "sqlite" else None)
    async with opened as store:
        yield store


async def test_what_is_put_can_be_got(records: Records) -> None:
    """By its kind and its name; the last counts."""
    await records.put(KIND, "a", b"1", lifetime=60)
    await records.put(KIND, "a", b"2", lifetime=60)

    found = [await records.get(*place) for place in ((KIND, "a"), (KIND, "b"), (OTHER, "a"))]
    assert found == [b"2", None, None]


async def test_one_of_many_takes_it(records: Records) -> None:
    """Of all who take a value at once, one gets it, and it is gone."""
    await records.put(KIND, "a", b"1", lifetime=60)
    taken = await asyncio.gather(*(records.take(KIND, "a") for _ in range(20)))

    assert (taken.count(b"1"), taken.count(None)) == (1, 19)
    assert await records.get(KIND, "a") is None


async def test_one_of_many_changes_it(records: Records) -> None:
    """Who changes a value names the old one; of several, one is right."""
    await records.put(KIND, "a", b"old", lifetime=60)
    changed = await asyncio.gather(
        *(records.change(KIND, "a", b"old", f"{number}".encode()) for number in range(20))
    )

    assert changed.count(True) == 1
    assert await records.get(KIND, "a") == f"{changed.index(True)}".encode()


async def test_a_change_makes_nothing(records: Records) -> None:
    """What is not there, or no longer what it was, is not changed."""
    await records.put(KIND, "a", b"1", lifetime=60)

    assert not await records.change(KIND, "b", b"1", b"2")
    assert not await records.change(KIND, "a", b"0", b"2")
    assert [await records.get(KIND, "a"), await records.get(KIND, "b")] == [b"1", None]


async def test_what_is_forgotten_is_gone(records: Records) -> None:
    """And forgetting what is not there is no error."""
    await records.put(KIND, "a", b"1", lifetime=60)
    await records.forget(KIND, "a")
    await records.forget(KIND, "a")

    assert await records.get(KIND, "a") is None


async def test_what_lives_ends(records: Records) -> None:
    """Whatever is tried with it afterwards; what was extended or changed in time is there."""
    for name in ("short", "extended"):
        await records.put(KIND, name, b"1", lifetime=0.2)
    await records.extend(KIND, "extended", lifetime=60)
    await records.change(KIND, "short", b"1", b"2")
    async with asyncio.timeout(10):
        while await records.get(KIND, "short") is not None:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.01)
    await records.extend(KIND, "short", lifetime=60)

    assert not await records.change(KIND, "short", b"2", b"3")
    assert await records.take(KIND, "short") is None
    assert await records.get(KIND, "extended") == b"1"


async def test_there_are_never_many_more_than_allowed(records: Records) -> None:
    """Those that would end first go; other kinds are left alone."""
    await records.put(KIND, "a", b"1", lifetime=1)
    for number in range(10):
        await records.put(SMALL, f"{number}", b"1", lifetime=60 + number)

    found = [name for name in map(str, range(10)) if await records.get(SMALL, name)]
    assert found == ["7", "8", "9"]
    assert await records.get(KIND, "a") == b"1"


async def test_a_closed_store_says_so() -> None:
    """It is unavailable, and not empty."""
    records = SQLiteRecords()
    await records.open()
    await records.close()

    with pytest.raises(StoreUnavailable):
        await records.get(KIND, "a")


async def test_a_server_that_is_away_says_so() -> None:
    """It is unavailable, and not empty; the address, which may hold a password, is not shown."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"redis://:CANARY@127.0.0.1:{free.getsockname()[1]}/0"
    async with Redis.from_url(url, retry=None) as redis:
        with pytest.raises(StoreUnavailable) as raised:
            await RedisRecords(redis).get(KIND, "a")

    assert "CANARY" not in str(raised.value)


async def test_a_file_is_synced_fully(tmp_path: Path) -> None:
    """Or a session that was ended could be there again after a power cut (W12)."""
    records = SQLiteRecords(tmp_path / "gateway.sqlite3")
    await records.open()
    connection = records._connection  # noqa: SLF001 - nothing else tells
    assert connection is not None

    settings = [
        await connection.execute_fetchall(f"PRAGMA {name}") for name in ("journal_mode", "synchronous")
    ]
    await records.close()

    assert settings == [[("wal",)], [(2,)]]


async def test_what_is_kept_in_a_file_outlives_us(tmp_path: Path) -> None:
    """Another process that opens the file finds what is alive; what has ended is swept away with the next."""
    file, now = tmp_path / "records.sqlite3", [1_000.0]
    for step in ("first", "second", "third"):
        records = SQLiteRecords(file, clock=lambda: now[0])
        await records.open()
        await records.put(KIND, step, b"1", lifetime=100)
        assert await records.get(KIND, "first") == (None if step == "third" else b"1")
        await records.close()
        now[0] += 60

    with sqlite3.connect(file) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM records ORDER BY name")]
    connection.close()
    assert names == ["second", "third"]


@pytest.mark.parametrize("obstacle", ["a folder", "no database"])
async def test_a_file_that_cannot_be_used_is_named_so(tmp_path: Path, obstacle: str) -> None:
    """At start, and not with the first who signs in."""
    file = tmp_path / "records.sqlite3"
    if obstacle == "a folder":
        file.mkdir()
    else:
        file.write_bytes(b"this is no database" * 100)

    with pytest.raises(StoreUnavailable):
        await SQLiteRecords(file).open()
