"""What the viewer has, had, may like and wrote: lists, feeds, and what is said of titles."""

import pytest

from gateway.contract import Scheme
from gateway.edge.limits import Limits
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import address, category
from tests.gateway.graph import Answer, Graph
from tests.gateway.household import ANN, FILM, Household, Items, encoded, entry, film, paths, rating_of
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

USER = f"/users/{ANN}"


@pytest.fixture
def home(wire: Wire) -> Household:
    """Return Ann's household, which is served."""
    home = Household(instant=[entry(1), entry(2)], saved=[entry(3, saved=True)])
    home.serve(wire)
    return home


FEED = "http://o.test/of/ann/{}?feed_token=SECRET&oauth_consumer_key=key&output=atom"


async def test_feeds_are_shown_to_their_owner(graph: Graph, wire: Wire, home: Household) -> None:
    """A feed's address is shown as it is, token and all: whoever asks is its owner."""
    answer = await graph.ask("{ viewer { feeds { rel title url } } }", user=ANN)

    assert answer.data["viewer"]["feeds"] == [
        {
            "rel": f"http://schemas.netflix.com/feed.rental_history.{name}",
            "title": f"feed.rental_history.{name}",
            "url": FEED.format(path),
        }
        for name, path in (("shipped", "shipped"), ("watched", "seen"))
    ]
    assert wire.requests == [[USER], paths("feeds", of=home)]


ABOUT = film(1, "<release_year>1931</release_year>")
RENTED = (
    f"<rental_history_item><watched_date>6000</watched_date><viewed_time>01:01:11</viewed_time>"
    f"{category(Scheme.RENTAL_STATES, 'Watched')}{ABOUT}</rental_history_item>"
)
ARRIVES = "<shipped_date>86400</shipped_date><estimated_arrival_date>172800</estimated_arrival_date>"
AT_HOME = f"<at_home_item>{ARRIVES}{ABOUT}</at_home_item>"
LISTS: dict[str, tuple[str, Items]] = {
    "recommended": (
        "recommendations",
        [
            f"<recommendation>{film(n)}<predicted_rating>{n}.5</predicted_rating></recommendation>"
            for n in (3, 4)
        ],
    ),
    "history": ("rental_history", [RENTED]),
    "seen": ("rental_history", [RENTED]),
    "home": ("at_home", [AT_HOME]),
    "written": (
        "reviews",
        [
            f"<review>{ABOUT}<user_rating>5</user_rating><write-up>Wet.</write-up><updated>300</updated></review>"
        ],
    ),
    "given": ("ratings", [rating_of(address(FILM(1)), user=4)]),
}


async def test_lists_are_shown_whole(graph: Graph, wire: Wire, home: Household) -> None:
    """Every list of the viewer's, with its titles out of its own document; a level costs one request."""
    home.lists = LISTS
    home.serve(wire)

    answer = await graph.ask(
        """{ viewer {
            recommendations { totalCount nodes { predicted title { name { regular } } } }
            rentalHistory { nodes { state shipped returned watched viewedTime title { releaseYear } } }
            seen: rentalHistory(kind: WATCHED) { nodes { state } }
            atHome { nodes { shipped estimatedArrival title { __typename } } }
            reviews { nodes { text rating updated title { releaseYear } } }
            ratings { nodes { average predicted user notInterested updated title { name { short } } } }
        } }""",
        user=ANN,
    )

    rental = {"state": "WATCHED", "shipped": None, "returned": None, "watched": "1970-01-01T01:40:00Z"}
    assert answer == Answer(
        {
            "viewer": {
                "recommendations": {
                    "totalCount": 2,
                    "nodes": [
                        {"predicted": number + 0.5, "title": {"name": {"regular": f"F{number}"}}}
                        for number in (3, 4)
                    ],
                },
                "rentalHistory": {"nodes": [{**rental, "viewedTime": 3671, "title": {"releaseYear": 1931}}]},
                "seen": {"nodes": [{"state": "WATCHED"}]},
                "atHome": {
                    "nodes": [
                        {
                            "shipped": "1970-01-02T00:00:00Z",
                            "estimatedArrival": "1970-01-03",
                            "title": {"__typename": "Movie"},
                        }
                    ]
                },
                "reviews": {
                    "nodes": [
                        {
                            "text": "Wet.",
                            "rating": 5,
                            "updated": "1970-01-01T00:05:00Z",
                            "title": {"releaseYear": 1931},
                        }
                    ]
                },
                "ratings": {
                    "nodes": [
                        {
                            "average": 4.0,
                            "predicted": 3.5,
                            "user": 4,
                            "notInterested": False,
                            "updated": None,
                            "title": {"name": {"short": "F1"}},
                        }
                    ]
                },
            }
        },
        {},
    )
    assert wire.requests == [
        [USER],
        paths("feeds", "history", "home", "opinions", "recommended", "written", of=home),
        paths("given", "seen", of=home),
    ]
    assert "SECRET" not in str([received.addresses for received in wire.received])


async def test_lists_are_paged_and_filtered_at_the_origin(graph: Graph, wire: Wire, home: Household) -> None:
    """``first``, ``after`` and ``updatedSince`` become parameters of the list's own address."""
    home.lists = LISTS
    home.serve(wire)

    await graph.ask(
        """query ($after: String!) { viewer {
            recommendations(first: 1, after: $after) { nodes { predicted } }
            rentalHistory(kind: WATCHED, updatedSince: "1970-01-01T01:00:00Z") { nodes { state } }
            atHome(updatedSince: "1970-01-01T01:00:00") { totalCount }
            early: atHome(updatedSince: "1969-01-01T00:00:00Z") { totalCount }
        } }""",
        {"after": encoded("at:0")},
        user=ANN,
    )

    root = home.root
    assert wire.targets[1:] == [
        [
            f"{root}/feeds",
            f"{root}/home?max_results=1&start_index=0&updated_min=0",
            f"{root}/home?max_results=1&start_index=0&updated_min=3600",
            f"{root}/recommended?max_results=1&start_index=1",
        ],
        [f"{root}/seen?max_results=25&start_index=0&updated_min=3600"],
    ]


RATINGS_OF = (
    "query ($titles: [ID!]!) { viewer { ratings(titles: $titles, first: 2) { totalCount nodes { user } } } }"
)
STATES_OF = (
    "query ($titles: [ID!]!) { viewer { titleStates(titles: $titles) { title { id } queues { inQueue } } } }"
)


async def test_titles_are_asked_about_by_their_ids(graph: Graph, wire: Wire, home: Household) -> None:
    """States and ratings of given titles are one entry each; what the origin does not know is left out."""
    home.rating = lambda href: "" if href.endswith("/2") else rating_of(href, user=int(href[-1]))
    home.serve(wire)
    titles = {"titles": [encoded(f"movie:{number}") for number in (1, 2, 3, 4, 1)]}

    ratings = await graph.ask(RATINGS_OF, titles, user=ANN)
    states = await graph.ask(STATES_OF, titles, user=ANN)

    assert ratings == Answer(
        {"viewer": {"ratings": {"totalCount": 3, "nodes": [{"user": 1}, {"user": 3}]}}}, {}
    )
    queued = [
        {"title": {"id": each}, "queues": [{"inQueue": True}]} for each in dict.fromkeys(titles["titles"])
    ]
    assert states == Answer({"viewer": {"titleStates": queued}}, {})
    assert wire.requests == [
        [USER],
        paths("opinions", of=home),
        paths("stars", of=home),
        [USER],
        paths("states", of=home),
    ]


@pytest.mark.parametrize("query", [RATINGS_OF, STATES_OF])
@pytest.mark.parametrize(
    ("titles", "code"),
    [
        ([encoded("movie:1")] * 501, "LIMIT_EXCEEDED"),
        ([encoded("person:1")], "BAD_USER_INPUT"),
        ([encoded(f"user:{ANN}")], "BAD_USER_INPUT"),
        (["x"], "BAD_USER_INPUT"),
        ([encoded("movie:../1")], "BAD_USER_INPUT"),
    ],
)
@pytest.mark.usefixtures("home")
async def test_what_is_no_title_is_refused(
    query: str, titles: list[str], code: str, open_graph: OpenGraph, wire: Wire
) -> None:
    """Too many titles, or ids of something else, are the caller's mistake and cost no entry."""
    async with open_graph(limits=Limits(list_length=501)) as graph:
        answer = await graph.ask(query, {"titles": titles}, user=ANN)

    assert list(answer.codes.values()) == [code]
    assert wire.requests == [[USER]]
