"""Running origins, started by their own command, for programs that were written long before them."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from gateway.origin.database import Database
from gateway.origin.registry import subscribers
from gateway.origin.registry.subscribers import NewSubscriber
from gateway.origin.start import Consumer, prepare

PASSWORD: Final = "long live the queue"
PROGRAMS: Final = Path(__file__).parent / "programs"
_START_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Member:
    """A running origin, and a subscriber of it that a program may act for."""

    base: str
    consumer: Consumer
    login: str
    password: str = PASSWORD


NewMember = Callable[..., Member]


@pytest.fixture(scope="session")
def new_member(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewMember]:
    """Return what makes a subscriber: ``new_member("perl", "historic")`` of an origin with that compat."""
    with ExitStack() as running:
        origins: dict[tuple[str, ...], tuple[str, str, Consumer]] = {}

        def make(name: str, *compat: str) -> Member:
            if compat not in origins:
                home = tmp_path_factory.mktemp("origin")
                database = f"sqlite+aiosqlite:///{home / 'origin.sqlite3'}"
                consumer = asyncio.run(prepare(database))
                origins[compat] = running.enter_context(_served(database, compat)), database, consumer
            base, database, consumer = origins[compat]
            asyncio.run(_add(database, login := f"{name}@example.org"))
            return Member(base, consumer, login)

        yield make


async def _add(url: str, login: str) -> None:
    database = Database(url)
    async with database.write() as session:
        await subscribers.add(session, NewSubscriber(login=login, password=PASSWORD, first_name="Pat"))
    await database.close()


@contextmanager
def _served(database: str, compat: tuple[str, ...]) -> Iterator[str]:
    leniencies = [argument for name in compat for argument in ("--compat", name)]
    command = [sys.executable, "-m", "gateway", "origin", "serve", "--port", "0", "--database", database]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *leniencies], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        base = process.stdout.readline().removeprefix("The origin is at ").strip().removesuffix(".")
        _await(process, base)
        yield base
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _await(process: subprocess.Popen[str], base: str) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the origin ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", urlsplit(base).port or 0)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the origin does not listen")
