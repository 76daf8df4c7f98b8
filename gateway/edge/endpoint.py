"""``/graphql``: an HTTP request becomes an operation with a context of its own, and an answer."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

import orjson
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.edge import explain, explorer
from gateway.edge.errors import CODES, RETRY_AFTER, STORE_AWAY, is_unauthenticated, told
from gateway.edge.media import EVENT_STREAM, GRAPHQL_JSON, JSON, accepts_events, preferred
from gateway.edge.observing import asking, observer_at, trail_at
from gateway.edge.operations import Answer, answer_of
from gateway.edge.persisted.resolving import DocumentRefused
from gateway.edge.presence import while_present
from gateway.edge.request import SAFE, Asked, Refusal, is_operation, read_asked
from gateway.edge.sharing import Sharing
from gateway.edge.sse import Events
from gateway.loaders.viewer import Viewer
from gateway.schema.context import Context
from gateway.stores.records import StoreUnavailable
from gateway.telemetry.events import StoreFailed
from gateway.telemetry.trail import Trail

_log: Final = logging.getLogger(__name__)

_PARTIAL_SUCCESS: Final = 294
_REFUSALS: Final = {401: "UNAUTHENTICATED", 403: "FORBIDDEN", 429: "LIMIT_EXCEEDED", 503: "OVERLOADED"}

_CLEARER: Final = {
    "Not Found": "There is nothing at this address; the graph is at /graphql.",
    "Method Not Allowed": "This address does not know this method.",
}

Executed = tuple[ExecutionResult | PreExecutionError, Context]
"""What came of an operation, and what it was executed with."""


class Endpoint:
    """Answers GraphQL requests, and a browser that comes without one with the explorer."""

    def __init__(
        self,
        events: Events,
        sharing: Sharing[Executed] | None = None,
        *,
        page: Callable[[], Response] = explorer.page,
    ) -> None:
        self._operations = events.operations
        self._authenticate = events.authenticate
        self._events = events
        self._sharing = sharing
        self._page = page
        self._reading = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """Answer ``GET`` and ``POST /graphql``."""
        if not is_operation(request):
            if "text/html" in request.headers.get("accept", ""):
                return self._page()
            raise HTTPException(400, "There is no `query`.")
        is_json_wanted, are_events_wanted = _media_type(request) is not None, accepts_events(_accept(request))
        if not is_json_wanted and not are_events_wanted:
            raise HTTPException(406, f"Answers are {JSON}, {GRAPHQL_JSON} or {EVENT_STREAM}.")
        asked = await read_asked(request, self._reading)
        viewer = await self._authenticate(request)
        trail = asking(request, asked, viewer)
        if not is_json_wanted:
            return self._events.answer(request, asked, viewer)
        asked = await self._operations.read(asked, trail)
        try:
            executing = self._executed(request, asked, viewer, trail)
            result, context = await while_present(request.receive, executing)
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION and are_events_wanted:
                return self._events.answer(request, asked, viewer)
            raise _refusal(error) from error
        if viewer is not None and any(map(is_unauthenticated, result.errors or ())):
            await self._operations.forget(viewer)
        return _response(result, request, context)

    async def _executed(
        self, request: Request, asked: Asked, viewer: Viewer | None, trail: Trail
    ) -> Executed:
        what = explain.asked_for(request)

        async def execute() -> Executed:
            context = self._operations.make_context(viewer)
            context.operation.trail = trail
            explain.prepare(context.operation, what)
            return await self._execute(asked, context, request.method), context

        if self._sharing is None:
            return await execute()
        is_alone = what is not explain.Explain.NOTHING
        executed = await self._sharing.answer(asked, viewer, execute, is_alone=is_alone)
        first = executed[1].operation.trail
        if first is not trail:
            trail.planned(first.kind, first.name, 0.0)
        return executed

    async def _execute(
        self, asked: Asked, context: Context, method: str
    ) -> ExecutionResult | PreExecutionError:
        allowed = {OperationType.QUERY} if method in SAFE else {OperationType.QUERY, OperationType.MUTATION}
        try:
            return await self._operations.schema.execute(
                asked.query or " ",  # strawberry takes an empty one for a fault of ours
                variable_values=dict(asked.variables or {}),
                context_value=context,
                operation_name=asked.operation_name,
                allowed_operation_types=allowed,
            )
        except CannotGetOperationTypeError as error:
            return PreExecutionError(data=None, errors=[GraphQLError(error.as_http_error_reason())])


def refused(request: Request, error: Exception) -> Response:
    """Answer a request that holds no operation, in GraphQL's terms."""
    if not isinstance(error, HTTPException):
        raise error
    code = _REFUSALS.get(error.status_code, "BAD_USER_INPUT")
    status = error.status_code
    if isinstance(error, Refusal):
        code = error.code
    if isinstance(error, DocumentRefused) and _media_type(request) == JSON:
        status = 200  # Like any other operation that is not begun.
    headers = dict(error.headers or {})
    after = float(headers.get("retry-after", RETRY_AFTER))
    body = {
        "errors": [
            {"message": _CLEARER.get(error.detail, error.detail), "extensions": told(code, retry_after=after)}
        ]
    }
    return _json(body, request, status=status, headers=headers)


def unavailable(request: Request, error: Exception) -> Response:
    """Answer a request that came while sessions could be neither read nor changed; the log says why."""
    _log.error("%s", error)
    observer_at(request)(StoreFailed())
    message = f"{STORE_AWAY}, so nobody can be recognised."
    return refused(request, Refusal(503, message, {"retry-after": "5"}, code=CODES[StoreUnavailable]))


def _response(result: ExecutionResult | PreExecutionError, request: Request, context: Context) -> Response:
    answer = answer_of(result, context.operation)
    body = dict(answer.body)
    if not isinstance(result, PreExecutionError):
        extensions = explain.extensions(context.operation, explain.asked_for(request))
        body |= {"extensions": extensions} if extensions else {}
    status = _status(answer) if _media_type(request) == GRAPHQL_JSON else 200
    return _json(body, request, status=status)


def _status(answer: Answer) -> int:
    """Return the status of *answer* in the newer media type; plain JSON is always 200.

    GraphQL over HTTP, September 2026: 294 where there are data and errors. It would have 422 for what is not
    valid, but npm's audits, and with them clients of before, 400.
    """
    if not answer.is_begun:
        return 400
    return _PARTIAL_SUCCESS if "errors" in answer.body else 200


def _media_type(request: Request) -> str | None:
    return preferred(_accept(request))


def _accept(request: Request) -> str:
    return ", ".join(request.headers.getlist("accept"))


def _refusal(error: InvalidOperationTypeError) -> HTTPException:
    """Return what to say to an operation that is not answered in this way."""
    if error.operation_type is OperationType.SUBSCRIPTION:
        return HTTPException(
            400, f"A subscription is answered with events: accept {EVENT_STREAM}, or ask by WebSocket."
        )
    return HTTPException(405, "By GET there are queries and subscriptions only.", {"allow": "POST"})


def _json(
    body: Mapping[str, object], request: Request, *, status: int, headers: dict[str, str] | None = None
) -> Response:
    trail_at(request).answered(body)
    media_type = _media_type(request) or JSON
    private = {"cache-control": "no-store", "vary": "Accept", **(headers or {})}
    return Response(orjson.dumps(body), status, private, media_type=f"{media_type}; charset=utf-8")
