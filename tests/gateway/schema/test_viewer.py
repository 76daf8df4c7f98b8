"""The viewer: who it is, what is theirs, and what it costs."""

import base64
from typing import Any

import pytest

from gateway.contract import Rel, Scheme
from gateway.upstream.errors import OriginRefused
from tests.gateway.documents import address, category, link, listing, person, status, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.household import ANN, FILM, Household, Items, entry, film, paths, rating_of
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

USER = f"/users/{ANN}"


def encoded(text: str) -> str:
    """Return *text* as ids are written."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.fixture
def home(wire: Wire) -> Household:
    """Return Ann's household, which is served."""
    home = Household(instant=[entry(1), entry(2)], saved=[entry(3, saved=True)])
    home.serve(wire)
    return home


async def test_nobody_is_no_viewer(graph: Graph, wire: Wire) -> None:
    """Whoever is not signed in sees no viewer, and no title as it stands with one, at no cost."""
    wire.documents[FILM(1)] = title(FILM(1), "F1")

    answer = await graph.ask(
        """query ($id: ID!) { viewer { id }
            title(by: { id: $id }) { viewerState { inQueue } viewerRating { predicted } } }""",
        {"id": encoded("movie:1")},
    )

    assert answer == Answer({"viewer": None, "title": {"viewerState": None, "viewerRating": None}}, {})
    assert wire.requests == [[FILM(1)]]


async def test_a_viewer_is_shown_whole(graph: Graph, wire: Wire) -> None:
    """Names, and what they may see and prefer; null is what the origin does not say."""
    formats = category(Scheme.TITLE_FORMATS, "Blu-ray") + category(Scheme.TITLE_FORMATS, "Laser")
    level = category(Scheme.MATURITY_LEVEL, "130")
    wire.documents[USER] = (
        f"<user><user_id>{ANN}</user_id><first_name>Ann</first_name><last_name>Archer</last_name>"
        f"<can_instant_watch>false</can_instant_watch><max_maturity_level>{level}</max_maturity_level>"
        f"<preferred_formats>{formats}</preferred_formats></user>"
    )

    answer = await graph.ask(
        """{ viewer { __typename id firstName lastName nickname canInstantWatch maxMaturityLevel
            preferredFormats queue(kind: DISC) { etag } queues { id } feeds { url }
            reviews { totalCount } atHome { totalCount } rentalHistory { totalCount }
            seen: rentalHistory(kind: WATCHED) { totalCount }
            ratings { totalCount } recommendations { totalCount } titleStates(titles: []) { queues { queue } }
        } }""",
        user=ANN,
    )

    nothing = {"totalCount": 0}
    assert answer == Answer(
        {
            "viewer": {
                "__typename": "User",
                "id": encoded(f"user:{ANN}"),
                "firstName": "Ann",
                "lastName": "Archer",
                "nickname": None,
                "canInstantWatch": False,
                "maxMaturityLevel": 130,
                "preferredFormats": ["BLU_RAY", "OTHER"],
                "queue": None,
                "queues": [],
                "feeds": [],
                "titleStates": [],
                **dict.fromkeys(
                    ["reviews", "atHome", "rentalHistory", "seen", "ratings", "recommendations"], nothing
                ),
            }
        },
        {},
    )
    assert wire.requests == [[USER]]


async def test_the_viewers_token_signs_what_is_theirs_alone(
    graph: Graph, wire: Wire, home: Household
) -> None:
    """What is public is signed by the application, also beside what is personal in the same request."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", title(FILM(1), "F1"), total=1)

    await graph.ask(
        '{ viewer { queues { etag } } titles(search: "x") { nodes { viewerState { inQueue } } } }', user=ANN
    )

    signed = [
        {each.partition("?")[0] for each in received.addresses if f"oauth_token=token-of-{ANN}" in each}
        for received in wire.received
    ]
    assert wire.requests == [
        ["/catalog/titles", USER],
        paths("queues", "states", of=home),
        paths("q1", "q2", of=home),
    ]
    assert signed == [
        {address(USER)},
        set(map(address, paths("queues", "states", of=home))),
        set(map(address, paths("q1", "q2", of=home))),
    ]


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
    query: str, titles: list[str], code: str, graph: Graph, wire: Wire
) -> None:
    """Too many titles, or ids of something else, are the caller's mistake and cost no entry."""
    answer = await graph.ask(query, {"titles": titles}, user=ANN)

    assert list(answer.codes.values()) == [code]
    assert wire.requests == [[USER]]


NODE = """query ($id: ID!) { node(id: $id) { id ... on User { firstName } ... on Queue { etag }
    ... on QueueItem { position title { name { regular } } } } }"""
ITEM = encoded(f"queue-item:{ANN}:instant:movie:2")


@pytest.mark.parametrize(
    ("id", "shown", "ways"),
    [
        (encoded(f"user:{ANN}"), {"firstName": "Ann"}, []),
        (encoded(f"queue:{ANN}:instant"), {"etag": "123"}, ["queues", "q1"]),
        (ITEM, {"position": 2, "title": {"name": {"regular": "F2"}}}, ["queues", "q1"]),
    ],
)
@pytest.mark.usefixtures("home")
async def test_what_is_the_viewers_is_found_by_its_id(
    id: str, shown: dict[str, Any], ways: list[str], graph: Graph, wire: Wire
) -> None:
    """Subscribers, queues and their entries are nodes for whoever owns them, and for nobody else."""
    own = await graph.ask(NODE, {"id": id}, user=ANN)
    costs = wire.requests[:]
    others = [await graph.ask(NODE, {"id": id}, user=user) for user in ("T1ben-", None)]

    assert own == Answer({"node": {"id": id, **shown}}, {})
    assert costs == [[USER], *(paths(way) for way in ways)]
    assert others == [Answer({"node": None}, {})] * 2
    assert wire.requests == costs


@pytest.mark.usefixtures("home")
async def test_what_is_gone_is_null(graph: Graph, wire: Wire) -> None:
    """An entry that is no longer in the queue, or a subscriber who is no longer there, is null."""
    item = await graph.ask(NODE, {"id": encoded(f"queue-item:{ANN}:instant:movie:9")}, user=ANN)
    wire.statuses[USER] = 404
    user = await graph.ask(NODE, {"id": encoded(f"user:{ANN}")}, user=ANN)

    assert [item, user] == [Answer({"node": None}, {})] * 2


async def test_an_id_of_a_subscriber_names_no_title(graph: Graph, wire: Wire) -> None:
    """The look-ups of titles and people refuse it, also to its owner."""
    answer = await graph.ask(
        "query ($id: ID!) { title(by: { id: $id }) { id } person(by: { id: $id }) { id } }",
        {"id": ITEM},
        user=ANN,
    )

    assert answer == Answer(
        {"title": None, "person": None}, {"title": "BAD_USER_INPUT", "person": "BAD_USER_INPUT"}
    )
    assert wire.requests == []


REVOKED = status(401, "Invalid Or Expired Token")


@pytest.mark.usefixtures("home")
async def test_a_token_that_is_revoked_is_one_error(graph: Graph, wire: Wire) -> None:
    """However many fields it fails, the viewer is told once; what is public keeps its data."""
    films = [title(FILM(number), f"F{number}", link(Rel.CAST, f"/c/{number}")) for number in (1, 2, 3)]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *films, total=3)
    for number in (1, 2, 3):
        wire.documents[f"/c/{number}"] = listing("people", person("/catalog/people/7", "P"))
    wire.tamper = lambda entries: [
        type(each)(each.name, each.path, REVOKED if each.path.startswith(("/users", "/of")) else each.body)
        for each in entries
    ]

    answer = await graph.ask(
        """{ viewer { firstName } titles(search: "x") { nodes {
            cast { name } viewerState { inQueue } viewerRating { user } } } }""",
        user=ANN,
    )

    node = {"cast": [{"name": "P"}], "viewerState": None, "viewerRating": None}
    assert answer.data == {"viewer": None, "titles": {"nodes": [node] * 3}}
    assert list(answer.codes.values()) == ["UNAUTHENTICATED"]
    assert wire.requests == [["/catalog/titles", USER], ["/c/1", "/c/2", "/c/3", USER]]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("Invalid Or Expired Token", "UNAUTHENTICATED"),
        ("User ID access token mismatch", "UNAUTHENTICATED"),
        ("Invalid Signature", "UPSTREAM_UNAVAILABLE"),
        ("Timestamp Is Invalid", "UPSTREAM_UNAVAILABLE"),
    ],
)
async def test_only_a_token_signs_the_viewer_out(message: str, code: str, graph: Graph, wire: Wire) -> None:
    """A signature or a clock that is wrong is ours, and says nothing about the viewer."""
    wire.raw[USER] = Raw(message.encode(), 401)

    assert await graph.ask("{ viewer { id } }", user=ANN) == Answer({"viewer": None}, {"viewer": code})


async def test_another_users_document_is_not_shown(graph: Graph, wire: Wire) -> None:
    """An origin that mixes subscribers up is not believed."""
    Household(user="T1ben-", name="Ben").serve(wire)
    wire.documents[USER] = wire.documents["/users/T1ben-"]

    answer = await graph.ask("{ viewer { firstName } }", user=ANN)

    assert answer == Answer({"viewer": None}, {"viewer": "UPSTREAM_BAD_RESPONSE"})


def test_a_refusal_says_whether_it_is_the_token() -> None:
    """Only a 401 that speaks of the token is about the token."""
    href = address(USER)

    assert [
        OriginRefused(href, code, message=message).is_token_refused  # type: ignore[arg-type]
        for code, message in (
            (401, "Invalid Or Expired Token"),
            (403, "Invalid Or Expired Token"),
            (401, None),
        )
    ] == [True, False, False]
