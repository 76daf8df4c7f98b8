"""The one place where errors become what a client may see: a stable code, or a mask."""

import logging
import re
import traceback
from collections.abc import Callable, Iterable, Mapping
from math import ceil
from typing import Final

from graphql import FieldNode, GraphQLError, GraphQLSyntaxError

from gateway.edge import request_id
from gateway.loaders.errors import ChangeError, IdReused, OutcomeUnknown, TooMuch, Unverifiable
from gateway.schema.errors import BadUserInput, CallerError, LimitExceeded, Unauthenticated
from gateway.stores.records import StoreUnavailable
from gateway.upstream.errors import (
    DeadlineExceeded,
    DuplicateEntry,
    ForeignLink,
    InvalidId,
    MalformedDocument,
    MissingEntry,
    MissingTitle,
    OriginBusy,
    OriginLeftAlone,
    OriginRefused,
    OriginTimedOut,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
    Redirected,
    ResponseTooLarge,
    UpstreamError,
)

_log = logging.getLogger(__name__)

_QUERY: Final = re.compile(r"(https?://[^\s?'\"<>]*)\?[^\s'\"<>]*")

MOST_ERRORS: Final = 20
"""Errors of an answer; of more, their number is told."""

CODES: Final[Mapping[type[Exception], str]] = {
    OriginUnreachable: "UPSTREAM_UNAVAILABLE",
    OriginLeftAlone: "UPSTREAM_UNAVAILABLE",
    OriginBusy: "OVERLOADED",
    OriginTimedOut: "UPSTREAM_TIMEOUT",
    DeadlineExceeded: "UPSTREAM_TIMEOUT",
    RateLimited: "RATE_LIMITED",
    QuotaExhausted: "QUOTA_EXHAUSTED",
    OriginRefused: "UPSTREAM_BAD_RESPONSE",
    Redirected: "UPSTREAM_BAD_RESPONSE",
    ResponseTooLarge: "UPSTREAM_BAD_RESPONSE",
    MalformedDocument: "UPSTREAM_BAD_RESPONSE",
    MissingEntry: "UPSTREAM_BAD_RESPONSE",
    MissingTitle: "UPSTREAM_BAD_RESPONSE",
    DuplicateEntry: "UPSTREAM_BAD_RESPONSE",
    ForeignLink: "UPSTREAM_BAD_RESPONSE",
    InvalidId: "BAD_USER_INPUT",
    BadUserInput: "BAD_USER_INPUT",
    LimitExceeded: "LIMIT_EXCEEDED",
    TooMuch: "LIMIT_EXCEEDED",
    Unauthenticated: "UNAUTHENTICATED",
    OutcomeUnknown: "OUTCOME_UNKNOWN",
    Unverifiable: "CONFLICT",
    IdReused: "BAD_USER_INPUT",
    StoreUnavailable: "UPSTREAM_UNAVAILABLE",
}

_Known = UpstreamError | CallerError | TooMuch | ChangeError | StoreUnavailable

_CODES_BY_STATUS: Final[Mapping[int, str]] = {
    # Our own signature was refused or our quota is used up: nothing the caller did.
    401: "UPSTREAM_UNAVAILABLE",
    403: "UPSTREAM_UNAVAILABLE",
    404: "NOT_FOUND",
    409: "CONFLICT",
    500: "UPSTREAM_UNAVAILABLE",
    502: "UPSTREAM_UNAVAILABLE",
    503: "UPSTREAM_UNAVAILABLE",
    504: "UPSTREAM_TIMEOUT",
}


_RETRYABLE: Final = frozenset(
    {"RATE_LIMITED", "QUOTA_EXHAUSTED", "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "OVERLOADED"}
)
"""The codes of what may go well when it is asked again."""

STORE_AWAY: Final = "The gateway's own store does not answer now"

_REFUSED_US: Final = "The origin refuses the gateway itself: who runs it has to set it up otherwise."

RETRY_AFTER: Final = 1.0
"""Seconds after which to ask again where nobody knows better."""


def told(code: str, *, retry_after: float | None = RETRY_AFTER, **more: str) -> dict[str, object]:
    """Return the ``extensions`` of an error: its code, when to ask again, and what its request is called.

    Without *retry_after* asking again does not help, whatever the code.
    """
    extensions: dict[str, object] = {"code": code, **more}
    if code in _RETRYABLE and retry_after is not None:
        extensions |= {"retryable": True, "retryAfterMs": ceil(max(retry_after, 0.0) * 1000)}
    if name := request_id.current():
        extensions["requestId"] = name
    return extensions


def present(error: GraphQLError) -> GraphQLError:
    """Return *error*, met while executing, as a client may see it: coded when known, masked when not."""
    cause = cause_of(error)
    if cause is None and _is_about_what_was_asked(error):
        return _coded(error, error.message, told("BAD_USER_INPUT"))
    if isinstance(cause, OutcomeUnknown):
        return _coded(error, str(cause), told(_code(cause), clientMutationId=cause.mutation_id))
    if isinstance(cause, _Known):
        return _known(error, cause)
    log_fault("A resolver failed", cause or error)
    return _coded(error, "Internal error.", told("INTERNAL"))


def _is_about_what_was_asked(error: GraphQLError) -> bool:
    """Whether an error of GraphQL's own is about a variable or an argument, not about what a field gave."""
    return not error.path or not all(isinstance(node, FieldNode) for node in error.nodes or ())


def log_fault(what: str, error: BaseException) -> None:
    """Log a fault of ours: *what* happened and where, without what may be secret in an address."""
    name = request_id.current() or "-"
    _log.error(
        "%s (request %s):\n%s", what, name, _without_queries("".join(traceback.format_exception(error)))
    )


def cause_of(error: GraphQLError) -> Exception | None:
    """Return what *error* was made of; nothing for an error of GraphQL's own."""
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def is_unauthenticated(error: GraphQLError) -> bool:
    """Tell whether *error* says that nobody is signed in, or that the origin takes their token no more."""
    cause = cause_of(error)
    return isinstance(cause, Unauthenticated) or (isinstance(cause, OriginRefused) and cause.is_token_refused)


def present_refusal(error: GraphQLError) -> GraphQLError:
    """Return *error*, for which an operation was not executed at all, as a client may see it."""
    cause = cause_of(error)
    if isinstance(cause, _Known):
        return _known(error, cause)
    is_syntax = isinstance(error, GraphQLSyntaxError)
    code = "GRAPHQL_PARSE_FAILED" if is_syntax else "GRAPHQL_VALIDATION_FAILED"
    return _coded(error, error.message, told(code))


def shown(errors: Iterable[GraphQLError], show: Callable[[GraphQLError], GraphQLError]) -> list[GraphQLError]:
    """Return *errors* as *show* shows them: the first of many, and how many more there are.

    That a viewer is signed in no longer is there once: it is true of every field.
    """
    kept: list[GraphQLError] = []
    left_out = 0
    is_said = False
    for error in errors:
        if is_unauthenticated(error):
            if is_said:
                continue
            is_said = True
        if len(kept) < MOST_ERRORS:
            kept.append(show(error))
        else:
            left_out += 1
    if left_out:
        message = f"And {left_out} more: an answer tells {MOST_ERRORS} errors at most."
        kept.append(GraphQLError(message, extensions=told("LIMIT_EXCEEDED")))
    return kept


def _without_queries(text: str) -> str:
    """Cut off what follows a question mark in an address: it may hold a signature or a search."""
    return _QUERY.sub(r"\1?…", text)


def _code(cause: _Known) -> str:
    if isinstance(cause, OriginRefused):
        if cause.is_token_refused:
            return CODES[Unauthenticated]
        return _CODES_BY_STATUS.get(cause.status, CODES[OriginRefused])
    return CODES[type(cause)]


def _known(error: GraphQLError, cause: _Known) -> GraphQLError:
    if isinstance(cause, StoreUnavailable):
        return _coded(error, f"{STORE_AWAY}.", told(_code(cause)))
    if isinstance(cause, OriginRefused) and cause.is_consumer_refused:
        return _coded(error, _REFUSED_US, told(_code(cause), retry_after=None))
    after = cause.retry_after if isinstance(cause, RateLimited | QuotaExhausted) else RETRY_AFTER
    return _coded(error, str(cause), told(_code(cause), retry_after=after))


def _coded(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
