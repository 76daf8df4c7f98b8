"""An import that is killed in the middle."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, text

from gateway.origin import models
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database
from tests import netflix_table as invented

pytestmark = pytest.mark.anyio

ROWS = 1_200

CHILD = """
import asyncio, sys, time
from pathlib import Path
from gateway.origin.catalog.netflix_titles import import_titles
from gateway.origin.database import Database

def stop_half_way(done, total):
    if done >= total // 2:
        print("half way", flush=True)
        time.sleep(60)

asyncio.run(import_titles(Database(sys.argv[1]), Path(sys.argv[2]), progress=stop_half_way))
"""


async def _counts(url: str) -> tuple[str, int, int, int]:
    """Return whether SQLite finds its file sound, and how much the database holds."""
    database = Database(url)
    async with database.read() as session:
        sound = await session.scalar(text("PRAGMA integrity_check")) if "sqlite" in url else "ok"
        tables = (models.Title, models.Person, models.Credit)
        counts = [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    await database.close()
    return sound or "", counts[0], counts[1], counts[2]


async def _written(url: str) -> int:
    """Return the bytes of what was written and does not count: SQLite's log, or rows nobody sees."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        return Path(f"{address.database}-wal").stat().st_size  # noqa: ASYNC240
    database = Database(url)
    async with database.read() as session:
        size = await session.scalar(text("SELECT pg_relation_size('title')"))
    await database.close()
    return size or 0


def _import_and_kill(url: str, table: Path) -> None:
    """Kill a process that imports *table* half way."""
    command = [sys.executable, "-c", CHILD, url, str(table)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603
        assert child.stdout is not None
        try:
            assert child.stdout.readline() == b"half way\n"
        finally:
            child.kill()
    assert child.returncode == -signal.SIGKILL


async def test_a_killed_import_leaves_nothing_and_can_be_repeated(url: str, tmp_path: Path) -> None:
    """No row of it is there, the database is sound, and the next import is as if nothing had been."""
    table = invented.write(tmp_path / "titles.csv", ROWS)
    _import_and_kill(url, table)
    written = await _written(url)
    left = await _counts(url)

    database = Database(url)
    await database.migrate()
    report = await import_titles(database, table)
    await database.close()

    assert written > 100_000
    assert left == ("ok", 0, 0, 0)
    assert (report.read, report.imported + report.matched) == (ROWS, ROWS)
    assert (await _counts(url))[:2] == ("ok", _titles(ROWS))


def _titles(rows: int) -> int:
    table = invented.invent(rows)
    return table.titles + table.seasons
