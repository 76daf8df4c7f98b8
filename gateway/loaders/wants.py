"""What a level of a query wants from the origin. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.relations import EXPANDABLE, Relation
from gateway.resources import Href
from gateway.upstream.identity import Identity
from gateway.upstream.signing import Credentials

Parts = frozenset[str]
"""What is wanted inside the links of a resource, or of each item of a list: names of ``expand``."""


@dataclass(frozen=True, slots=True)
class Want:
    """A resource, and on whose behalf it is wanted; equal when both are, whatever parts are wanted."""

    identity: Identity
    href: Href
    relation: Relation = field(compare=False)
    items: int = field(default=0, compare=False)
    """How many items of a list are wanted at most; 0 where there is no list."""
    token: Credentials | None = field(default=None, compare=False, repr=False)
    parts: Parts = field(default=frozenset(), compare=False)

    @property
    def predicted_bytes(self) -> int:
        """Return how large the answer is likely to be, so that a bulk answer can be kept within bounds."""
        bare = self.relation.typical_bytes * max(1, self.items // TYPICAL_PAGE)
        return bare + max(1, self.items) * sum(EXPANDABLE[part].expanded_bytes for part in self.parts)


TYPICAL_PAGE: Final = 25
"""The number of items that a relation's ``typical_bytes`` speaks of."""


def merge(wants: Iterable[Want]) -> list[Want]:
    """Return each resource once, in order, with every part that any of *wants* names."""
    merged: dict[Want, Want] = {}
    for want in wants:
        other = merged.get(want)
        merged[want] = want if other is None else replace(other, parts=other.parts | want.parts)
    return list(merged.values())


def split(wants: Iterable[Want], *, entries: int, size: int) -> list[tuple[Want, ...]]:
    """Split *wants* into bulk requests of at most *entries*, predicted to stay within *size* bytes."""
    parts: list[tuple[Want, ...]] = []
    part: list[Want] = []
    predicted = 0
    for want in merge(wants):
        if part and (len(part) == entries or predicted + want.predicted_bytes > size):
            parts.append(tuple(part))
            part, predicted = [], 0
        part.append(want)
        predicted += want.predicted_bytes
    return [*parts, tuple(part)] if part else parts
