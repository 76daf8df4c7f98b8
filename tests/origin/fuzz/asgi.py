"""Requests handed to the origin as a server hands them, and what is wrong with an answer."""

import asyncio
import logging
import re
import zlib
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

import orjson
from lxml import etree
from starlette.types import ASGIApp, Scope
from starlette.types import Message as Event

from .drafts import Message

SECONDS: Final = 20.0
"""What takes longer hangs: the origin itself gives up after ten."""

_PATH: Final = re.compile("^[^/]*//[^/]*|^[^/]+")
_INNER: Final = re.compile(rb'<status_code>5\d\d<|<status>5\d\d<|"status_code":"?5\d\d|"status":"?5\d\d')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


class Faults(logging.Handler):
    """Collects what the origin logs as errors: faults that an answer may not show."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.texts.append(self.format(record))

    def taken(self) -> str:
        """Return what was logged since the last time."""
        text = "\n".join(self.texts)
        self.texts.clear()
        return text


async def send(app: ASGIApp, message: Message) -> Answer:
    """Send *message*; raises what the origin raises, and TimeoutError when no answer comes."""
    events: list[Event] = []
    came = False

    async def receive() -> Event:
        nonlocal came
        if came:
            await asyncio.Event().wait()
        came = True
        return {"type": "http.request", "body": message.body, "more_body": False}

    async def keep(event: Event) -> None:
        events.append(event)

    async with asyncio.timeout(SECONDS):
        await app(_scope(message), receive, keep)
    start, *parts = events
    body = b"".join(part.get("body", b"") for part in parts)
    return Answer(start["status"], dict(start["headers"]), body)


def fault(message: Message, answer: Answer) -> str | None:
    """Return what is wrong with an answer, whatever was asked."""
    if answer.status >= 500:
        return f"{answer.status}: {answer.body[:500]!r}"
    length = answer.headers.get(b"content-length")
    if message.verb == "HEAD" or answer.status == 304:
        return None if not answer.body else "a body where none may be"
    if length is not None and int(length) != len(answer.body):
        return f"{len(answer.body)} bytes, said to be {length!r}"
    if any(b"\r" in value or b"\n" in value for value in answer.headers.values()):
        return "a header of two lines"
    try:
        body = _unpacked(answer)
        _read(answer.headers.get(b"content-type", b""), body)
    except (ValueError, etree.XMLSyntaxError, zlib.error) as error:
        return f"{answer.status}, which nobody can read ({error}): {answer.body[:500]!r}"
    found = _INNER.search(body)
    return f"an entry of it: {body[found.start() - 200 : found.end() + 100]!r}" if found else None


def _unpacked(answer: Answer) -> bytes:
    is_packed = answer.headers.get(b"content-encoding") == b"gzip"
    return zlib.decompress(answer.body, wbits=31) if is_packed else answer.body


def _read(media: bytes, body: bytes) -> None:
    """Read what an answer holds, as who asked would."""
    kind = media.partition(b";")[0]
    if kind in {b"text/xml", b"application/atom+xml", b"text/x-opml"}:
        etree.fromstring(body, etree.XMLParser(huge_tree=True))
    elif kind == b"application/json":
        orjson.loads(body)


def _scope(message: Message) -> Scope:
    path, _, query = message.target.partition(b"?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": message.verb,
        "scheme": "http",
        # A server parts a whole URL for the path, and keeps it where it shows what came.
        "path": _PATH.sub("", unquote(path.decode("latin-1"))) or "/",
        "raw_path": path,
        "root_path": "",
        "query_string": query,
        "headers": message.headers,
        "client": ("192.0.2.1", 1),
        "server": ("origin.example", 80),
    }
    return scope
