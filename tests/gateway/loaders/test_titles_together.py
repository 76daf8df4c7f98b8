"""What is asked about many titles on a viewer's behalf is one entry a level, and answers each of them."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import personal, relations
from gateway.contract import Rel
from gateway.loaders.wants import LONGEST_REQUEST, Ask, Want, ask, merge, split
from gateway.resources import Href
from gateway.upstream.bulk import form
from gateway.upstream.identity import PUBLIC, Identity
from gateway.upstream.signing import Credentials, Signer
from tests.gateway.documents import address, link, listing, page, person, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.household import ANN, FILM, Household, encoded, paths, rating_of, state_of
from tests.gateway.wire import BULK, Wire

pytestmark = pytest.mark.anyio

USER = f"/users/{ANN}"
SEARCH = "/catalog/titles"


@pytest.fixture
def home(wire: Wire) -> Household:
    """Return Ann's household; each film's predicted rating is its number."""
    home = Household(rating=lambda href: rating_of(href, predicted=float(href.rpartition("/")[2])))
    home.serve(wire)
    return home


def serve_films(wire: Wire, count: int, *links: str) -> None:
    """Let a search find *count* films."""
    films = [title(FILM(number), f"F{number}", *links) for number in range(1, count + 1)]
    wire.documents[SEARCH] = lambda asked: page("catalog_titles", films, asked)


def refs(wire: Wire) -> list[list[list[str]]]:
    """Return the titles that each entry of each request asks about, where it asks about titles."""
    return [
        [
            [urlsplit(each).path for each in asked["title_refs"].split(",")]
            for one in sorted(received.addresses)
            if "title_refs" in (asked := dict(parse_qsl(urlsplit(one).query)))
        ]
        for received in wire.received
    ]


async def test_titles_of_a_level_are_asked_about_together(graph: Graph, wire: Wire, home: Household) -> None:
    """Whatever branch a title is shown in, a level is one entry for states and one for ratings."""
    cast = link(Rel.CAST, "/c")
    serve_films(wire, 3, cast)
    wire.documents["/c"] = listing("people", person("/catalog/people/7", "P"))

    answer = await graph.ask(
        """{ a: titles(search: "x", first: 2) { nodes { viewerState { inQueue } cast { name } } }
            b: titles(search: "y") { nodes { viewerState { inQueue } viewerRating { predicted } } } }""",
        user=ANN,
    )

    queued = [{"inQueue": True}]
    assert answer == Answer(
        {
            "a": {"nodes": [{"viewerState": queued, "cast": [{"name": "P"}]}] * 2},
            "b": {
                "nodes": [
                    {"viewerState": queued, "viewerRating": {"predicted": float(number)}}
                    for number in (1, 2, 3)
                ]
            },
        },
        {},
    )
    films = list(map(FILM, (1, 2, 3)))
    assert wire.requests == [
        [SEARCH, SEARCH, USER],
        paths("/c", "opinions", "states", of=home),
        paths("stars", of=home),
    ]
    assert refs(wire) == [[], [films], [films]]


@pytest.mark.usefixtures("home")
async def test_what_is_not_asked_is_not_fetched(graph: Graph, wire: Wire) -> None:
    """Neither fields that are skipped nor those of an operation that is not run cost anything."""
    serve_films(wire, 1)
    query = """query Run($no: Boolean = false, $yes: Boolean!) { titles(search: "x") { nodes {
            id ...Mine @include(if: $no) viewerState @skip(if: $yes) { inQueue } } } }
        query Other { titles(search: "x") { nodes { ...Mine } } }
        fragment Mine on Title { viewerRating { user } }"""
    body = {"query": query, "operationName": "Run", "variables": {"yes": True}}

    response = await graph.http.post("/graphql", json=body, headers={"x-test-user": ANN})

    assert response.json() == {"data": {"titles": {"nodes": [{"id": "bW92aWU6MQ"}]}}}
    assert wire.requests == [[SEARCH]]


async def test_a_link_suffices_to_ask_about_a_title(graph: Graph, wire: Wire, home: Household) -> None:
    """A title that is only linked to is not read for the sake of how it stands with the viewer."""
    links = [link(Rel.TITLE, FILM(number), f"F{number}") for number in (2, 3)]
    similars = link(Rel.SIMILARS, "/similars", "similars", listing("catalog_titles", *links, total=2))
    serve_films(wire, 1, similars)

    answer = await graph.ask(
        """{ titles(search: "x") { nodes { similars(first: 2) { nodes {
            name { regular } viewerState { inQueue } viewerRating { predicted } } } } } }""",
        user=ANN,
    )

    nodes = [
        {
            "name": {"regular": f"F{n}"},
            "viewerState": [{"inQueue": True}],
            "viewerRating": {"predicted": float(n)},
        }
        for n in (2, 3)
    ]
    assert answer.data == {"titles": {"nodes": [{"similars": {"nodes": nodes}}]}}
    assert wire.requests == [
        [SEARCH, USER],
        paths("opinions", "states", of=home),
        paths("stars", of=home),
    ]


async def test_a_title_that_nothing_is_said_of_is_null(graph: Graph, wire: Wire, home: Household) -> None:
    """It is null for that title alone, and no error."""
    home.state = lambda href: "" if href.endswith("/2") else state_of(href)
    home.serve(wire)
    serve_films(wire, 3)

    answer = await graph.ask('{ titles(search: "x") { nodes { viewerState { inQueue } } } }', user=ANN)

    states: list[Any] = [[{"inQueue": True}], None, [{"inQueue": True}]]
    assert answer == Answer({"titles": {"nodes": [{"viewerState": state} for state in states]}}, {})


async def test_a_failed_entry_fails_its_titles_and_nothing_else(
    graph: Graph, wire: Wire, home: Household
) -> None:
    """Ratings are there when states are not."""
    wire.statuses[f"{home.root}/states"] = 500
    serve_films(wire, 1)

    answer = await graph.ask(
        '{ titles(search: "x") { nodes { viewerState { inQueue } viewerRating { predicted } } } }', user=ANN
    )

    assert answer == Answer(
        {"titles": {"nodes": [{"viewerState": None, "viewerRating": {"predicted": 1.0}}]}},
        {"titles.nodes.0.viewerState": "UPSTREAM_UNAVAILABLE"},
    )


async def test_an_answer_of_another_kind_fails_its_titles(graph: Graph, wire: Wire, home: Household) -> None:
    """What does not speak of titles is not guessed at."""
    wire.documents[f"{home.root}/states"] = "<people></people>"
    serve_films(wire, 1)

    answer = await graph.ask('{ titles(search: "x") { nodes { viewerState { inQueue } } } }', user=ANN)

    assert answer.codes == {"titles.nodes.0.viewerState": "UPSTREAM_BAD_RESPONSE"}


@pytest.mark.usefixtures("home")
async def test_more_titles_than_can_be_asked_about_are_several_entries(graph: Graph, wire: Wire) -> None:
    """Of 501 titles five hundred are one entry; both entries travel together."""
    star = "/catalog/people/7"
    films = [title(FILM(number), f"F{number}") for number in range(501)]
    wire.documents[star] = person(star, "P", link(Rel.FILMOGRAPHY, f"{star}/filmography"))
    wire.documents[f"{star}/filmography"] = lambda asked: page("filmography", films, asked)

    answer = await graph.ask(
        """query ($star: ID!, $after: String!) { person(by: { id: $star }) {
            a: filmography(first: 500) { nodes { viewerState { inQueue } } }
            b: filmography(first: 1, after: $after) { nodes { viewerState { inQueue } } } } }""",
        {"star": encoded("person:7"), "after": encoded("at:499")},
        user=ANN,
    )

    assert answer.codes == {}
    assert [len(answer.data["person"][each]["nodes"]) for each in ("a", "b")] == [500, 1]
    assert [sorted(map(len, entries)) for entries in refs(wire)] == [[], [], [1, 500]]


async def test_a_long_question_about_titles_travels_as_an_entry(
    graph: Graph, wire: Wire, home: Household
) -> None:
    """Five hundred titles are too long for an address: a lone entry of a bulk request carries them."""
    titles = [encoded(f"movie:{number}") for number in range(500)]
    await graph.ask(
        "query ($titles: [ID!]!) { viewer { titleStates(titles: $titles) { queues { inQueue } } } }",
        {"titles": titles[:2]},
        user=ANN,
    )
    short = wire.received[-1]
    answer = await graph.ask(
        "query ($titles: [ID!]!) { viewer { titleStates(titles: $titles) { queues { inQueue } } } }",
        {"titles": titles},
        user=ANN,
    )

    assert (short.method, urlsplit(short.url).path) == ("GET", f"{home.root}/states")
    long = wire.received[-1]
    assert (long.method, urlsplit(long.url).path, len(long.addresses)) == ("POST", BULK, 1)
    assert len(answer.data["viewer"]["titleStates"]) == 500


def state(user: str, film: int) -> Want:
    """Return what is wanted of a film's state on behalf of *user*, at an address that all share."""
    return Want(
        Identity(user),
        Href(address("/states")),
        personal.TITLE_STATES,
        token=Credentials(user, "word"),
        title=Href(address(FILM(film))),
    )


def test_nothing_of_two_subscribers_is_asked_together() -> None:
    """The same titles at the same address on behalf of two are two entries, each signed for its own."""
    wants = [state(user, film) for film in (1, 2) for user in ("ann", "ben")]

    asked = ask(wants)

    assert [(each.wants, each.read.token) for each in asked] == [
        ((state(user, 1), state(user, 2)), Credentials(user, "word")) for user in ("ann", "ben")
    ]


def film(number: int) -> Want:
    """Return what is wanted of a film itself."""
    return Want(PUBLIC, Href(address(FILM(number))), relations.TITLE)


WANTS = st.lists(
    st.builds(film, st.integers(1, 30))
    | st.builds(state, st.sampled_from(["ann", "ben"]), st.integers(1, 1200)),
    max_size=1500,
)


@given(wants=WANTS, entries=st.integers(1, 5), size=st.integers(1, 10**6))
def test_every_want_is_asked_once(wants: list[Want], entries: int, size: int) -> None:
    """However wants are put together and split, each is in one entry, of one subscriber and 500 titles."""
    parts = split(ask(merge(wants)), entries=entries, size=size)

    asked = [each for part in parts for each in part]
    carried = [want for each in asked for want in each.wants]
    assert len(carried) == len(set(carried))
    assert set(carried) == set(wants)
    assert all(len(part) <= entries for part in parts)
    assert all(_is_sound(each) for each in asked)


def _is_sound(each: Ask) -> bool:
    places = {(want.identity, want.href, want.token) for want in each.wants}
    return len(places) == 1 and len(each.wants) <= max(1, each.wants[0].relation.most_titles)


def test_a_request_does_not_grow_beyond_what_origins_take() -> None:
    """Entries about many titles are long: only so many of them travel together."""
    wants = [state(f"user{user}", 10**8 + number) for user in range(40) for number in range(500)]
    signer = Signer(Credentials("key", "secret"))

    parts = split(ask(merge(wants)), entries=200, size=10**9)

    sizes = [
        len(
            form(
                {
                    f"entry_{n}": signer.signed_url(each.read.address, each.read.token)
                    for n, each in enumerate(part)
                }
            )
        )
        for part in parts
    ]
    assert sum(map(len, parts)) == 40
    assert [size <= LONGEST_REQUEST for size in sizes] == [True] * len(parts)
    assert max(sizes) > LONGEST_REQUEST / 2
