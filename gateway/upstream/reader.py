"""Reads resources: one by a GET of its own, several by one bulk request."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

from gateway.contract import Path
from gateway.resources import Content, Href
from gateway.telemetry.events import Exchanged, Observer, silent
from gateway.telemetry.trail import Trail
from gateway.upstream import bulk, hypermedia
from gateway.upstream.client import Client, Response
from gateway.upstream.errors import MalformedDocument, OriginRefused, Redirected, UpstreamError
from gateway.upstream.freshness import fresh_for
from gateway.upstream.href import Origin, with_parameters
from gateway.upstream.redirects import sent_on
from gateway.upstream.retries import wanted_pause
from gateway.upstream.signing import Credentials, Signer

VERSION: Final = "1.5"
"""The dialect the gateway speaks: the 1.0 documents with ``@`` expansion, filters and the 1.5 extras."""

_PARSE_OFF_LOOP: Final = 48 * 1024
"""Bytes from which a document is parsed in a thread: 250 titles, or some 8 ms of the loop."""

_LONGEST_ADDRESS: Final = 2_000
"""Characters of an address that is asked for by itself; a longer one travels as an entry (contract 11)."""

_Asked = TypeVar("_Asked")
_Parsed = TypeVar("_Parsed")

Answer = Content | UpstreamError
"""What comes of reading one resource: a failure is an answer too."""


@dataclass(frozen=True, slots=True)
class Read:
    """A resource to read, and the subscriber's token to sign with where it is personal."""

    href: Href
    token: Credentials | None = None
    parts: frozenset[str] = field(default=frozenset(), compare=False)
    """What is to come along inside the links: names of ``expand``, without the ``@``."""
    family: str = field(default="other", compare=False)
    """Of the link that leads there."""

    @property
    def address(self) -> Href:
        """Return what is asked for, unsigned."""
        expand = ",".join(f"@{part}" for part in sorted(self.parts))
        return with_parameters(self.href, {"v": VERSION, "expand": expand or None})


@dataclass(slots=True, eq=False)
class Exchange:
    """One HTTP request, what it carries, and what came of it so far."""

    reads: Sequence[Read]
    began: float
    """A time of the loop."""
    seconds: float | None = None
    """How long the answer took; None without one."""
    bytes: int = 0
    """The size of the answer, inflated."""
    max_age: float | None = None
    """For how long the answer says that it is fresh, see ``freshness``; entries do not say it."""
    status: int | None = None
    """Of the answer; None without one."""
    trails: list[Trail] = field(default_factory=list)
    """The operations that it carries something for."""

    def answered(self, response: Response) -> None:
        """Take note of the answer."""
        self.seconds = asyncio.get_running_loop().time() - self.began
        self.bytes = len(response.body)
        if len(self.reads) == 1:
            self.max_age = fresh_for(response.headers.get("cache-control"))
        self.status = response.status

    def ended(self) -> Exchanged:
        """Return what is told of it now that it is over."""
        seconds = asyncio.get_running_loop().time() - self.began if self.seconds is None else self.seconds
        return Exchanged(
            families=Counter(read.family for read in self.reads),
            outcome="no answer" if self.status is None else str(self.status),
            seconds=seconds,
            size=self.bytes,
            trails=tuple(dict.fromkeys(self.trails)),
        )


Spent = Callable[[Exchange], None]
"""Is told of every HTTP request when it is sent."""


class Reader:
    """Reads resources of one origin."""

    def __init__(
        self, client: Client, signer: Signer, origin: Origin, *, observer: Observer = silent
    ) -> None:
        self._observer = observer
        self._client = client
        self._signer = signer
        self._origin = origin
        self._bulk_address = origin.expand_path(Path.BULK)
        # One at a time, also once nobody waits: what a document is taken apart into is ten times as large.
        self._parsing = ThreadPoolExecutor(1, "parsing")

    async def read(self, reads: Sequence[Read], *, deadline: float, spent: Spent) -> list[Answer]:
        """Return an answer for each of *reads*, in their order, in one request.

        Raises ``UpstreamError`` where the request as a whole came to nothing; ``Redirected`` where a resource
        that is asked for alone is elsewhere at the origin.
        """
        exchange = Exchange(reads, asyncio.get_running_loop().time())
        spent(exchange)
        try:
            if len(reads) == 1 and len(reads[0].address) <= _LONGEST_ADDRESS:
                return [await self._get(reads[0], exchange, deadline)]
            return await self._bulk(reads, exchange, deadline)
        except UpstreamError as error:
            if isinstance(error, OriginRefused):
                error.is_personal = _is_of_one_subscriber(reads)
            raise error.bare() from None
        finally:
            self._observer(exchange.ended())

    async def _get(self, read: Read, exchange: Exchange, deadline: float) -> Answer:
        authorization = self._signer.authorization("GET", read.address, read.token)
        sent = self._client.get(read.address, authorization=authorization, deadline=deadline)
        async with sent as response:
            exchange.answered(response)
            if (to := sent_on(response, read.address, self._origin)) is not None:
                raise Redirected(read.href, to)
            try:
                _check(response, read.href)
                return await self._parsed(hypermedia.read_document, response.body, read.href)
            except OriginRefused as refusal:
                self._signer.clock.heed([refusal], response.headers.get("date"))
                raise

    async def _bulk(self, reads: Sequence[Read], exchange: Exchange, deadline: float) -> list[Answer]:
        call = secrets.token_hex(4)
        asked = {f"entry_{call}_{number}": read.href for number, read in enumerate(reads)}
        signed = {
            name: self._signer.signed_url(read.address, read.token)
            for name, read in zip(asked, reads, strict=True)
        }
        sent = self._client.post_form(self._bulk_address, bulk.form(signed), deadline=deadline)
        async with sent as response:
            exchange.answered(response)
            _check(response, self._bulk_address)
            answers = await self._parsed(bulk.read_answer, response.body, asked)
        self._signer.clock.heed(answers.values(), response.headers.get("date"))
        return [_content(answers[name], read) for name, read in zip(asked, reads, strict=True)]

    async def _parsed(self, parse: Callable[[bytes, _Asked], _Parsed], body: bytes, asked: _Asked) -> _Parsed:
        if len(body) < _PARSE_OFF_LOOP:
            return parse(body, asked)
        # Who leaves takes it along: what nobody waits for is neither kept nor parsed.
        waiting = [body]
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._parsing, lambda: parse(waiting.pop(), asked)
            )
        finally:
            waiting.clear()


def _check(response: Response, href: Href) -> None:
    if response.status == 200:
        return
    if response.status == 304:
        raise MalformedDocument("/", "the document itself: nobody asked whether it had changed")
    refusal = hypermedia.read_refusal(response.body, href, status=response.status)
    if isinstance(refusal, OriginRefused):
        refusal.retry_after = wanted_pause(response.headers.get("retry-after"))
    raise refusal


def _content(answer: "bulk.Entry | UpstreamError", read: Read) -> Answer:
    if isinstance(answer, OriginRefused):
        answer.is_personal = _is_of_one_subscriber([read])
    return answer.bare() if isinstance(answer, UpstreamError) else answer.content


def _is_of_one_subscriber(reads: Sequence[Read]) -> bool:
    return reads[0].token is not None and all(read.token == reads[0].token for read in reads)
