"""Programs that change a queue at the same moment, through several processes' worth of connections."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import update

from gateway.origin.accounts import Queue, QueueKind
from gateway.origin.calls import Answer
from gateway.origin.database import Database

from . import shop
from .conftest import put
from .program import DELETED, DONE, REPLACED, STALE, Program, order_of, told
from .shop import AMELIE, ANN, BOB, FIREFLY, JAWS, TOTORO

pytestmark = pytest.mark.anyio

CROWD = 4
DEADLOCKED = 60.0
"""Seconds after which nobody can be waiting for a write."""
FILMS = range(shop.STOCKED, shop.STOCKED + 20)


@pytest.fixture
def url(any_url: str) -> str:
    """Try it on every kind of database."""
    return any_url


@pytest.fixture
async def crowd(database: Database, url: str) -> AsyncIterator[list[Program]]:
    """Open the database as often as there are programs: what they have in common is the database alone."""
    async with database.write() as session:
        await put(session, *(row for row in shop.stock(BOB, QueueKind.DISC, 20)))
    databases = [Database(url, wait=DEADLOCKED) for _ in range(CROWD)]
    yield [Program(opened) for opened in databases]
    for opened in databases:
        await opened.close()


async def test_of_those_with_the_same_tag_one_wins(crowd: list[Program]) -> None:
    """However many change the queue that they have all seen, one does, and all others learn of it."""
    tag = "0"
    for title in (TOTORO, AMELIE, JAWS):
        answers = await asyncio.gather(*(one.post("disc", title, etag=tag, position=1) for one in crowd))

        assert Counter(map(told, answers)) == {DONE: 1, STALE: CROWD - 1}
        tag = await crowd[0].tag("disc")

    assert await crowd[0].order("disc") == ([JAWS, AMELIE, TOTORO], [])


async def test_of_all_kinds_of_change_one_wins(crowd: list[Program]) -> None:
    """It does not matter how they change it."""
    for title in (JAWS, TOTORO):
        await crowd[0].post("instant", title)
    tag = await crowd[0].tag("instant")

    def change(place: int, program: Program) -> "asyncio.Task[Answer]":
        changes = (
            program.post("instant", FIREFLY, etag=tag),
            program.post("instant", TOTORO, position=1, etag=tag),
            program.delete(f"instant/available/2/{TOTORO}", etag=tag),
            program.put(order_of([TOTORO, JAWS], tag=tag)),
        )
        chosen = changes[place % len(changes)]
        for other in changes:
            if other is not chosen:
                other.close()
        return asyncio.create_task(chosen)

    answers = await asyncio.gather(*(change(place, program) for place, program in enumerate(crowd)))

    outcomes = Counter(map(told, answers))
    assert outcomes.pop(STALE) == CROWD - 1
    assert list(outcomes.values()) == [1]
    assert set(outcomes) <= {DONE, DELETED, REPLACED}


async def test_without_tags_nobody_is_lost(crowd: list[Program]) -> None:
    """What is added at the same moment is all there, once, at positions without gaps."""
    references = [f"/catalog/titles/movies/{film}" for film in FILMS]

    answers = await asyncio.gather(
        *(
            crowd[place % CROWD].write("post", "/queues/disc", title_ref=reference, position=place % 5 + 1)
            for place, reference in enumerate(references)
        )
    )

    available, saved = await crowd[0].order("disc")
    assert (Counter(map(told, answers)), sorted(available), saved) == ({DONE: 20}, list(FILMS), [])


async def test_a_first_entry_is_made_once(crowd: list[Program]) -> None:
    """Many may be the first at once: a queue that has no row yet is begun by one of them."""
    answers = await asyncio.gather(*(program.post("disc", TOTORO) for program in crowd))

    assert Counter(told(answer)[:2] for answer in answers) == {(201, None): 1, (412, 710): CROWD - 1}
    assert await crowd[0].order("disc") == ([TOTORO], [])


async def test_readers_see_whole_queues(crowd: list[Program]) -> None:
    """While titles are moved, every look shows all of them, without gaps and under a tag of its own."""
    for title in (JAWS, AMELIE, TOTORO):
        await crowd[0].post("disc", title)
    seen: dict[str, list[int]] = {}

    async def look() -> None:
        for _ in range(10):
            found = await crowd[1].look("disc")
            assert seen.setdefault(found.tag, found.available) == found.available

    async def move() -> None:
        for place in range(10):
            await crowd[2].post("disc", (JAWS, AMELIE, TOTORO)[place % 3], position=1)

    await asyncio.gather(look(), move())

    assert all(sorted(order) == [JAWS, AMELIE, TOTORO] for order in seen.values())


@pytest.mark.parametrize("is_far", [False, True], ids=["one process", "two processes"])
async def test_subscribers_wait_for_no_more_than_a_write(
    crowd: list[Program], database: Database, url: str, *, is_far: bool
) -> None:
    """While a subscriber's change is being made another reads at once, and changes at the latest after it."""
    await crowd[0].post("disc", TOTORO)
    bob = Program(crowd[1].database if is_far else database, BOB)
    is_held, may_go = asyncio.Event(), asyncio.Event()
    ended: list[str] = []

    async def hold() -> None:
        async with database.write(ANN) as session:
            await session.execute(update(Queue).where(Queue.subscriber_id == ANN).values(etag=7))
            is_held.set()
            await may_go.wait()
        ended.append(ANN)

    async def change() -> None:
        assert told(await bob.post("disc", FILMS[5], position=1)) == DONE
        ended.append(BOB)

    async with asyncio.timeout(DEADLOCKED), asyncio.TaskGroup() as tasks:
        tasks.create_task(hold())
        await is_held.wait()
        seen, _ = await bob.order("disc")
        changing = tasks.create_task(change())
        if url.startswith("postgresql"):
            # Which has as many writers as there are subscribers.
            await changing
        may_go.set()

    assert seen == list(FILMS)
    assert ended == ([BOB, ANN] if url.startswith("postgresql") else [ANN, BOB])
    assert (await bob.order("disc"))[0][0] == FILMS[5]
