"""The five kinds of title and people, field by field, over the documents of the contract."""

import pytest

from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address, Noun
from tests.gateway.graph import Answer, Graph
from tests.gateway.schema.conftest import CONTRACT
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

MOVIE = "/catalog/titles/movies/60001220"
HOST = "http://api.netflix.com"


def node_id(noun: Noun, *parts: str) -> str:
    """Return the id of a node."""
    return ids.encode(Address(noun, parts))


JAWS = node_id(Kind.MOVIE, "60001220")
SHORE = node_id(Kind.SERIES, "70140001")
SEASON = node_id(Kind.SEASON, "70140001", "70140010")
EPISODE = node_id(Kind.PROGRAM, "70140011")
DISC = node_id(Kind.DISC, "70230001")
SCHEIDER = node_id("person", "82729")


async def test_a_film_shows_its_own_facts(shore: Graph, catalog: Wire) -> None:
    """What a title's document says needs one request, however much of it is asked for."""
    answer = await shore.ask(
        """query ($id: ID!) { title(by: { id: $id }) {
            __typename id href releaseYear runtime averageRating updated maturityLevel webPage officialPage
            name { regular short episodeShort sortable }
            maturityRatings { system label }
            genres { label }
            boxArt { url width small medium large }
        } }""",
        {"id": JAWS},
    )

    assert answer == Answer(
        {
            "title": {
                "__typename": "Movie",
                "id": JAWS,
                "href": f"{HOST}{MOVIE}",
                "releaseYear": 1975,
                "runtime": 7440,
                "averageRating": 3.9,
                "updated": None,
                "maturityLevel": None,
                "webPage": "http://www.netflix.com/Movie/Jaws/60001220",
                "officialPage": "http://www.jaws.example/",
                "name": {"regular": "Jaws", "short": "Jaws", "episodeShort": None, "sortable": None},
                "maturityRatings": [{"system": "MPAA", "label": "PG"}, {"system": "CA", "label": "14A"}],
                "genres": [{"label": "Thrillers"}, {"label": "Children & Family"}],
                "boxArt": {
                    "url": f"{HOST}/boxshots/large/60001220.jpg",
                    "width": None,
                    "small": f"{HOST}/boxshots/tiny/60001220.jpg",
                    "medium": f"{HOST}/boxshots/small/60001220.jpg",
                    "large": f"{HOST}/boxshots/large/60001220.jpg",
                },
            }
        },
        {},
    )
    assert catalog.requests == [[MOVIE]]


async def test_all_that_is_expanded_in_a_film_needs_no_request(shore: Graph, catalog: Wire) -> None:
    """Content inside the links of a document answers what hangs below them."""
    catalog.documents[MOVIE] = (CONTRACT / "movie-expanded.xml").read_text().partition("?>")[2]

    answer = await shore.ask(
        """query ($id: ID!) { title(by: { id: $id }) {
            updated maturityLevel synopsis shortSynopsis
            boxArt(width: 100) { url width }
            cast { id name href } directors { name }
            awards { name body year won person { name } }
            formats { format quality runtime availableFrom availableUntil }
            screenFormats { format label }
            languagesAndAudio { format language audio }
            bonusMaterials { __typename id name { regular } }
            similars { totalCount nodes { __typename href name { regular } } }
            ... on Movie { discs { name { regular } } }
        } }""",
        {"id": JAWS},
    )

    people = "http://api.netflix.com/catalog/people"
    assert answer == Answer(
        {
            "title": {
                "updated": "2010-11-17T13:20:00Z",
                "maturityLevel": 90,
                "synopsis": "A shark & a town.\n\nThey meet.",
                "shortSynopsis": "Shark meets town.",
                "boxArt": {"url": f"{HOST}/boxshots/110pix_w/60001220.jpg", "width": 110},
                "cast": [
                    {"id": SCHEIDER, "name": "Roy Scheider", "href": f"{people}/82729"},
                    {"id": node_id("person", "25823"), "name": "Richard Dreyfuss", "href": f"{people}/25823"},
                ],
                "directors": [{"name": "Steven Spielberg"}],
                "awards": [
                    {
                        "name": "Best Film Editing",
                        "body": "academy_awards",
                        "year": 1976,
                        "won": True,
                        "person": {"name": "Verna Fields"},
                    },
                    {
                        "name": "Best Picture",
                        "body": "academy_awards",
                        "year": 1976,
                        "won": False,
                        "person": None,
                    },
                    {"name": "Top 100", "body": "afi", "year": None, "won": True, "person": None},
                ],
                "formats": [
                    {
                        "format": "INSTANT",
                        "quality": "HD",
                        "runtime": 7440,
                        "availableFrom": "2010-01-01T00:00:00Z",
                        "availableUntil": "2100-01-01T00:00:00Z",
                    },
                    {
                        "format": "DVD",
                        "quality": None,
                        "runtime": 7440,
                        "availableFrom": "2000-07-11T00:00:00Z",
                        "availableUntil": None,
                    },
                    {
                        "format": "BLU_RAY",
                        "quality": None,
                        "runtime": 7440,
                        "availableFrom": None,
                        "availableUntil": None,
                    },
                ],
                "screenFormats": [
                    {"format": "DVD", "label": "Widescreen 2.35:1"},
                    {"format": "BLU_RAY", "label": "Widescreen 2.35:1"},
                ],
                "languagesAndAudio": [
                    {
                        "format": "DVD",
                        "language": "English",
                        "audio": ["Dolby Digital 5.1", "Dolby Digital 2.0"],
                    },
                    {"format": "DVD", "language": "French", "audio": []},
                    {"format": "BLU_RAY", "language": "English", "audio": ["DTS-HD"]},
                ],
                "bonusMaterials": [
                    {
                        "__typename": "Disc",
                        "id": node_id(Kind.DISC, "70230002"),
                        "name": {"regular": "Jaws: Bonus"},
                    }
                ],
                "similars": {
                    "totalCount": 2,
                    "nodes": [
                        {
                            "__typename": "Series",
                            "href": f"{HOST}/catalog/titles/series/70140001",
                            "name": {"regular": "The Shore"},
                        },
                        {
                            "__typename": "Movie",
                            "href": f"{HOST}/catalog/titles/movies/70000001",
                            "name": {"regular": "Piranha: Small & Many"},
                        },
                    ],
                },
                "discs": [{"name": {"regular": "Jaws: Disc 1"}}, {"name": {"regular": "Jaws: Bonus"}}],
            }
        },
        {},
    )
    assert catalog.requests == [[MOVIE]]


async def test_the_kinds_lead_to_each_other(shore: Graph, catalog: Wire) -> None:
    """A series has seasons and episodes, a season its series, an episode its place, a disc its parent."""
    answer = await shore.ask(
        """query ($series: ID!, $season: ID!, $episode: ID!, $disc: ID!) {
            series: node(id: $series) { __typename ... on Series { name { regular sortable } runtime } }
            season: node(id: $season) { __typename ... on Season {
                number updated series { id name { regular } }
                episodes { totalCount nodes { id name { regular } } }
                discs { href parent { __typename name { regular } } }
            } }
            episode: node(id: $episode) { __typename ... on Program {
                seasonNumber episodeNumber name { short episodeShort }
                season { id name { regular } } series { releaseYear }
            } }
            disc: node(id: $disc) { __typename ... on Disc { parent { __typename name { regular } } } }
        }""",
        {"series": SHORE, "season": SEASON, "episode": EPISODE, "disc": DISC},
    )

    season = {"__typename": "Season", "name": {"regular": "The Shore: Season 1"}}
    assert answer == Answer(
        {
            "series": {
                "__typename": "Series",
                "name": {"regular": "The Shore", "sortable": "Shore, The"},
                "runtime": None,
            },
            "season": {
                "__typename": "Season",
                "number": 1,
                "updated": "2010-11-17T13:20:00Z",
                "series": {"id": SHORE, "name": {"regular": "The Shore"}},
                "episodes": {
                    "totalCount": 1,
                    "nodes": [{"id": EPISODE, "name": {"regular": "The Shore: Season 1: Low Tide"}}],
                },
                "discs": [{"href": f"{HOST}/catalog/titles/discs/70230003", "parent": season}],
            },
            "episode": {
                "__typename": "Program",
                "seasonNumber": 1,
                "episodeNumber": 1,
                "name": {"short": "Low Tide", "episodeShort": "Low Tide"},
                "season": {"id": SEASON, "name": {"regular": "The Shore: Season 1"}},
                "series": {"releaseYear": 2009},
            },
            "disc": {"__typename": "Disc", "parent": {"__typename": "Movie", "name": {"regular": "Jaws"}}},
        },
        {},
    )
    assert catalog.requests == [
        [
            "/catalog/titles/discs/70230001",
            "/catalog/titles/programs/70140011",
            "/catalog/titles/series/70140001",
            "/catalog/titles/series/70140001/seasons/70140010",
        ],
        ["/catalog/titles/series/70140001/seasons/70140010/discs"],
    ]
