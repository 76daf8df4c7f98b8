"""Which fields an operation includes: through fragments, and past ``@skip`` and ``@include``. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    VariableNode,
)

from gateway.loaders.errors import TooMuch

MOST_LOOKS: Final = 25_000
"""Times that the selections of an operation are looked at, each for every place and type; more are refused.

The places are more than the fields: what is asked of the same thing by several fields is put together, and
of each type other fields are. So a few hundred tokens can make hundreds of thousands of places.
"""

Key = tuple[int, ...]
"""A field in its place: the identities of its nodes, which are several where selections are merged."""

Fields: TypeAlias = "Mapping[str, Fields | None]"
"""Fields by name, with the fields below each of them; None is whatever there is."""

STATE: Final = "viewerState"
RATING: Final = "viewerRating"

OF_LINKS: Final[Fields] = {
    "__typename": None,
    "id": None,
    "href": None,
    "name": {"__typename": None, "regular": None},
    STATE: None,
    RATING: None,
}
"""What a link says by itself: where it leads and how that is called.

Given where a title is, the viewer's own resources say how it stands with them.
"""

THE_TOTAL: Final[Fields] = {"__typename": None, "totalCount": None}
"""How many items a connection has, and nothing of them."""

OF_LINKED_ITEMS: Final[Fields] = {
    "__typename": None,
    "totalCount": None,
    "pageInfo": None,
    "nodes": OF_LINKS,
    "edges": {"__typename": None, "cursor": None, "node": OF_LINKS},
}
"""The same of the items of a connection."""


def key_of(nodes: Iterable[FieldNode]) -> Key:
    """Return what tells *nodes* from any others of the same document."""
    return tuple(map(id, nodes))


class Selections:
    """The selections of one operation with its variables."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, object]
    ) -> None:
        self._fragments = fragments
        self._variables = variables
        self._looks = 0

    def fields(
        self, nodes: Iterable[FieldNode], is_on: Callable[[str], bool]
    ) -> Mapping[str, Sequence[FieldNode]]:
        """Return the fields right below *nodes* as they are answered, on the types that *is_on* names."""
        return self._grouped((node.selection_set for node in nodes), is_on)

    def roots(self, selection: SelectionSetNode) -> Mapping[str, Sequence[FieldNode]]:
        """Return the fields that an operation begins with."""
        return self._grouped([selection], _anything)

    def asks_only(self, nodes: Iterable[FieldNode], allowed: Fields) -> bool:
        """Say whether nothing but *allowed* is asked for below *nodes*, on whatever type."""
        below: dict[str, list[FieldNode]] = defaultdict(list)
        for node in self._included((node.selection_set for node in nodes), _anything, set()):
            below[node.name.value].append(node)
        return all(
            name in allowed and ((deeper := allowed[name]) is None or self.asks_only(group, deeper))
            for name, group in below.items()
        )

    def names(self, selection: SelectionSetNode) -> frozenset[str]:
        """Return the names of all fields at any depth; each fragment is read once."""
        names: set[str] = set()
        visited: set[str] = set()
        waiting: list[SelectionSetNode | None] = [selection]
        while waiting:
            for node in self._included([waiting.pop()], _anything, visited):
                names.add(node.name.value)
                waiting.append(node.selection_set)
        return frozenset(names)

    def _grouped(
        self, selections: Iterable[SelectionSetNode | None], is_on: Callable[[str], bool]
    ) -> Mapping[str, Sequence[FieldNode]]:
        grouped: dict[str, list[FieldNode]] = defaultdict(list)
        for node in self._included(selections, is_on, set()):
            grouped[(node.alias or node.name).value].append(node)
        return grouped

    def _included(
        self, selections: Iterable[SelectionSetNode | None], is_on: Callable[[str], bool], visited: set[str]
    ) -> Iterator[FieldNode]:
        """Return the fields; a fragment is *visited* once, however often it is spread."""
        for node in (node for selection in selections if selection for node in selection.selections):
            self._looks += 1
            if self._looks > MOST_LOOKS:
                raise TooMuch(
                    "The selections of an operation in all places", value=self._looks, limit=MOST_LOOKS
                )
            if node.directives and not self._is_included(node.directives):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            if isinstance(node, FragmentSpreadNode):
                name = node.name.value
                if name in visited:
                    continue
                visited.add(name)
                inner: FragmentDefinitionNode | InlineFragmentNode = self._fragments[name]
            elif isinstance(node, InlineFragmentNode):
                inner = node
            if _matches(inner.type_condition, is_on):
                yield from self._included([inner.selection_set], is_on, visited)

    def _is_included(self, directives: Iterable[DirectiveNode]) -> bool:
        return all(map(self._lets_through, directives))

    def _lets_through(self, directive: DirectiveNode) -> bool:
        """Evaluate ``@skip(if:)`` or ``@include(if:)``; there are no other directives on selections."""
        (condition,) = directive.arguments or ()
        value = condition.value
        if isinstance(value, VariableNode):
            holds = bool(self._variables.get(value.name.value))
        else:
            holds = isinstance(value, BooleanValueNode) and value.value
        return holds if directive.name.value == "include" else not holds


def _anything(_type: str) -> bool:
    return True


def _matches(condition: NamedTypeNode | None, is_on: Callable[[str], bool]) -> bool:
    return condition is None or is_on(condition.name.value)
