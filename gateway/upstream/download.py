"""Writes an index file to disk while it comes in, however long it is (contract 3.3).

Neither the document nor what is made of it is held: each piece is inflated, read for whether it is XML, and
written. What ends too early, or is no XML, is an error, and never a shorter document.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Final

from lxml import etree

from gateway.resources import Href
from gateway.upstream.client import Client, Stream
from gateway.upstream.errors import MalformedDocument, ResponseTooLarge
from gateway.upstream.href import Origin
from gateway.upstream.hypermedia import read_refusal
from gateway.upstream.redirects import sent_on
from gateway.upstream.signing import Signer

LONGEST: Final = 20_000_000_000
"""Bytes of an inflated document; a hundred thousand titles are some hundred million."""
MOST_REDIRECTS: Final = 5
_PIECE: Final = 256 * 1024
_LONGEST_REFUSAL: Final = 100_000


@dataclass(frozen=True, slots=True)
class Downloaded:
    """How far it is: bytes that came in, bytes that they are inflated, titles that have ended."""

    received: int = 0
    written: int = 0
    titles: int = 0


class Downloads:
    """Reads index files of one origin, signed for the consumer."""

    def __init__(self, client: Client, signer: Signer, origin: Origin, *, longest: int = LONGEST) -> None:
        self._longest = longest
        self._client = client
        self._signer = signer
        self._origin = origin

    async def save(self, href: Href, into: IO[bytes], tell: Callable[[Downloaded], None]) -> Downloaded:
        """Write the document at *href* into *into*, and *tell* how far it is; return what it came to.

        The origin may send us on to another of its own addresses; elsewhere nobody is sent. Raises
        ``UpstreamError``; what *into* holds then is no document.
        """
        for _ in range(MOST_REDIRECTS + 1):
            authorization = self._signer.authorization("GET", href)
            async with self._client.stream(href, authorization=authorization) as answer:
                if answer.status == 200:
                    return await self._save(answer, href, into, tell)
                href = await self._next(answer, href)
        raise MalformedDocument("/", f"at most {MOST_REDIRECTS} redirects")

    async def _save(
        self, answer: Stream, href: Href, into: IO[bytes], tell: Callable[[Downloaded], None]
    ) -> Downloaded:
        unpacking, reading = _unpacking(answer), _Reading()
        received = written = 0
        async for piece in answer.pieces:
            received += len(piece)
            for part in unpacking.feed(piece):
                reading.feed(part)
                into.write(part)
                written += len(part)
                if written > self._longest:
                    raise ResponseTooLarge(href, self._longest)
            tell(Downloaded(received, written, reading.titles))
        unpacking.finish()
        reading.finish()
        return Downloaded(received, written, reading.titles)

    async def _next(self, answer: Stream, href: Href) -> Href:
        """Return where the origin sends us on to; raise what it says where it does not."""
        if (to := sent_on(answer, href, self._origin)) is not None:
            return to
        body = b""
        unpacking = _unpacking(answer)
        async for piece in answer.pieces:
            body += b"".join(unpacking.feed(piece))
            if len(body) > _LONGEST_REFUSAL:
                raise ResponseTooLarge(href, _LONGEST_REFUSAL)
        raise read_refusal(body, href, status=answer.status)


class _Plain:
    """A body that is sent as it is."""

    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield piece

    def finish(self) -> None:
        """Accept any end: HTTP says where it is."""


class _Packed:
    """A body that is compressed with gzip; inflated in pieces, so that a bomb never is in memory."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece:
            try:
                inflated = self._inflater.decompress(piece, _PIECE)
            except zlib.error as error:
                raise MalformedDocument("gzip body", "a gzip stream") from error
            if self._inflater.unused_data:
                raise MalformedDocument("gzip body", "one gzip stream")
            yield inflated
            piece = self._inflater.unconsumed_tail

    def finish(self) -> None:
        """Raise unless the stream was complete."""
        if not self._inflater.eof:
            raise MalformedDocument("gzip body", "a complete gzip stream")


def _unpacking(answer: Stream) -> _Plain | _Packed:
    coding = answer.headers.get("content-encoding", "identity").lower()
    if coding == "identity":
        return _Plain()
    if coding == "gzip":
        return _Packed()
    raise MalformedDocument("/", "a body that is plain or compressed once, by gzip")


class _Reading:
    """Reads XML for nothing but whether it is XML, and how many titles have ended."""

    def __init__(self) -> None:
        self._counting = _Counting()
        self._parser = etree.XMLParser(
            target=self._counting,  # type: ignore[arg-type]  # lxml passes on what there is a method for
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            huge_tree=False,
        )

    @property
    def titles(self) -> int:
        """How many elements of the root have ended."""
        return self._counting.titles

    def feed(self, part: bytes) -> None:
        """Go on reading; raise MalformedDocument where it is no XML, or has a DTD."""
        try:
            self._parser.feed(part)
        except etree.XMLSyntaxError as error:
            raise MalformedDocument("/", "well-formed XML") from error

    def finish(self) -> None:
        """Raise MalformedDocument unless the root has ended."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise MalformedDocument("/", "the end of its root element") from error


class _Counting:
    """What lxml tells of a document."""

    def __init__(self) -> None:
        self.titles = 0
        self._depth = 0

    def start(self, tag: str | bytes, attrib: object) -> None:  # noqa: ARG002 - lxml names them
        """Go down by an element."""
        self._depth += 1

    def end(self, tag: str | bytes) -> None:  # noqa: ARG002
        """Come up again."""
        self._depth -= 1
        self.titles += self._depth == 1

    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        """Refuse a DTD."""
        raise MalformedDocument("/", "a root element without a DTD")

    def close(self) -> None:
        """Make nothing of it."""
