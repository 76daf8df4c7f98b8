"""Twelve operations that stand for all: of the catalog, of a subscriber, changes, and both together."""

from dataclasses import dataclass
from typing import Final

from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address


@dataclass(frozen=True, slots=True)
class Operation:
    """What is asked, and whether somebody has to be signed in for it."""

    name: str
    query: str
    is_personal: bool = False
    is_change: bool = False


def _movie(number: int) -> str:
    return ids.encode(Address(Kind.MOVIE, (str(number),)))


JAWS, RWANDA, STAR = map(_movie, (60001220, 70019224, 17985448))

_PAIR: Final = f'a: node(id: "{JAWS}") {{ ...T }} b: node(id: "{RWANDA}") {{ ...T }}'

OPERATIONS: Final = (
    Operation("search", '{ titles(search: "love", first: 3) { totalCount nodes { id name { regular } } } }'),
    Operation(
        "nested",
        """{ titles(search: "love", first: 3) { nodes { name { regular }
            directors { name filmography(first: 2) { nodes { name { regular } releaseYear } } } } } }""",
    ),
    Operation(
        "title",
        f'{{ node(id: "{JAWS}") {{ id ... on Movie {{ name {{ regular }} synopsis releaseYear runtime'
        " cast { name bio } similars(first: 2) { nodes { releaseYear } } } } }",
    ),
    Operation(
        "titles",
        f"""{{ nodes(ids: ["{JAWS}", "{RWANDA}", "{STAR}"]) {{
            id ... on Movie {{ releaseYear awards {{ name }} }} }} }}""",
    ),
    Operation(
        "people",
        """{ people(search: "spielberg", first: 2) { nodes {
            name bio filmography(first: 3) { nodes { releaseYear } } } } }""",
    ),
    Operation("pair", f"{{ {_PAIR} }} fragment T on Movie {{ name {{ regular }} formats {{ format }} }}"),
    Operation(
        "queue",
        "{ viewer { firstName queue(kind: INSTANT) { etag items(first: 3) { nodes { title { id } } } } } }",
        is_personal=True,
    ),
    Operation(
        "opinions",
        """{ viewer { ratings(first: 2) { nodes { user } }
            recommendations(first: 2) { nodes { predicted } } } }""",
        is_personal=True,
    ),
    Operation(
        "shelves",
        """{ viewer { nickname rentalHistory(first: 2) { nodes { state } }
            atHome(first: 2) { totalCount } reviews(first: 1) { totalCount } } }""",
        is_personal=True,
    ),
    Operation(
        "rate",
        f"""mutation {{ rateTitle(input: {{titleId: "{STAR}", opinion: {{stars: 4}}}}) {{
            __typename ... on TitleRated {{ rating {{ user }} }} }} }}""",
        is_personal=True,
        is_change=True,
    ),
    Operation(
        "add",
        f"""mutation {{ addToQueue(input: {{kind: INSTANT, titleId: "{RWANDA}"}}) {{ __typename }} }}""",
        is_personal=True,
        is_change=True,
    ),
    Operation(
        "mixed",
        f"""{{ node(id: "{JAWS}") {{ ... on Movie {{ name {{ regular }} synopsis viewerRating {{ user }} }} }}
            viewer {{ firstName canInstantWatch }}
            suggestTitles(prefix: "lov") }}""",
        is_personal=True,
    ),
)
