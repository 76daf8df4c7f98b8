"""A way to an API that plants a defect in what comes back, so that audits can be seen to fail."""

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import orjson

Defect = Callable[[httpx.Request, httpx.Response], httpx.Response]
Test = Callable[[httpx.Request], bool]


@dataclass(slots=True)
class Spoiling(httpx.AsyncBaseTransport):
    """Passes requests on and answers through the defect that is set; without one, as they are."""

    inner: httpx.AsyncBaseTransport
    defect: Defect | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer *request*, spoilt; what a defect swallows does not reach the API at all."""
        if isinstance(self.defect, Lost) and self.defect.swallows(request):
            return self.defect.answer(request)
        response = await self.inner.handle_async_request(request)
        raw = b"".join([part async for part in response.aiter_raw()])
        whole = made(response, response.status_code, raw, list(response.headers.multi_items()))
        return whole if self.defect is None else self.defect(request, whole)


@dataclass(frozen=True, slots=True)
class Lost:
    """Acknowledges some requests and does nothing for them."""

    swallows: Test
    status: int

    def answer(self, _request: httpx.Request) -> httpx.Response:
        """Pretend that all is well."""
        body = f"<status><status_code>{self.status}</status_code><message>Move successful</message></status>"
        return httpx.Response(self.status, headers={"content-type": "text/xml"}, content=body.encode())

    def __call__(self, _request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Leave the rest as it is."""
        return response


def made(_old: httpx.Response, status: int, raw: bytes, headers: list[tuple[str, str]]) -> httpx.Response:
    """Return a response of these parts, its length put right."""
    kept = [(name, value) for name, value in headers if name.lower() != "content-length"]
    return httpx.Response(status, headers=kept, stream=httpx.ByteStream(raw), extensions={"raw": raw})


def changed(response: httpx.Response, **parts: object) -> httpx.Response:
    """Return *response* with another status, body or headers."""
    raw = parts.get("raw", response.extensions["raw"])
    headers = parts.get("headers", list(response.headers.multi_items()))
    status = parts.get("status", response.status_code)
    if not isinstance(raw, bytes) or not isinstance(headers, list) or not isinstance(status, int):
        raise TypeError(parts)
    return made(response, status, raw, headers)


def status(code: int, *, of: int | None = None) -> Defect:
    """Answer *code*, always or in place of one status or hundred."""

    def defect(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        found = response.status_code
        meant = of is None or found == of or found // 100 == of
        return changed(response, status=code) if meant else response

    return defect


def body(pattern: bytes, new: bytes, *, count: int = 0) -> Defect:
    """Replace what matches in the body."""
    compiled = re.compile(pattern, re.DOTALL)

    def defect(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        return changed(response, raw=compiled.sub(new, response.extensions["raw"], count=count))

    return defect


def header(name: str, value: str | None) -> Defect:
    """Set a header, or drop it."""

    def defect(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        kept = [(key, old) for key, old in response.headers.multi_items() if key.lower() != name]
        return changed(response, headers=kept if value is None else [*kept, (name, value)])

    return defect


def rewritten(name: str, pattern: str, new: str) -> Defect:
    """Replace what matches in a header."""

    def defect(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        pairs = response.headers.multi_items()
        return changed(
            response, headers=[(key, re.sub(pattern, new, old) if key == name else old) for key, old in pairs]
        )

    return defect


def both(first: Defect, second: Defect) -> Defect:
    """Plant two defects."""
    return lambda request, response: second(request, first(request, response))


def where(test: Test, defect: Defect) -> Defect:
    """Plant a defect in the answers to some requests."""
    return lambda request, response: defect(request, response) if test(request) else response


@dataclass(slots=True)
class Every:
    """Plants a defect in every second answer."""

    defect: Defect
    _count: int = field(default=0, init=False)

    def __call__(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Spoil the second, the fourth and so on."""
        self._count += 1
        return self.defect(request, response) if self._count % 2 == 0 else response


@dataclass(slots=True)
class Stuck:
    """Gives the first answer again and again, to requests that pass the test."""

    test: Test
    _first: httpx.Response | None = field(default=None, init=False)

    def __call__(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Answer as the first time."""
        if not self.test(request):
            return response
        self._first = self._first or response
        return changed(self._first)


@dataclass(slots=True)
class Counted:
    """Puts another number into each answer, where ``#`` stands in *new*."""

    pattern: bytes
    new: bytes
    _count: int = field(default=0, init=False)

    def __call__(self, _: httpx.Request, response: httpx.Response) -> httpx.Response:
        """Count on."""
        self._count += 1
        new = self.new.replace(b"#", str(self._count).encode())
        return changed(response, raw=re.sub(self.pattern, new, response.extensions["raw"]))


def reversed_items(tag: bytes) -> Defect:
    """Turn the order of items round."""
    compiled = re.compile(rb"<%b>.*?</%b>" % (tag, tag), re.DOTALL)

    def defect(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        raw = response.extensions["raw"]
        items = iter(reversed(compiled.findall(raw)))
        return changed(response, raw=compiled.sub(lambda _: next(items), raw))

    return defect


def remade(change: Callable[[dict[str, object]], object]) -> Defect:
    """Change the JSON object of a body."""

    def defect(_: httpx.Request, response: httpx.Response) -> httpx.Response:
        document = orjson.loads(response.extensions["raw"])
        change(document)
        return changed(response, raw=orjson.dumps(document))

    return defect


def inflated(_: httpx.Request, response: httpx.Response) -> httpx.Response:
    """Undo compression."""
    raw = response.extensions["raw"]
    plain = gzip.decompress(raw) if response.headers.get("content-encoding") == "gzip" else raw
    kept = [(key, old) for key, old in response.headers.multi_items() if key.lower() != "content-encoding"]
    return changed(response, raw=plain, headers=kept)


def to(part: str) -> Test:
    """Tell requests whose address holds *part*."""
    return lambda request: part in str(request.url)


def ending(part: str) -> Test:
    """Tell requests whose path ends in *part*."""
    return lambda request: request.url.path.endswith(part)


def by(*verbs: str) -> Test:
    """Tell requests of these verbs."""
    return lambda request: request.method in verbs
