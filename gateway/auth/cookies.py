"""Our two cookies: which names, which attributes, and how they are read. Pure.

``__Host-`` makes browsers refuse them from anybody but this very host, and other hosts' in their place; it
demands ``Secure``, which browsers accept from 127.0.0.1 and localhost without TLS.
"""

import re
from collections.abc import Iterable
from typing import Final

from starlette.requests import HTTPConnection

SESSION: Final = "__Host-gateway_session"
LOGIN: Final = "__Host-gateway_login"
"""Binds a sign-in under way to the browser that began it."""

_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{1,200}")
_ATTRIBUTES: Final = "Path=/; HttpOnly; Secure; SameSite=Lax"


def read(connection: HTTPConnection, name: str) -> str | None:
    """Return the cookie called *name*; if somebody has planted a second one, neither counts."""
    values = list(_values(connection.headers.getlist("cookie"), name))
    return values[0] if len(values) == 1 and _VALUE.fullmatch(values[0]) else None


def keep(name: str, value: str, *, seconds: int) -> str:
    """Return the header that gives a browser the cookie for so many seconds."""
    return f"{name}={value}; Max-Age={seconds}; {_ATTRIBUTES}"


def drop(name: str) -> str:
    """Return the header that takes the cookie back."""
    return f"{name}=; Max-Age=0; {_ATTRIBUTES}"


def _values(headers: Iterable[str], name: str) -> Iterable[str]:
    for part in "; ".join(headers).split(";"):
        found, _, value = part.strip().partition("=")
        if found == name:
            yield value
