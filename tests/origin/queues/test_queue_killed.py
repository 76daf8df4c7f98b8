"""A process that is killed while it changes a queue has changed it as often as it said, or once more."""

import asyncio
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gateway.origin.database import Database

from . import shop, writer
from .conftest import put
from .program import Program

REPOSITORY = Path(__file__).parents[3]
LONGEST_LIFE = 0.4
"""Seconds from the first change to the end; some forty changes."""


@pytest.fixture
def queue_url(any_url: str) -> str:
    """Return a catalog with films, and a queue that holds the first."""
    asyncio.run(_stock(any_url))
    return any_url


async def _stock(url: str) -> None:
    database = Database(url)
    async with database.write() as session:
        await put(session, *shop.stock(shop.DAN, writer.KIND, writer.FILMS))
    await Program(database).write(
        "post", f"/queues/{writer.KIND}", title_ref=f"/catalog/titles/movies/{writer.FIRST[0]}"
    )
    await database.close()


async def _order(url: str) -> list[int]:
    """Return what is queued, at positions without gaps."""
    database = Database(url)
    order, saved = await Program(database).order(writer.KIND)
    await database.close()
    assert not saved
    return order


def _told_before_the_end(url: str, seconds: float) -> list[list[int]]:
    """Kill a process some time after its first change; return all that it has told."""
    command = [sys.executable, "-m", "tests.origin.queues.writer", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:  # noqa: S603
        assert process.stdout is not None
        first = process.stdout.readline()
        timer = threading.Timer(seconds, process.send_signal, [signal.SIGKILL])
        timer.start()
        lines = [first, *process.stdout]
    # The last line may be cut off: what is not told whole is not told.
    return [[int(key) for key in line.split()] for line in lines if line.endswith("\n")]


def _kill(url: str, cycles: int) -> int:
    """Kill as many writers; return how many changes they told of in all."""
    chance = random.Random(cycles)  # noqa: S311 - no secret
    told = 0
    for _ in range(cycles):
        lines = _told_before_the_end(url, chance.uniform(0, LONGEST_LIFE))

        order = asyncio.run(_order(url))

        assert order in (lines[-1], writer.then(lines[-1]))
        told += len(lines)
    return told


def test_a_killed_process_kept_its_word(queue_url: str) -> None:
    """After each of ten ends every change that was told is there, once, and positions have no gaps.

    With a server three will do: what is killed is our process, and not the one that stores.
    """
    cycles = 10 if queue_url.startswith("sqlite") else 3

    assert _kill(queue_url, cycles) >= cycles


@pytest.mark.verify
def test_many_killed_processes_kept_their_word(queue_url: str) -> None:
    """After each of a hundred ends it is so."""
    assert _kill(queue_url, 100) >= 100
