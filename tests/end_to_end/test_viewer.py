"""The subscriber's graph over a real origin: what it shows is what the REST API says, in few requests."""

import base64
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from lxml import etree

from gateway.contract import Rel
from gateway.origin.demo.credentials import DemoCredentials, Person
from tests.end_to_end.stack import PlainClient, Stack, stack

pytestmark = pytest.mark.anyio

WHOLE = """{ viewer { queue(kind: INSTANT) { etag items(first: 100) { nodes { position title {
    name { regular } viewerRating { user predicted } viewerState { queue inQueue } cast { name }
} } } } } }"""


@pytest.fixture(scope="module")
def people(demo: tuple[str, DemoCredentials]) -> tuple[Person, ...]:
    """Return the demo's subscribers."""
    return demo[1].subscribers


@pytest.fixture(scope="module")
def running(demo: tuple[str, DemoCredentials], people: tuple[Person, ...]) -> Iterator[Stack]:
    """Run the whole for the demo's subscribers; the first of them has queued all that can be watched."""
    with stack(demo[0], people=people) as running, closing(PlainClient(running, people[0])) as plain:
        queue = f"{running.origin}/users/{people[0].user_id}/queues/instant"
        for letter in "aeiou":
            found = plain.read(f"{running.origin}/catalog/titles?term={letter}&max_results=100")
            for title in found.iterfind("catalog_title/id"):
                plain.post(queue, title_ref=str(title.text))
        yield running


def _expected(plain: PlainClient, origin: str, user: str) -> dict[str, Any]:
    """Answer ``WHOLE`` by following the links one at a time."""
    here = plain.read(f"{origin}/users/{user}")
    queues, kinds = plain.follow(here, "queues"), plain.follow(here, "ratings")
    assert queues is not None
    assert kinds is not None
    queue = plain.follow(queues, "queues.instant", "?max_results=100")
    assert queue is not None
    nodes = [_entry(plain, here, kinds, item) for item in queue.iterfind("queue_item")]
    return {"viewer": {"queue": {"etag": queue.findtext("etag"), "items": {"nodes": nodes}}}}


def _entry(
    plain: PlainClient, here: etree._Element, kinds: etree._Element, item: etree._Element
) -> dict[str, Any]:
    (ref,) = [link.get("href") for link in item.iterfind("link") if link.get("rel") == Rel.TITLE]
    asked = f"?title_refs={ref}"
    rating, state = plain.follow(kinds, "ratings.title", asked), plain.follow(here, "title_states", asked)
    cast = plain.follow(item, "people.cast")
    position, title = item.findtext("position"), item.find("title")
    assert rating is not None
    assert state is not None
    assert title is not None
    return {
        "position": position and int(position),
        "title": {
            "name": {"regular": title.get("regular")},
            "viewerRating": {
                "user": _number(rating, "ratings_item/user_rating", int),
                "predicted": _number(rating, "ratings_item/predicted_rating", float),
            },
            "viewerState": [
                {"queue": _kind(each), "inQueue": _is_queued(each)}
                for each in state.iterfind("title_state/title_state_item")
            ],
            "cast": [] if cast is None else [{"name": each.text} for each in cast.iterfind("person/name")],
        },
    }


def _number(document: etree._Element, path: str, kind: Any) -> Any:  # noqa: ANN401
    text = document.findtext(path)
    return kind(text) if text else None


def _kind(state: etree._Element) -> str:
    link = state.find("link")
    return "" if link is None else str(link.get("rel")).rpartition(".")[2].upper()


def _is_queued(state: etree._Element) -> bool:
    return any(category.get("label") == "In Queue" for category in state.iterfind("format/category"))


@pytest.mark.parametrize("who", [0, 1, 2])
async def test_a_whole_queue_costs_four_requests(
    who: int, running: Stack, people: tuple[Person, ...]
) -> None:
    """The queue with its titles' ratings, states and casts is what following every link gives.

    The casts come along with the queue: ratings and states are all that is asked of a hundred titles.
    """
    user = people[who].user_id
    with closing(PlainClient(running, people[who])) as plain:
        expected = _expected(plain, running.origin, user)
    running.counter.requests.clear()

    answer = await running.ask(WHOLE, user=user)

    assert answer.get("errors") is None
    assert answer["data"] == expected
    entries = answer["data"]["viewer"]["queue"]["items"]["nodes"]
    assert len(entries) >= (40, 3, 3)[who]
    root = f"/users/{user}"
    asked = list(map(sorted, running.counter.requests))
    assert asked == [
        [root],
        [f"{root}/queues", f"{root}/ratings"],
        [f"{root}/queues/instant"],
        [f"{root}/ratings/title", f"{root}/title_states"],
    ]
    upstream = answer["extensions"]["upstream"]
    assert (upstream["requests"], upstream["calls"]) == (4, 6)


async def test_five_hundred_titles_are_one_entry(running: Stack, people: tuple[Person, ...]) -> None:
    """So long a question arrives whole; titles that the origin does not know are left out."""
    known = await running.ask('{ titles(search: "jaws", first: 1) { nodes { id } } }')
    (jaws,) = known["data"]["titles"]["nodes"]
    ids = [
        base64.urlsafe_b64encode(f"movie:{n}".encode()).decode().rstrip("=")
        for n in range(10**8, 10**8 + 499)
    ]
    running.counter.requests.clear()

    answer = await running.ask(
        """query ($titles: [ID!]!) { viewer {
            ratings(titles: $titles) { totalCount nodes { title { id } } }
            titleStates(titles: $titles) { title { id } } } }""",
        {"titles": [*ids, jaws["id"]]},
        user=people[0].user_id,
    )

    assert answer["data"]["viewer"] == {
        "ratings": {"totalCount": 1, "nodes": [{"title": jaws}]},
        "titleStates": [{"title": jaws}],
    }
    assert list(map(len, running.counter.requests)) == [1, 2, 1]


EVERYTHING = """{ viewer {
    id firstName lastName nickname canInstantWatch maxMaturityLevel preferredFormats
    queues { id kind etag
        items { totalCount nodes { id position list format availability updated title { id } } }
        saved: items(list: SAVED) { totalCount } recent: items(sort: DATE_ADDED, first: 2) { nodes { id } } }
    ratings { totalCount nodes { user predicted average notInterested updated title { id } } }
    recommendations(first: 5) { totalCount nodes { predicted title { id releaseYear } } }
    rentalHistory { totalCount nodes { state shipped returned watched viewedTime title { id } } }
    shipped: rentalHistory(kind: SHIPPED) { totalCount }
    returned: rentalHistory(kind: RETURNED) { totalCount }
    watched: rentalHistory(kind: WATCHED) { totalCount nodes { state } }
    atHome { totalCount nodes { shipped estimatedArrival title { id } } }
    reviews { totalCount nodes { text rating updated title { id name { regular } } } }
    feeds { rel title url }
} }"""


async def test_everything_is_shown(running: Stack, people: tuple[Person, ...]) -> None:
    """All that a subscriber of the demo has, without an error, in a request a level."""
    running.counter.requests.clear()

    answer = await running.ask(EVERYTHING, user=people[1].user_id)

    viewer = answer["data"]["viewer"]
    assert "errors" not in answer
    assert [viewer["firstName"], viewer["preferredFormats"]] == ["Ben", ["INSTANT", "BLU_RAY"]]
    counts = {name: viewer[name]["totalCount"] for name in viewer if isinstance(viewer[name], dict)}
    assert all(counts.values())
    assert counts["rentalHistory"] == sum(counts[name] for name in ("shipped", "returned", "watched"))
    assert len(viewer["feeds"]) == 12
    # User; what it links to; both queues, ratings and the history's lists; the saved parts.
    assert len(running.counter.requests) == 4


async def test_ids_find_what_they_name(running: Stack, people: tuple[Person, ...]) -> None:
    """Every queue and every entry is found again by its id, by its owner alone."""
    user = people[2].user_id
    shown = await running.ask("{ viewer { id queues { id items { nodes { id } } } } }", user=user)
    viewer = shown["data"]["viewer"]
    ids = [viewer["id"]]
    for queue in viewer["queues"]:
        ids += [queue["id"], *(item["id"] for item in queue["items"]["nodes"])]
    assert len(ids) > 5
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"

    own = await running.ask(query, {"ids": ids}, user=user)
    others = [await running.ask(query, {"ids": ids}, user=each) for each in (people[0].user_id, None)]

    assert own["data"]["nodes"] == [{"id": each} for each in ids]
    assert [other["data"]["nodes"] for other in others] == [[None] * len(ids)] * 2
