"""Titles that consist of several discs, and how many titles a queue holds (contract 3.12)."""

import pytest

from gateway.origin.accounts import QueueKind
from gateway.origin.database import Database

from . import shop
from .conftest import put
from .program import DONE, FULL, PARTLY, QUEUED, Acting, Program, created, links, told
from .shop import (
    AMELIE,
    BEN_HUR,
    BEN_HUR_1,
    BEN_HUR_2,
    BEN_HUR_BONUS,
    BOB,
    DISC_1,
    DISC_2,
    DISC_3,
    FIREFLY,
    JAWS,
    PONYO,
    SEASON,
    TOTORO,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(any_url: str) -> str:
    """Try it on every kind of database."""
    return any_url


async def test_a_set_is_queued_disc_by_disc(acting: Acting) -> None:
    """A series, a season and a film on several discs become their discs; bonus material does not."""
    bob = acting(BOB)
    await bob.post("disc", TOTORO)

    film = await bob.post("disc", BEN_HUR, position=1)
    series = await bob.post("disc", FIREFLY, position=2)

    assert (told(film), created(film)) == (
        DONE,
        [f"disc/available/1/{BEN_HUR_1}", f"disc/available/2/{BEN_HUR_2}"],
    )
    assert (told(series), created(series)) == (
        DONE,
        [f"disc/available/2/{DISC_1}", f"disc/available/3/{DISC_2}", f"disc/saved/{DISC_3}"],
    )
    assert await bob.order("disc") == ([BEN_HUR_1, DISC_1, DISC_2, BEN_HUR_2, TOTORO], [DISC_3])


async def test_a_film_on_one_disc_is_no_set(ann: Program) -> None:
    """The film itself is the entry, and can be moved."""
    await ann.post("disc", AMELIE)
    await ann.post("disc", PONYO)

    answer = await ann.post("disc", PONYO, position=1)

    assert (told(answer), await ann.order("disc")) == (DONE, ([PONYO, AMELIE], []))


async def test_bonus_material_is_queued_by_its_name(ann: Program) -> None:
    """A disc of bonus material is an entry when it is asked for."""
    answer = await ann.post("disc", BEN_HUR_BONUS)

    assert (told(answer), created(answer)) == (DONE, [f"disc/available/1/{BEN_HUR_BONUS}"])


async def test_a_part_of_a_set_is_a_partial_success(acting: Acting, database: Database) -> None:
    """What is queued already and what cannot be added is told apart from what is new."""
    bob = acting(BOB)
    async with database.write() as session:
        await put(session, shop.sent(BOB, DISC_2))
    await bob.post("disc", DISC_1)

    answer = await bob.post("disc", SEASON)

    assert (told(answer), created(answer)) == (PARTLY, [f"disc/saved/{DISC_3}"])
    assert links(answer, "failed_title_refs") == [DISC_2]
    assert links(answer, "already_in_queue") == [DISC_1]


async def test_a_set_that_is_queued_is_not_moved(ann: Program) -> None:
    """When all its discs are there, a set is a duplicate; only its discs can be moved."""
    await ann.post("disc", FIREFLY)

    again = await ann.post("disc", SEASON)
    moved = await ann.post("disc", FIREFLY, position=1)
    disc = await ann.post("disc", DISC_2, position=1)

    assert (told(again), told(moved), told(disc)) == (
        QUEUED,
        (400, None, "Cannot move a series parent title"),
        DONE,
    )


async def test_a_series_is_moved_in_the_instant_queue(ann: Program) -> None:
    """There a series is an entry like any other."""
    await ann.post("instant", JAWS)
    await ann.post("instant", FIREFLY)

    answer = await ann.post("instant", FIREFLY, position=1)

    assert (told(answer), await ann.order("instant")) == (DONE, ([FIREFLY, JAWS], []))


async def test_a_queue_holds_five_hundred_titles(ann: Program, database: Database) -> None:
    """The 501st title is refused, and of a set as much is added as fits."""
    async with database.write() as session:
        await put(session, *shop.stock(shop.ANN, QueueKind.DISC, 499))
    films = range(shop.STOCKED, shop.STOCKED + 499)

    partly = await ann.post("disc", BEN_HUR)
    refused = await ann.post("disc", TOTORO)

    assert (told(partly), links(partly, "failed_title_refs")) == (PARTLY, [BEN_HUR_2])
    assert (told(refused), await ann.order("disc")) == (FULL, ([*films, BEN_HUR_1], []))
