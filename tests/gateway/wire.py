"""An origin of documents written by hand, and what it was asked: the seam that queries are tested at."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.types import Receive, Scope, Send

from tests.gateway.documents import ORIGIN, status

BULK: Final = "/utility/bulk"
_TOKEN: Final = re.compile(r'oauth_token="([^"]*)"')

Document = str | Callable[[dict[str, str]], str]
"""A document, or what makes one of the parameters of a request."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a bulk answer: its name, the path that was asked for, and what its body holds."""

    name: str
    path: str
    body: str


@dataclass(frozen=True, slots=True)
class Raw:
    """An HTTP answer as it is, in place of a document."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """An HTTP request that came in, and the addresses of the resources that it asked for."""

    method: str
    url: str
    headers: Mapping[str, str]
    addresses: tuple[str, ...]


class Wire:
    """An ASGI application that serves documents by path, alone and in bulk, and keeps every request."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.documents: dict[str, Document] = {}
        self.personal: dict[tuple[str | None, str], Document] = {}
        """Documents by the token that they are signed for, and their path."""
        self.statuses: dict[str, int] = {}
        """Error statuses by path."""
        self.raw: dict[str, Raw] = {}
        """Whole HTTP answers by path; ``BULK`` is a path too."""
        self.headers: dict[str, str] = {}
        """Headers of every answer."""
        self.received: list[Received] = []
        self.tamper: Callable[[list[Entry]], list[Entry]] = list
        """What becomes of the entries of a bulk answer before it is sent."""
        self.latency: Callable[[], int] = lambda: 0
        """How many turns of the loop an answer takes."""
        self.faults: dict[str, Exception] = {}
        """Raised in place of an answer that holds a path: faults of our own program."""
        self.given_up: list[list[str]] = []
        """The paths of each request whose answer was not waited for to the end, sorted."""
        self._held: dict[str, asyncio.Event] = {}
        self._arrival = asyncio.Condition()

    @property
    def requests(self) -> list[list[str]]:
        """The paths that each HTTP request carried, sorted; whole addresses of what is not the origin's.

        The order of the entries of a bulk request means nothing.
        """
        return [sorted(map(self._path, each.addresses)) for each in self.received]

    @property
    def targets(self) -> list[list[str]]:
        """The same with their queries, without the version, the signature and what is to be expanded."""
        return [sorted(map(self._target, each.addresses)) for each in self.received]

    @property
    def expansions(self) -> list[dict[str, str]]:
        """What each HTTP request asked to be expanded, by path."""
        return [
            {self._path(address): expand for address in each.addresses if (expand := _expand(address))}
            for each in self.received
        ]

    def hold(self, path: str) -> asyncio.Event:
        """Hold every answer to a request that carries *path* until the event is set."""
        return self._held.setdefault(path, asyncio.Event())

    async def arrived(self, count: int) -> None:
        """Wait until *count* requests have come in."""
        async with asyncio.timeout(5), self._arrival:
            await self._arrival.wait_for(lambda: len(self.received) >= count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        received, names = await _read(scope, receive)
        self.received.append(received)
        async with self._arrival:
            self._arrival.notify_all()
        try:
            await self._wait(received)
        except asyncio.CancelledError:
            self.given_up.append(sorted(map(self._path, received.addresses)))
            raise
        answer = self._bulk(received, names) if names else self._single(received.addresses[0])
        headers = {"content-type": "text/xml;charset=UTF-8", **self.headers, **answer.headers}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        await send({"type": "http.response.body", "body": answer.body})

    async def _wait(self, received: Received) -> None:
        for path in map(self._path, received.addresses):
            if path in self._held:
                await self._held[path].wait()
            if path in self.faults:
                raise self.faults[path]
        for _ in range(self.latency()):
            await asyncio.sleep(0)

    def _single(self, address: str) -> Raw:
        code, document = self._answer(address)
        return self.raw.get(self._path(address)) or Raw(document.encode(), code)

    def _bulk(self, received: Received, names: list[str]) -> Raw:
        if BULK in self.raw:
            return self.raw[BULK]
        entries = [
            Entry(name, self._path(address), self._body(address))
            for name, address in zip(names, received.addresses, strict=True)
        ]
        inside = "".join(
            f"<entry><id>{each.name}</id><body>{each.body}</body></entry>" for each in self.tamper(entries)
        )
        return Raw(f"<response>{inside}</response>".encode())

    def _body(self, address: str) -> str:
        code, document = self._answer(address)
        return f"<status>200</status>{document}" if code == 200 else document

    def _answer(self, address: str) -> tuple[int, str]:
        path = self._path(address)
        token = dict(parse_qsl(urlsplit(address).query)).get("oauth_token")
        document = self.personal.get((token, path)) or self.documents.get(path)
        code = self.statuses.get(path, 404 if document is None else 200)
        if document is None or code != 200:
            return code, status(code, "Resource not found" if code == 404 else "It went wrong")
        return code, document if isinstance(document, str) else document(_query(address))

    def _path(self, address: str) -> str:
        return urlsplit(address).path if address.startswith(f"{self.origin}/") else address

    def _target(self, address: str) -> str:
        asked = _query(address)
        asked.pop("expand", None)
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in asked.items())
        return f"{self._path(address)}?{query}" if query else self._path(address)


async def _read(scope: Scope, receive: Receive) -> tuple[Received, list[str]]:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    query = f"?{scope['query_string'].decode()}" if scope["query_string"] else ""
    url = f"{scope['scheme']}://{headers['host']}{scope['raw_path'].decode()}{query}"
    form = [(name, value) for name, value in parse_qsl(body.decode()) if name.startswith("entry_")]
    addresses = tuple(value for _, value in form) or (_with_token(url, headers),)
    return Received(scope["method"], url, headers, addresses), [name for name, _ in form]


def _with_token(url: str, headers: Mapping[str, str]) -> str:
    """Return *url* with the token of its signature in the query, where entries of a bulk request have it."""
    token = _TOKEN.search(headers.get("authorization", ""))
    return f"{url}{'&' if '?' in url else '?'}oauth_token={token[1]}" if token else url


def _query(address: str) -> dict[str, str]:
    pairs = parse_qsl(urlsplit(address).query, keep_blank_values=True)
    return {name: value for name, value in pairs if name != "v" and not name.startswith("oauth_")}


def _expand(address: str) -> str:
    return _query(address).get("expand", "")
