"""The limits of what may be asked: one less, as much, and one more."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

import pytest
from graphql import get_introspection_query

from gateway.contract import Rel
from gateway.edge.limits import Limits
from gateway.schema import title as titles
from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import link, listing, text, title
from tests.gateway.graph import Graph
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

MANY: Final = 10**6
REFUSED: Final = {"LIMIT_EXCEEDED"}


def _times(count: int, text: str) -> str:
    return " ".join(text.replace("%", str(number)) for number in range(count))


def _fragment(body: str, name: str = "F", on: str = "Query") -> str:
    return f" fragment {name} on {on} {{ {body} }}"


def _levels(depth: int) -> list[str]:
    """Return what each of two levels adds to a query of *depth* fields, the last one last."""
    last = "__typename" if depth % 2 else "name { regular }"
    return ["similars(first: 1) { nodes { % } }"] * ((depth - 3) // 2) + [last]


def _deep(depth: int, around: str = "%") -> str:
    query = "%"
    for level in _levels(depth):
        query = query.replace("%", around.replace("%", level))
    return f'{{ titles(search: "x", first: 1) {{ nodes {{ {query} }} }} }}'


def _deep_in_fragments(depth: int) -> str:
    levels = _levels(depth)
    fragments = [
        _fragment(level.replace("%", f"...F{number + 1}"), f"F{number}", "Title")
        for number, level in enumerate(levels)
    ]
    return '{ titles(search: "x", first: 1) { nodes { ...F0 } } }' + "".join(fragments)


def _ids(length: int) -> str:
    ids = '"x" ' * length
    return f"{{ nodes(ids: [{ids}]) {{ id }} }}"


def _first(arguments: str) -> str:
    return f'titles(search: "x", {arguments}) {{ totalCount }}'


@pytest.fixture
def wire() -> Wire:
    """Return an origin that finds nothing."""
    wire = Wire()
    wire.documents["/catalog/titles"] = listing("catalog_titles", total=0)
    return wire


CASES: Final[Mapping[str, tuple[str, int, Callable[[int], str]]]] = {
    "characters": (
        "The characters of a document",
        32_768,
        "{ __typename }".ljust,
    ),
    "aliases of a mutation": (
        "The aliases of an operation",
        30,
        lambda size: f"mutation {{ {_times(size, 'a%: __typename')} }}",
    ),
    "tokens": ("The tokens of a document", 1_000, lambda size: f"{{ {_times(size - 2, '__typename')} }}"),
    "tokens in comments": (
        "The tokens of a document",
        1_000,
        lambda size: f"{{ {_times(size - 3, '__typename')} }} # { {} } x y z",
    ),
    "depth": ("The depth of an operation", 10, _deep),
    "depth in fragments": ("The depth of an operation", 10, _deep_in_fragments),
    "depth in inline fragments": (
        "The depth of an operation",
        10,
        lambda size: _deep(size, "... on Title { % }"),
    ),
    "aliases": ("The aliases of an operation", 30, lambda size: f"{{ {_times(size, 'a%: __typename')} }}"),
    "aliases in fragments": (
        "The aliases of an operation",
        30,
        lambda size: f"{{ {_times(size, '... { ...F }')} }}" + _fragment("a: __typename"),
    ),
    "root fields": (
        "The fields at the root of an operation",
        20,
        lambda size: f"{{ {_times(size, 'a%: __typename')} }}",
    ),
    "root fields in fragments": (
        "The fields at the root of an operation",
        20,
        lambda size: "{ a: __typename ...F }" + _fragment(_times(size - 1, "a%: __typename")),
    ),
    "directives": (
        "The directives of an operation",
        50,
        lambda size: f"{{ {_times(size, '__typename @include(if: true)')} }}",
    ),
    "directives in fragments": (
        "The directives of an operation",
        50,
        lambda size: f"{{ {_times(size, '...F')} }}" + _fragment("__typename @include(if: true)"),
    ),
    "fragments": (
        "The fragments of a document",
        20,
        lambda size: f"{{ {_times(size, '...F%')} }}" + _times(size, _fragment("__typename", "F%")),
    ),
    "equal names": (
        "The fields of one name in a selection",
        10,
        lambda size: f"{{ {_times(size, '__typename')} }}",
    ),
    "equal names in fragments": (
        "The fields of one name in a selection",
        10,
        lambda size: f"{{ {_times(size, '... on Query { ...F }')} }}" + _fragment("__typename"),
    ),
    "list length": ("The length of a list", 500, _ids),
    "first": ("`first`", 500, lambda size: f"{{ {_first(f'first: {size}')} }}"),
    "first in fragments": (
        "`first`",
        500,
        lambda size: "{ ...F }" + _fragment(_first(f"first: {size}")),
    ),
    "first by default": (
        "`first`",
        500,
        lambda size: f"query ($a: Int! = {size}) {{ {_first('first: $a')} }}",
    ),
}


def _others(name: str) -> Limits:
    """Return limits of which only the one that a case is named by can be met."""
    kept = name.partition(" in ")[0].partition(" of ")[0].replace(" by default", "").replace(" ", "_")
    return Limits(**{each: value if each == kept else MANY for each, value in asdict(Limits()).items()})


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_a_document_has_limits(name: str, more: int, open_graph: OpenGraph, wire: Wire) -> None:
    """As much as the limit is taken, one more is refused, naming both, before anything is asked (Q4, Q5)."""
    what, limit, document = CASES[name]
    async with open_graph(limits=_others(name)) as graph:
        body = await graph.post(document(limit + more))

    codes = {each["extensions"]["code"] for each in body.get("errors", ())}
    if more > 0:
        assert codes == REFUSED
        assert body["errors"][0]["message"] == f"{what} may be at most {limit}, not {limit + 1}."
        assert "data" not in body
        assert wire.requests == []
    else:
        assert codes <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


NODES: Final = "query ($a: [ID!]!) { nodes(ids: $a) { id } }"
VARIABLES: Final[tuple[tuple[str, Callable[[int], Any], str], ...]] = (
    ("The length of a list", lambda size: {"a": ["x"] * size}, NODES),
    ("The length of a list", lambda size: {"a": {"b": [["x"] * size]}}, "{ __typename }"),
    ("`first`", lambda size: {"a": size}, f"query ($a: Int!) {{ {_first('first: $a')} }}"),
    ("`first`", lambda size: {"a": size}, f"query ($a: Int! = 600) {{ {_first('first: $a')} }}"),
)


@pytest.mark.parametrize("case", VARIABLES)
@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_variables_have_the_same_limits(
    case: tuple[str, Callable[[int], Any], str], more: int, graph: Graph, wire: Wire
) -> None:
    """What a document may not say, variables may not bring in (Q10)."""
    what, variables, document = case
    for _ in range(2):  # The second time, the document is known.
        body = await graph.post(document, variables(500 + more))

        refusals = [each for each in body.get("errors", ()) if each["extensions"]["code"] in REFUSED]
        assert [each["message"] for each in refusals] == [f"{what} may be at most 500, not 501."] * (more > 0)
    if more > 0:
        assert wire.requests == []


async def test_variables_are_not_read_without_end(graph: Graph) -> None:
    """Many lists, none of them too long, are too many values together (Q10)."""
    lists = [[0] * 499] * 19  # With the list of all twenty, and that in the variable, 9,502 values.
    told = [await graph.post("{ __typename }", {"a": [*lists, [0] * last]}) for last in (497, 498, 499)]

    refusals = [[error["message"] for error in each.get("errors", ())] for each in told]
    assert refusals == [[], [], ["The values of all variables may be at most 10000, not 10001."]]


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_an_answer_has_a_limit(more: int, open_graph: OpenGraph, wire: Wire) -> None:
    """A list that makes an answer too large is not in it, with one error; what stands before it is."""
    films = [title(f"/catalog/titles/movies/{number}", "F") for number in range(5 + more)]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *films, total=len(films))
    async with open_graph(limits=Limits(objects=5)) as graph:
        body = await graph.post('{ __typename titles(search: "x") { nodes { id } } }')

    errors = [(each["message"], each["extensions"]["code"]) for each in body.get("errors", ())]
    refused = ("The objects of an answer may be at most 5, not 6.", "LIMIT_EXCEEDED")
    assert errors == [refused] * (more > 0)
    assert body["data"]["__typename"] == "Query"


async def test_too_many_objects_are_told_once(open_graph: OpenGraph, wire: Wire) -> None:
    """Each list that is too much is null, and one error tells of all, with the first value."""
    films = [title(f"/catalog/titles/movies/{number}", "F") for number in range(4)]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *films, total=4)
    search = 'titles(search: "x") { nodes { id } }'
    async with open_graph(limits=Limits(objects=5)) as graph:
        body = await graph.post(f"{{ a: {search} b: {search} c: {search} }}")

    assert {name: found is None for name, found in body["data"].items()} == {"a": False, "b": True, "c": True}
    told = [(each["path"][0], each["message"]) for each in body["errors"]]
    assert told == [("b", "The objects of an answer may be at most 5, not 8.")]


def _film_about(about: str) -> str:
    """Return a list of one film, and what is said of it."""
    path = "/catalog/titles/movies/1"
    film = title(path, "F", link(Rel.SYNOPSIS, f"{path}/synopsis", "", text("synopsis", about)))
    return listing("catalog_titles", film, total=1)


NINE_TIMES: Final = f'{{ titles(search: "x") {{ nodes {{ {_times(9, "a%: synopsis")} }} }} }}'


@pytest.mark.parametrize(("length", "shown", "value"), [(9, 9, 81), (10, 9, 90), (11, 8, 99), (20, 4, 100)])
async def test_the_texts_of_an_answer_have_a_limit(
    length: int, shown: int, value: int, open_graph: OpenGraph, wire: Wire
) -> None:
    """A text counts under each of its names; what is too much is null, of which one error tells."""
    wire.documents["/catalog/titles"] = _film_about("x" * length)
    async with open_graph(limits=Limits(text=90)) as graph:
        body = await graph.post(NINE_TIMES)

    errors = [(each["message"], each["extensions"]["code"]) for each in body.get("errors", ())]
    refused = f"The characters of an answer may be at most 90, not {value}."
    assert errors == [(refused, "LIMIT_EXCEEDED")] * (value > 90)
    [film] = body["data"]["titles"]["nodes"]
    assert list(film.values()) == ["x" * length] * shown + [None] * (9 - shown)


async def test_texts_that_must_be_there_take_their_list_along(open_graph: OpenGraph, wire: Wire) -> None:
    """Of that, too, one error tells."""
    films = [title(f"/catalog/titles/movies/{number}", "F" * 10) for number in range(9)]
    wire.documents["/catalog/titles"] = listing("catalog_titles", *films, total=9)
    search = 'titles(search: "x") { nodes { name { regular } } }'
    async with open_graph(limits=Limits(text=95)) as graph:
        body = await graph.post(f"{{ a: {search} b: {search} c: {search} }}")

    assert body["data"] == {"a": {"nodes": [{"name": {"regular": "F" * 10}}] * 9}, "b": None, "c": None}
    assert [each["path"][0] for each in body["errors"]] == ["b"]


async def test_a_text_is_written_once(
    monkeypatch: pytest.MonkeyPatch, open_graph: OpenGraph, wire: Wire
) -> None:
    """Under however many names it is asked for: to make plain text of HTML takes long."""
    made: list[str] = []

    def plain(html: str) -> str:
        made.append(html)
        return html

    monkeypatch.setattr(titles, "plain", plain)
    wire.documents["/catalog/titles"] = _film_about("About it.")
    async with open_graph() as graph:
        body = await graph.post(NINE_TIMES)

    assert body["data"]["titles"]["nodes"] == [{f"a{number}": "About it." for number in range(9)}]
    assert made == ["About it."]


async def test_fragments_do_not_multiply_without_end(graph: Graph) -> None:
    """Each of twenty spreads the next one twice: what would be a million fields is refused at once (Q6)."""
    chain = [_fragment(f"...F{number + 1} ...F{number + 1}", f"F{number}") for number in range(19)]
    document = "{ ...F0 }" + "".join(chain) + _fragment("__typename", "F19")

    body = await graph.post(document)

    assert body["errors"][0]["message"] == (
        f"The fields of one name in a selection may be at most 10, not {2**19}."
    )


@pytest.mark.parametrize("of", ["query { % }", "mutation { % }"])
async def test_brackets_are_not_nested_without_end(of: str, graph: Graph) -> None:
    """Neither selections nor values within each other make anything of ours call itself too often (Q3)."""
    selections = "{ a " * 3_000 + "} " * 3_000
    values = f"a(b: {'[' * 20_000}{']' * 20_000})"
    nested = f'nodes(ids: {"[" * 65}"x"{"]" * 65}) {{ id }}'

    for each in (selections, values, nested):
        answer = await graph.ask(of.replace("%", each))
        assert set(answer.codes.values()) == REFUSED


async def test_the_query_of_graphiql_is_answered(graph: Graph) -> None:
    """The schema can be asked about in full: it is deep, and has a limit of its own."""
    query = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
    )

    body = await graph.post(query)

    assert "errors" not in body
    assert body["data"]["__schema"]["queryType"]["name"] == "Query"


@pytest.mark.parametrize(("more", "codes"), [(0, set()), (1, REFUSED)])
async def test_the_schema_is_not_asked_about_without_end(more: int, codes: set[str], graph: Graph) -> None:
    """Twenty levels are answered; another one is refused, also in a fragment (Q9)."""
    query = "name"
    for _ in range(17 + more):
        query = f"ofType {{ {query} }}"

    for asked in (f"{{ __schema {{ types {{ {query} }} }} }}", "{ __schema { types { ...F } } }"):
        fragment = _fragment(query, on="__Type") if "F" in asked else ""
        answer = await graph.ask(asked + fragment)
        assert set(answer.codes.values()) == codes


@pytest.mark.parametrize(
    "asked", ["{ __schema { types { name } } }", '{ a: __type(name: "Query") { name } }']
)
async def test_the_schema_can_be_kept_to_ourselves(asked: str, open_graph: OpenGraph) -> None:
    """Where it is switched off, nothing of the schema is told, not even by suggestions (T27)."""
    async with open_graph(introspection=False) as graph:
        refused = await graph.ask(asked)
        misspelled = await graph.post("{ titel }")
        known = await graph.ask("{ __typename }")
        page = await graph.http.get("/graphql", headers={"accept": "text/html"})

    assert "There is no GraphiQL here" in page.text
    assert set(refused.codes.values()) == {"GRAPHQL_VALIDATION_FAILED"}
    assert misspelled["errors"][0]["message"] == "Cannot query field 'titel' on type 'Query'."
    assert known.data == {"__typename": "Query"}


@pytest.mark.parametrize(("fields", "left_out"), [(20, 0), (21, 1), (300, 81)])
async def test_an_answer_tells_some_errors(fields: int, left_out: int, open_graph: OpenGraph) -> None:
    """Twenty are told, and how many more were found (Q8)."""
    async with open_graph(limits=Limits(root_fields=MANY)) as graph:
        body = await graph.post(f"{{ {_times(fields, 'x%')} }}")

    errors = [each["message"] for each in body["errors"]]
    assert len(errors) == min(fields, 20) + (left_out > 0)
    if left_out:
        assert errors[-1] == f"And {left_out} more: an answer tells 20 errors at most."
