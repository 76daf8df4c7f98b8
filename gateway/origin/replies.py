"""What goes out over HTTP: status, headers, and a body that is compressed, or left out, if it may be."""

import asyncio
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Send

from gateway.contract import JSON
from gateway.origin.answers import Rendered
from gateway.origin.calls import Parts
from gateway.origin.errors import Refusal, Unauthorized, VerbRefused
from gateway.origin.representations import json1
from gateway.origin.representations.rendering import Encoded, entity_tag, pox, prolog
from gateway.origin.representations.status import status

_PLAIN: Final = "text/plain;charset=UTF-8"
# A shared cache would hand an answer to callers who never showed a key; a private one may keep it as
# long as a catalog that changes now and then allows.
_KEEP: Final = "private, max-age=3600"
_KEEP_NOT: Final = "no-store"
_KEEP_FOR_EVER: Final = "public, max-age=31536000, immutable"

_SMALLEST_GZIP: Final = 500
_LARGEST_AT_ONCE: Final = 262_144
GZIP_WINDOW: Final = 31
GZIP_LEVEL: Final = 3
_TAG: Final = re.compile(r'(?:W/)?"?([^",\s]+?)(?:-gzip)?"?(?:-gzip)?')


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    parts: Parts | None = None
    """What is yet to be written within the root that the body is."""

    @property
    def is_compressible(self) -> bool:
        """Tell whether compressing gains anything."""
        is_picture = self.headers.get("content-type", "").startswith("image/")
        return self.parts is not None or (len(self.body) >= _SMALLEST_GZIP and not is_picture)


def reply_document(rendered: Rendered) -> Reply:
    """Reply with a document."""
    headers = {"content-type": rendered.media, "cache-control": _KEEP_NOT if rendered.is_personal else _KEEP}
    if rendered.location is not None:
        headers["location"] = rendered.location
    body = b"" if rendered.status == 304 else prolog(rendered.media) + rendered.body
    return Reply(rendered.status, body, headers, rendered.etag, rendered.parts)


def reply_bulk(answer: Encoded) -> Reply:
    """Reply with the answers to a bulk request."""
    headers = {"content-type": answer.media, "cache-control": _KEEP_NOT}
    return Reply(200, prolog(answer.media) + answer.body, headers, entity_tag(answer.body))


def reply_picture(picture: bytes) -> Reply:
    """Reply with a picture, which anybody may see and keep."""
    headers = {"content-type": "image/jpeg", "cache-control": _KEEP_FOR_EVER}
    return Reply(200, picture, headers, entity_tag(picture))


def reply_refusal(refusal: Refusal, realm: str, *, is_json: bool = False) -> Reply:
    """Reply with what is wrong: the security layer in a bare sentence, all others in a document."""
    document = status(refusal)
    encoded = Encoded(json1.encode(document), JSON) if is_json else Encoded(pox(document))
    headers = {"content-type": encoded.media, "cache-control": _KEEP_NOT, **refusal.headers}
    if isinstance(refusal, VerbRefused):
        headers["allow"] = ", ".join(refusal.allowed)
    if refusal.status == 401:
        headers["www-authenticate"] = f'OAuth realm="{realm}"'
    if isinstance(refusal, Unauthorized):
        return Reply(refusal.status, refusal.message.encode(), {**headers, "content-type": _PLAIN})
    return Reply(refusal.status, prolog(encoded.media) + encoded.body, headers)


async def suit(reply: Reply, request: Headers, verb: str) -> Reply:
    """Return *reply* as it suits who asked: unchanged, compressed, or not repeated."""
    has_gzip = reply.is_compressible and _accepts_gzip(request)
    headers = {
        "referrer-policy": "no-referrer",  # The address of a feed is a secret.
        **reply.headers,
        "vary": "Accept, Accept-Encoding",
        "x-content-type-options": "nosniff",
    }
    if reply.etag is not None:
        headers["etag"] = f'"{reply.etag}-gzip"' if has_gzip else f'"{reply.etag}"'
        if reply.status == 200 and verb in {"GET", "HEAD"} and _is_known(reply.etag, request):
            return Reply(304, b"", {name: headers[name] for name in ("etag", "cache-control", "vary")})
    if has_gzip:
        headers["content-encoding"] = "gzip"
    if has_gzip and reply.parts is None:
        return replace(reply, body=await _gzip(reply.body), headers=headers)
    return replace(reply, headers=headers)


async def send_reply(reply: Reply, send: Send, *, is_head: bool) -> None:
    """Send *reply*; to HEAD all but the body."""
    headers = dict(reply.headers)
    if reply.status != 304 and reply.parts is None:
        headers["content-length"] = str(len(reply.body))
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    await send({"type": "http.response.body", "body": b"" if is_head else reply.body})


def _accepts_gzip(request: Headers) -> bool:
    """Whether compressing is welcome; a quality of zero says no (RFC 9110, 12.5.3)."""
    weights = {}
    for part in ",".join(request.getlist("accept-encoding")).split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip().lower()] = _weight(parameters)
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _is_known(etag: str, request: Headers) -> bool:
    """Whether the caller has what *etag* stands for, however the tag is dressed (contract 1.12)."""
    tags = [part.strip() for part in ",".join(request.getlist("if-none-match")).split(",")]
    found = (_TAG.fullmatch(tag) for tag in tags)
    return "*" in tags or etag in {match[1] for match in found if match}


async def _gzip(body: bytes) -> bytes:
    if len(body) <= _LARGEST_AT_ONCE:
        return _compress(body)
    return await asyncio.to_thread(_compress, body)


def _compress(body: bytes) -> bytes:
    compressor = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_WINDOW)
    return compressor.compress(body) + compressor.flush()
