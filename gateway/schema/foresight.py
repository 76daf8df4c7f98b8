"""Begins an operation with what it will need of the viewer, so that it costs no level of its own."""

import asyncio
from collections.abc import Iterator, Mapping

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
    get_operation_ast,
)
from strawberry.extensions import SchemaExtension

from gateway import personal
from gateway.contract import Path
from gateway.loaders.selection import RATING, STATE, Selections
from gateway.resources import Content
from gateway.schema.context import Context
from gateway.schema.follow import link_of
from gateway.subscriber import User


class Foresight(SchemaExtension):
    """Loads the viewer's own document at once when titles will be shown as they stand with the viewer.

    All that is said of a title on the viewer's behalf is found by links of that document.
    """

    def on_execute(self) -> Iterator[None]:
        """Begin to load before the first field is resolved."""
        asked = self.execution_context
        document, context = asked.graphql_document, asked.context
        # What is refused, or only planned, has its result by now.
        if document is not None and context.viewer is not None and asked.result is None:
            operation = get_operation_ast(document, asked.operation_name)
            if operation is not None:
                begin(context, _asked_anywhere(document, operation, asked.variables or {}))
        yield


def _asked_anywhere(
    document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, object]
) -> frozenset[str]:
    """Return the names of the fields that *operation* includes, at any depth."""
    defaults = {
        each.variable.name.value: each.default_value.value
        for each in operation.variable_definitions or ()
        if isinstance(each.default_value, BooleanValueNode)
    }
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    return Selections(fragments, {**defaults, **variables}).names(operation.selection_set)


def begin(context: Context, asked: frozenset[str]) -> None:
    """Begin to load what fields of the names *asked* will need; whoever needs it joins."""
    if context.viewer is None or asked.isdisjoint({STATE, RATING}):
        return
    href = context.origin.expand_path(Path.USER, id=context.viewer.user_id)
    loading = context.load(personal.USER, href)
    if RATING in asked:
        loading.add_done_callback(lambda loaded: _go_on(loaded, context))


def _go_on(loaded: asyncio.Future[Content], context: Context) -> None:
    """Follow the viewer's link to their ratings, which lead to those of titles."""
    if loaded.cancelled() or loaded.exception() is not None:
        return
    user = loaded.result()
    link = link_of(user.links, personal.RATINGS) if isinstance(user, User) else None
    if link is not None:
        context.load(personal.RATINGS, link.href)
