"""People, pictures and searches over the documents of the contract."""

import pytest

from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.graph import Answer, Graph
from tests.gateway.schema.conftest import CONTRACT
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

MOVIE = "/catalog/titles/movies/60001220"
HOST = "http://api.netflix.com"
JAWS = ids.encode(Address(Kind.MOVIE, ("60001220",)))
SCHEIDER = ids.encode(Address("person", ("82729",)))


@pytest.mark.parametrize(
    ("width", "shown"),
    [(1, 38), (38, 38), (39, 64), (284, 284), (285, 284), (0, 38), (-1, 38)],
)
async def test_box_art_is_the_smallest_that_is_wide_enough(
    width: int, shown: int, shore: Graph, catalog: Wire
) -> None:
    """Where none is wide enough it is the widest."""
    catalog.documents[MOVIE] = (CONTRACT / "movie-expanded.xml").read_text().partition("?>")[2]

    answer = await shore.ask(
        "query ($id: ID!, $width: Int) { title(by: { id: $id }) { boxArt(width: $width) { width } } }",
        {"id": JAWS, "width": width},
    )

    assert answer == Answer({"title": {"boxArt": {"width": shown}}}, {})


async def test_a_person_shows_who_they_are(shore: Graph, catalog: Wire) -> None:
    """Name, life and page come from the person's document, the films' names from what is expanded there."""
    answer = await shore.ask(
        """query ($id: ID!) { person(by: { id: $id }) {
            __typename id href name bio html: bio(format: HTML) webPage
            filmography { totalCount nodes { __typename name { regular } } }
        } }""",
        {"id": SCHEIDER},
    )

    assert answer == Answer(
        {
            "person": {
                "__typename": "Person",
                "id": SCHEIDER,
                "href": f"{HOST}/catalog/people/82729",
                "name": "Roy Scheider",
                "bio": "Born in Orange.",
                "html": "Born in <i>Orange</i>.",
                "webPage": "http://www.netflix.com/RoleDisplay/Roy_Scheider/82729",
                "filmography": {
                    "totalCount": 2,
                    "nodes": [
                        {"__typename": "Series", "name": {"regular": "The Shore"}},
                        {"__typename": "Movie", "name": {"regular": "Jaws"}},
                    ],
                },
            }
        },
        {},
    )
    assert catalog.requests == [["/catalog/people/82729"]]


async def test_searches_read_the_pages_of_the_service(shore: Graph, catalog: Wire) -> None:
    """Titles, people and suggestions are read from the documents of the contract in one request."""
    answer = await shore.ask(
        """{
            titles(search: "shore", format: INSTANT) { totalCount nodes { __typename synopsis } }
            people(search: "spielberg") { totalCount nodes { name bio } }
            suggestTitles(prefix: "pira", format: DISC)
        }"""
    )

    assert answer == Answer(
        {
            "titles": {"totalCount": 1, "nodes": [{"__typename": "Series", "synopsis": "Tides."}]},
            "people": {"totalCount": 1, "nodes": [{"name": "Steven Spielberg", "bio": None}]},
            "suggestTitles": ["Piranha: Small & Many"],
        },
        {},
    )
    instant, disc = (
        f"http%3A%2F%2Fapi.netflix.com%2Fcategories%2Ftitle_formats%2F{each}" for each in ("instant", "disc")
    )
    assert catalog.targets == [
        [
            "/catalog/people?max_results=25&start_index=0&term=spielberg",
            f"/catalog/titles/autocomplete?filters={disc}&term=pira",
            f"/catalog/titles?filters={instant}&max_results=25&start_index=0&term=shore",
        ]
    ]
