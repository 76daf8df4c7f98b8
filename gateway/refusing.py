"""What the server says by itself, before any application sees a request. Pure."""

from typing import Final

import orjson

_REASONS: Final = {
    400: ("Bad Request", "BAD_USER_INPUT"),
    408: ("Request Timeout", "LIMIT_EXCEEDED"),
    414: ("URI Too Long", "LIMIT_EXCEEDED"),
    431: ("Request Header Fields Too Large", "LIMIT_EXCEEDED"),
    503: ("Service Unavailable", "OVERLOADED"),
}
"""What each status of a refusal is called, and its code in an answer."""


def limited(what: str, limit: int, value: int) -> str:
    """Return that *value* of *what* is more than *limit*."""
    return f"{what} may be at most {limit}, not {value}."


def answer(status: int, why: str) -> bytes:
    """Return the whole answer with *status* that says *why*, in GraphQL's terms."""
    reason, code = _REASONS[status]
    body = orjson.dumps({"errors": [{"message": why, "extensions": {"code": code}}]})
    retry = "retry-after: 1\r\n" if status == 503 else ""
    head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json; charset=utf-8\r\n{retry}"
    return f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body
