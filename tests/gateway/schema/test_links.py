"""Which links are followed: those that are there, lead to the origin, and are needed for what was asked."""

from collections.abc import Mapping

import pytest

from gateway.contract import Rel, Scheme
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.documents import category, link, listing, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

FILM, STAR, SEASON = "/catalog/titles/movies/1", "/catalog/people/7", "/catalog/titles/series/2/seasons/3"
FILM_ID = ids.encode(Address(Kind.MOVIE, ("1",)))

ALL_LINKS = """
    synopsis shortSynopsis boxArt(width: 9) { url } cast { bio } directors { bio } awards { name }
    formats { format } screenFormats { label } languagesAndAudio { language } bonusMaterials { releaseYear }
    similars { totalCount nodes { id } } webPage officialPage
    ... on Movie { discs { releaseYear } }
    ... on Season { series { runtime } episodes { totalCount nodes { runtime } } discs { runtime } }
"""
NOTHING: Mapping[str, object] = {
    "synopsis": None,
    "shortSynopsis": None,
    "boxArt": None,
    "cast": [],
    "directors": [],
    "awards": [],
    "formats": [],
    "screenFormats": [],
    "languagesAndAudio": [],
    "bonusMaterials": [],
    "similars": {"totalCount": 0, "nodes": []},
    "webPage": None,
    "officialPage": None,
    "discs": [],
}


async def ask_film(graph: Graph, selection: str) -> Answer:
    """Ask for *selection* of the film."""
    return await graph.ask(
        f"query ($id: ID!) {{ title(by: {{ id: $id }}) {{ {selection} }} }}", {"id": FILM_ID}
    )


def serve_film(wire: Wire, *links: str) -> None:
    """Serve the film with *links*."""
    wire.documents[FILM] = title(FILM, "M", *links)


async def test_without_links_there_is_nothing(graph: Graph, wire: Wire) -> None:
    """A missing link means that there is no such data: null, an empty list, an empty connection."""
    serve_film(wire)
    wire.documents[SEASON] = title(SEASON, "S")

    answer = await graph.ask(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Title {{ {ALL_LINKS} }} }} }}",
        {"ids": [FILM_ID, ids.encode(Address(Kind.SEASON, ("2", "3")))]},
    )

    season = {**NOTHING, "series": None, "episodes": {"totalCount": 0, "nodes": []}}
    assert answer == Answer({"nodes": [NOTHING, season]}, {})
    assert wire.requests == [[FILM, SEASON]]


RELS = {
    "synopsis": Rel.SYNOPSIS,
    "shortSynopsis": Rel.SHORT_SYNOPSIS,
    "boxArt": Rel.BOX_ART,
    "cast": Rel.CAST,
    "directors": Rel.DIRECTORS,
    "awards": Rel.AWARDS,
    "formats": Rel.FORMATS,
    "screenFormats": Rel.SCREEN_FORMATS,
    "languagesAndAudio": Rel.LANGUAGES_AND_AUDIO,
    "bonusMaterials": Rel.BONUS_MATERIALS,
    "similars": Rel.SIMILARS,
    "discs": Rel.DISCS,
}


@pytest.mark.parametrize(
    "href",
    [
        "http://evil.test/catalog/titles/movies/1/x",
        "http://o.test@evil.test/x",
        "http://o.test.evil.test/x",
        "https://o.test/x",
        "http://o.test:81/x",
        "//evil.test/x",
        "\\\\evil.test\\x",
        "/catalog/titles",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "http://o.test/a/../x",
        "http://o.test/%2e%2e/x",
    ],
)
async def test_a_foreign_link_is_never_followed(href: str, graph: Graph, wire: Wire) -> None:
    """Whatever its relation, a link that leads away fails its field and reaches nobody (T5)."""
    foreign = [f'<link href="{href}" rel="{rel}" title="x"></link>' for rel in RELS.values()]
    serve_film(wire, *foreign)

    answer = await ask_film(graph, ALL_LINKS)

    failed = dict.fromkeys(RELS)
    assert answer == Answer(
        {"title": {**NOTHING, **failed}}, {f"title.{name}": "UPSTREAM_BAD_RESPONSE" for name in RELS}
    )
    assert wire.requests == [[FILM]]


async def test_a_foreign_item_of_a_list_reaches_nobody(graph: Graph, wire: Wire) -> None:
    """A link inside a list, to a person or a title elsewhere, is refused like any other."""
    disc = "/catalog/titles/discs/9"
    serve_film(wire, link(Rel.AWARDS, f"{FILM}/awards"), link(Rel.BONUS_MATERIALS, f"{FILM}/bonus"))
    winner = category(f"{Scheme.AWARD_TYPES}/afi", "Top") + link(
        Rel.PERSON, "http://evil.test/catalog/people/7"
    )
    wire.documents[f"{FILM}/awards"] = f"<awards><award_winner>{winner}</award_winner></awards>"
    extras = [link(Rel.TITLE, disc), link(Rel.TITLE, "http://evil.test/catalog/titles/discs/1")]
    wire.documents[f"{FILM}/bonus"] = listing("bonus_materials", *extras)
    wire.documents[disc] = title(disc, "D")

    answer = await ask_film(graph, "awards { name person { bio } } bonusMaterials { releaseYear }")

    assert answer == Answer(
        {"title": {"awards": [{"name": "Top", "person": None}], "bonusMaterials": None}},
        {
            "title.awards.0.person": "UPSTREAM_BAD_RESPONSE",
            "title.bonusMaterials.1": "UPSTREAM_BAD_RESPONSE",
        },
    )
    assert {address for carried in wire.requests for address in carried} <= {
        FILM,
        f"{FILM}/awards",
        f"{FILM}/bonus",
        disc,
    }


async def test_records_of_another_host_are_not_shown(graph: Graph, wire: Wire) -> None:
    """A list whose titles say that they live elsewhere is no list of this origin."""
    elsewhere = title(FILM, "M").replace("http://o.test", "http://evil.test")
    wire.documents["/catalog/titles"] = listing("catalog_titles", elsewhere, total=1)

    answer = await graph.ask('{ titles(search: "m") { nodes { id } } }')

    assert answer == Answer({"titles": None}, {"titles": "UPSTREAM_BAD_RESPONSE"})
