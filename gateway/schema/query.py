"""Where a query starts, and the schema as a whole."""

import asyncio
from collections.abc import Awaitable
from enum import Enum
from typing import Annotated, Any, Final

import strawberry
from graphql import is_input_object_type
from strawberry.schema.config import StrawberryConfig

from gateway import personal, relations, resources
from gateway.contract import Path, Scheme
from gateway.relations import Relation
from gateway.resources import Content, Href
from gateway.schema import ids
from gateway.schema.connection import LARGEST_FIRST, Connection
from gateway.schema.context import Context, Info, parts_of
from gateway.schema.errors import BadUserInput, LimitExceeded
from gateway.schema.execution import ClearOperation, EventExecutor, Schema
from gateway.schema.follow import After, First, following, load_connection, wanted_of
from gateway.schema.foresight import Foresight
from gateway.schema.mutation import Mutation
from gateway.schema.node import Node
from gateway.schema.person import Person
from gateway.schema.planning import Planning
from gateway.schema.quota import Quota
from gateway.schema.scalars import SCALARS, URL
from gateway.schema.subscription import Subscription
from gateway.schema.title import Disc, Movie, Program, Season, Series, Title, show_title
from gateway.schema.user import User, find_personal
from gateway.schema.viewer import load_user
from gateway.upstream.errors import ForeignLink, InvalidId, OriginRefused
from gateway.upstream.href import Address, with_parameters
from gateway.upstream.hypermedia import expect


@strawberry.enum(description="What a title must be to be had on now.")
class FormatFilter(Enum):
    INSTANT = strawberry.enum_value(Scheme.INSTANT, description="Streamed.")
    DISC = strawberry.enum_value(Scheme.DISC, description="On a disc of any kind.")


@strawberry.input(one_of=True, description="Names one title.")
class TitleLookup:
    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id in this graph.")
    href: strawberry.Maybe[URL] = strawberry.field(description="The address of its REST resource.")


@strawberry.input(one_of=True, description="Names one person.")
class PersonLookup:
    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Their id in this graph.")
    href: strawberry.Maybe[URL] = strawberry.field(description="The address of their REST resource.")


_Id = Annotated[strawberry.ID, strawberry.argument(description="An id that this graph gave out.")]
_Ids = Annotated[
    list[strawberry.ID], strawberry.argument(description="Ids that this graph gave out: 500 at most.")
]
_Format = Annotated[
    FormatFilter | None, strawberry.argument(description="Only what is to be had in this way now.")
]


@strawberry.type(description="Where a query starts.")
class Query:
    @strawberry.field(
        description="The object with this id; null when there is none.",
        metadata=following(relations.TITLE, kind=lambda given: ids.kind_of(given.get("id"))),
    )
    def node(self, info: Info, id: _Id) -> Node | None:
        return _found(info, _wanted(info.context, ids.decode(id)))  # type: ignore[return-value]

    @strawberry.field(
        description="The objects with these ids, in their order; null where there is none.",
        metadata=following(relations.TITLE, times=lambda given: len(set(given.get("ids", ())))),
    )
    def nodes(self, info: Info, ids: _Ids) -> list[Node | None]:
        if len(ids) > LARGEST_FIRST:
            raise LimitExceeded("The number of `ids`", value=len(ids), limit=LARGEST_FIRST)
        # All of them first: an id that is none must not cost requests for the others.
        wanted = [_wanted(info.context, _decode(each)) for each in ids]
        return [_found(info, each) for each in wanted]  # type: ignore[misc]

    @strawberry.field(
        description="One title; null when there is none.",
        metadata=following(relations.TITLE, kind=lambda given: ids.kind_of(given.get("by", {}).get("id"))),
    )
    def title(
        self,
        info: Info,
        by: Annotated[TitleLookup, strawberry.argument(description="Which: by its id or by its address.")],
    ) -> Title | None:
        address = _address(info.context, by)
        if address.noun == "person":
            raise BadUserInput("This names a person, not a title.")
        return _found(info, _wanted(info.context, address))  # type: ignore[return-value]

    @strawberry.field(
        description="Search titles by name, and by what is said of them; best first.",
        metadata=following(relations.SEARCH),
    )
    async def titles(
        self,
        info: Info,
        search: Annotated[str, strawberry.argument(description="Words of the name or the synopsis.")],
        format: _Format = None,
        first: First = 25,
        after: After = None,
    ) -> Connection[Title] | None:
        wanted = wanted_of(first, after, info)
        href = _search(info.context, Path.TITLES, search, format)
        return await load_connection(relations.SEARCH, href, wanted, show_title, info)

    @strawberry.field(
        description="Names of titles that begin with what was typed.",
        metadata=following(relations.SUGGESTIONS),
    )
    async def suggest_titles(
        self,
        info: Info,
        prefix: Annotated[str, strawberry.argument(description="The beginning of a name.")],
        format: _Format = None,
    ) -> list[str] | None:
        href = _search(info.context, Path.AUTOCOMPLETE, prefix, format)
        content = await info.context.load(relations.SUGGESTIONS, href)
        return list(expect(content, resources.Suggestions).names)

    @strawberry.field(
        description="Whoever is signed in; null when nobody is.", metadata=following(personal.USER)
    )
    async def viewer(self, info: Info) -> User | None:
        return None if info.context.viewer is None else User.of(await load_user(info.context))

    @strawberry.field(
        description="One person; null when there is none.", metadata=following(relations.PERSON)
    )
    def person(
        self,
        info: Info,
        by: Annotated[PersonLookup, strawberry.argument(description="Who: by their id or by their address.")],
    ) -> Person | None:
        address = _address(info.context, by)
        if address.noun != "person":
            raise BadUserInput("This names a title, not a person.")
        return _found(info, _wanted(info.context, address))  # type: ignore[return-value]

    @strawberry.field(
        description="Search people by name; best first.", metadata=following(relations.PEOPLE_SEARCH)
    )
    async def people(
        self,
        info: Info,
        search: Annotated[str, strawberry.argument(description="Words of the name.")],
        first: First = 25,
        after: After = None,
    ) -> Connection[Person] | None:
        wanted = wanted_of(first, after, info)
        href = _search(info.context, Path.PEOPLE, search, None)
        return await load_connection(relations.PEOPLE_SEARCH, href, wanted, Person.of, info)

    @strawberry.field(description="The origin's allowance of calls for what is public, as counted here.")
    async def quota(self, info: Info) -> Quota | None:
        return Quota.of(await info.context.standing())


_LONGEST_SEARCH: Final = 500


def _search(context: Context, path: str, term: str, format: FormatFilter | None) -> Href:
    """Return the address of a search for *term*."""
    if not term.strip():
        raise BadUserInput("There is nothing to search for.")
    if "\0" in term:  # The origin has no such text, and refuses it.
        raise BadUserInput("A search cannot have the character U+0000.")
    if len(term) > _LONGEST_SEARCH:
        raise LimitExceeded("The length of a search", value=len(term), limit=_LONGEST_SEARCH)
    filters = None if format is None else context.origin.expand_path(str(format.value))
    return with_parameters(context.origin.expand_path(path), {"term": term, "filters": filters})


def _address(context: Context, by: TitleLookup | PersonLookup) -> Address:
    """Return what a look-up names."""
    if by.id is not None:
        named = _decode(by.id.value)
        if isinstance(named, ids.Personal):
            raise BadUserInput("This names neither a title nor a person.")
        return named
    href = by.href.value if by.href is not None else ""
    address = context.origin.address(href)
    if address is None:
        raise BadUserInput("The address is not one of a title or a person at this graph's origin.")
    return address


def _decode(id: str) -> ids.Named:
    return ids.decode(id)


_Wanted = tuple[Relation, Href] | ids.Personal


def _wanted(context: Context, named: ids.Named) -> _Wanted:
    """Return what is wanted for *named*; raise ``BadUserInput`` when there can be no such thing."""
    if isinstance(named, ids.Personal):
        return named
    try:
        href = context.origin.resolve(context.origin.href_of(named))
    except (ForeignLink, InvalidId) as error:
        raise BadUserInput("The id is not an id of this graph.") from error
    return (relations.PERSON if named.noun == "person" else relations.TITLE), href


def _found(info: Info, wanted: _Wanted) -> Awaitable[object]:
    """Load what is *wanted*; null when the origin says that it has no such thing, or not for the viewer."""
    if isinstance(wanted, ids.Personal):
        return find_personal(wanted, info.context)
    relation, href = wanted
    loading = info.context.load(relation, href, parts=parts_of(info))
    return _shown_if_found(loading, relation, info.context)


async def _shown_if_found(
    loading: asyncio.Future[Content], relation: Relation, context: Context
) -> object | None:
    try:
        found: Any = expect(await loading, relation.found)
    except OriginRefused as error:
        if error.is_not_found:
            return None
        raise
    return Person.of(found, context) if isinstance(found, resources.Person) else show_title(found, context)


def make_schema() -> Schema:
    """Make the schema of the graph."""
    schema = Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        execution_context_class=EventExecutor,
        extensions=[ClearOperation, Planning, Foresight],
        types=[Movie, Series, Season, Program, Disc],
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    for each in schema.core.type_map.values():
        if is_input_object_type(each):  # strawberry knows which take one field, and graphql-core is to know.
            each.is_one_of = each.extensions["strawberry-definition"].is_one_of
    return schema
