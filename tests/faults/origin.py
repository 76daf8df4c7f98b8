"""The origin behind the proxy, and what it has answered: that it is asked for once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import httpx

from tests.faults.exchange import Answer, Asked

_OURS: Final = frozenset({"content-length", "transfer-encoding", "connection"})
_BASE: Final = b"http://the.origin"


class Memory:
    """Holds answers under what was asked for and on whose behalf, however it was signed, at any address.

    A change forgets what is personal and of the same kind; with what is public it leaves no trace in what is
    asked for here.
    """

    def __init__(self, before: "Mapping[_Key, Answer] | None" = None) -> None:
        self._held = dict(before or {})
        self._changes = 0

    def copy(self) -> "Memory":
        """Return another that holds the same."""
        return Memory(self._held)

    async def answer(self, asked: Asked, url: str, ask: Callable[[Asked], Awaitable[Answer]]) -> Answer:
        """Return what is held of *asked*, or what *ask* brings; *url* is where the origin is."""
        if asked.is_write:
            self._forget(asked)  # What is read meanwhile may be of before or of after.
            try:
                return await ask(asked)
            finally:
                self._forget(asked)
        key, changes = _Key(asked.unsigned, frozenset(map(_kind, asked.paths))), self._changes
        if key not in self._held:
            answer = await ask(asked)
            if answer.status != 200 or changes != self._changes:
                return answer
            self._held[key] = _anywhere(answer, url, asked.names)
        return _here(self._held[key], url, asked.names)

    def _forget(self, change: Asked) -> None:
        self._changes += 1
        for key in [key for key in self._held if _kind(change.path) in key.kinds]:
            del self._held[key]


class _Key(NamedTuple):
    what: tuple[str, ...]
    kinds: frozenset[str]
    """Of personal things: what comes after the subscriber in an address."""


def _kind(path: str) -> str:
    """Return what kind of thing of a subscriber's *path* leads to, queues or ratings; nothing if public."""
    _, *parts = path.split("/")
    return parts[2] if parts[0] == "users" and len(parts) > 2 else ""


class Origin:
    """The real origin; with a memory, each thing is read there once until something changes."""

    def __init__(self, transport: httpx.AsyncBaseTransport, url: str, memory: Memory | None = None) -> None:
        self._transport = transport
        self._url = url
        self._memory = memory
        self.calls = 0
        """What it was asked for: entries of bulk requests, and other requests."""

    async def ask(self, asked: Asked) -> Answer:
        """Return what it answers."""
        self.calls += len(asked.paths)
        if self._memory is None:
            return await self._ask(asked)
        return await self._memory.answer(asked, self._url, self._ask)

    async def _ask(self, asked: Asked) -> Answer:
        headers = {name: value for name, value in asked.headers.items() if name != "accept-encoding"}
        request = httpx.Request(
            asked.method, f"{self._url}{asked.target}", headers=headers, content=asked.body
        )
        response = await self._transport.handle_async_request(request)
        body = b"".join([chunk async for chunk in response.aiter_raw()])
        kept = {name: value for name, value in response.headers.items() if name not in _OURS}
        return Answer(response.status_code, body, kept)


def _anywhere(answer: Answer, url: str, names: Sequence[str]) -> Answer:
    """Return *answer* without its address, and with numbers in place of the names of entries."""
    body = answer.body.replace(url.encode(), _BASE)
    for number, name in enumerate(names):
        body = body.replace(f"<id>{name}<".encode(), f"<id>#{number}<".encode())
    return replace(answer, body=body)


def _here(answer: Answer, url: str, names: Sequence[str]) -> Answer:
    body = answer.body.replace(_BASE, url.encode())
    for number, name in enumerate(names):
        body = body.replace(f"<id>#{number}<".encode(), f"<id>{name}<".encode())
    return replace(answer, body=body)
