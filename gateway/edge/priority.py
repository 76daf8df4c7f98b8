"""What is served first when not all can be: changes of a queue, then what is read, searches last."""

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
)

SEARCHES: Final = frozenset({"titles", "suggestTitles", "people"})
"""Fields of a query that search: they cost much, and are asked again by the next letter that is typed."""

_TEXT: Final = re.compile(rb'"query"\s*:\s*"[^"]*\{')
_NAMES: Final = re.compile(rb'"(?:sha256Hash|documentId|doc_id|id)"\s*:\s*"(?:sha256:)?([^"\\]+)"')
_MOST_NAMES: Final = 10_000
_CHANGE: Final = re.compile(rb"\bmutation\b")
_SEARCH: Final = re.compile(rb"\b(?:titles|suggestTitles|people)\s*\(")


class Priority(IntEnum):
    """The greater, the sooner; the smallest is turned away first."""

    SEARCH = 0
    READ = 1
    CHANGE = 2


class Glance:
    """Sees what requests are before they are read: by their words, or by what their document is called."""

    def __init__(self) -> None:
        self._named: OrderedDict[bytes, Priority] = OrderedDict()

    def at(self, body: bytes) -> Priority:
        """Return what the request in *body* seems to be; a change where its document is not known by name."""
        if _TEXT.search(body):
            return _by_words(body)
        names = _NAMES.findall(body)
        return next((self._named[name] for name in names if name in self._named), Priority.CHANGE)

    def learn(self, name: str, document: str) -> None:
        """Take note that *document* is called *name*."""
        known = name.encode()
        self._named[known] = _by_words(document.encode(errors="replace"))
        self._named.move_to_end(known)
        if len(self._named) > _MOST_NAMES:
            self._named.popitem(last=False)


def _by_words(text: bytes) -> Priority:
    if _CHANGE.search(text):
        return Priority.CHANGE
    return Priority.SEARCH if _SEARCH.search(text) else Priority.READ


@dataclass(frozen=True, slots=True)
class Demand:
    """What an operation asks of a worker."""

    priority: Priority
    kind: OperationType | None
    """None of what is no operation that could be executed."""
    searches: int = 0
    """How often it searches, whatever it calls that."""

    @classmethod
    def of(cls, document: DocumentNode | None, name: str | None) -> Self:
        """Return what the operation *name* of *document*, which is valid, asks; little without one."""
        operation = get_operation_ast(document, name) if document else None
        if document is None or operation is None:
            return cls(Priority.READ, None)
        if operation.operation is OperationType.MUTATION:
            return cls(Priority.CHANGE, operation.operation)
        fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }
        searches = sum(each in SEARCHES for each in _root_fields(operation.selection_set, fragments))
        return cls(Priority.SEARCH if searches else Priority.READ, operation.operation, searches)


def _root_fields(
    selection: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    """Yield the fields that an operation begins with, whatever they are called in its answer."""
    for node in selection.selections:
        if isinstance(node, FieldNode):
            yield node.name.value
        elif isinstance(node, InlineFragmentNode):
            yield from _root_fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            yield from _root_fields(fragments[node.name.value].selection_set, fragments)
