"""One HTTP exchange as the fault proxy sees it: what is asked, and what is answered."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

BULK: Final = "/bulk"
_TOKEN: Final = re.compile('oauth_token="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes

    @property
    def path(self) -> str:
        """Return the path."""
        return urlsplit(self.target).path

    @property
    def is_bulk(self) -> bool:
        """Tell whether it carries several."""
        return self.path.endswith(BULK)

    @property
    def is_write(self) -> bool:
        """Tell whether it is to change anything."""
        return self.method != "GET" and not self.is_bulk

    @property
    def paths(self) -> list[str]:
        """Return the paths of all that it asks for, each of them a call."""
        if not self.is_bulk:
            return [self.path]
        form = parse_qsl(self.body.decode())
        return [urlsplit(value).path for name, value in form if name.startswith("entry_")]

    @property
    def names(self) -> list[str]:
        """Return the names of the entries."""
        return [name for name, _ in parse_qsl(self.body.decode())] if self.is_bulk else []

    @property
    def unsigned(self) -> tuple[str, ...]:
        """Return what is asked for and on whose behalf, however it is signed."""
        if self.is_bulk:
            return tuple(_unsigned(value, "") for _, value in parse_qsl(self.body.decode()))
        return (_unsigned(self.target, self.headers.get("authorization", "")),)

    @property
    def is_personal(self) -> bool:
        """Tell whether it is, or carries, something on a subscriber's behalf."""
        return any(path.startswith("/users") for path in self.paths)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; the length is told when it is written."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, *lines: str) -> bytes:
        """Return the status line, the headers, *lines* and the empty line after them."""
        told = [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join((f"HTTP/1.1 {self.status} Anything", *told, *lines, "", "")).encode()

    def encode(self, length: int | None = None, *lines: str) -> bytes:
        """Return the whole with its length, or the *length* that is claimed."""
        claimed = len(self.body) if length is None else length
        return self.head(f"Content-Length: {claimed}", *lines) + self.body


async def read_request(reader: asyncio.StreamReader) -> Asked:
    """Read one request; raise ``IncompleteReadError`` where none comes any more."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    method, target, _version = first.split(" ")
    pairs = (line.partition(": ") for line in lines if line)
    headers = {name.lower(): value for name, _, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, target, headers, body)


def _unsigned(target: str, authorization: str) -> str:
    url = urlsplit(target)
    pairs = parse_qsl(url.query)
    token = next((value for name, value in pairs if name == "oauth_token"), None)
    token = token or next(iter(_TOKEN.findall(authorization)), "")
    return str((url.path, token, sorted(pair for pair in pairs if not pair[0].startswith("oauth_"))))
