"""What a subscriber can do with titles (contract 3.10, 8 (7) and 11)."""

import pytest

from gateway.origin.database import Database
from tests.origin.data.counting import statements

from . import shop
from .conftest import put
from .program import Acting, Program, root, told
from .shop import (
    AMELIE,
    ANN,
    BARE,
    BEN_HUR,
    BEN_HUR_1,
    BEN_HUR_2,
    BOB,
    CAT,
    DISC_1,
    DISC_2,
    DISC_3,
    FIREFLY,
    GONE,
    JAWS,
    OLD,
    PILOT,
    SEASON,
    SHORE,
    SOON,
    TOTORO,
    TRIANGLE,
    ref,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(any_url: str) -> str:
    """Try it on every kind of database."""
    return any_url


State = dict[str, list[str]]
"""What a document says of the formats of a title: in which, and what can be done; ``*`` if preferred."""


async def states(program: Program, *titles: int, **parameters: object) -> list[State]:
    """Return what a document says of *titles*."""
    refs = ",".join(map(ref, titles))
    document = root(await program.read("/title_states", title_refs=refs, **parameters))
    return [
        {
            labels[0] + ("*" if format_.findtext("preferred_format") == "true" else ""): labels[1:]
            for format_ in state.iterfind("title_state_item/format")
            if (labels := [category.get("label", "") for category in format_.iterfind("category")])
        }
        for state in document.iterfind("title_state")
    ]


@pytest.mark.parametrize(
    ("subscriber", "title", "state"),
    [
        (ANN, JAWS, {"Instant": ["Play", "Add"], "DVD*": ["Add"], "Blu-ray": ["Save"]}),
        (ANN, AMELIE, {"DVD": ["Add"], "Blu-ray*": ["Add"]}),
        (ANN, SOON, {"Instant": ["Add"]}),
        (ANN, GONE, {}),
        (ANN, BARE, {}),
        (ANN, OLD, {"DVD*": ["Save"]}),
        (ANN, BEN_HUR, {"DVD*": ["Add All"]}),
        (ANN, BEN_HUR_1, {"DVD*": ["Add"]}),
        (ANN, FIREFLY, {"Instant": ["Play", "Add"], "DVD": ["Add All"], "Blu-ray*": ["Add All"]}),
        (ANN, PILOT, {"Instant": ["Play", "Add"]}),
        (ANN, SHORE, {"Instant": ["Play", "Add"]}),
        (BOB, JAWS, {"DVD*": ["Add"]}),
        (BOB, TRIANGLE, {"DVD*": ["Save"]}),
        (CAT, JAWS, {"Instant": ["Play", "Add"]}),
    ],
)
async def test_what_can_be_done_with_a_title(
    acting: Acting, subscriber: str, title: int, state: State
) -> None:
    """What can be played is played; a disc is added when it is out and saved otherwise, a set as a whole."""
    assert await states(acting(subscriber), title) == [state]


async def test_what_is_queued_is_in_the_queue(ann: Program) -> None:
    """A queued title has no other state, in no format."""
    for kind, title in (("instant", JAWS), ("disc", JAWS), ("disc", TRIANGLE), ("instant", SOON)):
        await ann.post(kind, title)

    assert await states(ann, JAWS, TRIANGLE, SOON) == [
        {"Instant": ["In Queue"], "DVD*": ["In Queue"], "Blu-ray": ["In Queue"]},
        {"DVD*": ["In Queue"]},
        {"Instant": ["In Queue"]},
    ]


async def test_what_is_out_is_at_home(acting: Acting, database: Database) -> None:
    """A disc that was sent is at home until it comes back."""
    async with database.write() as session:
        await put(session, shop.sent(BOB, TOTORO), shop.sent(BOB, AMELIE, returned=shop.NOW))

    assert await states(acting(BOB), TOTORO, AMELIE) == [{"DVD*": ["At Home"]}, {"DVD*": ["Add"]}]


async def test_a_set_is_as_what_is_missing_of_it(acting: Acting, database: Database) -> None:
    """While a disc can be added, the set can; then saved; then it is in the queue; or all of it is out."""
    bob = acting(BOB)
    seen = []
    for title in (DISC_1, DISC_2, DISC_3):
        seen += await states(bob, SEASON)
        await bob.post("disc", title)
    seen += await states(bob, SEASON)
    async with database.write() as session:
        await put(session, shop.sent(BOB, BEN_HUR_1), shop.sent(BOB, BEN_HUR_2))
    seen += await states(bob, BEN_HUR)

    labels = ["Add All", "Add All", "Save All", "In Queue", "At Home"]
    assert seen == [{"DVD*": [label]} for label in labels]


async def test_a_state_is_what_a_post_does(acting: Acting) -> None:
    """What can be added becomes available, what can be saved is saved, in the format that is preferred."""
    for title in (JAWS, AMELIE, TOTORO, TRIANGLE, OLD, BEN_HUR_1):
        for subscriber in (ANN, BOB):
            program = acting(subscriber)
            (state,) = await states(program, title)
            await program.post("disc", title)
            available, _ = await program.order("disc")

            (preferred,) = (name for name in state if name.endswith("*"))
            assert (title in available) == (state[preferred] == ["Add"])


async def test_titles_come_once_and_in_the_order_asked(ann: Program) -> None:
    """Each title that exists has a state; what does not exist, or is of another kind, has none."""
    no_series = f"{shop.BASE}/catalog/titles/series/{AMELIE}"
    refs = ",".join([ref(TOTORO), "", ref(999), no_series, f" {ref(JAWS)}", ref(TOTORO)])

    document = root(await ann.read("/title_states", title_refs=refs))

    assert [link.get("title") for link in document.iterfind("title_state/link")] == ["Totoro", "Jaws"]


async def test_without_titles_it_says_how_to_ask(ann: Program) -> None:
    """The template is all there is."""
    document = root(await ann.read("/title_states"))

    assert [(child.tag, child.text) for child in document] == [
        ("url_template", f"{shop.BASE}/users/{ANN}/title_states?{{-join|&|title_refs}}")
    ]


@pytest.mark.parametrize(
    "refs",
    [
        "elsewhere",
        f"{shop.BASE}/catalog/people/1",
        f"{ref(JAWS)},http://elsewhere.example/catalog/titles/movies/101",
        f"{shop.BASE}/users/{ANN}/queues/disc/available/1/{JAWS}",
    ],
)
async def test_what_names_no_title_is_refused(ann: Program, refs: str) -> None:
    """Every reference must be the address of a title of ours."""
    assert told(await ann.read("/title_states", title_refs=refs)) == (400, None, "title_refs is invalid")


async def test_five_hundred_titles_are_asked_about_at_once(ann: Program) -> None:
    """One more is too many."""
    refs = [ref(key) for key in range(1000, 1501)]

    enough = await ann.read("/title_states", title_refs=",".join(refs[:500]))
    too_many = await ann.read("/title_states", title_refs=",".join(refs))

    assert (len(root(enough)), told(too_many)) == (
        1,
        (400, None, "title_refs is invalid: at most 500 of them"),
    )


async def test_playback_is_told_from_1_5_on(ann: Program, database: Database) -> None:
    """How far the last time went is told of what was watched, and not before version 1.5."""
    async with database.write() as session:
        rows = [
            shop.watched(ANN, JAWS, when=shop.NOW - 50, seconds=7190),
            shop.watched(ANN, JAWS, when=shop.NOW - 20, seconds=600),
            shop.watched(ANN, TOTORO, when=shop.NOW - 10, seconds=7000),
            shop.watched(ANN, SHORE, when=shop.NOW - 5, seconds=None),
            shop.watched(BOB, PILOT, when=shop.NOW - 5, seconds=10),
        ]
        await put(session, *rows)
    names = ("playback_bookmark", "watched_date", "watched_to_end")
    refs = ",".join(map(ref, (JAWS, TOTORO, SHORE, PILOT)))

    told_of: dict[str, list[list[str | None]]] = {}
    for version in ("1.0", "1.5"):
        document = root(await ann.read("/title_states", title_refs=refs, v=version))
        instant = document.iterfind("title_state/title_state_item[1]/format")
        told_of[version] = [[format_.findtext(name) for name in names] for format_ in instant]

    assert told_of == {
        "1.0": [[None] * 3] * 4,
        "1.5": [
            ["600", str(shop.NOW - 20), "false"],
            ["0", str(shop.NOW - 10), "true"],
            ["0", str(shop.NOW - 5), "false"],
            [None] * 3,
        ],
    }


async def test_many_titles_cost_as_much_as_one(ann: Program, database: Database) -> None:
    """The number of statements does not grow with the titles asked about."""
    counts = []
    for titles in ((FIREFLY,), (FIREFLY, SEASON, BEN_HUR, JAWS, TOTORO, PILOT)):
        async with database.read() as session:
            with statements(session) as sent:
                await states(ann, *titles)
        counts.append(len(sent))

    assert counts[0] == counts[1] <= 14
