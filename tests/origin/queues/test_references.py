"""How titles are named when they are posted (contract 9, 9)."""

import pytest

from . import shop
from .program import DONE, QUEUED, UNAVAILABLE, Program, Told, created, told
from .shop import AMELIE, BOB, FIREFLY, JAWS, PILOT, SEASON, SHORE, TOTORO, ref

pytestmark = pytest.mark.anyio


async def test_an_entry_stands_for_its_title(ann: Program) -> None:
    """What is moved may be named by the address of its entry."""
    for title in (JAWS, AMELIE):
        await ann.post("disc", title)
    entry = f"{shop.BASE}/users/{shop.ANN}/queues/disc/available/2/{AMELIE}"

    answer = await ann.write("post", "/queues/disc", title_ref=entry, position=1)

    assert (told(answer), await ann.order("disc")) == (DONE, ([AMELIE, JAWS], []))


@pytest.mark.parametrize(
    "entry",
    [
        f"/users/{shop.ANN}/queues/disc/available/1/{TOTORO}",
        f"/users/{shop.ANN}/queues/instant/available/1/{JAWS}",
        f"/users/{BOB}/queues/disc/available/1/{JAWS}",
    ],
)
async def test_entries_of_elsewhere_stand_for_nothing(ann: Program, entry: str) -> None:
    """An entry that is not in this very queue names no title."""
    await ann.post("disc", JAWS)

    answer = await ann.write("post", "/queues/disc", title_ref=shop.BASE + entry, position=1)

    assert told(answer) == UNAVAILABLE


@pytest.mark.parametrize(
    ("reference", "refusal"),
    [
        ("", (400, None, "title_ref is invalid")),
        ("  ", (400, None, "title_ref is invalid")),
        (str(JAWS), UNAVAILABLE),
        (f"{shop.BASE}/catalog/titles/series/{JAWS}", UNAVAILABLE),
        (f"{shop.BASE}/catalog/titles/series/{SHORE}/seasons/{SEASON}", UNAVAILABLE),
        (f"{shop.BASE}/catalog/titles/movies/{JAWS}/synopsis", UNAVAILABLE),
        (f"http://elsewhere.example/catalog/titles/movies/{JAWS}", UNAVAILABLE),
        ("http://[", UNAVAILABLE),
    ],
)
async def test_what_names_no_title_is_refused(ann: Program, reference: str, refusal: Told) -> None:
    """A reference must be the exact address of a title of ours."""
    answer = await ann.write("post", "/queues/instant", title_ref=reference)

    assert told(answer) == refusal


async def test_a_title_may_have_any_of_our_addresses(ann: Program) -> None:
    """Both historic hosts, either scheme and a relative address name the same title."""
    path = f"/catalog/titles/movies/{JAWS}"
    hosts = ["https://api.netflix.com", "http://api-public.netflix.com:80", "http://API.netflix.com", ""]

    await ann.post("instant", JAWS)
    answers = [await ann.write("post", "/queues/instant", title_ref=host + path) for host in hosts]

    assert [told(answer) for answer in answers] == [QUEUED] * 4


async def test_titles_may_be_named_by_their_series(ann: Program) -> None:
    """An episode's later address names it as well."""
    answer = await ann.write(
        "post", "/queues/instant", title_ref=f"{shop.BASE}/catalog/titles/programs/{FIREFLY}/{PILOT}"
    )

    assert (told(answer), created(answer)) == (DONE, [f"instant/available/1/{PILOT}"])
    assert ref(PILOT).endswith(f"/programs/{PILOT}")
