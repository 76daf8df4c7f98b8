"""Writes to the origin: each a signed request that is sent exactly once."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from gateway.contract import POX
from gateway.resources import Href
from gateway.upstream import hypermedia
from gateway.upstream.client import Client, Content
from gateway.upstream.errors import (
    OriginRefused,
    OriginUnreachable,
    QuotaExhausted,
    RateLimited,
    UpstreamError,
)
from gateway.upstream.href import with_parameters
from gateway.upstream.reader import VERSION
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.statuses import Written, read_written

_GOOD = frozenset({200, 201, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A change of what is at *href*, on behalf of the subscriber whose token signs it."""

    method: Literal["POST", "PUT", "DELETE"]
    href: Href
    token: Credentials
    form: tuple[tuple[str, str], ...] = ()
    """Parameters of the body; signed."""
    document: bytes = b""
    """A document as the body, in place of a form; no signature covers it."""


class Writer:
    """Sends changes to one origin."""

    def __init__(self, client: Client, signer: Signer) -> None:
        self._client = client
        self._signer = signer

    async def write(self, write: Write, *, deadline: float) -> Written:
        """Send *write* once; *deadline* is a time of the running loop.

        Raises an ``UpstreamError`` where the origin did not say that the change is made. Only where
        ``is_settled`` holds for it is it certain that nothing has changed, or will.
        """
        href = with_parameters(write.href, {"v": VERSION})
        authorization = self._signer.authorization(write.method, href, write.token, write.form)
        body = write.document or urlencode(write.form, quote_via=quote, safe="").encode("ascii")
        content = Content(body, POX) if write.document else Content(body)
        sent = self._client.write(write.method, href, content, authorization=authorization, deadline=deadline)
        async with sent as response:
            if response.status not in _GOOD:
                refusal = hypermedia.read_refusal(response.body, write.href, status=response.status)
                self._signer.clock.heed([refusal], response.headers.get("date"))
                raise refusal
            tag = response.headers.get("etag")
            return read_written(response.body, write.href, status=response.status, tag=tag)


def is_settled(error: UpstreamError) -> bool:
    """Say whether a write that failed with *error* has certainly changed nothing, and will not later."""
    if isinstance(error, OriginUnreachable):
        return error.never_left
    if isinstance(error, RateLimited | QuotaExhausted):
        return True
    return isinstance(error, OriginRefused) and 400 <= error.status < 500 and error.status != 408
