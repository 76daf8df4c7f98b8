"""Averages move with the subscribers' ratings, once these are enough."""

from collections.abc import Sequence

import pytest

from gateway.origin.database import Database
from gateway.origin.models import Base, Title
from gateway.origin.ratings.averages import ENOUGH, refresh_averages

from .asking import Asking, root
from .household import AMELIE, JAWS, TOTORO, put, rating, refs, subscriber

pytestmark = pytest.mark.anyio

ACTUAL = "/ratings/title/actual"


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
