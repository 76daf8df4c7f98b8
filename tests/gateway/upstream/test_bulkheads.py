"""Who is stuck does not take all the room."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from gateway.upstream.bulkheads import Bulkheads, Room
from gateway.upstream.errors import OriginBusy
from gateway.upstream.identity import PUBLIC

pytestmark = pytest.mark.anyio

ROOM = Room(requests=4, each_identity=2, each_lane=1, wait=0.01)


@pytest.mark.parametrize(
    ("identities", "lane", "most"),
    [([PUBLIC], "", 4), (["ann"], "", 2), ([PUBLIC, "ann"], "", 2), ([PUBLIC], "search", 1)],
)
async def test_there_are_so_many_places(identities: list[str], lane: str, most: int) -> None:
    """For all together, for each subscriber, and for what travels alone; one more is refused."""
    bulkheads = Bulkheads(ROOM)
    async with AsyncExitStack() as taken:
        for _ in range(most):
            await taken.enter_async_context(bulkheads.place(identities, lane))
        with pytest.raises(OriginBusy, match=f"may be at most {most}, not {most + 1}"):
            await taken.enter_async_context(bulkheads.place(identities, lane))
        assert bulkheads.taken == most

    assert bulkheads.taken == 0


async def test_others_have_room_beside_what_is_stuck() -> None:
    """A subscriber, and a family, leave places for others."""
    bulkheads = Bulkheads(ROOM)
    async with (
        bulkheads.place(["ann"], ""),
        bulkheads.place(["ann"], ""),
        bulkheads.place(["ben"], ""),
        bulkheads.place([PUBLIC], "search"),
    ):
        assert bulkheads.taken == 4


async def test_who_waits_gets_the_next_place() -> None:
    """A place that comes free in time is taken."""
    bulkheads = Bulkheads(Room(requests=1, wait=5))
    order: list[int] = []

    async def work(number: int) -> None:
        async with bulkheads.place([PUBLIC], ""):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*map(work, range(5)))

    assert sorted(order) == [0, 1, 2, 3, 4]
    assert bulkheads.taken == 0


async def test_one_waits_as_long_as_others_come_to_their_end() -> None:
    """A query of many requests takes its time, where each takes less than the wait; none of it is refused."""
    bulkheads = Bulkheads(Room(requests=2, wait=0.2))
    answered: list[int] = []

    async def work(number: int) -> None:
        async with bulkheads.place([PUBLIC], ""):
            await asyncio.sleep(0.05)
            answered.append(number)

    await asyncio.gather(*map(work, range(16)))

    assert sorted(answered) == list(range(16))


async def test_one_does_not_wait_for_what_others_leave_elsewhere() -> None:
    """That places come free helps nobody whose family of links is stuck."""
    bulkheads = Bulkheads(ROOM)
    done = asyncio.Event()

    async def come_and_go() -> None:
        while not done.is_set():
            async with bulkheads.place([PUBLIC], ""):
                await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group, bulkheads.place([PUBLIC], "search"):
        group.create_task(come_and_go())
        with pytest.raises(OriginBusy, match="that was slow or failed"):
            await bulkheads.place([PUBLIC], "search").__aenter__()
        done.set()


async def test_who_is_cancelled_leaves_their_place() -> None:
    """While holding it, or while waiting for it."""
    bulkheads = Bulkheads(Room(requests=1, wait=5))

    async def hold() -> None:
        async with bulkheads.place([PUBLIC], ""):
            await asyncio.Event().wait()

    tasks = [asyncio.create_task(hold()) for _ in range(2)]
    for _ in range(3):
        await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    assert bulkheads.taken == 0
