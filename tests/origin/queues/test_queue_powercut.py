"""What was acknowledged is on the disk: at no moment can a power cut take it back."""

import _sqlite3
import asyncio
import ctypes
import pickle
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from gateway.origin.database import Database

from . import writer
from .powercut import Disk, Note, Told, moments
from .program import Program
from .test_queue_killed import REPOSITORY, _stock

CHANGES = 120
"""Enough for SQLite to carry its log over into the file, and to begin it anew."""

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_find"),
    reason="this Python's SQLite cannot be watched",
)


@pytest.fixture
def file(url: str) -> Path:
    """Return the file of a catalog, with a queue that holds the first title."""
    asyncio.run(_stock(url))
    return Path(make_url(url).database or "")


def _record(file: Path, folder: Path, *options: str) -> tuple[list[Note], Disk]:
    """Let a process change the queue; return what it did to the files, and what they were before."""
    disk = Disk({str(file): bytearray(file.read_bytes())})
    log = folder / "notes"
    command = [sys.executable, "-c", "from tests.origin.queues import powercut; powercut.main()"]
    arguments = [f"sqlite+aiosqlite:///{file}", str(log), str(CHANGES), *options]
    subprocess.run([*command, *arguments], check=True, cwd=REPOSITORY)  # noqa: S603
    notes: list[Note] = pickle.loads(log.read_bytes())  # noqa: S301 - it is our own
    return notes, disk


def _orders(notes: list[Note], disk: Disk, folder: Path, cuts: int) -> Iterator[tuple[list[int], list[int]]]:
    """Yield the order told last and the order found, after power cuts at moments of all kinds."""
    chance = random.Random(cuts)  # noqa: S311 - no secret
    # Before the first change, and while the file is being closed, nothing is told.
    told_at = [place for place, note in enumerate(notes) if isinstance(note, Told)]
    chosen = set(chance.sample(range(told_at[0], told_at[-1] + 1), cuts))
    for place, told in enumerate(moments(notes, disk)):
        if place in chosen:
            for kept in (None, chance):
                yield told, asyncio.run(_found(disk.after_cut(kept), folder / f"{place}-{kept is None}"))


async def _found(files: dict[str, bytes], folder: Path) -> list[int]:
    """Return the order of the queue in what a power cut has left."""
    folder.mkdir()  # noqa: ASYNC240 - nothing else runs here
    for name, content in files.items():
        (folder / Path(name).name).write_bytes(content)
    (name,) = (Path(name).name for name in files if not name.endswith("-wal"))
    database = Database(f"sqlite+aiosqlite:///{folder / name}")
    async with database.read() as session:
        assert await session.scalar(text("PRAGMA integrity_check")) == "ok"
    order, _ = await Program(database).order(writer.KIND)
    await database.close()
    return order


def test_a_power_cut_takes_nothing_back(file: Path, tmp_path: Path) -> None:
    """Whatever the disk forgets of what was not synced, each change that was told is there."""
    notes, disk = _record(file, tmp_path)

    for told, found in _orders(notes, disk, tmp_path, 15):
        assert found in (told, writer.then(told))


def test_a_database_that_does_not_sync_is_found_out(file: Path, tmp_path: Path) -> None:
    """The same cuts take changes back where SQLite may leave out syncs: so they would be seen."""
    notes, disk = _record(file, tmp_path, "--unsafe")

    lost = [
        told for told, found in _orders(notes, disk, tmp_path, 10) if found not in (told, writer.then(told))
    ]

    assert lost


@pytest.mark.verify
def test_many_power_cuts_take_nothing_back(file: Path, tmp_path: Path) -> None:
    """At none of five hundred moments, each cut in two ways."""
    notes, disk = _record(file, tmp_path)

    for told, found in _orders(notes, disk, tmp_path, 500):
        assert found in (told, writer.then(told))
