"""What a plan asks for: one row a query, without an origin."""

from collections.abc import Mapping

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, get_variable_values, parse, validate

from gateway import relations
from gateway.loaders.errors import TooMuch
from gateway.loaders.lengths import Lengths
from gateway.loaders.plan import Plan, Step, Way
from gateway.loaders.planner import Planner
from gateway.loaders.selection import Selections
from gateway.resources import Titles
from gateway.schema.planning import map_of
from gateway.schema.query import make_schema

SCHEMA = make_schema().core
LOADED, EXPANDED, LINKED = Way.LOADED, Way.EXPANDED, Way.LINKED


def planned(
    query: str,
    variables: Mapping[str, object] | None = None,
    *,
    lengths: Lengths | None = None,
    size: int = 4_000_000,
) -> Plan:
    """Return the plan of *query*, which must be valid."""
    document = parse(query)
    assert validate(SCHEMA, document) == []
    [operation] = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), dict(variables or {}))
    assert not isinstance(values, list)
    planner = Planner(SCHEMA, map_of(SCHEMA), lengths or Lengths(), size)
    return planner.plan(operation, Selections(fragments, values.coerced), values)


def below_search(selection: str, rest: str = "", *, size: int = 4_000_000) -> Step:
    """Return the step of a search for titles of which *selection* is asked; *rest* are fragments."""
    [search] = planned(f'{{ titles(search: "x") {{ {selection} }} }} {rest}', size=size).steps
    return search


def ways(step: Step) -> dict[str, Way]:
    """Return how each of the steps below *step* is got, with all below them, by their fields."""
    found: dict[str, Way] = {}
    for each in step.below:
        found[each.field] = each.way
        found |= {f"{each.field}.{name}": way for name, way in ways(each).items()}
    return found


@pytest.mark.parametrize(
    ("selection", "parts", "expected"),
    [
        ("totalCount nodes { id name { regular } releaseYear }", set(), {}),
        ("nodes { synopsis }", {"synopsis"}, {"nodes.synopsis": EXPANDED}),
        ("nodes { cast { id href name } }", {"cast"}, {"nodes.cast": EXPANDED}),
        ("nodes { cast { name bio } }", set(), {"nodes.cast": LOADED}),
        ("edges { node { cast { name } } }", {"cast"}, {"edges.node.cast": EXPANDED}),
        ("nodes { cast { name bio @include(if: false) } }", {"cast"}, {"nodes.cast": EXPANDED}),
        ("nodes { cast @skip(if: true) { bio } synopsis @include(if: false) }", set(), {}),
        ("nodes { a: cast { name } b: cast { bio } }", {"cast"}, {"nodes.a": EXPANDED, "nodes.b": LOADED}),
        ("nodes { cast { name } cast { bio } }", set(), {"nodes.cast": LOADED}),
        ("nodes { similars { nodes { name { regular } } } }", {"similars"}, {"nodes.similars": EXPANDED}),
        ("nodes { similars { totalCount edges { cursor } } }", {"similars"}, {"nodes.similars": EXPANDED}),
        ("nodes { similars { nodes { releaseYear } } }", set(), {"nodes.similars": LOADED}),
        ("nodes { boxArt { url } }", set(), {}),
        ("nodes { boxArt(width: 100) { url } }", {"box_art"}, {"nodes.boxArt": EXPANDED}),
        (
            "nodes { awards { person { name } } }",
            {"awards"},
            {"nodes.awards": EXPANDED, "nodes.awards.person": LINKED},
        ),
        (
            "nodes { awards { person { bio } } }",
            {"awards"},
            {"nodes.awards": EXPANDED, "nodes.awards.person": LOADED},
        ),
        (
            "nodes { bonusMaterials { id } }",
            {"bonus_materials"},
            {"nodes.bonusMaterials": EXPANDED, "nodes.bonusMaterials.*": LINKED},
        ),
        (
            "nodes { ... on Season { series { name { regular } } } ... on Series { seasons { number } } }",
            set(),
            {"nodes.series": LINKED, "nodes.seasons": LOADED},
        ),
        ("nodes { ...F }", {"cast", "synopsis"}, {"nodes.cast": EXPANDED, "nodes.synopsis": EXPANDED}),
        (
            "nodes { ... on Movie { cast { name } } cast { bio } }",
            set(),
            {"nodes.cast": LOADED},
        ),
    ],
)
def test_each_relationship_is_got_in_the_cheapest_way(
    selection: str, parts: set[str], expected: dict[str, Way]
) -> None:
    """What the link says costs nothing, what can be expanded comes along, and only the rest is asked for."""
    rest = "fragment F on Title { ...G cast { name } } fragment G on Title { synopsis }"
    search = below_search(selection, rest if "...F" in selection else "")

    assert search.parts == parts
    assert ways(search) == expected


def test_what_is_asked_for_brings_its_own_along() -> None:
    """A list of people brings links to their titles; a film that a link leads to brings its synopsis."""
    search = below_search(
        """nodes {
            cast { filmography { nodes { name { regular } } } }
            bonusMaterials { synopsis cast { bio } }
        }"""
    )

    [cast, bonus] = search.below
    [disc] = bonus.below
    assert (cast.way, set(cast.parts), ways(cast)) == (LOADED, {"filmography"}, {"filmography": EXPANDED})
    assert (disc.way, set(disc.parts)) == (LOADED, {"synopsis"})
    assert ways(disc) == {"synopsis": EXPANDED, "cast": LOADED}


def test_the_plan_is_found_by_the_nodes_of_a_field() -> None:
    """What is to come along is kept by field, under whatever fragment it stands."""
    plan = planned('{ a: titles(search: "x") { nodes { synopsis } } b: titles(search: "x") { totalCount } }')

    first, second = plan.steps
    assert plan.parts == {first.key: {"synopsis"}}
    assert second.parts == frozenset()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ __typename }", 0),
        ('{ titles(search: "x") { totalCount } }', 1),
        ('{ titles(search: "x", first: 500) { totalCount } }', 1),
        ('{ titles(search: "x", first: 10) { nodes { cast { bio } } } }', 11),
        ('{ titles(search: "x", first: 10) { nodes { cast { bio filmography { totalCount } } } } }', 11),
        ('{ titles(search: "x", first: 0) { nodes { cast { bio } } } }', 1),
        (
            '{ titles(search: "x", first: 10) { nodes { similars(first: 4) { nodes { cast { bio } } } } } }',
            51,
        ),
        ('{ nodes(ids: ["a", "b", "b"]) { id } }', 2),
        ('{ titles(search: "x", first: 10) { nodes { ... on Series { seasons { number } } } } }', 3),
        ('{ suggestTitles(prefix: "x") people(search: "x") { totalCount } }', 2),
    ],
)
def test_the_cost_is_foretold(query: str, expected: int) -> None:
    """Every resource that is asked for is a call; lists are as long as they typically are, or as asked."""
    assert planned(query).expected == expected


def test_the_cost_depends_on_variables() -> None:
    """How many items are asked for, and what is included, may be said by variables."""
    query = """query ($first: Int!, $deep: Boolean!) {
        titles(search: "x", first: $first) { nodes { cast @include(if: $deep) { bio } } }
    }"""

    costs = [
        planned(query, {"first": first, "deep": deep}).expected
        for first, deep in ((5, True), (20, True), (20, False))
    ]

    assert costs == [6, 21, 1]


def test_the_cost_depends_on_what_was_learned() -> None:
    """A search that has found three titles so far is expected to find three."""
    lengths = Lengths().after([(relations.SEARCH, Titles((), total=3))])

    plan = planned('{ titles(search: "x") { nodes { cast { bio } } } }', lengths=lengths)

    assert plan.expected == 4


def test_what_would_make_a_page_too_large_is_asked_for() -> None:
    """Of what can come along the largest is left out first, and only as much as is needed."""
    selection = "nodes { synopsis cast { name } similars { nodes { id } } }"

    parts = [below_search(selection, size=size).parts for size in (4_000_000, 200_000, 110_000, 90_000)]

    assert parts == [{"synopsis", "cast", "similars"}, {"synopsis", "cast"}, {"synopsis"}, set()]


def test_fragments_that_multiply_are_refused_at_once() -> None:
    """A small query that follows more relationships than can be told apart is not worked out at length."""
    fragments = [
        f"fragment F{depth} on Title {{ a: similars {{ nodes {{ ...F{depth + 1} }} }}"
        f" b: similars {{ nodes {{ ...F{depth + 1} }} }} }}"
        for depth in range(40)
    ]
    query = f'{{ titles(search: "x") {{ nodes {{ ...F0 }} }} }} {" ".join(fragments)}'

    with pytest.raises(TooMuch, match=r"relationships .* at most 2000, not \d{12}"):
        planned(query + " fragment F40 on Title { releaseYear }")


def test_fields_that_are_put_together_in_many_ways_are_refused_at_once() -> None:
    """A few fields of each type at each level make a place of their own for each row of types."""
    query = "id"
    for depth in range(8):
        alone = "id"
        for _ in range(depth):
            alone = f"bonusMaterials {{ {alone} }}"
        on_types = " ".join(
            f"... on {kind} {{ bonusMaterials {{ {alone} }} }}"
            for kind in ("Movie", "Series", "Season", "Program")
        )
        query = f"bonusMaterials {{ {query} }} {on_types}"

    with pytest.raises(TooMuch, match=r"selections .* in all places may be at most 25000, not 25001"):
        planned(f'{{ title(by: {{ id: "x" }}) {{ {query} }} }}')


def test_a_page_of_many_shelves_is_planned() -> None:
    """Ten lists of titles, each of which shows others and people who lead to others, are not too much."""
    card = "fragment Card on Title { id name { regular } synopsis genres { label } cast { name } }"
    shelf = "nodes { ...Card similars { nodes { ...Card } } cast { name filmography { nodes { ...Card } } } }"
    shelves = " ".join(f'a{number}: titles(search: "{number}") {{ {shelf} }}' for number in range(10))

    assert len(planned(f"{{ {shelves} }} {card}").steps) == 10
