"""How large a parsed document is, in every way that makes it expensive, measured in one pass. Pure.

A fragment is measured once, after those that it spreads, and counts wherever it is spread. Nothing calls
itself deeper than brackets are nested, which is limited before.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    Node,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
)

_SCHEMA: Final = frozenset({"__schema", "__type"})
"""The fields that ask about the schema itself."""
_FIRST: Final = "first"
"""The argument that says how long a page is to be."""


@dataclass(slots=True)
class Size:
    """The size of a selection with all below it."""

    depth: int = 0
    """Fields within fields, but for what is asked about the schema."""
    introspection: int = 0
    """The same of what is asked about the schema."""
    aliases: int = 0
    directives: int = 0
    equal_names: int = 0
    """The most fields of one name in any one selection."""
    names: Counter[str] = field(default_factory=Counter)
    """How many fields of the selection are answered under each name."""

    def add(self, other: "Size", *, deeper: int = 0) -> None:
        """Add the size of what stands in the selection, *deeper* by so many fields."""
        self.depth = max(self.depth, other.depth + deeper)
        self.introspection = max(self.introspection, other.introspection)
        self.aliases += other.aliases
        self.directives += other.directives
        self.equal_names = max(self.equal_names, other.equal_names)


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of a document."""

    operations: tuple[Size, ...]
    fragments: int
    list_length: int
    """The length of the longest list."""
    first: int
    """The greatest number given for ``first``."""
    firsts: Mapping[str, int]
    """The variables that are given for ``first``, with their defaults; 0 for none."""
    is_introspection: bool
    """Whether anything is asked about the schema itself."""


def shape_of(document: DocumentNode) -> Shape:
    """Measure *document*, which need not be valid."""
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    sizes: dict[str, Size] = {}
    for name in _in_order(fragments):
        sizes[name] = _measured(fragments[name].selection_set, sizes)
    operations = []
    for each in document.definitions:
        if isinstance(each, OperationDefinitionNode):
            size = _measured(each.selection_set, sizes)
            size.directives += len(each.directives or ())
            operations.append(size)
    lists, firsts, defaults = _values(document)
    return Shape(
        tuple(operations),
        sum(isinstance(each, FragmentDefinitionNode) for each in document.definitions),
        max(lists, default=0),
        max((first for first in firsts if isinstance(first, int)), default=0),
        {name: defaults.get(name, 0) for name in firsts if isinstance(name, str)},
        any(each.introspection for each in (*operations, *sizes.values())),
    )


def _measured(selection: SelectionSetNode, fragments: Mapping[str, Size]) -> Size:
    size = Size()
    for node in selection.selections:
        _measure(node, size, fragments)
    size.equal_names = max(size.equal_names, *size.names.values(), 0)
    return size


def _measure(node: SelectionNode, size: Size, fragments: Mapping[str, Size]) -> None:
    """Add *node* to the *size* of the selection that it stands in."""
    size.directives += len(node.directives or ())
    if isinstance(node, FieldNode):
        size.aliases += node.alias is not None
        size.names[(node.alias or node.name).value] += 1
        below = _measured(node.selection_set, fragments) if node.selection_set else Size()
        if node.name.value in _SCHEMA:
            below.introspection, below.depth = max(below.depth, below.introspection) + 1, 0
            size.add(below)
        else:
            size.add(below, deeper=1)
        return
    if isinstance(node, InlineFragmentNode):
        spread = _measured(node.selection_set, fragments)
    elif isinstance(node, FragmentSpreadNode):
        spread = fragments.get(node.name.value, Size())
    else:
        return
    size.add(spread)
    size.names.update(spread.names)


def _in_order(fragments: Mapping[str, FragmentDefinitionNode]) -> Iterator[str]:
    """Return the names of *fragments*, each after those that it spreads; circles are cut somewhere."""
    begun: set[str] = set()
    for root in fragments:
        waiting = [(root, False)]
        while waiting:
            name, is_done = waiting.pop()
            if is_done:
                yield name
            elif name not in begun:
                begun.add(name)
                waiting.append((name, True))
                waiting.extend((each, False) for each in _spreads(fragments[name]) if each in fragments)


def _spreads(fragment: FragmentDefinitionNode) -> Iterator[str]:
    return (node.name.value for node in _nodes(fragment) if isinstance(node, FragmentSpreadNode))


def _values(document: DocumentNode) -> tuple[list[int], list[int | str], dict[str, int]]:
    """Return the lengths of lists, what is given for ``first``, and the defaults of variables."""
    lists: list[int] = []
    firsts: list[int | str] = []
    defaults: dict[str, int] = {}
    for node in _nodes(document):
        if isinstance(node, ListValueNode):
            lists.append(len(node.values))
        elif isinstance(node, ArgumentNode) and node.name.value == _FIRST:
            if isinstance(node.value, VariableNode):
                firsts.append(node.value.name.value)
            elif (number := _number(node.value)) is not None:
                firsts.append(number)
        elif isinstance(node, VariableDefinitionNode):
            number = _number(node.default_value)
            if number is not None:
                defaults[node.variable.name.value] = number
    return lists, firsts, defaults


def _number(node: Node | None) -> int | None:
    """Return the number that *node* is; of a very long one only that it is too large."""
    if not isinstance(node, IntValueNode):
        return None
    return int(node.value[:20])


def _nodes(root: Node) -> Iterator[Node]:
    """Return *root* and all nodes below it."""
    waiting: list[object] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Node):
            yield node
            waiting.extend(getattr(node, key) for key in node.keys if key != "loc")
        elif isinstance(node, list | tuple):
            waiting.extend(node)
