"""What a level of a query wants from the origin. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from gateway.relations import Relation
from gateway.resources import Href
from gateway.upstream.identity import Identity
from gateway.upstream.signing import Credentials


@dataclass(frozen=True, slots=True)
class Want:
    """A resource, and on whose behalf it is wanted; equal when both are."""

    identity: Identity
    href: Href
    relation: Relation = field(compare=False)
    items: int = field(default=0, compare=False)
    """How many items of a list are wanted at most; 0 where there is no list."""
    token: Credentials | None = field(default=None, compare=False, repr=False)

    @property
    def predicted_bytes(self) -> int:
        """Return how large the answer is likely to be, so that a bulk answer can be kept within bounds."""
        return self.relation.typical_bytes * max(1, self.items // TYPICAL_PAGE)


TYPICAL_PAGE: Final = 25
"""The number of items that a relation's ``typical_bytes`` speaks of."""


def split(wants: Iterable[Want], *, entries: int, size: int) -> list[tuple[Want, ...]]:
    """Split *wants* into bulk requests of at most *entries*, predicted to stay within *size* bytes."""
    parts: list[tuple[Want, ...]] = []
    part: list[Want] = []
    predicted = 0
    for want in dict.fromkeys(wants):
        if part and (len(part) == entries or predicted + want.predicted_bytes > size):
            parts.append(tuple(part))
            part, predicted = [], 0
        part.append(want)
        predicted += want.predicted_bytes
    return [*parts, tuple(part)] if part else parts
