"""Queues as they are listed (contract 3.11)."""

import pytest
from lxml import etree

from gateway.origin.accounts import QueueKind
from gateway.origin.database import Database
from gateway.origin.queues.reading import current_queues
from gateway.origin.queues.storage import QueueKey
from tests.databases import Databases
from tests.origin.data.counting import statements

from . import shop
from .conftest import fill, put
from .program import Acting, Program, root, told
from .shop import AMELIE, BOB, DISC_3, JAWS, OLD, TOTORO, TRIANGLE

pytestmark = pytest.mark.anyio

ADDED = (TOTORO, JAWS, TRIANGLE, AMELIE, OLD)
"""In this order, a minute after each other; the third and the last are saved."""


async def _fill_queue(url: str) -> None:
    await fill(url)
    database = Database(url)
    for minute, title in enumerate(ADDED):
        await Program(database, BOB, shop.NOW + 60 * minute).post("disc", title)
    await database.close()


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of a catalog where a queue has titles, on every kind of database."""
    return databases.copy(_fill_queue)


@pytest.fixture
def bob(acting: Acting) -> Program:
    """Act for that subscriber, a minute after the last title."""
    return acting(BOB, now=shop.NOW + 60 * len(ADDED))


def titles(document: etree._Element) -> list[int]:
    """Return the titles that a document lists."""
    return [int(item.findtext("id", "").rpartition("/")[2]) for item in document.iterfind("queue_item")]


@pytest.mark.parametrize(
    ("path", "parameters", "listed"),
    [
        ("", {}, [TOTORO, JAWS, AMELIE, OLD, TRIANGLE]),
        ("", {"sort": "queue_sequence"}, [TOTORO, JAWS, AMELIE, OLD, TRIANGLE]),
        ("", {"sort": "date_added"}, [OLD, AMELIE, TRIANGLE, JAWS, TOTORO]),
        ("", {"sort": "alphabetical"}, [AMELIE, JAWS, OLD, TOTORO, TRIANGLE]),
        ("/available", {}, [TOTORO, JAWS, AMELIE]),
        ("/available", {"sort": "alphabetical"}, [AMELIE, JAWS, TOTORO]),
        ("/saved", {"sort": ""}, [OLD, TRIANGLE]),
        ("", {"start_index": "1", "max_results": "2"}, [JAWS, AMELIE]),
        ("", {"start_index": "99"}, []),
        ("", {"updated_min": str(shop.NOW + 120)}, [AMELIE, OLD, TRIANGLE]),
        ("", {"updated_min": "2011-03-13T08:08:40+01:00"}, [AMELIE, OLD, TRIANGLE]),
        ("", {"updated_min": "2011-03-13T07:08:41Z"}, [AMELIE, OLD]),
    ],
)
async def test_entries_come_in_the_order_asked_for(
    bob: Program, path: str, parameters: dict[str, str], listed: list[int]
) -> None:
    """By sequence with the saved ones behind, by name, or the newest first; from a moment on; in pages."""
    document = root(await bob.read(f"/queues/disc{path}", **parameters))

    assert titles(document) == listed


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"sort": "rating"}, (400, None, "sort is invalid")),
        ({"updated_min": "yesterday"}, (400, None, "updated_min is invalid")),
        ({"updated_min": "2011-13-01T00:00:00Z"}, (400, None, "updated_min is invalid")),
        ({"max_results": "0"}, (400, 120, "max_results must be a positive integer")),
        ({"start_index": "-1"}, (400, None, "start_index is invalid")),
    ],
)
async def test_parameters_that_mean_nothing_are_refused(
    bob: Program, parameters: dict[str, str], refusal: tuple[int, int | None, str]
) -> None:
    """Each by its name."""
    assert told(await bob.read("/queues/disc", **parameters)) == refusal


@pytest.mark.parametrize(
    ("path", "parameters", "numbers"),
    [
        ("", {}, ("5", "0", "25")),
        ("", {"max_results": "501", "start_index": "3"}, ("5", "3", "500")),
        ("/saved", {"max_results": "1"}, ("2", "0", "1")),
        ("", {"updated_min": "9999999999"}, ("0", "0", "0")),
    ],
)
async def test_the_header_tells_the_page(
    bob: Program, path: str, parameters: dict[str, str], numbers: tuple[str, str, str]
) -> None:
    """It counts the list that is asked for; of an empty one the pages are empty too."""
    document = root(await bob.read(f"/queues/disc{path}", **parameters))

    names = ("number_of_results", "start_index", "results_per_page")
    assert tuple(document.findtext(name) for name in names) == numbers
    assert document.findtext("etag") == await bob.tag("disc")


@pytest.mark.parametrize(
    ("path", "listed"),
    [
        (f"available/2/{JAWS}", [JAWS]),
        (f"available/{JAWS}", [JAWS]),
        (f"available/9/{JAWS}", [JAWS]),
        (f"saved/{OLD}", [OLD]),
    ],
)
async def test_an_entry_is_found_by_its_title(bob: Program, path: str, listed: list[int]) -> None:
    """One entry is a queue of one, whatever position is named."""
    document = root(await bob.read(f"/queues/disc/{path}"))

    assert (titles(document), document.findtext("number_of_results")) == (listed, "1")


@pytest.mark.parametrize("path", [f"saved/{JAWS}", f"available/{OLD}", f"available/1/{DISC_3}", "saved/999"])
async def test_an_entry_is_in_its_part_alone(bob: Program, path: str) -> None:
    """What is not in that part of the queue is not found there."""
    assert told(await bob.read(f"/queues/disc/{path}")) == (404, 610, "Title is not in Queue")


async def test_many_queues_cost_as_much_as_one(database: Database, bob: Program) -> None:
    """However many subscribers ask, and however much they have queued, the statements are as many."""
    async with database.write() as session:
        await put(session, *shop.stock(shop.DAN, QueueKind.DISC, 500))
    keys = [QueueKey(subscriber, kind) for subscriber in (bob.subscriber, shop.DAN) for kind in QueueKind]

    async with database.read() as session:
        with statements(session) as one:
            await current_queues(session, [QueueKey(BOB, QueueKind.DISC)], now=shop.NOW)
        with statements(session) as many:
            await current_queues(session, keys, now=shop.NOW)

    assert (len(one), len(many)) == (4, 4)
