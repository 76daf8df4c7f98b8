"""An import that is killed in the middle."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

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


def _counts(file: Path) -> tuple[str, int, int, int]:
    """Return what SQLite itself says of the file: whether it is sound, and how much it holds."""
    with sqlite3.connect(file) as connection:
        sound = connection.execute("PRAGMA integrity_check").fetchone()[0]
        tables = ("title", "person", "credit")
        counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]  # noqa: S608
    connection.close()
    return sound, counts[0], counts[1], counts[2]


def _import_and_kill(url: str, table: Path, *, log: Path) -> int:
    """Kill a process that imports *table* half way; return how much it had written to the *log*."""
    command = [sys.executable, "-c", CHILD, url, str(table)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603
        assert child.stdout is not None
        assert child.stdout.readline() == b"half way\n"
        written = log.stat().st_size
        os.kill(child.pid, signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    return written


async def test_a_killed_import_leaves_nothing_and_can_be_repeated(url: str, tmp_path: Path) -> None:
    """No row of it is there, the database is sound, and the next import is as if nothing had been."""
    table = invented.write(tmp_path / "titles.csv", ROWS)
    written = _import_and_kill(url, table, log=tmp_path / "titles.db-wal")
    left = _counts(tmp_path / "titles.db")

    database = Database(url)
    await database.migrate()
    report = await import_titles(database, table)
    await database.close()

    assert written > 100_000
    assert left == ("ok", 0, 0, 0)
    assert (report.read, report.imported + report.matched) == (ROWS, ROWS)
    assert _counts(tmp_path / "titles.db")[:2] == ("ok", _titles(ROWS))


def _titles(rows: int) -> int:
    table = invented.invent(rows)
    return table.titles + table.seasons
