"""Titles added to a queue, and moved within it (contract 3.12)."""

import pytest

from gateway.origin.calls import Document
from gateway.origin.database import Database

from . import shop
from .conftest import put
from .program import (
    DONE,
    HOME,
    NO_FORMAT,
    NOT_FOR_USER,
    QUEUED,
    SAVED,
    UNAVAILABLE,
    WRONG_FORMAT,
    Acting,
    Program,
    Told,
    created,
    root,
    told,
)
from .shop import (
    AMELIE,
    BARE,
    BOB,
    CAT,
    DAN,
    DISC_1,
    DISC_3,
    FIREFLY,
    GONE,
    JAWS,
    OLD,
    PILOT,
    SEASON,
    SHORE,
    SHORE_SEASON,
    SOON,
    TOTORO,
    TRIANGLE,
)

pytestmark = pytest.mark.anyio


async def test_a_title_goes_to_the_end(ann: Program) -> None:
    """Without a position a title is the last, and the answer says where it is and what the tag is now."""
    await ann.post("disc", AMELIE)

    answer = await ann.post("disc", TOTORO)

    assert isinstance(answer, Document)
    assert (told(answer), created(answer)) == (DONE, [f"disc/available/2/{TOTORO}"])
    assert answer.location == f"{shop.BASE}/users/{shop.ANN}/queues/disc/available/2/{TOTORO}"
    assert answer.root.findtext("etag") == answer.etag == await ann.tag("disc")
    assert await ann.order("disc") == ([AMELIE, TOTORO], [])


@pytest.mark.parametrize(
    ("position", "order"),
    [
        ("1", [TOTORO, JAWS, AMELIE]),
        ("2", [JAWS, TOTORO, AMELIE]),
        ("3", [JAWS, AMELIE, TOTORO]),
        ("4", [JAWS, AMELIE, TOTORO]),
        ("0002", [JAWS, TOTORO, AMELIE]),
        ("9" * 5000, [JAWS, AMELIE, TOTORO]),
        ("0" * 5000 + "1", [TOTORO, JAWS, AMELIE]),
        ("", [JAWS, AMELIE, TOTORO]),
    ],
)
async def test_a_position_is_where_the_title_is_put(ann: Program, position: str, order: list[int]) -> None:
    """Positions count from 1; one beyond the end is the end."""
    await ann.post("disc", JAWS)
    await ann.post("disc", AMELIE)

    answer = await ann.post("disc", TOTORO, position=position)

    assert (told(answer), await ann.order("disc")) == (DONE, (order, []))


@pytest.mark.parametrize("position", ["0", "-1", "1e3", "+1", " 1", "1.0", "٣", "first", "00"])
async def test_other_positions_are_refused(ann: Program, position: str) -> None:
    """What is no number from 1 is no position, and nothing changes."""
    answer = await ann.post("disc", TOTORO, position=position)

    assert (told(answer), await ann.order("disc")) == ((400, None, "position is invalid"), ([], []))


@pytest.mark.parametrize(
    ("position", "order"),
    [
        ("1", [TOTORO, JAWS, AMELIE]),
        ("2", [JAWS, TOTORO, AMELIE]),
        ("3", [JAWS, AMELIE, TOTORO]),
        ("99", [JAWS, AMELIE, TOTORO]),
    ],
)
async def test_a_title_that_is_there_is_moved(ann: Program, position: str, order: list[int]) -> None:
    """With a position, a title that is queued already is moved to it; an entry may name it as well."""
    for title in (JAWS, AMELIE, TOTORO):
        await ann.post("disc", title)

    answer = await ann.post("disc", TOTORO, position=position)

    assert (told(answer), await ann.order("disc")) == (DONE, (order, []))
    assert created(answer) == [f"disc/available/{order.index(TOTORO) + 1}/{TOTORO}"]


async def test_a_title_is_queued_once(ann: Program) -> None:
    """A title that is there already, with nothing said of where, is refused, and nothing changes."""
    await ann.post("disc", TOTORO)
    tag = await ann.tag("disc")

    answers = [await ann.post("disc", TOTORO), await ann.post("disc", TOTORO, format="dvd")]

    assert [told(answer) for answer in answers] == [QUEUED, QUEUED]
    assert (await ann.tag("disc"), await ann.order("disc")) == (tag, ([TOTORO], []))


async def test_a_move_to_where_it_is_changes_nothing(ann: Program) -> None:
    """The tag stays when the order does."""
    await ann.post("disc", TOTORO)
    tag = await ann.tag("disc")

    answer = await ann.post("disc", TOTORO, position=1)

    assert (told(answer), await ann.tag("disc")) == (DONE, tag)


@pytest.mark.parametrize(
    ("subscriber", "title", "parameters", "format_"),
    [
        (shop.ANN, AMELIE, {}, "Blu-ray"),
        (shop.ANN, AMELIE, {"format": "DVD"}, "DVD"),
        (shop.ANN, AMELIE, {"format": "blu-RAY"}, "Blu-ray"),
        (shop.ANN, TOTORO, {}, "DVD"),
        (shop.ANN, JAWS, {}, "DVD"),
        (BOB, AMELIE, {}, "DVD"),
        (DAN, AMELIE, {}, "DVD"),
    ],
)
async def test_the_format_is_the_preferred_one(
    acting: Acting, subscriber: str, title: int, parameters: dict[str, str], format_: str
) -> None:
    """Unless it is said, the format is what the subscriber prefers; DVD where there is no Blu-ray yet."""
    answer = await acting(subscriber).post("disc", title, **parameters)

    scheme = f"{shop.BASE}/categories/title_formats"
    category = root(answer).find(f"resources_created/queue_item/category[@scheme='{scheme}']")
    assert category is not None
    assert (told(answer), category.get("term")) == (DONE, format_)


@pytest.mark.parametrize(
    ("subscriber", "kind", "title", "parameters", "refusal"),
    [
        (shop.ANN, "disc", TOTORO, {"format": "Blu-ray"}, WRONG_FORMAT),
        (shop.ANN, "disc", AMELIE, {"format": "VHS"}, NO_FORMAT),
        (shop.ANN, "disc", JAWS, {"format": "Instant"}, NO_FORMAT),
        (shop.ANN, "disc", GONE, {"format": "HD DVD"}, NO_FORMAT),
        (shop.ANN, "instant", JAWS, {"format": "DVD"}, NO_FORMAT),
        (shop.ANN, "instant", AMELIE, {}, WRONG_FORMAT),
        (shop.ANN, "instant", DISC_1, {}, WRONG_FORMAT),
        (shop.ANN, "instant", GONE, {}, UNAVAILABLE),
        (shop.ANN, "instant", BARE, {}, UNAVAILABLE),
        (shop.ANN, "disc", SOON, {}, WRONG_FORMAT),
        (shop.ANN, "disc", SHORE, {}, WRONG_FORMAT),
        (shop.ANN, "disc", PILOT, {}, WRONG_FORMAT),
        (shop.ANN, "disc", BARE, {}, UNAVAILABLE),
        (shop.ANN, "disc", 999, {}, UNAVAILABLE),
        (BOB, "disc", AMELIE, {"format": "Blu-ray"}, NOT_FOR_USER),
        (BOB, "instant", JAWS, {}, NOT_FOR_USER),
        (CAT, "disc", AMELIE, {}, NOT_FOR_USER),
    ],
)
async def test_what_cannot_be_had_is_refused(  # noqa: PLR0913  # One argument a column of the table.
    acting: Acting,
    *,
    subscriber: str,
    kind: str,
    title: int,
    parameters: dict[str, str],
    refusal: Told,
) -> None:
    """Each reason has its code, and the queue stays empty."""
    program = acting(subscriber)

    answer = await program.post(kind, title, **parameters)

    assert (told(answer), await program.order(kind)) == (refusal, ([], []))


@pytest.mark.parametrize("title", [JAWS, FIREFLY, SEASON, PILOT, SHORE, SHORE_SEASON])
async def test_the_instant_queue_takes_what_can_be_played(ann: Program, title: int) -> None:
    """Films, series, seasons and episodes are entries of their own; parts have what the whole has."""
    answer = await ann.post("instant", title, format="instant")

    assert (told(answer), created(answer)) == (DONE, [f"instant/available/1/{title}"])


@pytest.mark.parametrize(
    ("kind", "title"), [("disc", TRIANGLE), ("instant", SOON), ("disc", OLD), ("disc", DISC_3)]
)
async def test_what_is_not_to_be_had_now_is_saved(acting: Acting, kind: str, title: int) -> None:
    """A title goes to the saved ones by itself, where it has no position; it says when it comes."""
    dan = acting(DAN)

    answer = await dan.post(kind, title, position=1)

    assert (told(answer), created(answer)) == (DONE, [f"{kind}/saved/{title}"])
    assert await dan.order(kind) == ([], [title])
    days = {TRIANGLE: 1, SOON: 1, DISC_3: 2}
    expected = str(shop.NOW + days[title] * shop.DAY) if title in days else None
    assert root(answer).findtext("resources_created/queue_item/availability_date") == expected


async def test_what_is_saved_cannot_be_moved(ann: Program) -> None:
    """A saved title has no position to be given."""
    await ann.post("disc", TRIANGLE)

    assert told(await ann.post("disc", TRIANGLE, position=1)) == SAVED
    assert told(await ann.post("disc", TRIANGLE)) == QUEUED


async def test_another_format_changes_the_entry(ann: Program) -> None:
    """A title that is queued can be asked for in another format, and saved or released by that."""
    await ann.post("disc", JAWS)
    await ann.post("disc", TOTORO)

    saved = await ann.post("disc", JAWS, format="Blu-ray")
    order = await ann.order("disc")
    unmoved = await ann.post("disc", JAWS, format="DVD", position=1)
    back = await ann.order("disc")
    refused = await ann.post("disc", JAWS, format="Blu-ray", position=1)

    assert (created(saved), order) == ([f"disc/saved/{JAWS}"], ([TOTORO], [JAWS]))
    assert (created(unmoved), back) == ([f"disc/available/1/{JAWS}"], ([JAWS, TOTORO], []))
    assert (told(refused), await ann.order("disc")) == (SAVED, back)


async def test_another_format_keeps_the_place(ann: Program) -> None:
    """The entry stays where it is, and has been updated."""
    await ann.post("disc", AMELIE)
    await ann.post("disc", TOTORO)
    ann.now += 60

    answer = await ann.post("disc", AMELIE, format="DVD")

    assert created(answer) == [f"disc/available/1/{AMELIE}"]
    assert root(answer).findtext("resources_created/queue_item/updated") == str(shop.NOW + 60)


async def test_what_is_at_home_is_not_sent_twice(ann: Program, database: Database) -> None:
    """A disc that was sent and has not come back is refused; one that came back is not."""
    async with database.write() as session:
        await put(session, shop.sent(shop.ANN, TOTORO), shop.sent(shop.ANN, AMELIE, returned=shop.NOW))

    assert told(await ann.post("disc", TOTORO)) == HOME
    assert told(await ann.post("disc", AMELIE)) == DONE
    assert told(await ann.post("instant", TOTORO)) == DONE
