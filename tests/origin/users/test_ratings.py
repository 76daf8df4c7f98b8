"""Ratings: given, changed, taken back, and asked about."""

import pytest

from gateway.origin.calls import Document
from gateway.origin.database import Database
from tests.origin.data.counting import statements

from .asking import Asking, Told, ids, root, told
from .household import AMELIE, BASE, BEN, CAVES, EARTH, JAWS, PATHS, TOTORO, numbered, put, refs

pytestmark = pytest.mark.anyio

RATED: Told = (201, None, "Title rated")
CHANGED: Told = (200, None, "Rating changed")
REMOVED: Told = (200, None, "Rating removed")
ALREADY: Told = (422, None, "Title has already been rated")
NO_TITLE: Told = (400, 130, "Title not found or not available")
NOT_FOUND: Told = (404, None, "Resource not found")
NO_RATING: Told = (400, None, "rating is invalid")
NO_REF: Told = (400, None, "title_ref is invalid")

ACTUAL = "/ratings/title/actual"


async def opinions(asking: Asking, *titles: int) -> list[tuple[str, str | None]]:
    """Return what was given for *titles*: stars, or "not_interested", or None."""
    items = root(await asking.get(ACTUAL, title_refs=refs(*titles))).iterfind("ratings_item")
    given = [(item.findtext("id", "").rpartition("/")[2], item.find("user_rating")) for item in items]
    return [(id_, None if found is None else found.get("value") or found.text) for id_, found in given]


async def test_a_title_is_rated_once(ben: Asking) -> None:
    """The first rating is created, with an address; another POST is refused and changes nothing."""
    first = await ben.send("POST", ACTUAL, title_ref=refs(JAWS), rating="4")
    second = await ben.send("POST", ACTUAL, title_ref=refs(JAWS), rating="1")

    assert (told(first), told(second)) == (RATED, ALREADY)
    assert isinstance(first, Document)
    assert (first.location, first.root.findtext("status_code")) == (
        f"{BASE}/users/{BEN}{ACTUAL}/{JAWS}",
        "201",
    )
    assert await opinions(ben, JAWS) == [(str(JAWS), "4")]


async def test_a_rating_is_changed_and_taken_back(ann: Asking) -> None:
    """PUT changes it, "no opinion" removes it, and then it is given anew."""
    changed = await ann.send("PUT", f"{ACTUAL}/{JAWS}", rating="2")
    after = await opinions(ann, JAWS)
    removed = await ann.send("PUT", f"{ACTUAL}/{JAWS}", rating="no_opinion")
    gone = await ann.get(f"{ACTUAL}/{JAWS}")
    again = await ann.send("POST", f"{ACTUAL}/{JAWS}", rating="not_interested")

    assert [told(answer) for answer in (changed, removed, gone, again)] == [
        CHANGED,
        REMOVED,
        NOT_FOUND,
        RATED,
    ]
    assert (after, await opinions(ann, JAWS)) == ([("1", "2")], [("1", "not_interested")])


async def test_a_posted_no_opinion_takes_back(ann: Asking) -> None:
    """POST of "no opinion" removes what was given, and is created where nothing was."""
    for _ in range(2):
        answer = await ann.send("POST", ACTUAL, title_ref=refs(JAWS), rating="no_opinion")
        assert told(answer) == (201, None, "Rating removed")

    assert await opinions(ann, JAWS) == [("1", None)]


@pytest.mark.parametrize(
    ("verb", "path", "parameters", "expected"),
    [
        ("POST", ACTUAL, {"title_ref": refs(AMELIE), "rating": "6"}, NO_RATING),
        ("POST", ACTUAL, {"title_ref": refs(AMELIE), "rating": "3.5"}, NO_RATING),
        ("POST", ACTUAL, {"title_ref": refs(AMELIE), "rating": "²"}, NO_RATING),
        ("POST", ACTUAL, {"title_ref": refs(AMELIE)}, NO_RATING),
        ("POST", ACTUAL, {"rating": "3"}, NO_REF),
        ("POST", ACTUAL, {"title_ref": "http://evil.example/catalog/titles/movies/1", "rating": "3"}, NO_REF),
        ("POST", ACTUAL, {"title_ref": refs(AMELIE, JAWS), "rating": "3"}, NO_REF),
        ("POST", ACTUAL, {"title_ref": "/catalog/titles/movies/999", "rating": "3"}, NO_TITLE),
        ("POST", ACTUAL, {"title_ref": f"/catalog/titles/series/{AMELIE}", "rating": "3"}, NO_TITLE),
        ("POST", ACTUAL, {"title_ref": f"/catalog/titles/series/{JAWS}/seasons/11", "rating": "3"}, NO_TITLE),
        ("POST", f"{ACTUAL}/999", {"rating": "3"}, NOT_FOUND),
        ("PUT", f"{ACTUAL}/999", {"rating": "3"}, NOT_FOUND),
        ("PUT", f"{ACTUAL}/{AMELIE}", {"rating": "3"}, NOT_FOUND),
        ("PUT", f"{ACTUAL}/{JAWS}", {"rating": "0"}, NO_RATING),
    ],
)
async def test_what_cannot_be_done_is_refused(
    ann: Asking, verb: str, path: str, parameters: dict[str, object], expected: Told
) -> None:
    """A wrong value, a wrong reference and an unknown title are told apart."""
    assert told(await ann.send(verb, path, **parameters)) == expected


@pytest.mark.parametrize(
    "named",
    [
        {"title_ref": PATHS[AMELIE]},
        {"title_ref": "http://api-public.netflix.com" + PATHS[AMELIE]},
        {"title_refs": refs(AMELIE)},
    ],
)
async def test_a_title_is_named_in_several_ways(ann: Asking, named: dict[str, object]) -> None:
    """By its path, by either historic host, and by the plural that some programs send."""
    assert told(await ann.send("POST", ACTUAL, rating="5", **named)) == RATED
    assert await opinions(ann, AMELIE) == [(str(AMELIE), "5")]


async def test_all_ratings_come_in_pages(ann: Asking) -> None:
    """Without references there are all ratings, the latest first, and only those since a moment."""
    everything = root(await ann.get(ACTUAL, max_results=2))
    late = await ann.get(ACTUAL, updated_min=150)

    assert [child.tag for child in everything][:4] == [
        "url_template",
        "number_of_results",
        "start_index",
        "results_per_page",
    ]
    assert (everything.findtext("number_of_results"), len(everything)) == ("3", 6)
    assert ids(late) == [str(TOTORO), str(EARTH)]


async def test_references_are_answered_in_their_order(ann: Asking) -> None:
    """Each title that is there has an item, whether it was rated or not; unknown ones have none."""
    named = f"{refs(EARTH)},/catalog/titles/movies/999,{refs(AMELIE)},/catalog/titles/programs/{CAVES}"
    answers = [
        await ann.get(f"/ratings/title{kind}", title_refs=named) for kind in ("", "/actual", "/predicted")
    ]

    assert [ids(answer) for answer in answers] == [[str(EARTH), str(AMELIE), str(CAVES)]] * 3
    shown = [
        ["predicted_rating" in _tags(answer), "user_rating" in _tags(answer)] for answer in map(root, answers)
    ]
    assert shown == [[True, True], [False, True], [True, False]]


@pytest.mark.parametrize("kind", ["", "/predicted"])
async def test_without_references_there_is_the_template(ann: Asking, kind: str) -> None:
    """Programs fetch the document without references to learn how to ask."""
    answer = root(await ann.get(f"/ratings/title{kind}"))

    href = f"{BASE}/users/{ann.who}/ratings/title{kind}"
    assert [(child.tag, child.text) for child in answer] == [
        ("url_template", f"{href}?{{-join|&|title_refs}}")
    ]


async def test_500_references_and_no_more(database: Database, ann: Asking) -> None:
    """As many titles as may be named are answered at once, in few statements."""
    async with database.write() as session:
        await put(session, numbered(501))
    named = [f"/catalog/titles/movies/{1000 + n}" for n in range(1, 502)]
    async with database.read() as session:
        with statements(session) as sent:
            (answer,) = await ann.get_all(
                session, [("/ratings/title", {"title_refs": ",".join(named[:500])})]
            )
    refused = await ann.get("/ratings/title", title_refs=",".join(named))

    assert (len(ids(answer)), len(sent)) == (500, 13)
    assert told(refused) == (400, None, "title_refs is invalid: at most 500 of them")


async def test_a_call_that_is_refused_spoils_no_other(database: Database, ann: Asking) -> None:
    """Of several calls that are answered together each has its own answer, in its place."""
    asked = [
        (ACTUAL, {"title_refs": refs(JAWS)}),
        (ACTUAL, {"title_refs": "nothing"}),
        (ACTUAL, {"max_results": "1"}),
        (ACTUAL, {"max_results": "0"}),
    ]
    async with database.read() as session:
        answers = await ann.get_all(session, asked)

    assert [ids(answer) if isinstance(answer, Document) else told(answer) for answer in answers] == [
        [str(JAWS)],
        (400, None, "title_refs is invalid"),
        [str(TOTORO)],
        (400, 120, "max_results must be a positive integer"),
    ]


def _tags(document: object) -> set[str]:
    assert hasattr(document, "iter")
    return {element.tag for element in document.iter()}
