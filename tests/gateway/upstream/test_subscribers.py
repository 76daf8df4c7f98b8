"""What the reader makes of a subscriber's documents: those that the origin is held to, and odd ones."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway import subscriber
from gateway.contract import Rel, Scheme
from gateway.resources import Content, Href, Link, Title
from gateway.subscriber import QueueKind, QueueList, RentalKind
from gateway.upstream import hypermedia
from gateway.upstream.errors import MalformedDocument
from gateway.upstream.pox import parse
from tests.gateway.documents import category, link, title

DOCUMENTS = Path(__file__).parents[2] / "contract" / "users"
HOST = "http://api.netflix.com"
ANN = f"{HOST}/users/T1ann-"


def read(name: str) -> Any:  # noqa: ANN401
    """Return what is in the document *name*."""
    return hypermedia.read(parse((DOCUMENTS / f"{name}.xml").read_bytes()))


def at(seconds: int) -> datetime:
    """Return a moment as documents say it."""
    return datetime.fromtimestamp(seconds, tz=UTC)


def to(path: str, name: str) -> Link:
    """Return the link to a title, without what is inside."""
    return Link(Rel.TITLE, Href(f"{HOST}/catalog/titles/{path}"), name)


def bare(item: Any) -> Any:  # noqa: ANN401
    """Return *item* with nothing inside the link to its title."""
    return replace(item, title=replace(item.title, content=None))


def test_a_user_is_read_whole() -> None:
    """A subscriber has names, what they may see and prefer, and the ways to what is theirs."""
    user = read("user")

    assert replace(user, links={}) == subscriber.User(
        "T1ann-",
        "John",
        "Smith",
        "foobar",
        can_instant_watch=False,
        max_maturity_level=1000000,
        preferred_formats=("Blu-ray", "DVD"),
    )
    assert {rel: link.href for rel, link in user.links.items()} == {
        Rel.QUEUES: f"{ANN}/queues",
        Rel.RENTAL_HISTORY: f"{ANN}/rental_history",
        Rel.RECOMMENDATIONS: f"{ANN}/recommendations",
        Rel.TITLE_STATES: f"{ANN}/title_states",
        Rel.RATINGS: f"{ANN}/ratings",
        Rel.REVIEWS: f"{ANN}/reviews",
        Rel.AT_HOME: f"{ANN}/at_home",
        Rel.FEEDS: f"{ANN}/feeds",
    }


def test_a_user_without_wrappers_is_read_as_well() -> None:
    """2.0 puts what a subscriber prefers, and may see, directly below them."""
    inside = category(Scheme.MATURITY_LEVEL, "130") + category(Scheme.TITLE_FORMATS, "Instant")
    document = f"<user><user_id>T1</user_id><can_instant_watch>true</can_instant_watch>{inside}</user>"

    assert hypermedia.read(parse(document.encode())) == subscriber.User(
        "T1", can_instant_watch=True, max_maturity_level=130, preferred_formats=("Instant",)
    )


def test_a_user_without_an_id_is_malformed() -> None:
    """Nobody could tell whose document it is."""
    with pytest.raises(MalformedDocument) as error:
        hypermedia.read(parse(b"<user><first_name>Ann</first_name></user>"))

    assert (error.value.where, error.value.expected) == ("/user/user_id", "an id")


def test_another_users_document_is_malformed() -> None:
    """Whoever asks for one subscriber is not shown another one."""
    document = (DOCUMENTS / "user.xml").read_bytes()

    with pytest.raises(MalformedDocument) as error:
        hypermedia.read_document(document, Href(f"{HOST}/users/T1ben-?v=1.5"))

    assert error.value.expected == "the user that was asked for"
    assert hypermedia.read_document(document, Href(f"{ANN}?v=1.5")) == read("user")


def test_a_queue_is_read_whole() -> None:
    """A page of a queue has an etag, its place in the list, and entries in both of its parts."""
    queue = read("queue")

    assert [queue.etag, queue.total, queue.start, list(queue.links)] == [
        "ETAG",
        3,
        0,
        [Rel.AVAILABLE_QUEUE, Rel.SAVED_QUEUE],
    ]
    assert list(map(bare, queue.items)) == [
        subscriber.QueueItem(
            Href(f"{ANN}/queues/disc/available/1/101"),
            QueueList.AVAILABLE,
            "DVD",
            "available now",
            position=1,
            updated=at(1300000060),
            title=to("movies/101", "Jaws"),
        ),
        subscriber.QueueItem(
            Href(f"{ANN}/queues/disc/available/2/102"),
            QueueList.AVAILABLE,
            "Blu-ray",
            "available now",
            position=2,
            updated=at(1300000000),
            title=to("movies/102", "Amélie"),
        ),
        subscriber.QueueItem(
            Href(f"{ANN}/queues/disc/saved/104"),
            QueueList.SAVED,
            "DVD",
            "saved",
            available_on=at(1300086400),
            updated=at(1300000120),
            title=to("movies/104", "Triangle"),
        ),
    ]


def test_an_empty_queue_has_an_etag() -> None:
    """The etag of a queue without entries is 0."""
    queue = read("queue-empty")

    assert [queue.etag, queue.total, queue.items] == ["0", 0, ()]


def test_the_title_of_an_item_is_the_titles_own_record() -> None:
    """Facts and links of the item are not the title's, even where they have the same names."""
    (item,) = read("queue-entry").items
    shown = item.title.content

    assert isinstance(shown, Title)
    assert [shown.href, shown.name, shown.release_year, shown.runtime, shown.updated] == [
        f"{HOST}/catalog/titles/movies/101",
        "Jaws",
        1975,
        7200,
        None,
    ]
    assert {each.scheme for each in shown.categories} == {Scheme.MPAA_RATINGS, Scheme.GENRES}
    assert {Rel.CAST, Rel.SYNOPSIS} & set(shown.links) == {Rel.SYNOPSIS}
    assert not {Rel.TITLE, Rel.AVAILABLE_QUEUE} & set(shown.links)


def test_the_title_of_a_thin_item_is_behind_its_link() -> None:
    """2.0 says of the title only where it is, or says everything inside the link."""
    (thin,) = read("queue-thin").items
    inside = title("/catalog/titles/movies/1", "M")
    entry = f"<id>http://o.test/1</id>{link(Rel.TITLE, '/x', 'M', inside)}"
    document = f"<queue><queue_item>{entry}</queue_item></queue>"
    queue = hypermedia.read(parse(document.encode()))

    assert thin.title == to("movies/104", "Triangle")
    assert isinstance(queue, subscriber.Queue)
    assert queue.items[0].title is not None
    assert queue.items[0].title.content == Title(Href("http://o.test/catalog/titles/movies/1"), "M", "M")


def test_title_states_are_read_whole() -> None:
    """Of each title: each queue it can be in, each format, and what can be done in it."""
    states = read("title_states").items

    def instant(*labels: str) -> subscriber.QueueState:
        return subscriber.QueueState(QueueKind.INSTANT, (subscriber.FormatState("Instant", labels),))

    def disc(*formats: subscriber.FormatState) -> subscriber.QueueState:
        return subscriber.QueueState(QueueKind.DISC, formats)

    assert list(states) == [
        subscriber.TitleState(
            to("movies/103", "Totoro"),
            (instant("In Queue"), disc(subscriber.FormatState("DVD", ("Add",), is_preferred=True))),
        ),
        subscriber.TitleState(
            to("series/301", "Firefly"),
            (
                instant("Play", "Add"),
                disc(
                    subscriber.FormatState("DVD", ("Add All",)),
                    subscriber.FormatState("Blu-ray", ("Add All",), is_preferred=True),
                ),
            ),
        ),
        subscriber.TitleState(to("movies/106", "Bare"), ()),
    ]


MOVIE_ONE = to("movies/1", "Jaws")
TOTORO = to("movies/2", "My Neighbor Totoro")
AMELIE = to("movies/3", "Amélie")

LISTS: dict[str, list[object]] = {
    "ratings": [
        subscriber.Rating(TOTORO, predicted=3.8, is_not_interested=True, updated=at(200)),
        subscriber.Rating(AMELIE, predicted=4.2),
    ],
    "actual-one": [subscriber.Rating(MOVIE_ONE, user=5, updated=at(100))],
    "recommendations": [subscriber.Recommendation(AMELIE, 4.2)],
    "rental_history": [
        subscriber.Rental(RentalKind.SHIPPED, to("discs/31", "Earth: Disc 1"), shipped=at(7000)),
        subscriber.Rental(RentalKind.WATCHED, TOTORO, watched=at(6000), viewed_time=3671),
        subscriber.Rental(RentalKind.RETURNED, MOVIE_ONE, returned=at(5000)),
        subscriber.Rental(RentalKind.SHIPPED, MOVIE_ONE, shipped=at(1000)),
    ],
    "watched": [subscriber.Rental(RentalKind.WATCHED, TOTORO, watched=at(6000), viewed_time=3671)],
    "at_home": [subscriber.AtHomeItem(to("discs/31", "Earth: Disc 1"), at(7000), at(9000))],
    "reviews": [subscriber.Review(MOVIE_ONE, "Wet & <good>.", rating=5, updated=at(300))],
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_whole(name: str) -> None:
    """Every entry is there, in its order, with every fact, and with its title's record."""
    items = read(name).items

    assert list(map(bare, items)) == LISTS[name]
    assert [type(item.title.content) for item in items] == [Title] * len(items)


@pytest.mark.parametrize(
    ("name", "expected"), [("reviews", (2, 1)), ("rental_history", (4, 0)), ("ratings", (None, 0))]
)
def test_a_page_says_where_it_stands(name: str, expected: tuple[int | None, int]) -> None:
    """A page says how many there are and where it begins; what was asked for by name is no page."""
    page = read(name)

    assert (page.total, page.start) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<ratings><ratings_item/></ratings>", subscriber.Ratings(())),
        ("<at_home><at_home_item/></at_home>", subscriber.AtHome((subscriber.AtHomeItem(None),))),
        ("<rental_history><rental_history_item/></rental_history>", subscriber.Rentals(())),
        (
            "<rental_history><rental_history_item><shipped_date/></rental_history_item></rental_history>",
            subscriber.Rentals((subscriber.Rental(RentalKind.SHIPPED, None),)),
        ),
        ("<title_states><title_state/></title_states>", subscriber.TitleStates(())),
        ("<reviews><review/></reviews>", subscriber.Reviews((subscriber.Review(None, ""),))),
        ("<queue/>", subscriber.Queue((), etag="")),
    ],
)
def test_odd_documents_give_what_there_is(document: str, expected: Content) -> None:
    """An entry that says nothing of what it is about is left out; any other fact may be missing."""
    assert hypermedia.read(parse(document.encode())) == expected


def test_an_entry_of_a_queue_without_its_id_fails_the_queue() -> None:
    """Nobody could take it out again."""
    with pytest.raises(MalformedDocument):
        hypermedia.read(parse(b"<queue><queue_item/></queue>"))
