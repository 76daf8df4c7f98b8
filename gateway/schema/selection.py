"""What a selection asks for, so that content at hand can answer it without a request. Pure."""

from collections.abc import Mapping
from typing import cast

from graphql import GraphQLResolveInfo

from gateway.loaders.selection import OF_LINKED_ITEMS, OF_LINKS, THE_TOTAL, Fields, Key, Selections, key_of

Seen = dict[tuple[Key, int], bool]
"""Whether a selection asks only for something, by its nodes and the identity of that."""


def asks_only_links(info: GraphQLResolveInfo[object], seen: Seen) -> bool:
    """Say whether the selection below a field asks nothing that a link does not say by itself."""
    return _asks_only(info, OF_LINKS, seen)


def asks_only_linked_items(info: GraphQLResolveInfo[object], seen: Seen) -> bool:
    """Say the same of the items of a connection."""
    return _asks_only(info, OF_LINKED_ITEMS, seen)


def asks_only_the_total(info: GraphQLResolveInfo[object], seen: Seen) -> bool:
    """Say whether the selection below a connection asks how many items there are, and for none of them."""
    return _asks_only(info, THE_TOTAL, seen)


def _asks_only(info: GraphQLResolveInfo[object], allowed: Fields, seen: Seen) -> bool:
    """Answer; *seen* spares looking for each item of a list."""
    # All nodes: a field of a fragment may stand beside others of its name in one place and alone in another.
    key = key_of(info.field_nodes), id(allowed)
    if key not in seen:
        # graphql-core says that the variables come wrapped; strawberry has unwrapped them.
        variables = cast("Mapping[str, object]", info.variable_values)
        seen[key] = Selections(info.fragments, variables).asks_only(info.field_nodes, allowed)
    return seen[key]
