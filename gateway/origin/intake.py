"""What comes in over HTTP: checked, capped, and read as an inquiry."""

import asyncio
import re
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive, Scope

from gateway.contract import FORM
from gateway.origin.errors import (
    AddressTooLong,
    BodyTooSlow,
    EncodingRefused,
    HeadersTooLarge,
    Invalid,
    Malformed,
    Misdirected,
    TooLarge,
)
from gateway.origin.forms import Pairs, read_pairs
from gateway.origin.hosts import Hosts
from gateway.origin.inquiries import Inquiry
from gateway.origin.multipart import read_fields
from gateway.origin.settings import OriginSettings

_MULTIPART: Final = "multipart/form-data"
_ABSOLUTE: Final = re.compile(rb"https?://([^/]*)(/.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """What a request asks for, before anything else of it is read."""

    bases: tuple[str, ...]
    path: str
    query: bytes

    @property
    def size(self) -> int:
        """Return how many bytes the request target has."""
        return len(self.path) + len(self.query) + 1


def read_target(scope: Scope, hosts: Hosts) -> Target:
    """Return what is asked for; a host that is not ours is refused before anything else."""
    path = scope.get("raw_path") or scope["path"].encode()
    authority = _host(scope, hosts)
    # A request target may be a whole URL, whose host then counts (contract 9, 6).
    if absolute := _ABSOLUTE.fullmatch(path):
        authority, path = absolute[1].decode("latin-1"), absolute[2] or b"/"
    bases = hosts.bases(authority, scheme=scope["scheme"], port=listening_port(scope))
    if not bases:
        raise Misdirected
    return Target(bases, path.decode("latin-1"), scope["query_string"])


def _host(scope: Scope, hosts: Hosts) -> str:
    """Return the host that is named; HTTP/1.0 may name none, and then means the only one there is."""
    named: list[str] = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if not named and scope["http_version"] == "1.0":
        return hosts.public
    if len(named) != 1:
        raise Misdirected
    return named[0]


def listening_port(scope: Scope) -> int | None:
    """Return the port that the connection came in by."""
    server: tuple[str, int | None] | None = scope.get("server")
    return server[1] if server else None


async def read_inquiry(scope: Scope, receive: Receive, target: Target, settings: OriginSettings) -> Inquiry:
    """Read the rest of the request, as much as is allowed and in time."""
    if target.size > settings.url_bytes:
        raise AddressTooLong(settings.url_bytes)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > settings.header_bytes:
        raise HeadersTooLarge(settings.header_bytes)
    headers = Headers(scope=scope)
    body = await _read_body(receive, settings)
    form, fields = _read_form(body, headers)
    return Inquiry(
        verb=scope["method"].upper(),
        bases=target.bases,
        path=target.path,
        query=read_pairs(target.query),
        form=form,
        unsigned=fields,
        authorization=_authorization(headers),
        body=b"" if form or fields else body,
        if_match=",".join(headers.getlist("if-match")),
        etag=headers.get("etag", ""),
        accept=",".join(headers.getlist("accept")),
    )


async def _read_body(receive: Receive, settings: OriginSettings) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(settings.body_seconds):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Invalid("body", "it is cut short")
                body += message.get("body", b"")
                if len(body) > settings.body_bytes:
                    raise TooLarge(settings.body_bytes)
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise BodyTooSlow(settings.body_seconds) from None


def _read_form(body: bytes, headers: Headers) -> tuple[Pairs, Pairs]:
    """Return the parameters of a body, those that a signature covers and those that it does not."""
    if not body:
        return (), ()
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise EncodingRefused
    content_type = headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM:
        return read_pairs(body), ()
    return (), (read_fields(body, content_type) if kind == _MULTIPART else ())


def _authorization(headers: Headers) -> str | None:
    given = headers.getlist("authorization")
    if len(given) > 1:
        raise Malformed("Authorization")
    return given[0] if given else None
