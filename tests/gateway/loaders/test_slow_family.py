"""One family of links takes half a minute: whoever wants others hardly notices (U17, G10). Virtual time."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

import httpx
import pytest

from gateway import relations
from gateway.loaders.levels import Operation
from gateway.loaders.wants import Want
from gateway.loaders.window import Window
from gateway.resources import Href
from gateway.upstream.client import Client
from gateway.upstream.href import Origin
from gateway.upstream.identity import PUBLIC
from gateway.upstream.reader import Reader
from gateway.upstream.signing import Credentials, Signer
from tests import virtual_time
from tests.gateway.documents import ORIGIN, address, listing, text
from tests.gateway.loaders.fetcher import fetcher_over
from tests.gateway.wire import Received, Wire

MINUTE: Final = 60.0
SLOW: Final = 30.0
USUAL: Final = 0.02
EVERY: Final = 0.05
"""Seconds from one operation to the next; every fourth of them wants something of the slow family, too."""


class World(Wire):
    """An origin whose answers take their time, awards *slow* so many seconds."""

    def __init__(self, slow: float) -> None:
        super().__init__()
        self._slow = slow

    async def _wait(self, received: Received) -> None:
        is_slow = any(each.partition("?")[0].endswith("/awards") for each in received.addresses)
        await asyncio.sleep(self._slow if is_slow else USUAL)


@dataclass(slots=True)
class Crowd:
    """Operations, one after the other, whatever became of those before."""

    wire: Wire
    window: Window
    seconds: list[float] = field(default_factory=list)
    """How long those took that wanted a synopsis, and had it."""

    async def come(self) -> None:
        """Ask for two minutes, and wait for what is asked last."""
        async with asyncio.TaskGroup() as people:
            for number in range(int(2 * MINUTE / EVERY)):
                people.create_task(self._want(number))
                if number % 4 == 0:
                    people.create_task(self._fetch(number, "awards", relations.AWARDS))
                await asyncio.sleep(EVERY)

    async def _want(self, number: int) -> None:
        at = asyncio.get_running_loop().time()
        if not isinstance(await self._fetch(number, "synopsis", relations.SYNOPSIS), Exception):
            self.seconds.append(asyncio.get_running_loop().time() - at)

    async def _fetch(self, number: int, name: str, relation: relations.Relation) -> object:
        path = f"/catalog/titles/movies/{number}/{name}"
        self.wire.documents[path] = text(name, "About it.") if name == "synopsis" else listing(name)
        operation = Operation(asyncio.get_running_loop().time() + 10)
        (answer,) = await self.window.fetch([Want(PUBLIC, Href(address(path)), relation)], operation)
        return answer


def _seconds(slow: float) -> list[float]:
    """Return how long operations took that wanted nothing of the slow family."""

    async def run() -> list[float]:
        wire = World(slow)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
            reader = Reader(Client(http), Signer(Credentials("key", "secret")), Origin.at(ORIGIN))
            fetcher = fetcher_over(reader, attempts=3)
            crowd = Crowd(wire, Window(fetcher))
            await crowd.come()
            await crowd.window.close()
            await fetcher.close()
        return sorted(crowd.seconds)

    return virtual_time.run(run())


@pytest.mark.verify
def test_a_slow_family_holds_up_nobody_else() -> None:
    """Of two minutes, from the first moment: as many are answered, and their p99 is hardly later."""
    healthy, troubled = _seconds(USUAL), _seconds(SLOW)
    p99 = [each[int(0.99 * len(each))] for each in (healthy, troubled)]

    assert len(healthy) == int(2 * MINUTE / EVERY)
    assert len(troubled) >= 0.95 * len(healthy)
    assert p99[1] <= 1.2 * p99[0]
