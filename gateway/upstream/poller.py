"""Asks whether a resource has changed: one conditional request, which costs a call whatever it finds."""

import asyncio
from dataclasses import dataclass, replace

from gateway.resources import Content, Href
from gateway.upstream import etag, hypermedia
from gateway.upstream.client import Client, Response
from gateway.upstream.errors import MalformedDocument, OriginRefused, Redirected
from gateway.upstream.href import Origin
from gateway.upstream.identity import Identity
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account
from gateway.upstream.reader import Read
from gateway.upstream.redirects import follow, sent_on
from gateway.upstream.signing import Signer


@dataclass(frozen=True, slots=True)
class Tagged:
    """A resource, and the entity tag of the document it was read from, if it has one."""

    content: Content
    tag: str | None


class Poller:
    """Polls resources of one origin, each within *seconds*. It is work in the background: nobody waits."""

    def __init__(
        self, client: Client, signer: Signer, budget: Budget, origin: Origin, *, seconds: float
    ) -> None:
        self._client = client
        self._signer = signer
        self._origin = origin
        self._budget = budget
        self._seconds = seconds

    async def poll(self, read: Read, tag: str | None, identity: Identity) -> Tagged | None:
        """Return what *read* leads to on behalf of *identity*; nothing where *tag* still stands for it.

        Asks once more where our clock was wrong. Raises ``UpstreamError``; ``RateLimited`` and
        ``QuotaExhausted`` where there is no call for it.
        """
        deadline = asyncio.get_running_loop().time() + self._seconds

        async def ask(href: Href) -> Tagged | None:
            async with self._budget.call(Account(identity), deadline=deadline, is_background=True):
                return await self._ask(replace(read, href=href), tag, deadline)

        try:
            return await follow(read.href, ask)
        except OriginRefused as refusal:
            if not refusal.is_clock_refused:
                raise
        return await follow(read.href, ask)

    async def _ask(self, read: Read, tag: str | None, deadline: float) -> Tagged | None:
        sent = self._client.get(
            read.address,
            authorization=self._signer.authorization("GET", read.address, read.token),
            deadline=deadline,
            unless=tag,
        )
        async with sent as response:
            return await self._read(response, read, tag)

    async def _read(self, response: Response, read: Read, tag: str | None) -> Tagged | None:
        found = etag.normalise(response.headers.get("etag", ""))
        if response.status == 304:
            _check_unchanged(found, tag)
            return None
        if (to := sent_on(response, read.address, self._origin)) is not None:
            raise Redirected(read.href, to)
        if response.status != 200:
            refusal = hypermedia.read_refusal(response.body, read.href, status=response.status)
            self._signer.clock.heed([refusal], response.headers.get("date"))
            raise refusal
        content = await asyncio.to_thread(hypermedia.read_document, response.body, read.href)
        return Tagged(content, found)


def _check_unchanged(found: str | None, tag: str | None) -> None:
    """Raise ``MalformedDocument`` where 304 is no answer to what was asked (RFC 9110, 15.4.5)."""
    if tag is None or found not in {None, tag}:
        raise MalformedDocument("/", "the document itself, or the tag that was asked about")
