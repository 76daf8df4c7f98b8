"""Plans every operation before it is executed, and refuses what cannot stay within its calls."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    get_operation_ast,
    get_variable_values,
)
from strawberry.extensions import SchemaExtension

from gateway.loaders.errors import TooMuch
from gateway.loaders.levels import Operation
from gateway.loaders.plan import Follows, Plan
from gateway.loaders.planner import Map, Planner
from gateway.loaders.selection import Selections
from gateway.schema.context import Context

_DEFINITION: Final = "strawberry-definition"
"""Where strawberry keeps the declaration of a field."""


def map_of(schema: GraphQLSchema) -> Map:
    """Return what each field of *schema* follows, as declared with the field."""
    return {
        (kind.name, name): follows
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
        if _DEFINITION in field.extensions
        and (follows := field.extensions[_DEFINITION].metadata.get(Follows)) is not None
    }


class Planning(SchemaExtension):
    """Makes the plan between validation and execution; where only the plan is asked for, that is all."""

    def on_execute(self) -> Iterator[None]:
        """Plan, and answer at once what is not to be executed."""
        asked = self.execution_context
        context = cast("Context", asked.context)
        operation = context.operation
        try:
            if asked.graphql_document is not None:
                operation.plan = plan_of(
                    context.planner,
                    asked.graphql_document,
                    operation_name=asked.operation_name,
                    variables=asked.variables,
                )
            operation.trail.planned(asked.operation_type.value, asked.operation_name, operation.plan.expected)
            _check(operation)
            if operation.is_only_planned:
                asked.result = ExecutionResult(None, None)
        except TooMuch as error:
            asked.result = ExecutionResult(None, [GraphQLError(str(error), original_error=error)])
        yield
        context.loader.learn_cost()


def plan_of(
    planner: Planner,
    document: DocumentNode,
    *,
    operation_name: str | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Plan:
    """Return the plan of an operation of a valid *document*, an empty one where it cannot be executed.

    Raise ``TooMuch`` for one that follows too many relationships.
    """
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        return Plan()
    declared = operation.variable_definitions or ()
    values = get_variable_values(planner.schema, declared, dict(variables or {}))
    if isinstance(values, list):
        return Plan()  # Execution says what is wrong with them.
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    return planner.plan(operation, Selections(fragments, values.coerced), values)


def _check(operation: Operation) -> None:
    """Raise ``TooMuch`` where *operation* is expected to cost more than it may."""
    if operation.plan.expected > operation.most_calls:
        what = "The calls that an operation is expected to cost"
        raise TooMuch(what, value=operation.plan.expected, limit=operation.most_calls)
