"""What a document may be, whatever it asks for: each limit can be set, each refusal names limit and value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.edge.shape import Shape
from gateway.schema.errors import LimitExceeded

NESTING: Final = 64
"""Brackets within brackets of a document; no operation within the other limits needs as many."""

INTROSPECTION: Final = 20
"""The depth of what is asked about the schema itself: the query of GraphiQL has 15."""

VALUES: Final = 10_000
"""Values in the variables of a request, at any depth."""

_NO_INT: Final = 2**31


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that a request may have of anything."""

    characters: int = 32_768
    """Of a document."""
    tokens: int = 1_000
    """Of a document, each comment as one."""
    depth: int = 10
    """Of fields within fields; what is asked about the schema itself has a limit of its own."""
    aliases: int = 30
    """Of an operation, those of a fragment as often as it is spread."""
    root_fields: int = 20
    """Fields that an operation begins with."""
    directives: int = 50
    """Of an operation, those of a fragment as often as it is spread."""
    fragments: int = 20
    """Of a document."""
    equal_names: int = 10
    """Fields of one selection that are answered under one name."""
    list_length: int = 500
    """Of a list in an argument or a variable."""
    first: int = 500
    """Items of a page."""
    objects: int = 5_000
    """Objects of an answer."""
    text: int = 5_000_000
    """Characters of all texts of an answer."""

    def check_shape(self, shape: Shape) -> None:
        """Raise ``LimitExceeded`` for the first thing of which *shape* has too much."""
        check("The fragments of a document", shape.fragments, self.fragments)
        check("The length of a list", shape.list_length, self.list_length)
        check("`first`", shape.first, self.first)
        for each in shape.operations:
            check("The depth of an operation", each.depth, self.depth)
            check("The depth of what is asked about the schema", each.introspection, INTROSPECTION)
            check("The aliases of an operation", each.aliases, self.aliases)
            check("The fields at the root of an operation", len(each.names), self.root_fields)
            check("The directives of an operation", each.directives, self.directives)
            check("The fields of one name in a selection", each.equal_names, self.equal_names)

    def check_variables(self, shape: Shape, variables: Mapping[str, object]) -> None:
        """Raise ``LimitExceeded`` where *variables* bring in what the document itself may not say."""
        for name, default in shape.firsts.items():
            first = variables.get(name, default)
            # What is no number of GraphQL's is refused as such later.
            if isinstance(first, int | float) and first < _NO_INT:
                check("`first`", int(first), self.first)
        found = 0
        for value in values_in(variables):
            found += 1
            if isinstance(value, list):
                check("The length of a list", len(value), self.list_length)
        check("The values of all variables", found, VALUES)


def values_in(variables: Mapping[str, object]) -> Iterator[object]:
    """Give each value of *variables*, at any depth."""
    waiting = list(variables.values())
    while waiting:
        value = waiting.pop()
        yield value
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def check(what: str, value: int, limit: int) -> None:
    """Raise ``LimitExceeded`` if *value* is more than *limit*."""
    if value > limit:
        raise LimitExceeded(what, value=value, limit=limit)
