"""Whatever is sent to the origin, it answers, and not with a fault of its own.

Requests are drawn from a seed: most are valid and signed, with something wrong in them. A failure names the
seed and the number, and shows the smallest request that still fails. ``FUZZ_SEED`` draws other ones.
"""

import asyncio
import logging
import os
import socket
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from starlette.types import ASGIApp

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.eras import Era
from gateway.origin.settings import OriginSettings, compat_names
from tests.databases import Databases

from . import loopback, world
from .asgi import Faults, fault, send
from .cases import Case, case
from .world import NOW, World

SEED = int(os.environ.get("FUZZ_SEED", "1"))
REACHED = {200, 201, 302, 400, 401, 403, 404, 405, 412, 414, 421}


@pytest.fixture
def faults() -> Iterator[Faults]:
    """Collect what is logged as an error."""
    collected = Faults()
    for name in ("gateway", "uvicorn", "asyncio"):
        logging.getLogger(name).addHandler(collected)
    yield collected
    for name in ("gateway", "uvicorn", "asyncio"):
        logging.getLogger(name).removeHandler(collected)


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of a filled database of every kind."""
    return databases.copy(world.fill)


def _origin(database: Database, base: str, number: int) -> ASGIApp:
    """Return one of the ways in which an origin may be set up."""
    compat = compat_names({"historic"} if number % 2 else set())
    era = list(Era)[number // 2 % len(Era)] if number % 3 == 2 else Era.EVERYTHING
    return create_app(
        database, OriginSettings(public_url=base, clock=lambda: NOW, compat=compat, era=era, body_seconds=2.0)
    )


class Fuzzer:
    """Sends the cases of a run to origins over one database, one after the other."""

    def __init__(self, database: Database, seen: World, faults: Faults) -> None:
        self._origins = [_origin(database, seen.base, number) for number in range(6)]
        self._world = seen
        self._faults = faults
        self.statuses: Counter[int] = Counter()

    async def run(self, numbers: range) -> None:
        """Send them; fail with the smallest case that fails."""
        for number in numbers:
            drawn = case(SEED, number)
            found = await self._fault(drawn)
            if found:
                smallest, found = await self._smaller(drawn, found)
                pytest.fail(f"{smallest}\n{smallest.message(self._world)}\n{found}")

    async def _fault(self, drawn: Case) -> str | None:
        message = drawn.message(self._world)
        try:
            answer = await send(self._origins[drawn.number % len(self._origins)], message)
        except TimeoutError:
            return "it hangs"
        self.statuses[answer.status] += 1
        logged = self._faults.taken()
        return "\n".join(filter(None, (fault(message, answer), logged))) or None

    async def _smaller(self, drawn: Case, found: str) -> tuple[Case, str]:
        """Leave out mutations for as long as it fails without them."""
        for place in sorted(drawn.kept):
            less = drawn.without(place)
            still = await self._fault(less)
            if still:
                return await self._smaller(less, still)
        return drawn, found


def _fuzz(url: str, faults: Faults, numbers: range) -> Counter[int]:
    async def run() -> Counter[int]:
        database = Database(url)
        fuzzer = Fuzzer(database, await world.look(url), faults)
        try:
            await fuzzer.run(numbers)
        finally:
            await database.close()
        return fuzzer.statuses

    return asyncio.run(run())


def _fuzz_by_socket(url: str, faults: Faults, numbers: range) -> Counter[int | None]:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    seen = asyncio.run(world.look(url)).at(f"http://127.0.0.1:{port}")
    statuses: Counter[int | None] = Counter()
    with loopback.serving(_origin(Database(url), seen.base, 0), listening):
        for number in numbers:
            drawn = case(SEED, number)
            message = drawn.message(seen)
            status = loopback.exchange(port, message, Random(f"{SEED}/{number}/wire"))  # noqa: S311
            statuses[status] += 1
            assert (status or 0) < 500, f"{status} to {drawn}\n{message}\n{faults.taken()}"
        assert not faults.taken()
    return statuses


def test_no_request_breaks_the_origin(url: str, faults: Faults) -> None:
    """Some hundred requests, most of them signed: no 5xx, nothing in the log, nothing that cannot be read."""
    statuses = _fuzz(url, faults, range(400))

    assert statuses.keys() >= REACHED
    assert statuses[200] + statuses[201] > 100


def test_no_bytes_break_the_server(sqlite_databases: Databases, faults: Faults) -> None:
    """The same on the wire, where bytes may be anything and may end too early."""
    statuses = _fuzz_by_socket(sqlite_databases.copy(world.fill), faults, range(150))

    assert {200, 400, 404, None} <= statuses.keys()


@pytest.mark.verify
def test_no_request_of_many_breaks_the_origin(url: str, faults: Faults) -> None:
    """Neither do fifty thousand, on each kind of database."""
    statuses = _fuzz(url, faults, range(1_000, 49_000))

    assert statuses[200] + statuses[201] > 15_000


@pytest.mark.verify
def test_no_bytes_of_many_break_the_server(url: str, faults: Faults) -> None:
    """Two thousand of them go by the wire."""
    statuses = _fuzz_by_socket(url, faults, range(49_000, 51_000))

    assert statuses[200] > 300
