"""The schema as a whole: it has what it must, says what everything is, and is printed as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    print_ast,
    value_from_ast_untyped,
)
from graphql.language import (
    DocumentNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    parse,
)

from gateway.schema.query import make_schema

PRINTED = Path(__file__).parents[3] / "schema.graphql"

DEMANDED = """
interface Node { id: ID! }

interface Title implements Node {
  id: ID!
  href: URL!
  name: TitleName!
  synopsis(format: TextFormat! = PLAIN): String
  shortSynopsis: String
  releaseYear: Int
  runtime: Seconds
  averageRating: Float
  maturityRatings: [MaturityRating!]!
  maturityLevel: Int
  genres: [Genre!]!
  boxArt(width: Int): BoxArt
  cast: [Person!]
  directors: [Person!]
  awards: [Award!]
  formats: [FormatAvailability!]
  screenFormats: [ScreenFormat!]
  languagesAndAudio: [LanguageAudio!]
  bonusMaterials: [Title!]
  similars(first: Int! = 25, after: String): TitleConnection
  webPage: URL
  officialPage: URL
  updated: DateTime
}

type Movie implements Title & Node { discs: [Disc!] }
type Series implements Title & Node {
  seasons: [Season!]
  episodes(first: Int! = 25, after: String): ProgramConnection
}
type Season implements Title & Node {
  number: Int
  series: Series
  episodes(first: Int! = 25, after: String): ProgramConnection
  discs: [Disc!]
}
type Program implements Title & Node { seasonNumber: Int episodeNumber: Int season: Season series: Series }
type Disc implements Title & Node { parent: Title }

type TitleName { regular: String! short: String! episodeShort: String sortable: String }
type BoxArt { url: URL! width: Int small: URL medium: URL large: URL }
type Genre { label: String! }
type MaturityRating { system: RatingSystem! label: String! }
type Award { name: String! body: String! year: Int won: Boolean! person: Person }
type FormatAvailability {
  format: Format!
  availableFrom: DateTime
  availableUntil: DateTime
  quality: String
  runtime: Seconds
  availableNow: Boolean!
}
type ScreenFormat { format: Format! label: String! }
type LanguageAudio { format: Format! language: String! audio: [String!]! }

type Person implements Node {
  id: ID!
  href: URL!
  name: String!
  bio(format: TextFormat! = PLAIN): String
  filmography(first: Int! = 25, after: String): TitleConnection
  webPage: URL
}

type TitleConnection { edges: [TitleEdge!]! nodes: [Title!]! pageInfo: PageInfo! totalCount: Int! }
type ProgramConnection { edges: [ProgramEdge!]! nodes: [Program!]! pageInfo: PageInfo! totalCount: Int! }
type PersonConnection { edges: [PersonEdge!]! nodes: [Person!]! pageInfo: PageInfo! totalCount: Int! }
type TitleEdge { cursor: String! node: Title! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }

type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  title(by: TitleLookup!): Title
  titles(search: String!, format: FormatFilter, first: Int! = 25, after: String): TitleConnection
  suggestTitles(prefix: String!, format: FormatFilter): [String!]
  person(by: PersonLookup!): Person
  people(search: String!, first: Int! = 25, after: String): PersonConnection
}
"""

ENUMS = {
    "TextFormat": {"PLAIN", "HTML"},
    "RatingSystem": {"MPAA", "TV", "CA"},
    "Format": {"INSTANT", "DVD", "BLU_RAY", "HD_DVD", "OTHER"},
    "FormatFilter": {"INSTANT", "DISC"},
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Return the schema as a client sees it."""
    return build_schema(make_schema().as_str())


def test_the_printed_schema_is_the_true_one() -> None:
    """``schema.graphql`` is what the code makes."""
    assert PRINTED.read_text() == make_schema().as_str() + "\n"


def _argument(argument: InputValueDefinitionNode) -> str:
    written = f"{argument.name.value}: {print_ast(argument.type)}"
    default = value_from_ast_untyped(argument.default_value) if argument.default_value else None
    return written if default is None else f"{written} = {default}"


def _fields(document: DocumentNode) -> Iterator[tuple[str, str]]:
    for definition in document.definitions:
        if isinstance(definition, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in definition.fields or ():
                arguments = sorted(map(_argument, field.arguments or ()))
                shape = f"({', '.join(arguments)}): {print_ast(field.type)}"
                yield f"{definition.name.value}.{field.name.value}", shape


def test_the_schema_has_what_it_must() -> None:
    """Each field that frontends were promised is there, with its arguments, defaults and type."""
    offered = dict(_fields(parse(make_schema().as_str())))
    demanded = dict(_fields(parse(DEMANDED)))

    assert {name: offered.get(name) for name in demanded} == demanded


@pytest.mark.parametrize("kind", ["Movie", "Series", "Season", "Program", "Disc"])
def test_each_kind_of_title_is_a_title(kind: str, schema: GraphQLSchema) -> None:
    """The five kinds have all that titles have."""
    type_ = schema.type_map[kind]
    assert isinstance(type_, GraphQLObjectType)

    assert {each.name for each in type_.interfaces} == {"Title", "Node"}


@pytest.mark.parametrize("name", ENUMS)
def test_enums_have_their_values(name: str, schema: GraphQLSchema) -> None:
    """No value more, none less."""
    enum = schema.type_map[name]
    assert isinstance(enum, GraphQLEnumType)

    assert set(enum.values) == ENUMS[name]


@pytest.mark.parametrize("name", ["TitleLookup", "PersonLookup"])
def test_look_ups_name_one_thing(name: str, schema: GraphQLSchema) -> None:
    """A look-up takes exactly one of its fields."""
    lookup = schema.type_map[name]
    assert isinstance(lookup, GraphQLInputObjectType)

    assert (lookup.is_one_of, set(lookup.fields)) == (True, {"id", "href"})


@pytest.mark.parametrize("name", ["URL", "DateTime"])
def test_scalars_say_where_they_are_specified(name: str, schema: GraphQLSchema) -> None:
    """A scalar of ours points to its rules."""
    assert schema.type_map[name].to_kwargs().get("specified_by_url") is not None


def _undescribed(schema: GraphQLSchema) -> Iterator[str]:
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in {"String", "Int", "Float", "Boolean", "ID"}:
            continue
        if not type_.description:
            yield name
        if isinstance(type_, GraphQLEnumType):
            yield from (f"{name}.{value}" for value, each in type_.values.items() if not each.description)
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field, each in type_.fields.items():
                if not each.description:
                    yield f"{name}.{field}"
                yield from (
                    f"{name}.{field}({argument})"
                    for argument, its in each.args.items()
                    if not its.description
                )
        elif isinstance(type_, GraphQLInputObjectType):
            yield from (f"{name}.{field}" for field, each in type_.fields.items() if not each.description)


def test_everything_is_described(schema: GraphQLSchema) -> None:
    """Every type, field, argument and enum value says what it is."""
    assert list(_undescribed(schema)) == []
