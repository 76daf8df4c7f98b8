"""How strawberry is made to execute: the edge reads documents and logs errors; an operation must be clear."""

import asyncio
from collections.abc import (
    AsyncIterable,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Sized,
)
from dataclasses import dataclass
from functools import partial
from inspect import CORO_CREATED, getcoroutinestate, isawaitable
from types import CoroutineType
from typing import Any, Final, TypeGuard

import strawberry
from graphql import (
    DocumentNode,
    Executor,
    GraphQLError,
    GraphQLLeafType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    is_composite_type,
    is_non_null_type,
)
from graphql.pyutils import Path
from graphql.type.definition import GraphQLResolveInfoHelpers
from strawberry.extensions import SchemaExtension
from strawberry.extensions.runner import SchemaExtensionsRunner
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types import ExecutionContext
from strawberry.types.execution import PreExecutionError

from gateway.schema.errors import LimitExceeded
from gateway.schema.pace import OBJECT, Complete, Pace, Pieces


@dataclass(frozen=True, slots=True)
class Admitted:
    """A document as it was read, and what is wrong with it; nothing of what is none, or too large."""

    document: DocumentNode | None
    errors: list[GraphQLError]
    weight: int = 0
    """Bytes that it takes, about."""


Admit = Callable[[str, Mapping[str, object]], Awaitable[Admitted]]
"""Reads a document that is to be executed with variables."""


class Schema(strawberry.Schema):
    """A schema that leaves documents and errors to the edge."""

    @property
    def core(self) -> GraphQLSchema:
        """The same as graphql-core knows it."""
        return self._schema

    def process_errors(
        self, errors: Sequence[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing: strawberry would write the caller's query, with whatever is in it."""

    async def _prepare_operation_async(
        self, context: ExecutionContext, extensions_runner: SchemaExtensionsRunner
    ) -> PreExecutionError | None:
        """Have the document read by the edge, which knows most of them; strawberry would parse it anew."""
        admitted = await context.context.admit(context.query or "", context.variables or {})
        if admitted.document is None:
            return PreExecutionError(data=None, errors=admitted.errors)
        context.graphql_document = admitted.document
        context.pre_execution_errors = admitted.errors
        return await super()._prepare_operation_async(context, extensions_runner)


async def _gather(values: Sequence[Awaitable[Any]]) -> list[Any]:
    return list(await asyncio.gather(*values))


_HELPERS: Final = GraphQLResolveInfoHelpers(gather=_gather, track=lambda _values: None)
"""For resolvers that start work of their own, which ours do not."""


_complete_leaf: Final = StrawberryGraphQLCoreExecutionContext.complete_leaf_value


def _noting(begun: set[Coroutine[Any, Any, Any]]) -> Callable[[Any], TypeGuard[Awaitable[Any]]]:
    """Return what tells whether a value is to be awaited, as graphql-core does, and adds it to *begun*."""

    def is_awaitable(value: Any) -> TypeGuard[Awaitable[Any]]:  # noqa: ANN401
        if isinstance(value, CoroutineType):
            begun.add(value)
            return True
        return hasattr(value, "__await__")

    return is_awaitable


async def _later(pace: Pace, complete: Complete) -> Any:  # noqa: ANN401 - an object of any type
    completed = await pace.later(complete)
    return await completed if isawaitable(completed) else completed


class BoundedExecutor(StrawberryGraphQLCoreExecutionContext):
    """Executes an operation as long as its answer does not become too large, and somebody waits for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as graphql-core has them
        super().__init__(*args, **kwargs)
        # By its own helpers an executor would keep itself, and all of its operation, until the garbage
        # collector finds it.
        self.async_helpers = _HELPERS
        self._objects = 0
        self._text = 0
        self._refusals: dict[str, LimitExceeded] = {}
        """Of what there is too much, by what it is."""
        self._told: set[Exception] = set()
        self._begun: set[Coroutine[Any, Any, Any]] = set()
        """What is to be awaited of the answer, or was."""
        self.is_awaitable = _noting(self._begun)

    def execute_operation(self, serially: bool | None = None) -> Any:  # noqa: ANN401, FBT001 - as graphql-core has them
        """Execute; whatever ends that, nothing is loaded for it any longer."""
        result = super().execute_operation(serially)
        return self._attended(result) if isawaitable(result) else result

    async def _attended(self, result: Awaitable[Any]) -> Any:  # noqa: ANN401
        try:
            return await result
        except asyncio.CancelledError:
            self._close()
            raise
        finally:
            self._begun.clear()
            self.context_value.loader.leave()

    def _close(self) -> None:
        """End what was put together and will never be awaited; Python would complain of each."""
        for each in self._begun:
            if getcoroutinestate(each) == CORO_CREATED:
                each.close()

    def complete_list_value(  # noqa: PLR0913, PLR0917 - as graphql-core has them
        self,
        return_type: GraphQLList[GraphQLOutputType],
        field_details_list: Any,  # noqa: ANN401
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: AsyncIterable[Any] | Iterable[Any],
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Count the objects of a list before any of them is completed."""
        if isinstance(result, Sized) and is_composite_type(get_named_type(return_type)):
            self._objects += len(result)
            limit = self.context_value.most_objects
            if self._objects > limit:
                raise self._refused("The objects of an answer", value=self._objects, limit=limit)
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_iterable_value(  # noqa: PLR0913, PLR0917 - as graphql-core has them
        self,
        item_type: GraphQLOutputType,
        field_details_list: Any,  # noqa: ANN401
        info: GraphQLResolveInfo[Any],
        path: Path,
        items: Iterable[Any],
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Complete a list; where enough was done in this turn of the loop, go on in later ones."""
        if not is_composite_type(get_named_type(item_type)):
            return super().complete_iterable_value(
                item_type, field_details_list, info, path, items, position_context
            )

        def complete(item: Any, place: int, completed: list[Any]) -> bool:  # noqa: ANN401
            item_path = path.add_key(place, None)
            if self.is_awaitable(item):
                awaited = self.complete_awaitable_list_item_value(
                    item, item_type, field_details_list, info, item_path, position_context
                )
                completed.append(awaited)
            else:
                self.complete_list_item_value(
                    item, completed, item_type, field_details_list, info, item_path, position_context
                )
            return self.is_awaitable(completed[-1])

        return Pieces(self.context_value.pace, items, complete, self.settle_in_background).completed()

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401
        path: Path | None,
        grouped_field_set: Any,  # noqa: ANN401
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Count the fields of an object: that is what it takes."""
        self.context_value.pace.spend(OBJECT + len(grouped_field_set))
        result = super().execute_fields(parent_type, source_value, path, grouped_field_set, position_context)
        if isinstance(result, CoroutineType):
            self._begun.add(result)  # It may be waited for in a turn that never comes.
        return result

    def complete_object_value(  # noqa: PLR0913, PLR0917 - as graphql-core has them
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,  # noqa: ANN401
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,  # noqa: ANN401
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Complete an object; where enough was done in this turn of the loop, in a later one."""
        complete = partial(
            super().complete_object_value,
            return_type,
            field_details_list,
            info,
            path,
            result,
            position_context,
        )
        pace = self.context_value.pace
        return _later(pace, complete) if pace.is_spent else complete()

    def complete_leaf_value(self, return_type: GraphQLLeafType, result: Any) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Count the characters of a text: one may be asked for under many names."""
        shown = _complete_leaf(return_type, result)
        if isinstance(shown, str):
            self._text += len(shown)
            if self._text > self.context_value.most_text:
                limit = self.context_value.most_text
                raise self._refused("The characters of an answer", value=self._text, limit=limit)
        return shown

    def _refused(self, what: str, *, value: int, limit: int) -> LimitExceeded:
        """Return the one refusal of all of *what* that is too much."""
        refusal = self._refusals.setdefault(what, LimitExceeded(what, value=value, limit=limit))
        return refusal.with_traceback(None)  # It would become longer with each of them.

    def handle_field_error(
        self,
        raw_error: Exception,
        return_type: GraphQLOutputType,
        field_details_list: Any,  # noqa: ANN401
        path: Path,
    ) -> None:
        """Tell only once that an answer has too much of something: there may be tens of thousands."""
        cause = raw_error.original_error if isinstance(raw_error, GraphQLError) else raw_error
        if cause is not None and cause in self._refusals.values() and not is_non_null_type(return_type):
            if cause in self._told:
                return
            self._told.add(cause)
        super().handle_field_error(raw_error, return_type, field_details_list, path)


class EventExecutor(BoundedExecutor):
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
