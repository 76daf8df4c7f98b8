"""Operations that are answered as a stream: a subscription event by event, everything else once."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, replace
from typing import Final

import strawberry
from graphql import OperationType as GraphQLOperationType
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.edge import explain
from gateway.edge.admission import Admission
from gateway.edge.errors import cause_of, is_unauthenticated, present, present_refusal, shown, told
from gateway.edge.lasting import Lasting, weight_of
from gateway.edge.priority import Demand
from gateway.edge.request import Asked, Refusal
from gateway.loaders.levels import Operation
from gateway.loaders.viewer import Viewer
from gateway.schema.context import Context
from gateway.telemetry.trail import Trail

Forget = Callable[[Viewer], Awaitable[None]]
"""Ends the session of somebody whose token the origin takes no more."""

Resolve = Callable[[Asked, Trail], Awaitable[Asked]]
"""Puts its document into a request that only names it; raises ``Refusal`` where it is not to be answered."""

MakeContext = Callable[[Viewer | None], Context]

ALL: Final = frozenset(OperationType)
READING: Final = frozenset({OperationType.QUERY, OperationType.SUBSCRIPTION})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or one of many, as a client may see it."""

    body: Mapping[str, object]
    is_begun: bool
    """Whether the operation was begun at all; if not, there is no data, and no further answer."""
    is_kind_refused: bool = False
    """Whether it was not begun for being a mutation or a subscription."""


@dataclass(frozen=True, slots=True)
class Operations:
    """Executes operations, however they came in, each at a place of *admission*.

    A subscription has one until it is begun; what all of them hold is bounded by *lasting*.
    """

    schema: strawberry.Schema
    make_context: MakeContext
    forget: Forget
    resolve: Resolve
    admission: Admission
    lasting: Lasting

    async def read(self, asked: Asked, trail: Trail) -> Asked:
        """Return *asked* with its document; raise ``Refusal`` where that is not to be had."""
        resolved = await self.resolve(asked, trail)
        if asked.document_id is not None:
            self.admission.glance.learn(asked.document_id, resolved.query)
        return resolved

    async def stream(
        self, asked: Asked, viewer: Viewer | None, allowed: frozenset[OperationType] = ALL, *, trail: Trail
    ) -> AsyncGenerator[Answer]:
        """Yield what *asked* is answered with on behalf of *viewer*; failures are answers too.

        Raises ``Refusal``, before anything is yielded, where there is no place.
        """
        try:
            asked = await self.read(asked, trail)
        except Refusal as error:
            refused = Answer({"errors": [error_of(error)]}, is_begun=False)
            trail.answered(refused.body)
            yield refused
            return
        context = self.make_context(viewer)
        operation = context.operation
        operation.trail = trail

        def anew() -> Context:
            """Make what executes an event, and take note of it."""
            nonlocal operation
            event = context.anew()
            operation = event.operation
            return event

        results = self._results(asked, viewer, replace(context, anew=anew), allowed)
        try:
            async with aclosing(results):
                async for result in results:
                    if not isinstance(result, ExecutionResult | PreExecutionError):
                        raise TypeError(type(result))  # The graph has neither @defer nor @stream.
                    if viewer is not None and any(map(is_unauthenticated, result.errors or ())):
                        await self.forget(viewer)
                    answer = answer_of(result, operation)
                    trail.answered(answer.body)
                    yield answer
        finally:
            context.loader.leave()  # A subscription loads what leads to its events outside of any execution.

    async def _results(
        self, asked: Asked, viewer: Viewer | None, context: Context, allowed: frozenset[OperationType]
    ) -> AsyncGenerator[object]:
        """Yield what the schema answers, at a place as long as it is no event."""
        user = viewer.identity if viewer else None
        with ExitStack() as held:
            # From now on: they are there as well while the document waits to be read.
            held.enter_context(self.admission.values.of(asked.variables))
            admitted = await context.admit(asked.query, asked.variables or {})
            demand = Demand.of(None if admitted.errors else admitted.document, asked.operation_name)
            is_subscription = demand.kind is GraphQLOperationType.SUBSCRIPTION
            if is_subscription:
                held.close()
                held.enter_context(self.lasting.held(weight_of(asked, admitted.weight), user or ""))
            async with self.admission.place(demand, user):
                results = await self.schema.stream(
                    asked.query or " ",  # strawberry takes an empty one for a fault of ours
                    variable_values=dict(asked.variables or {}),
                    context_value=context,
                    operation_name=asked.operation_name,
                    allowed_operation_types=allowed,
                )
                done = [] if is_subscription else [each async for each in results]
            for result in done:
                yield result
            async with aclosing(results):
                async for result in results:
                    yield result


def error_of(refusal: Refusal) -> Mapping[str, object]:
    """Return the error that tells of *refusal*."""
    return {"message": refusal.detail, "extensions": told(refusal.code)}


def answer_of(result: ExecutionResult | PreExecutionError, operation: Operation) -> Answer:
    """Return *result* of *operation* as a client may see it, with how old it is where it is old."""
    errors = result.errors or ()
    is_refused = isinstance(result, PreExecutionError)
    # An operation that was not begun, for what it is or for its variables, has no data at all.
    is_begun = not errors or (
        not is_refused and (result.data is not None or any(error.path for error in errors))
    )
    body: dict[str, object] = {"data": result.data} if is_begun else {}
    if errors:
        show = present_refusal if is_refused else present
        body["errors"] = [error.formatted for error in shown(errors, show)]
    if is_begun and (extensions := explain.extensions(operation)):
        body["extensions"] = extensions
    is_kind_refused = any(isinstance(cause_of(error), InvalidOperationTypeError) for error in errors)
    return Answer(body, is_begun, is_kind_refused)
