"""Answers as they are collected: documents written out, refusals, and what came too late."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.contract import POX
from gateway.origin.calls import Document, Parts
from gateway.origin.errors import NoRoom, Refusal
from gateway.origin.representations.rendering import Encoded, encode, entity_tag, pox
from gateway.origin.representations.view import View


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document, written out."""

    body: bytes
    etag: str
    media: str = POX
    status: int = 200
    location: str | None = None
    is_personal: bool = False
    """Whether it is for one subscriber alone."""
    parts: Parts | None = None
    """What is yet to be written within the root."""


@dataclass(slots=True)
class Answers:
    """What has been answered so far, by place; whatever is missing at the end came too late."""

    missing: Refusal
    limit: int
    """How many bytes the documents may have together."""
    _size: int = 0
    _by_place: dict[int, Rendered | Refusal] = field(default_factory=dict)

    def put(self, place: int, answer: Document, view: View, *, is_personal: bool = False) -> None:
        """Keep the document for *place*, written out as *view* wants it."""
        try:
            self._by_place[place] = self._rendered(answer, view, is_personal=is_personal)
        except Refusal as refusal:
            self._by_place[place] = refusal

    def refuse(self, place: int, refusal: Refusal) -> None:
        """Keep the refusal for *place*."""
        self._by_place[place] = refusal

    def fail(self, places: Iterable[int], refusal: Refusal) -> None:
        """Answer *refusal* for those of *places* that have no answer yet."""
        for place in places:
            self._by_place.setdefault(place, refusal)

    def in_order(self, count: int) -> list[Rendered | Refusal]:
        """Return the answers for the first *count* places."""
        return [self._by_place.get(place, self.missing) for place in range(count)]

    def _rendered(self, document: Document, view: View, *, is_personal: bool) -> Rendered:
        is_whole = document.parts is None
        encoded = encode(view, document.root, document.name) if is_whole else Encoded(pox(document.root))
        body = encoded.body
        if self._size + len(body) > self.limit:
            raise NoRoom(self.limit)
        self._size += len(body)
        etag = document.etag or entity_tag(body)
        return Rendered(
            body, etag, encoded.media, document.status, document.location, is_personal, document.parts
        )
