"""A way to a real origin on which requests and answers get lost, are garbled, or come late."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import urlsplit

import httpx

GARBAGE = b"<status><status_code>201</status_code><mess"


class Fault(Enum):
    """What happens to one request."""

    NONE = auto()
    UNCONNECTED = auto()
    """There is no connection: the request never leaves."""
    LOST_BEFORE = auto()
    """The connection breaks, and the origin has not read the request."""
    LOST_AFTER = auto()
    """The connection breaks, and the origin has done what was asked."""
    FAILED_BEFORE = auto()
    """Something in between answers 500, and the origin has not read the request."""
    FAILED_AFTER = auto()
    """It answers 502, and the origin has done what was asked."""
    GARBLED = auto()
    """The origin has done what was asked, and nobody can read its answer."""
    LATE = auto()
    """The connection breaks, and the origin gets the request some requests later."""
    STALE = auto()
    """A read is answered as it would have been before the last write."""


NEVER_DONE = frozenset({Fault.UNCONNECTED, Fault.LOST_BEFORE, Fault.FAILED_BEFORE})


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent, and what happened to it."""

    method: str
    path: str
    fault: Fault

    @property
    def is_write(self) -> bool:
        """Tell whether it was to change anything."""
        return self.method != "GET" and not self.path.endswith("/bulk")


Plan = Callable[[str, str], Fault]
"""Says what happens to a request of a method and a path."""


def nothing(_method: str, _path: str) -> Fault:
    """Let everything through."""
    return Fault.NONE


def these(*faults: Fault, writes: bool = True) -> Plan:
    """Let *faults* happen to the next writes, or to the next reads, and nothing to any others."""
    left: Iterator[Fault] = iter(faults)

    def plan(method: str, _path: str) -> Fault:
        return next(left, Fault.NONE) if (method != "GET") == writes else Fault.NONE

    return plan


def blind_after(*faults: Fault) -> Plan:
    """Let *faults* happen to writes, and let no read come back once one of them was sent."""
    writes = these(*faults)
    sent: list[str] = []

    def plan(method: str, path: str) -> Fault:
        if method == "GET":
            return Fault.LOST_BEFORE if sent else Fault.NONE
        sent.append(method)
        return writes(method, path)

    return plan


def each(plans: dict[str, Plan]) -> Plan:
    """Let another plan hold for each method."""
    return lambda method, path: plans.get(method, nothing)(method, path)


@dataclass
class FaultyWay(httpx.AsyncBaseTransport):
    """Carries requests to *origin*, each with the fault that *plan* has for it."""

    origin: httpx.AsyncBaseTransport
    plan: Plan = nothing
    sent: list[Sent] = field(default_factory=list)
    first: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first request is sent."""
    _late: list[tuple[int, httpx.Request]] = field(default_factory=list)
    _answers: dict[str, bytes] = field(default_factory=dict)
    """The last answers to reads by address, and those before the last write."""
    _old: dict[str, bytes] = field(default_factory=dict)
    counts: defaultdict[Fault, int] = field(default_factory=lambda: defaultdict(int))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request there, or its answer back, or neither."""
        path = urlsplit(str(request.url)).path
        fault = self.plan(request.method, path)
        self.sent.append(Sent(request.method, path, fault))
        self.counts[fault] += 1
        self.first.set()
        await self.deliver(due=len(self.sent))
        if fault is Fault.UNCONNECTED:
            raise httpx.ConnectError("refused", request=request)
        if fault is Fault.LOST_BEFORE:
            raise httpx.ReadError("reset", request=request)
        if fault is Fault.FAILED_BEFORE:
            return _answer(500, b"<html><h1>Internal Server Error</h1></html>")
        if fault is Fault.LATE:
            self._late.append((len(self.sent) + 2, request))
            raise httpx.ReadError("reset", request=request)
        status, headers, body = await self._carry(request)
        if fault is Fault.LOST_AFTER:
            raise httpx.ReadError("reset", request=request)
        if fault is Fault.FAILED_AFTER:
            return _answer(502, b"<html><h1>Bad Gateway</h1></html>")
        if fault is Fault.GARBLED:
            return _answer(status, GARBAGE)
        if request.method != "GET":
            self._old, self._answers = self._answers, {}
        elif fault is Fault.STALE:
            body = self._old.get(_key(request), body)
        else:
            self._answers[_key(request)] = body
        return _answer(status, body, headers)

    async def deliver(self, due: int | None = None) -> None:
        """Bring what is late to the origin: what is due by now, or all of it."""
        for when, request in list(self._late):
            if due is None or when <= due:
                self._late.remove((when, request))
                await self._carry(request)

    async def _carry(self, request: httpx.Request) -> tuple[int, dict[str, str], bytes]:
        response = await self.origin.handle_async_request(request)
        body = b"".join([chunk async for chunk in response.aiter_raw()])
        kept = {name: value for name, value in response.headers.items() if name in _KEPT}
        return response.status_code, kept, body

    @property
    def writes(self) -> list[str]:
        """Return the methods of the writes that were sent."""
        return [each.method for each in self.sent if each.is_write]

    @property
    def reads(self) -> int:
        """Return how many reads were sent."""
        return sum(not each.is_write for each in self.sent)

    async def aclose(self) -> None:
        """Bring what is late to the origin."""
        await self.deliver()


_KEPT = frozenset({"etag", "content-encoding"})


def _key(request: httpx.Request) -> str:
    url = urlsplit(str(request.url))
    return f"{url.path}?{url.query}"


def _answer(status: int, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))
