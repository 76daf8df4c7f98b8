"""What a request is called in its answer, in its errors and in the log."""

import secrets
from contextvars import ContextVar
from typing import Final

from starlette.datastructures import Headers

from gateway.telemetry.trail import word_of

REQUEST_ID: Final = "x-request-id"

_current: Final[ContextVar[str | None]] = ContextVar("request_id", default=None)


def begin(headers: Headers) -> str:
    """Return the id that *headers* name, if they name one that is safe anywhere, or a new one.

    It is the current one from now on, for this task and all that it starts.
    """
    name = word_of(headers.get(REQUEST_ID)) or secrets.token_hex(8)
    _current.set(name)
    return name


def current() -> str | None:
    """Return the id of the request that is being answered; nothing outside of one."""
    return _current.get()
