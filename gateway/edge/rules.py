"""The rules that a document is validated by."""

from typing import Final

from graphql import (
    GraphQLError,
    NonNullTypeNode,
    OperationDefinitionNode,
    ValidationRule,
    get_nullable_type,
    is_input_object_type,
    specified_rules,
)


class OneOfVariables(ValidationRule):
    """A variable in an input that takes one field must not be null.

    graphql-core overlooks it where the input itself must not be null. strawberry's rule raises where the
    variable is not defined, or is used in a fragment that does not follow the operation that defines it.
    """

    def leave_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        """Report what the operation, with its fragments, does wrong."""
        nullable = {
            each.variable.name.value: each
            for each in node.variable_definitions or ()
            if not isinstance(each.type, NonNullTypeNode)
        }
        for usage in self.context.get_recursive_variable_usages(node):
            definition = nullable.get(usage.node.name.value)
            parent = get_nullable_type(usage.parent_type)
            if definition is not None and is_input_object_type(parent) and parent.is_one_of:
                message = f"Variable '${usage.node.name.value}' must be non-null to be used in '{parent}'."
                self.report_error(GraphQLError(message, [definition, usage.node]))


RULES: Final = (*specified_rules, OneOfVariables)
