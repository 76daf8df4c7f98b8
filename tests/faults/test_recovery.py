"""An origin that is back after it was away, by the settings that the gateway has in the world (U20, G15)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import pytest

from gateway.upstream.breaker import Tripping
from gateway.upstream.bulkheads import Room
from tests.faults import documents, transport
from tests.faults.loops import settled
from tests.faults.operations import Operation
from tests.faults.proxy import Fault
from tests.faults.rig import House, Reply, Rig

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

WITHIN: Final = 5.0
"""Seconds after which somebody is answered again."""
A_SECOND: Final = 20
"""Requests that people go on to make, whether they are answered or not."""
OUTAGES: Final[Mapping[str, Fault]] = {
    "silence": transport.silence,
    "busy": documents.bare(503),
    "resets": transport.reset(after="request"),
}
LOST: Final = {"silence": Tripping().probes, "busy": 1, "resets": 1}
"""Probes that are lost just before the origin is back."""


@dataclass(slots=True)
class Crowd:
    """People who ask, each something else, at their own pace."""

    rig: Rig
    replies: list[tuple[float, Reply]] = field(default_factory=list)
    """What they got, and when they had asked."""
    busiest: int = 0
    """The most requests that the origin had at once, as far as anybody looked."""

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Let them ask."""
        async with asyncio.TaskGroup() as people:
            coming = people.create_task(self._come(people))
            yield
            coming.cancel()

    def good_after(self, moment: float) -> list[float]:
        """Return when those had their answer who got one after *moment*."""
        ended = (at + reply.seconds for at, reply in self.replies if not reply.errors)
        return sorted(each for each in ended if each > moment)

    async def _come(self, people: asyncio.TaskGroup) -> None:
        number = 0
        while True:
            number += 1
            people.create_task(self._ask(f'{{ titles(search: "love {number}", first: 1) {{ totalCount }} }}'))
            self.busiest = max(self.busiest, self.rig.proxy.busy)
            await asyncio.sleep(1 / A_SECOND)

    async def _ask(self, query: str) -> None:
        at = asyncio.get_running_loop().time()
        self.replies.append((at, await self.rig.ask(Operation("search", query))))


@pytest.mark.parametrize("outage", OUTAGES)
async def test_all_is_well_soon_after_an_outage(house: House, outage: str) -> None:
    """The first answer comes in time, even if probes were just lost; nobody is asked by all at once."""
    loop = asyncio.get_running_loop()
    async with house.rig(tripping=Tripping(), origin_timeout=5, operation_timeout=10) as rig:
        crowd = Crowd(rig)
        async with crowd.asking():
            rig.proxy.plan = lambda _asked: (outage, OUTAGES[outage])
            assert await settled(lambda: rig.breaker.is_open, 30)
            lost = len(rig.proxy.asked) + LOST[outage]
            assert await settled(lambda: len(rig.proxy.asked) == lost, 15)
            rig.proxy.plan, back = lambda _asked: None, loop.time()
            await settled(lambda: bool(crowd.good_after(back)), 30)
            took = loop.time() - back
            await asyncio.sleep(2)  # Everybody goes on.

        later = [reply for at, reply in crowd.replies if at > back + took + 0.5]
        assert took <= WITHIN
        assert [reply.errors for reply in later] == [[]] * len(later)
        assert len(later) >= A_SECOND
        assert crowd.busiest <= Room().requests
