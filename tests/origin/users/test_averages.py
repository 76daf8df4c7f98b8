"""Averages move with the subscribers' ratings, once these are enough."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from statistics import mean

import pytest
from sqlalchemy import select

from gateway.origin.accounts import Rating
from gateway.origin.database import Database
from gateway.origin.models import Base, Title
from gateway.origin.ratings.averages import ENOUGH, refresh_averages

from .asking import Asking, root
from .household import AMELIE, JAWS, TOTORO, put, rating, refs, subscriber

pytestmark = pytest.mark.anyio

ACTUAL = "/ratings/title/actual"
CROWD = [f"T1crowd.{number}-" for number in range(ENOUGH + 4)]


async def rated(database: Database, title: int, count: int, value: int | None = 2) -> None:
    """Let *count* more subscribers rate a title."""
    names = [f"T1{title}.{n}-" for n in range(count)]
    rows: Sequence[Base] = [*map(subscriber, names), *(rating(name, title, value) for name in names)]
    async with database.write() as session:
        await put(session, rows)


async def average(asking: Asking, title: int) -> str | None:
    """Return the average that a document shows."""
    return root(await asking.get(ACTUAL, title_refs=refs(title))).findtext("ratings_item/average_rating")


async def test_the_twentieth_rating_moves_the_average(database: Database, ben: Asking) -> None:
    """Until then the catalog's own is shown, and again when there are fewer; a null is none."""
    await rated(database, AMELIE, ENOUGH - 1)
    shown = [await average(ben, AMELIE)]
    for opinion in ("not_interested", "no_opinion", "5", "no_opinion"):
        await ben.send("POST", ACTUAL, title_ref=refs(AMELIE), rating=opinion)
        shown.append(await average(ben, AMELIE))

    assert shown == ["4.1", "4.1", "4.1", "2.1", "4.1"]


async def test_a_change_moves_it_too(database: Database, ann: Asking) -> None:
    """Jaws, which nineteen give two stars, goes with the twentieth's opinion of it."""
    await rated(database, JAWS, ENOUGH - 1)
    await ann.send("PUT", f"{ACTUAL}/{JAWS}", rating="1")
    low = await average(ann, JAWS)
    await ann.send("PUT", f"{ACTUAL}/{JAWS}", rating="not_interested")

    assert (low, await average(ann, JAWS)) == ("1.9", "3.9")


async def test_many_ratings_that_came_at_once(database: Database, ben: Asking) -> None:
    """All averages are brought up to date together; titles that nobody rates stay as they are."""
    await rated(database, TOTORO, ENOUGH, 4)
    await rated(database, AMELIE, ENOUGH, None)
    async with database.write() as session:
        await refresh_averages(session)

    async with database.read() as session:
        kept = await session.get(Title, AMELIE)
    assert kept is not None
    assert (await average(ben, TOTORO), kept.rated_average) == ("4.0", None)


@pytest.fixture
async def nodes(database: Database, url: str) -> AsyncIterator[list[Database]]:
    """Open the database as several processes do, with a crowd of subscribers in it."""
    async with database.write() as session:
        await put(session, [subscriber(name) for name in CROWD])
    opened = [Database(url, wait=60) for _ in range(3)]  # on machines however busy
    yield opened
    for one in opened:
        await one.close()


async def test_those_who_rate_at_once_all_count(nodes: list[Database]) -> None:
    """However many rate a title at the same moment, through several processes, none of them is missed."""
    crowd = [Asking(nodes[place % len(nodes)], who) for place, who in enumerate(CROWD)]
    for title in (AMELIE, TOTORO):
        for verb, path, stars in (("POST", ACTUAL, 1), ("PUT", f"{ACTUAL}/{title}", 3)):
            await asyncio.gather(
                *(
                    one.send(verb, path, title_ref=refs(title), rating=stars + place % 3)
                    for place, one in enumerate(crowd)
                )
            )
            assert await stored_average(nodes[0], title) == await true_average(nodes[0], title)


async def test_who_rates_meanwhile_is_in_the_averages_of_all(nodes: list[Database]) -> None:
    """Averages that are brought up to date together hold what was rated while they waited."""
    await rated(nodes[0], JAWS, ENOUGH)
    await rated(nodes[0], TOTORO, ENOUGH)

    async def refresh() -> None:
        async with nodes[1].write() as session:
            await refresh_averages(session)

    crowd = [Asking(nodes[place % len(nodes)], who) for place, who in enumerate(CROWD)]
    ratings = [
        one.send("POST", ACTUAL, title_ref=refs(title), rating=5) for one in crowd for title in (JAWS, TOTORO)
    ]
    await asyncio.gather(refresh(), *ratings, refresh())

    for title in (JAWS, TOTORO):
        assert await stored_average(nodes[0], title) == await true_average(nodes[0], title)


async def stored_average(database: Database, title: int) -> float | None:
    """Return the average that is kept with a title."""
    async with database.read() as session:
        kept: float | None = await session.scalar(select(Title.rated_average).where(Title.id == title))
    return kept


async def true_average(database: Database, title: int) -> object:
    """Return what equals the average of a title's ratings."""
    async with database.read() as session:
        stars = await session.scalars(select(Rating.value).where(Rating.title_id == title))
        return pytest.approx(mean(value for value in stars if value is not None))
