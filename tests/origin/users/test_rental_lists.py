"""Lists of what was rented and written: pages, moments, and other subscribers."""

from collections.abc import Callable

import pytest

from gateway.origin.accounts import Rental, RentalState
from gateway.origin.database import Database
from tests.origin.data.counting import statements

from .asking import Asking, ids, root, told
from .household import BEN, TOTORO, numbered, put, refs

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/rental_history", ["31", "2", "1", "1"]),
        ("/rental_history/shipped", ["31", "1"]),
        ("/rental_history/returned", ["1"]),
        ("/rental_history/watched", ["2"]),
        ("/at_home", ["31"]),
        ("/reviews", ["2", "1"]),
    ],
)
async def test_the_latest_comes_first(ann: Asking, path: str, expected: list[str]) -> None:
    """Each list has what belongs on it, in the order in which it came there, the latest first."""
    assert ids(await ann.get(path)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("6000", ["31", "2"]),
        ("6001", ["31"]),
        ("1970-01-01T01:40:00Z", ["31", "2"]),
        ("1970-01-01T02:40:00+01:00", ["31", "2"]),
        ("1970-01-01T02:40:00 01:00", ["31", "2"]),
        ("1970-01-01T01:40:00.5z", ["31"]),
        ("", ["31", "2", "1", "1"]),
    ],
)
async def test_only_what_changed_since(ann: Asking, moment: str, expected: list[str]) -> None:
    """``updated_min`` keeps what is as late or later, and counts only that."""
    answer = await ann.get("/rental_history", updated_min=moment)

    assert (ids(answer), root(answer).findtext("number_of_results")) == (expected, str(len(expected)))


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"updated_min": "yesterday"}, (400, None, "updated_min is invalid")),
        ({"updated_min": "2011-13-01T00:00:00Z"}, (400, None, "updated_min is invalid")),
        ({"updated_min": "-1"}, (400, None, "updated_min is invalid")),
        ({"max_results": "0"}, (400, 120, "max_results must be a positive integer")),
        ({"start_index": "x"}, (400, None, "start_index is invalid")),
    ],
)
async def test_what_cannot_be_understood_is_refused(
    ann: Asking, parameters: dict[str, object], expected: tuple[int, int | None, str]
) -> None:
    """A moment or a page that means nothing is refused by the name of its parameter."""
    assert told(await ann.get("/rental_history", **parameters)) == expected


async def test_a_page_has_25_items_and_at_most_500(database: Database, ben: Asking) -> None:
    """A page is cut down to the largest; the header says how large it is."""
    rented = [
        Rental(
            subscriber_id=BEN,
            title_id=1000 + n,
            state=RentalState.WATCHED,
            format="Instant",
            watched=n,
            updated=n,
        )
        for n in range(1, 521)
    ]
    async with database.write() as session:
        await put(session, [*numbered(520), *rented])

    usual = await ben.get("/rental_history/watched")
    large = await ben.get("/rental_history/watched", max_results=501, start_index=10)

    assert (ids(usual)[0], ids(usual)[-1], len(ids(usual))) == ("1520", "1496", 25)
    assert (ids(large)[0], len(ids(large))) == ("1510", 500)
    assert root(large).findtext("results_per_page") == "500"
    assert root(large).findtext("number_of_results") == "520"


async def test_reviews_of_some_titles(ann: Asking) -> None:
    """``title_refs`` keeps the reviews of those titles; what is no title is refused."""
    kept = await ann.get("/reviews", title_refs=refs(TOTORO))
    refused = await ann.get("/reviews", title_refs="nothing")

    assert (ids(kept), told(refused)) == (["2"], (400, None, "title_refs is invalid"))


async def test_nobody_sees_what_is_anothers(asking: Callable[..., Asking]) -> None:
    """Who has rented nothing has an empty list, whatever others have."""
    answer = root(await asking(BEN).get("/rental_history"))

    assert [child.tag for child in answer] == [
        "url_template",
        "number_of_results",
        "start_index",
        "results_per_page",
    ]
    assert answer.findtext("number_of_results") == "0"


async def test_a_hundred_lists_cost_as_much_as_one(database: Database, ann: Asking) -> None:
    """However many pages are asked for at once, the statements are the same."""
    async with database.read() as session:
        with statements(session) as one:
            await ann.get_all(session, [("/rental_history/watched", {})])
        with statements(session) as many:
            answers = await ann.get_all(session, [("/rental_history/watched", {})] * 99)

    # Finding the subscriber, which the dispatcher does, takes two statements a call here.
    assert len(many) - 2 * 99 == len(one) - 2 <= 6
    assert {tuple(ids(answer)) for answer in answers} == {("2",)}
