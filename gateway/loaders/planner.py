"""What an operation will need of the origin, worked out before its first request. Pure.

What can come along inside the links of a resource that is loaded anyway is free. So for every relationship
that a selection follows there are three ways: the link itself says all that is asked, it comes along with its
parent by ``expand``, or it is asked for, one call each.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final, TypeGuard

from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
    get_named_type,
    is_abstract_type,
)

from gateway.loaders.errors import TooMuch
from gateway.loaders.lengths import Lengths
from gateway.loaders.plan import Follows, Plan, Step, Way
from gateway.loaders.selection import OF_LINKED_ITEMS, OF_LINKS, Key, Selections, key_of
from gateway.relations import Parts, Relation, Yield, predicted_bytes
from gateway.resources import Awards, LinkList, Listing, People, Person, Title, Titles
from gateway.subscriber import AtHome, Queue, Ratings, Recommendations, Rentals, Reviews

Map = Mapping[tuple[str, str], Follows]
"""What each field follows, by the names of its type and of itself."""

MOST_STEPS: Final = 2_000
"""Relationships in all places of an operation that are planned; more are refused."""

_ROUNDING: Final = 1e-6

_LISTS: Final = (Listing, Awards, LinkList)
_WITH_LINKS: Final = frozenset(
    {Titles, People, Title, Person, Queue, Ratings, Recommendations, Rentals, AtHome, Reviews}
)
"""What has links, or items with links, that something can be expanded in."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans operations of one schema."""

    schema: GraphQLSchema
    map: Map
    lengths: Lengths
    size: int = 4_000_000
    """The most bytes that a document is predicted to have, with what comes along in it."""

    def plan(
        self,
        operation: OperationDefinitionNode,
        selections: Selections,
        variables: Any,  # noqa: ANN401 - whatever graphql-core makes of them
    ) -> Plan:
        """Return the plan of a valid *operation*; raise ``TooMuch``."""
        root = self.schema.get_root_type(operation.operation)
        planning = _Planning(self, selections, variables)
        found = planning.found(root, selections.roots(operation.selection_set)) if root else {}
        steps = tuple(choice.asked for choice in found.values())
        if (size := sum(step.size for step in steps)) > MOST_STEPS:
            raise TooMuch("The relationships that an operation follows", value=size, limit=MOST_STEPS)
        return Plan(steps, planning.parts, self._expected(steps))

    def _expected(self, steps: Sequence[Step]) -> int:
        """Return how many calls are to be expected for *steps* and all below."""
        followed: dict[Relation, float] = defaultdict(float)
        waiting = [(step, 1.0) for step in steps]
        while waiting:
            step, times = waiting.pop()
            followed[step.relation] += step.calls * times
            waiting += [(each, step.things * times) for each in step.below]
        expected = (self.lengths.different(*each) for each in followed.items())
        mean, _ = self.lengths.surplus
        return max(len(steps), ceil(sum(expected) * mean - _ROUNDING))


@dataclass(frozen=True, slots=True)
class _Choice:
    """A step as it is when asked for, and as it is for free where that can be."""

    asked: Step
    free: Step | None

    def changed(self, change: Callable[[Step], Step]) -> "_Choice":
        return _Choice(change(self.asked), change(self.free) if self.free else None)

    def with_parts(self, parts: Parts) -> Step:
        """Return the step as it is where *parts* come along with what has the link."""
        if self.free is None or (self.free.way is Way.EXPANDED and self.free.relation.alias not in parts):
            return self.asked
        return self.free


class _Planning:
    """Plans one operation: every field with its nodes once, in however many places it stands."""

    def __init__(self, planner: Planner, selections: Selections, variables: Any) -> None:  # noqa: ANN401
        self._planner = planner
        self._selections = selections
        self._variables = variables
        self._choices: dict[tuple[str, Key], _Choice | None] = {}
        self._below: dict[tuple[str, Key], Sequence[_Choice]] = {}
        self.parts: dict[Key, Parts] = {}

    def found(
        self, kind: GraphQLObjectType, fields: Mapping[str, Sequence[FieldNode]]
    ) -> Mapping[Key, _Choice]:
        """Return what *fields* of *kind* follow, be it through fields that follow nothing, by their nodes."""
        found: dict[Key, _Choice] = {}
        for name, nodes in fields.items():
            declared = kind.fields.get(nodes[0].name.value)
            follows = self._planner.map.get((kind.name, nodes[0].name.value))
            if declared is None:
                continue
            if follows is None:
                inner = self._under(get_named_type(declared.type), nodes)
                found.update((each.asked.key, each.changed(_below_field(name))) for each in inner)
            elif choice := self._choice(name, declared, follows, nodes):
                found[choice.asked.key] = choice
        return found

    def _under(self, named: GraphQLNamedType, nodes: Sequence[FieldNode]) -> Sequence[_Choice]:
        """Return what is followed below *nodes*, which show a *named* of whatever kind."""
        key = named.name, key_of(nodes)
        if key not in self._below:
            self._below[key] = tuple(self._of_kinds(self._kinds(named), nodes))
        return self._below[key]

    def _of_kinds(self, kinds: Sequence[GraphQLObjectType], nodes: Sequence[FieldNode]) -> Iterator[_Choice]:
        """Return what things of *kinds* are asked: by the same nodes, it is one step for all of them."""
        found: dict[Key, list[_Choice]] = {}
        for kind in kinds:
            fields = self._selections.fields(nodes, self._conditions_of(kind))
            for key, choice in self.found(kind, fields).items():
                found.setdefault(key, []).append(choice)
        for choices in found.values():
            yield choices[0].changed(_weighed(len(choices) / len(kinds)))

    def _kinds(self, named: GraphQLNamedType) -> Sequence[GraphQLObjectType]:
        if isinstance(named, GraphQLObjectType):
            return [named]
        return self._planner.schema.get_possible_types(named) if _is_abstract(named) else []

    def _conditions_of(self, kind: GraphQLObjectType) -> Callable[[str], bool]:
        schema = self._planner.schema

        def is_on(name: str) -> bool:
            named = schema.get_type(name)
            return named is kind or (_is_abstract(named) and schema.is_sub_type(named, kind))

        return is_on

    def _choice(
        self, name: str, declared: GraphQLField, follows: Follows, nodes: Sequence[FieldNode]
    ) -> _Choice | None:
        key = get_named_type(declared.type).name, key_of(nodes)
        if key not in self._choices:
            step = Step(field=name, key=key[1], relation=follows.relation, way=Way.LOADED)
            self._choices[key] = self._ways(step, declared, follows, nodes)
        return self._choices[key]

    def _ways(
        self, step: Step, declared: GraphQLField, follows: Follows, nodes: Sequence[FieldNode]
    ) -> _Choice | None:
        """Return the ways to get what *nodes* follow; nothing where their arguments ask for nothing."""
        arguments = self._arguments(declared, nodes[0])
        times = follows.times(arguments)
        if not times:
            return None
        named = self._shown(declared, follows.kind(arguments))
        is_connection = "nodes" in getattr(named, "fields", {})
        is_linked = self._selections.asks_only(nodes, OF_LINKED_ITEMS if is_connection else OF_LINKS)
        inner = self._under(named, nodes)
        if follows.each:
            inner = [self._one_of_links(replace(step, relation=follows.each), inner, is_linked=is_linked)]
        first = arguments.get("first")
        length, there = self._length(step.relation, first), times * self._planner.lengths.share(step.relation)
        found = replace(step, things=there * length, calls=there * _pages(step.relation, length))
        asked = self._asked(found, first, inner)
        return _Choice(asked, _free(replace(found, calls=0), inner, is_linked=is_linked))

    def _shown(self, declared: GraphQLField, kind: str | None) -> GraphQLNamedType:
        """Return what a field shows: as declared, or the *kind* that its arguments tell."""
        return (self._planner.schema.get_type(kind) if kind else None) or get_named_type(declared.type)

    def _one_of_links(self, step: Step, inner: Sequence[_Choice], *, is_linked: bool) -> _Choice:
        """Return the ways to get what one of several links leads to."""
        one = replace(step, field="*")
        return _Choice(
            self._asked(replace(one, calls=1), None, inner), _free(one, inner, is_linked=is_linked)
        )

    def _asked(self, step: Step, first: int | None, inner: Sequence[_Choice]) -> Step:
        """Return *step* as it is asked for, with what can come along."""
        parts = self._parts(step.relation, first, inner)
        if parts:
            self.parts[step.key] = parts
        return replace(step, parts=parts).above(tuple(choice.with_parts(parts) for choice in inner))

    def _parts(self, relation: Relation, first: int | None, inner: Sequence[_Choice]) -> Parts:
        """Return what can come along with *relation*, as far as the document stays within its size."""
        if relation.found not in _WITH_LINKS:
            return frozenset()
        free = (choice.free for choice in inner if choice.free and choice.free.way is Way.EXPANDED)
        wanted = {step.relation.alias: step.relation for step in free if step.relation.alias}
        items = ceil(self._planner.lengths.of(relation)) if issubclass(relation.found, _LISTS) else 0
        if first and relation.paging:
            items = min(first, relation.paging.largest)
        while wanted and predicted_bytes(relation, items, frozenset(wanted)) > self._planner.size:
            del wanted[max(wanted, key=lambda alias: wanted[alias].expanded_bytes)]
        return frozenset(wanted)

    def _length(self, relation: Relation, first: int | None) -> float:
        """Return how many things are to be expected behind one link."""
        if not issubclass(relation.found, _LISTS):
            return 1
        length = self._planner.lengths.of(relation)
        return length if first is None else min(length, max(first, 0))

    def _arguments(self, declared: GraphQLField, node: FieldNode) -> Mapping[str, Any]:
        try:
            return get_argument_values(declared, node, self._variables)
        except GraphQLError:
            return {}  # The field will say so itself.


def _free(step: Step, inner: Sequence[_Choice], *, is_linked: bool) -> Step | None:
    """Return *step* as it is where its parent brings it along, or its link says it all."""
    relation = step.relation
    if relation.alias and (relation.expands_to is Yield.CONTENT or is_linked):
        return replace(step, way=Way.EXPANDED).above(
            tuple(choice.with_parts(frozenset()) for choice in inner)
        )
    return replace(step, way=Way.LINKED) if is_linked and hasattr(relation.found, "of_link") else None


def _pages(relation: Relation, things: float) -> int:
    """Return how many requests it takes to get *things* of a list."""
    return max(1, ceil(things / relation.paging.largest)) if relation.paging else 1


def _below_field(name: str) -> Callable[[Step], Step]:
    return lambda step: replace(step, field=f"{name}.{step.field}")


def _weighed(weight: float) -> Callable[[Step], Step]:
    return lambda step: step.weighed(weight)


def _is_abstract(named: GraphQLNamedType | None) -> TypeGuard[GraphQLAbstractType]:
    return is_abstract_type(named)
