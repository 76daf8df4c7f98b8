"""What a selection asks for, so that content at hand can answer it without a request. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

_OF_LINKS: Final = frozenset({"__typename", "id", "href", "name", "name.regular", "name.__typename"})
"""What a link says by itself: where it leads and how that is called."""

STATE: Final = "viewerState"
RATING: Final = "viewerRating"
_OF_THE_VIEWER: Final = frozenset({STATE, RATING})
"""What the viewer's own resources say of a title, given where it is."""

_ITEMS: Final = ("nodes.", "edges.node.")
_TOTAL: Final = frozenset({"__typename", "totalCount"})

Seen = dict[tuple[int, ...], frozenset[str]]
"""The paths that each selection asks for, by the identities of its nodes."""


def asks_only_links(info: GraphQLResolveInfo[object], seen: Seen) -> bool:
    """Say whether the selection below a field asks nothing that a link does not say by itself."""
    return all(map(_is_of_links, _paths(info, seen)))


def asks_only_linked_items(info: GraphQLResolveInfo[object], seen: Seen) -> bool:
    """Say the same of the items of a connection."""
    paths = _paths(info, seen)
    items = (path.removeprefix(prefix) for path in paths for prefix in _ITEMS if path.startswith(prefix))
    return all(map(_is_of_links, items))


def asks_only_the_total(info: GraphQLResolveInfo[object], seen: Seen) -> bool:
    """Say whether the selection below a connection asks how many items there are, and for none of them."""
    return _paths(info, seen) <= _TOTAL


def asked_anywhere(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, object]
) -> frozenset[str]:
    """Return the names of the fields that *operation* includes, at any depth; each fragment is read once."""
    defaults = {
        each.variable.name.value: each.default_value.value
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, BooleanValueNode)
    }
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    return _Walk(fragments, {**defaults, **variables}).names(operation.selection_set)


def _is_of_links(path: str) -> bool:
    return path in _OF_LINKS or path.partition(".")[0] in _OF_THE_VIEWER


def _paths(info: GraphQLResolveInfo[object], seen: Seen) -> frozenset[str]:
    """Return the dotted paths of all fields below; *seen* spares doing it for each item of a list."""
    # All nodes: a field of a fragment may stand beside others of its name in one place and alone in another.
    key = tuple(map(id, info.field_nodes))
    if key not in seen:
        # graphql-core says that the variables come wrapped; strawberry has unwrapped them.
        walk = _Walk(info.fragments, cast("Mapping[str, object]", info.variable_values))
        below = (walk.below(node.selection_set, "") for node in info.field_nodes)
        seen[key] = frozenset(path for paths in below for path in paths)
    return seen[key]


class _Walk:
    """Visits what a selection includes, through fragments and past ``@skip`` and ``@include``."""

    def __init__(
        self, fragments: Mapping[str, FragmentDefinitionNode], variables: Mapping[str, object]
    ) -> None:
        self._fragments = fragments
        self._variables = variables

    def below(self, selection: SelectionSetNode | None, prefix: str) -> Iterator[str]:
        for node in selection.selections if selection else ():
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                path = f"{prefix}{node.name.value}"
                yield path
                yield from self.below(node.selection_set, f"{path}.")
            elif isinstance(node, FragmentSpreadNode):
                yield from self.below(self._fragments[node.name.value].selection_set, prefix)
            else:
                yield from self.below(getattr(node, "selection_set", None), prefix)

    def names(self, selection: SelectionSetNode) -> frozenset[str]:
        names: set[str] = set()
        spread: set[str] = set()
        waiting: list[SelectionSetNode | None] = [selection]
        while waiting:
            below = waiting.pop()
            for node in filter(self._is_included, below.selections if below else ()):
                if isinstance(node, FragmentSpreadNode):
                    if node.name.value not in spread:
                        spread.add(node.name.value)
                        waiting.append(self._fragments[node.name.value].selection_set)
                    continue
                if isinstance(node, FieldNode):
                    names.add(node.name.value)
                waiting.append(getattr(node, "selection_set", None))
        return frozenset(names)

    def _is_included(self, node: SelectionNode) -> bool:
        return all(map(self._lets_through, node.directives or ()))

    def _lets_through(self, directive: DirectiveNode) -> bool:
        """Evaluate ``@skip(if:)`` or ``@include(if:)``; there are no other directives on selections."""
        (condition,) = directive.arguments or ()
        value = condition.value
        if isinstance(value, VariableNode):
            holds = bool(self._variables.get(value.name.value))
        else:
            holds = isinstance(value, BooleanValueNode) and value.value
        return holds if directive.name.value == "include" else not holds
