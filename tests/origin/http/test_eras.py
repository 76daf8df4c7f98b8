"""What the service had at which time (contract 6.2)."""

from collections.abc import Callable

import httpx
import pytest
from lxml import etree

from gateway.origin.eras import END_OF_TIME, Era, is_there, meant
from gateway.origin.paths import Address, Paths
from gateway.origin.representations.view import DAY, View
from tests.origin.http.conftest import BASE, Signer

PATHS = Paths(BASE)

GONE = {
    Era.LAUNCH: {"/users/current", "/utility/bulk", "/bulk", "/catalog/titles/full", "/catalog/titles/dvd"},
    Era.EVERYTHING: set[str](),
    Era.STREAMING: {
        "/users/u/at_home",
        "/users/u/rental_history/shipped",
        "/users/u/rental_history/returned",
        "/catalog/titles/discs/1",
        "/catalog/titles/movies/1/discs",
        "/catalog/titles/movies/1/bonus_materials",
        "/catalog/titles/dvd",
        "/categories/genres",
    },
    Era.LAST_CHANGE: {
        "/users/u/at_home",
        "/users/u/rental_history",
        "/users/u/rental_history/shipped",
        "/users/u/rental_history/returned",
        "/users/u/rental_history/watched",
        "/catalog/titles/index",
        "/catalog/titles/full",
        "/categories/genres",
    },
}
ALWAYS = {"/catalog/titles", "/catalog/titles/movies/1", "/users/u", "/users/u/queues/instant"}


def _address(path: str) -> Address:
    address = PATHS.read(path)
    assert address is not None
    return address


@pytest.mark.parametrize("era", list(GONE))
def test_what_was_gone_is_gone_and_nothing_else(era: Era) -> None:
    """Each era lacks what the developers were told, and has what the others lack."""
    asked = ALWAYS.union(*GONE.values())

    missing = {path for path in asked if not is_there(era, _address(path))}

    assert missing == GONE[era]


def test_after_the_end_there_is_nothing() -> None:
    """Every address is gone in 2014-11."""
    asked = ALWAYS.union(*GONE.values())

    assert {path for path in asked if is_there(Era.CLOSED, _address(path))} == set()


def test_disc_queues_showed_the_instant_queue_for_a_while() -> None:
    """In 2011-10 a disc queue's address means the instant queue; elsewhere it means itself."""
    disc = _address("/users/u/queues/disc/saved")

    assert meant(Era.STREAMING, disc) == _address("/users/u/queues/instant/saved")
    assert meant(Era.EVERYTHING, disc) == disc


@pytest.mark.parametrize(
    ("era", "ends", "told"),
    [
        (Era.EVERYTHING, 100 * DAY, 100 * DAY),
        (Era.EVERYTHING, None, None),
        (Era.LAST_CHANGE, None, END_OF_TIME),
        (Era.LAST_CHANGE, 115 * DAY, END_OF_TIME),
        (Era.LAST_CHANGE, 113 * DAY, 113 * DAY),
    ],
)
def test_only_ends_within_two_weeks_are_told_at_last(era: Era, ends: int | None, told: int | None) -> None:
    """In 2012-09 a title is said to be available until 2100, unless it ends within two weeks."""
    assert View(PATHS, era=era, today=100).until(ends) == told


@pytest.mark.anyio
async def test_a_closed_service_answers_404_to_everything(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """In 2014-11 the catalog, the bulk request, sign-in and pictures are all gone."""
    paths = [
        sign("/catalog/titles/movies/60001220"),
        "/utility/bulk",
        "/oauth/request_token",
        "/boxshots/large/60001220.jpg",
        "/",
    ]
    async with make_client(era=Era.CLOSED) as client:
        answers = [await client.get(path) for path in paths]

    assert [answer.status_code for answer in answers] == [404] * len(paths)


@pytest.mark.anyio
async def test_formats_of_the_last_era_end_in_2100(
    make_client: Callable[..., httpx.AsyncClient], sign: Signer
) -> None:
    """The dates of a document follow the era."""
    async with make_client(era=Era.LAST_CHANGE) as client:
        answer = await client.get(sign("/catalog/titles/movies/60001220/format_availability"))

    ends = {offer.get("available_until") for offer in etree.fromstring(answer.content)}
    assert ends == {str(END_OF_TIME)}
