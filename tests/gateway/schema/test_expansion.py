"""What is expanded inside a link answers where it says enough; where it does not, the link is followed."""

import pytest

from gateway.contract import Rel
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.documents import link, listing, person, text, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILM, STAR, SEASON = "/catalog/titles/movies/1", "/catalog/people/7", "/catalog/titles/series/2/seasons/3"
FILM_ID = ids.encode(Address(Kind.MOVIE, ("1",)))


async def ask_film(graph: Graph, selection: str, fragment: str = "") -> Answer:
    """Ask for *selection* of the film."""
    declared = "$id: ID!, $yes: Boolean! = true, $no: Boolean! = false"
    found = "title(by: { id: $id }) @skip(if: $no) @include(if: $yes)"
    return await graph.ask(f"query ({declared}) {{ {found} {{ {selection} }} }} {fragment}", {"id": FILM_ID})


def serve_film(wire: Wire, *links: str) -> None:
    """Serve the film with *links*."""
    wire.documents[FILM] = title(FILM, "M", *links)


PEOPLE = link(Rel.CAST, f"{FILM}/cast", "cast", listing("people", link(Rel.PERSON, STAR, "Peter Lorre")))


@pytest.mark.parametrize(
    ("selection", "shown"),
    [
        ("cast { name }", {"cast": [{"name": "Peter Lorre"}]}),
        ("cast { ... on Person { name } }", {"cast": [{"name": "Peter Lorre"}]}),
        (
            "cast { ... { name } ...Who }",
            {"cast": [{"name": "Peter Lorre", "href": f"http://o.test{STAR}"}]},
        ),
        (
            "cast { __typename name bio @include(if: $no) }",
            {"cast": [{"__typename": "Person", "name": "Peter Lorre"}]},
        ),
        ("cast { name ... @skip(if: $yes) { bio } }", {"cast": [{"name": "Peter Lorre"}]}),
        ("cast { name bio @include(if: false) }", {"cast": [{"name": "Peter Lorre"}]}),
        ("cast { name } cast @include(if: $no) { bio }", {"cast": [{"name": "Peter Lorre"}]}),
    ],
)
async def test_people_known_by_a_link_answer_by_it(
    selection: str, shown: object, graph: Graph, wire: Wire
) -> None:
    """A link says the id, the address and the name; what a directive leaves out is not asked."""
    serve_film(wire, PEOPLE)
    fragment = "fragment Who on Person { href }" if "...Who" in selection else ""

    answer = await ask_film(graph, selection, fragment)

    assert answer == Answer({"title": shown}, {})
    assert wire.requests == [[FILM]]


@pytest.mark.parametrize(
    "selection",
    ["cast { name bio }", "cast { name bio @include(if: $yes) }", "cast { name } cast { bio }"],
)
async def test_what_a_link_does_not_say_is_fetched(selection: str, graph: Graph, wire: Wire) -> None:
    """One field more than a link says, and the list behind it is asked for."""
    serve_film(wire, PEOPLE)
    wire.documents[f"{FILM}/cast"] = listing("people", person(STAR, "Peter Lorre", "<bio>Born.</bio>"))

    answer = await ask_film(graph, selection)

    assert answer == Answer({"title": {"cast": [{"name": "Peter Lorre", "bio": "Born."}]}}, {})
    assert wire.requests == [[FILM], [f"{FILM}/cast"]]


async def test_selections_that_share_a_fragment_are_told_apart(graph: Graph, wire: Wire) -> None:
    """A field met first in a fragment asks for more where the same field stands beside the fragment."""
    other, other_id = "/catalog/titles/movies/2", ids.encode(Address(Kind.MOVIE, ("2",)))
    for path in (FILM, other):
        star = listing("people", link(Rel.PERSON, STAR, "Peter Lorre"))
        wire.documents[path] = title(path, "M", link(Rel.CAST, f"{path}/cast", "cast", star))
        wire.documents[f"{path}/cast"] = listing("people", person(STAR, "Peter Lorre", "<bio>Born.</bio>"))

    answer = await graph.ask(
        """query ($one: ID!, $two: ID!) {
            first: title(by: { id: $one }) { ...Who }
            second: title(by: { id: $two }) { ...Who cast { bio } }
        }
        fragment Who on Title { cast { name } }""",
        {"one": FILM_ID, "two": other_id},
    )

    assert answer == Answer(
        {
            "first": {"cast": [{"name": "Peter Lorre"}]},
            "second": {"cast": [{"name": "Peter Lorre", "bio": "Born."}]},
        },
        {},
    )
    assert wire.requests == [[FILM, other], [f"{other}/cast"]]


SERIES_LINK = link(Rel.SERIES, "/catalog/titles/series/2", "Heimat")


@pytest.mark.parametrize(
    ("selection", "requests"),
    [
        ("id href name { regular }", [[SEASON]]),
        ("__typename name { __typename regular }", [[SEASON]]),
        ("name { short }", [[SEASON], ["/catalog/titles/series/2"]]),
        ("releaseYear", [[SEASON], ["/catalog/titles/series/2"]]),
    ],
)
async def test_a_title_known_by_a_link_is_fetched_for_more(
    selection: str, requests: list[list[str]], graph: Graph, wire: Wire
) -> None:
    """The link to a title says its id, its address and its name; anything else is in its document."""
    wire.documents[SEASON] = title(SEASON, "S", SERIES_LINK)
    wire.documents["/catalog/titles/series/2"] = title("/catalog/titles/series/2", "Heimat")

    answer = await graph.ask(
        f"query ($id: ID!) {{ node(id: $id) {{ ... on Season {{ series {{ {selection} }} }} }} }}",
        {"id": ids.encode(Address(Kind.SEASON, ("2", "3")))},
    )

    assert answer.codes == {}
    assert wire.requests == requests


async def test_a_record_expanded_in_a_link_is_used(graph: Graph, wire: Wire) -> None:
    """A whole title inside a link answers everything that its document would."""
    inside = title("/catalog/titles/series/2", "Heimat", "<release_year>1984</release_year>")
    wire.documents[SEASON] = title(
        SEASON, "S", link(Rel.SERIES, "/catalog/titles/series/2", "Heimat", inside)
    )

    answer = await graph.ask(
        "query ($id: ID!) { node(id: $id) { ... on Season { series { releaseYear } } } }",
        {"id": ids.encode(Address(Kind.SEASON, ("2", "3")))},
    )

    assert answer == Answer({"node": {"series": {"releaseYear": 1984}}}, {})
    assert wire.requests == [[SEASON]]


async def test_expansion_that_is_cut_short_is_fetched(graph: Graph, wire: Wire) -> None:
    """A list whose expansion says that it holds less than all is asked for whole."""
    discs = [f"/catalog/titles/discs/{number}" for number in (1, 2)]
    inside = listing("catalog_titles", link(Rel.TITLE, discs[0], "D1"), total=2)
    serve_film(wire, link(Rel.DISCS, f"{FILM}/discs", "discs", inside))
    wire.documents[f"{FILM}/discs"] = listing("catalog_titles", *(title(each, each[-1]) for each in discs))

    answer = await ask_film(graph, "... on Movie { discs { name { regular } } }")

    assert answer == Answer(
        {"title": {"discs": [{"name": {"regular": "1"}}, {"name": {"regular": "2"}}]}}, {}
    )
    assert wire.requests == [[FILM], [f"{FILM}/discs"]]


async def test_expansion_that_cannot_be_read_is_fetched(graph: Graph, wire: Wire) -> None:
    """What is broken inside a link counts as not expanded."""
    broken = "<people><person><name>lost its id</name></person></people>"
    serve_film(wire, link(Rel.CAST, f"{FILM}/cast", "cast", broken))
    wire.documents[f"{FILM}/cast"] = listing("people", person(STAR, "Peter Lorre"))

    answer = await ask_film(graph, "cast { name }")

    assert answer == Answer({"title": {"cast": [{"name": "Peter Lorre"}]}}, {})


async def test_another_document_than_the_link_promises_is_an_error(graph: Graph, wire: Wire) -> None:
    """A synopsis where people should be fails the field; the others are answered."""
    serve_film(wire, link(Rel.CAST, f"{FILM}/cast"), link(Rel.SYNOPSIS, f"{FILM}/synopsis"))
    wire.documents[f"{FILM}/cast"] = text("synopsis", "x")
    wire.documents[f"{FILM}/synopsis"] = text("synopsis", "About M.")

    answer = await ask_film(graph, "cast { name } synopsis")

    assert answer == Answer(
        {"title": {"cast": None, "synopsis": "About M."}}, {"title.cast": "UPSTREAM_BAD_RESPONSE"}
    )
