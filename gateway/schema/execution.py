"""How strawberry is made to execute: an operation must be clear, and errors are the edge's to log."""

from collections.abc import Iterator, Sequence
from typing import Any

import strawberry
from graphql import Executor, GraphQLError, GraphQLSchema, OperationDefinitionNode
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext


class Schema(strawberry.Schema):
    """A schema that leaves errors to the edge."""

    @property
    def core(self) -> GraphQLSchema:
        """The same as graphql-core knows it."""
        return self._schema

    def process_errors(
        self, errors: Sequence[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing: strawberry would write the caller's query, with whatever is in it."""


class EventExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes each event of a subscription as an operation of its own: with its own loads and deadline."""

    def build_per_event_executor(self, payload: object) -> Executor[Any]:
        """Return what executes the event *payload*."""
        event = super().build_per_event_executor(payload)
        event.context_value = self.context_value.anew()
        return event


class ClearOperation(SchemaExtension):
    """Refuses a document of several operations without a name; strawberry would take the first."""

    def on_validate(self) -> Iterator[None]:
        """Refuse before anything is validated."""
        asked = self.execution_context
        document = asked.graphql_document
        operations = [
            each
            for each in (document.definitions if document else ())
            if isinstance(each, OperationDefinitionNode)
        ]
        name = asked._provided_operation_name  # noqa: SLF001 - the public one falls back to the first operation's
        if name is None and len(operations) > 1:
            asked.pre_execution_errors = [GraphQLError("Of several operations, one must be named.")]
        yield
