"""The methods of a client library of 2011, as the README puts them to the graph, against a real origin.

What each gives is what the REST API says at the address that the library asked.
"""

import asyncio
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from lxml import etree
from sqlalchemy import or_, select, update

from gateway.cli.commands import app
from gateway.contract import Rel
from gateway.origin.database import Database
from gateway.origin.demo.credentials import prepare_demo
from gateway.origin.models import Availability, Title
from tests.end_to_end.historic import TOLD, Somebody, id_at, linked, movie, named, names, number
from tests.end_to_end.stack import PlainClient, stack

pytestmark = pytest.mark.anyio

JAWS, RWANDA, PLATOON = (60001220, 70019224, 860591)

METHODS: Final = frozenset(
    {
        "search_title",
        "all_titles",
        "get_title_details",
        "get_title_similars",
        "search_people",
        "get_user",
        "get_user_feeds",
        "get_user_title_states",
        "get_queues",
        "get_queue_state",
        "remove_queue_entry",
        "add_queue_entry",
        "get_rental_history",
        "get_title_rating",
        "set_title_rating",
        "get_recommendations",
    }
)


@pytest.fixture(scope="module")
def ann(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Somebody]:
    """Run the whole for Ann, who has saved a film that is on no disc any more."""
    folder = tmp_path_factory.mktemp("historic")
    url = f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}"
    people = asyncio.run(prepare_demo(url, folder)).subscribers
    with stack(url, people=people) as running, closing(PlainClient(running, people[0])) as plain:
        asyncio.run(_end_discs(url, RWANDA))
        ann = Somebody(running, people[0], plain)
        queue = f"{running.origin}/users/{people[0].user_id}/queues/disc"
        assert plain.post(queue, title_ref=ann.href(RWANDA)) == 201
        yield ann


async def _end_discs(url: str, title: int) -> None:
    database = Database(url)
    own = select(Title.id).where(or_(Title.id == title, Title.parent_id == title))
    over = update(Availability).where(Availability.title_id.in_(own), Availability.format != "instant")
    async with database.write() as session:
        await session.execute(over.values(available_until=1_300_000_000))
    await database.close()


def test_the_readme_has_every_method() -> None:
    """All sixteen, each with a query or a change, but for the one that is a command."""
    assert TOLD.keys() == METHODS
    assert all(TOLD.values())
    command = TOLD["all_titles"][0].removeprefix("gateway ")
    assert command in {each.callback.__name__ for each in app.registered_commands if each.callback}


async def test_search_title(ann: Somebody) -> None:
    """Titles by name, the first page of them, and how many there are."""
    (data,) = await ann.told("search_title")

    found = ann.read("/catalog/titles?term=jaws&max_results=5")
    assert data["titles"] == {
        "totalCount": number(found, "number_of_results"),
        "nodes": [
            {"id": id_at(each.findtext("id")), "name": {"regular": name}}
            for each, name in zip(found.iterfind("catalog_title"), names(found, "catalog_title"), strict=True)
        ],
    }
    assert data["titles"]["nodes"][0]["name"]["regular"] == "Jaws"


async def test_get_title_details(ann: Somebody) -> None:
    """What a title says of itself, and its synopsis without markup."""
    (data,) = await ann.told("get_title_details", id=movie(JAWS))

    one = ann.read(f"/catalog/titles/movies/{JAWS}")
    genres = [each.get("label") for each in one.iterfind("category") if "/genres" in str(each.get("scheme"))]
    synopsis = data["title"].pop("synopsis")
    assert data["title"] == {
        "name": {"regular": "Jaws"},
        "releaseYear": number(one, "release_year"),
        "runtime": number(one, "runtime"),
        "averageRating": number(one, "average_rating", float),
        "genres": [{"label": label} for label in genres],
    }
    text = ann.read(f"/catalog/titles/movies/{JAWS}/synopsis").text
    assert synopsis[:40] == re.sub("<.*?>", "", str(text))[:40]


async def test_get_title_similars(ann: Somebody) -> None:
    """Titles that are like it, in the origin's order."""
    (data,) = await ann.told("get_title_similars", id=movie(JAWS))

    expected = names(ann.read(f"/catalog/titles/movies/{JAWS}/similars?max_results=10"), "similars_item")
    assert named("title", "similars", data=data) == expected
    assert len(expected) == 10


async def test_search_people(ann: Somebody) -> None:
    """People by name."""
    (data,) = await ann.told("search_people")

    found = ann.read("/catalog/people?term=spielberg")
    people = [
        {"id": id_at(each.findtext("id")), "name": each.findtext("name")} for each in found.iterfind("person")
    ]
    assert data["people"] == {"totalCount": len(people), "nodes": people}
    assert people[0]["name"] == "Steven Spielberg"


async def test_get_user(ann: Somebody) -> None:
    """Who is signed in."""
    (data,) = await ann.told("get_user")

    user = ann.read("~")
    viewer = data["viewer"]
    assert (viewer["firstName"], viewer["lastName"]) == (
        user.findtext("first_name"),
        user.findtext("last_name"),
    )
    assert viewer["canInstantWatch"] is (user.findtext("can_instant_watch") == "true")
    labels = [str(each.get("label")) for each in user.iterfind("preferred_formats/category")]
    assert viewer["preferredFormats"] == [label.upper().replace("-", "_") for label in labels]


async def test_get_user_feeds(ann: Somebody) -> None:
    """The address and the name of every feed."""
    (data,) = await ann.told("get_user_feeds")

    links = ann.read("~/feeds").findall("link")
    feeds = [{"title": each.get("title"), "url": each.get("href")} for each in links]
    assert data["viewer"]["feeds"] == feeds
    assert feeds


async def test_get_user_title_states(ann: Somebody) -> None:
    """What each title can be done with, for all of them at once."""
    (data,) = await ann.told("get_user_title_states", ids=[movie(JAWS), movie(RWANDA)])

    states = ann.read(f"~/title_states?title_refs={ann.href(JAWS)},{ann.href(RWANDA)}")
    shown = [
        (each["title"]["id"], [(one["queue"], one["inQueue"]) for one in each["queues"]])
        for each in data["viewer"]["titleStates"]
    ]
    assert shown == [
        (id_at(linked(state, Rel.TITLE)), [_queue_state(each) for each in state.iterfind("title_state_item")])
        for state in states.iterfind("title_state")
    ]
    assert len(shown) == 2


def _queue_state(state: etree._Element) -> tuple[str, bool]:
    link = state.find("link")
    assert link is not None
    labels = {each.get("label") for each in state.iterfind("format/category")}
    return str(link.get("rel")).rpartition(".")[2].upper(), "In Queue" in labels


async def test_get_queues(ann: Somebody) -> None:
    """The etag, and every title in its place."""
    (data,) = await ann.told("get_queues")

    queue = ann.read("~/queues/instant?max_results=100")
    shown = data["viewer"]["queue"]
    assert shown["etag"] == queue.findtext("etag")
    assert named("items", data=shown) == names(queue, "queue_item")
    assert [node["position"] for node in shown["items"]["nodes"]] == list(
        range(1, len(queue.findall("queue_item")) + 1)
    )


async def test_get_queue_state(ann: Somebody) -> None:
    """The saved titles of the disc queue, and an entry of the instant queue by its id."""
    (queues,) = await ann.told("get_queues")
    last = queues["viewer"]["queue"]["items"]["nodes"][-1]

    saved, entry = await ann.told("get_queue_state", entry=last["id"])

    expected = ann.read("~/queues/disc/saved")
    assert named("viewer", "queue", "items", data=saved) == ["Hotel Rwanda"]
    assert names(expected, "queue_item") == ["Hotel Rwanda"]
    assert entry["node"]["position"] == last["position"]
    assert entry["node"]["title"]["name"] == last["title"]["name"]


async def test_entries_come_and_go(ann: Somebody) -> None:
    """``add_queue_entry`` puts a title first where the etag is good, ``remove_queue_entry`` takes it out."""
    await ann.told("remove_queue_entry", id=movie(PLATOON))
    before = ann.read("~/queues/instant?max_results=100")

    (added,) = await ann.told("add_queue_entry", id=movie(PLATOON), etag=before.findtext("etag"))
    between = ann.read("~/queues/instant?max_results=100")
    (late,) = await ann.told("add_queue_entry", id=movie(JAWS), etag=before.findtext("etag"))
    (removed,) = await ann.told("remove_queue_entry", id=movie(PLATOON))
    after = ann.read("~/queues/instant?max_results=100")

    assert added["addToQueue"]["items"] == [{"position": 1, "title": {"id": movie(PLATOON)}}]
    assert added["addToQueue"]["queue"] == {"etag": between.findtext("etag")}
    assert names(between, "queue_item") == ["Platoon", *names(before, "queue_item")]
    assert late["addToQueue"] == {"actual": between.findtext("etag")}
    assert removed["removeFromQueue"] == {"queue": {"etag": after.findtext("etag")}}
    assert names(after, "queue_item") == names(before, "queue_item")


async def test_get_rental_history(ann: Somebody) -> None:
    """All of it, and what was watched at once."""
    history, watched = await ann.told("get_rental_history")

    expected = ann.read("~/rental_history/watched")
    assert named("viewer", "rentalHistory", data=watched) == names(expected, "rental_history_item")
    assert [node["watched"] is not None for node in watched["viewer"]["rentalHistory"]["nodes"]] == [
        True
    ] * len(expected.findall("rental_history_item"))
    assert set(named("viewer", "rentalHistory", data=history)) == set(
        names(ann.read("~/rental_history?max_results=25"), "rental_history_item")
    )


async def test_titles_are_rated(ann: Somebody) -> None:
    """``set_title_rating`` says four stars, and ``get_title_rating`` what is said and foretold."""
    (rated,) = await ann.told("set_title_rating", id=movie(RWANDA))
    (shown,) = await ann.told("get_title_rating", ids=[movie(RWANDA), movie(PLATOON)])

    assert rated["rateTitle"] == {"rating": {"user": 4}}
    ratings = ann.read(f"~/ratings/title?title_refs={ann.href(RWANDA)},{ann.href(PLATOON)}")
    assert shown["viewer"]["ratings"]["nodes"] == [
        {
            "user": number(item, "user_rating"),
            "predicted": number(item, "predicted_rating", float),
            "title": {"id": id_at(linked(item, Rel.TITLE))},
        }
        for item in ratings.iterfind("ratings_item")
    ]
    assert shown["viewer"]["ratings"]["nodes"][0]["user"] == 4


async def test_get_recommendations(ann: Somebody) -> None:
    """The best first, with what they are expected to be worth."""
    (data,) = await ann.told("get_recommendations")

    expected = ann.read("~/recommendations?max_results=10")
    shown = data["viewer"]["recommendations"]["nodes"]
    assert named("viewer", "recommendations", data=data) == names(expected, "recommendation")
    assert [node["predicted"] for node in shown] == [
        number(each, "predicted_rating", float) for each in expected.iterfind("recommendation")
    ]
    assert len(shown) == 10
