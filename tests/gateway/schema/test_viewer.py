"""The viewer: who it is, what is theirs, and what it costs."""

from typing import Any

import pytest

from gateway.contract import Rel, Scheme
from gateway.upstream.errors import OriginRefused
from tests.gateway.documents import address, category, link, listing, person, status, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.household import ANN, FILM, Household, encoded, entry, paths
from tests.gateway.wire import BULK, Raw, Wire

pytestmark = pytest.mark.anyio

USER = f"/users/{ANN}"


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


@pytest.mark.usefixtures("home")
async def test_what_is_public_signs_nobody_out(graph: Graph, wire: Wire) -> None:
    """Where no token was sent, a refusal of one is the origin's fault, and each field's own."""
    films = [title(FILM(number), f"F{number}", link(Rel.CAST, f"/c/{number}")) for number in (1, 2)]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *films, total=2)
    wire.tamper = lambda entries: [
        type(each)(each.name, each.path, REVOKED if each.path.startswith("/c/") else each.body)
        for each in entries
    ]

    answer = await graph.ask(
        """{ viewer { firstName } titles(search: "x") { nodes { cast { name } } } }""", user=ANN
    )

    assert answer.data == {"viewer": {"firstName": "Ann"}, "titles": {"nodes": [{"cast": None}] * 2}}
    fields = [f"titles.nodes.{number}.cast" for number in (0, 1)]
    assert answer.codes == dict.fromkeys(fields, "UPSTREAM_UNAVAILABLE")


@pytest.mark.usefixtures("home")
async def test_a_refusal_of_a_whole_bulk_request_is_nobodys(graph: Graph, wire: Wire) -> None:
    """Whose token it is about shows when the accounts ask apart; whoever's it is not keeps their data."""
    wire.documents["/catalog/titles"] = listing("catalog_titles", title(FILM(1), "F"), total=1)
    wire.raw[BULK] = Raw(REVOKED.encode(), 401)
    wire.raw[USER] = Raw(REVOKED.encode(), 401)

    answer = await graph.ask(
        """{ viewer { firstName } titles(search: "x") { nodes { name { regular } } } }""", user=ANN
    )

    titles = {"nodes": [{"name": {"regular": "F"}}]}
    assert answer == Answer({"viewer": None, "titles": titles}, {"viewer": "UNAUTHENTICATED"})
    assert sorted(wire.requests) == [["/catalog/titles"], ["/catalog/titles", USER], [USER]]


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
