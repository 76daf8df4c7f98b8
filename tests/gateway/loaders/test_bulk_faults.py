"""What is wrong with one entry of a bulk answer fails one field, with a code."""

from collections.abc import Callable

import pytest

from gateway.contract import Rel
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import link, listing, status, title
from tests.gateway.graph import Answer, Graph
from tests.gateway.wire import BULK, Entry, Raw, Wire

pytestmark = pytest.mark.anyio

ONE, TWO, THREE = (f"/catalog/titles/movies/{number}/synopsis" for number in (1, 2, 3))
SYNOPSES = """{ titles(search: "film") { nodes { synopsis } } }"""
ABOUT = ["About film 1.", "About film 2.", "About film 3."]
BAD = "UPSTREAM_BAD_RESPONSE"

Tamper = Callable[[list[Entry]], list[Entry]]


def synopses(*texts: str | None) -> object:
    """Return the data that ``SYNOPSES`` has."""
    return {"titles": {"nodes": [{"synopsis": each} for each in texts]}}


def change(path: str, body: str) -> Tamper:
    """Put *body* into the entry of *path*."""
    return lambda entries: [
        Entry(each.name, each.path, body) if each.path == path else each for each in entries
    ]


def names_swapped(entries: list[Entry]) -> list[Entry]:
    """Answer each of two entries with the other's document."""
    first, second = entries
    return [Entry(first.name, first.path, second.body), Entry(second.name, second.path, first.body)]


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda entries: entries[::-1], id="reordered"),
        pytest.param(lambda entries: [*entries, Entry("entry_x", "", "<status>200</status>")], id="unknown"),
        pytest.param(lambda entries: [Entry("", "", ""), *entries], id="without a name"),
    ],
)
async def test_order_and_strangers_do_not_matter(tamper: Tamper, graph: Graph, wire: Wire) -> None:
    """Entries are told apart by their names; one that nobody asked for is dropped."""
    wire.tamper = tamper

    assert await graph.ask(SYNOPSES) == Answer(synopses(*ABOUT), {})


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        pytest.param(lambda entries: [each for each in entries if each.path != TWO], BAD, id="missing"),
        pytest.param(
            lambda entries: [*entries, *(each for each in entries if each.path == TWO)], BAD, id="duplicate"
        ),
        pytest.param(change(TWO, ""), BAD, id="empty"),
        pytest.param(change(TWO, "<status>200</status>"), BAD, id="no document"),
        pytest.param(change(TWO, "<synopsis>x</synopsis>"), BAD, id="no status"),
        pytest.param(change(TWO, "<status>200</status><people></people>"), BAD, id="another document"),
        pytest.param(change(TWO, status(401, "Invalid Signature")), "UPSTREAM_UNAVAILABLE", id="401"),
        pytest.param(change(TWO, status(403)), "UPSTREAM_UNAVAILABLE", id="403"),
        pytest.param(change(TWO, status(404)), "NOT_FOUND", id="404"),
        pytest.param(change(TWO, status(412)), BAD, id="412"),
        pytest.param(change(TWO, status(500)), "UPSTREAM_UNAVAILABLE", id="500"),
        pytest.param(change(TWO, status(504)), "UPSTREAM_TIMEOUT", id="504"),
    ],
)
async def test_a_bad_entry_fails_its_own_field(tamper: Tamper, code: str, graph: Graph, wire: Wire) -> None:
    """The other entries of the bulk are answered."""
    wire.tamper = tamper

    assert await graph.ask(SYNOPSES) == Answer(
        synopses(ABOUT[0], None, ABOUT[2]), {"titles.nodes.1.synopsis": code}
    )
    assert wire.requests == [["/catalog/titles"], [ONE, TWO, THREE]]


async def test_an_entry_of_another_title_is_not_believed(graph: Graph, wire: Wire) -> None:
    """A record that names another address than the one asked for fails, so that answers cannot be swapped."""
    wire.tamper = names_swapped
    numbers = [ids.encode(Address(Kind.MOVIE, (number,))) for number in "12"]

    answer = await graph.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": numbers})

    assert answer == Answer({"nodes": [None, None]}, {"nodes.0": BAD, "nodes.1": BAD})


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(Raw(b""), BAD, id="an empty body"),
        pytest.param(Raw(b"<html><body>Log in</body></html>", 200), BAD, id="a page"),
        pytest.param(Raw(b"<response><entry>"), BAD, id="cut off"),
        pytest.param(Raw(b"<!DOCTYPE x><response></response>"), BAD, id="a DTD"),
        pytest.param(Raw(b"<response></response>"), BAD, id="no entries"),
        pytest.param(Raw(b"<response></response>", 204), BAD, id="another success"),
        pytest.param(Raw(b"", 302, {"location": "http://o.test/catalog/titles"}), BAD, id="a redirect"),
        pytest.param(Raw(b"<h1>Developer Inactive</h1>", 403), "UPSTREAM_UNAVAILABLE", id="403"),
        pytest.param(Raw(b"<h1>Bad Gateway</h1>", 502), "UPSTREAM_UNAVAILABLE", id="502"),
        pytest.param(Raw(b"", 503, {"retry-after": "2"}), "UPSTREAM_UNAVAILABLE", id="503"),
        pytest.param(Raw(b"\x1f\x8b", 200, {"content-encoding": "gzip"}), BAD, id="half a gzip stream"),
    ],
)
async def test_a_bad_bulk_answer_fails_all_its_fields(raw: Raw, code: str, graph: Graph, wire: Wire) -> None:
    """Each field has an error of its own, and what was answered before stays."""
    wire.raw[BULK] = raw

    assert await graph.ask(SYNOPSES) == Answer(
        synopses(None, None, None), {f"titles.nodes.{number}.synopsis": code for number in (0, 1, 2)}
    )
    assert wire.requests == [["/catalog/titles"], [ONE, TWO, THREE]]


async def test_a_failed_part_leaves_the_other_parts(open_graph: OpenGraph, wire: Wire) -> None:
    """Of a level in two requests, the one that is answered counts."""
    wire.statuses[THREE] = 500
    async with open_graph(bulk_limit=2) as graph:
        answer = await graph.ask(SYNOPSES)

    assert answer == Answer(
        synopses(ABOUT[0], ABOUT[1], None), {"titles.nodes.2.synopsis": "UPSTREAM_UNAVAILABLE"}
    )
    assert wire.requests == [["/catalog/titles"], [ONE, TWO], [THREE]]


async def test_an_origin_that_hangs_fails_what_waits_for_it(open_graph: OpenGraph, wire: Wire) -> None:
    """At the deadline of the operation the answer goes out with what there is."""
    wire.hold(TWO)
    async with open_graph(operation_timeout=1) as graph:
        answer = await graph.ask(SYNOPSES)

    assert answer == Answer(
        synopses(None, None, None),
        {f"titles.nodes.{number}.synopsis": "UPSTREAM_TIMEOUT" for number in (0, 1, 2)},
    )


async def test_an_attempt_ends_before_the_operation(open_graph: OpenGraph, wire: Wire) -> None:
    """One request that takes too long fails; what was asked for beside it is answered."""
    wire.hold(THREE)
    async with open_graph(bulk_limit=2, origin_timeout=1) as graph:
        answer = await graph.ask(SYNOPSES)

    assert answer == Answer(
        synopses(ABOUT[0], ABOUT[1], None), {"titles.nodes.2.synopsis": "UPSTREAM_TIMEOUT"}
    )


async def test_a_failed_item_does_not_fail_the_operation(graph: Graph, wire: Wire) -> None:
    """A null where none may be empties its list, and whoever shares a load with it still has the answer."""
    film = "/catalog/titles/movies/4"
    discs = [f"/catalog/titles/discs/{number}" for number in (1, 2, 3)]
    wire.documents[film] = title(film, "Four", link(Rel.BONUS_MATERIALS, f"{film}/bonus", "bonus materials"))
    wire.documents[f"{film}/bonus"] = listing("bonus_materials", *(link(Rel.TITLE, each) for each in discs))
    wire.documents[discs[0]] = title(discs[0], "Disc", "<release_year>1931</release_year>")
    wire.statuses[discs[1]] = 500
    wire.documents[discs[2]] = title(discs[2], "Disc 3", link(Rel.SYNOPSIS, ONE, "synopsis"))

    answer = await graph.ask(
        """query ($film: ID!, $disc: ID!) {
            title(by: { id: $film }) {
                name { regular }
                bonusMaterials { releaseYear }
                extras: bonusMaterials { ... on Disc { synopsis releaseYear } }
            }
            node(id: $disc) { ... on Disc { releaseYear } }
        }""",
        {
            "film": ids.encode(Address(Kind.MOVIE, ("4",))),
            "disc": ids.encode(Address(Kind.DISC, ("1",))),
        },
    )

    assert answer == Answer(
        {
            "title": {"name": {"regular": "Four"}, "bonusMaterials": None, "extras": None},
            "node": {"releaseYear": 1931},
        },
        {
            "title.bonusMaterials.1": "UPSTREAM_UNAVAILABLE",
            "title.extras.1": "UPSTREAM_UNAVAILABLE",
        },
    )
