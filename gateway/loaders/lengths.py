"""How long lists are, relation by relation: first as ``relations.py`` says, then as learned. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.relations import Relation
from gateway.resources import Awards, Content, LinkList, Listing

_MEMORY: Final = 200
"""Answers after which a mean forgets: an older one then weighs less and less."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """The mean number of items behind each relation, and how many answers it is the mean of."""

    means: Mapping[Relation, tuple[float, int]] = field(default_factory=dict)

    def of(self, relation: Relation) -> float:
        """Return how many items are to be expected behind *relation*."""
        mean, _ = self.means.get(relation, (relation.typical_length, 0))
        return mean

    def after(self, answers: Iterable[tuple[Relation, Content]]) -> "Lengths":
        """Return what is known after *answers*."""
        means = dict(self.means)
        for relation, content in answers:
            length = _length(content)
            if length is not None:
                mean, count = means.get(relation, (0.0, 0))
                weight = min(count + 1, _MEMORY)
                means[relation] = (mean + (length - mean) / weight, weight)
        return Lengths(means)


def _length(content: Content) -> int | None:
    """Return how many items the whole list has; nothing where there is no list."""
    if isinstance(content, Listing):
        return len(content.items) if content.total is None else content.total
    if isinstance(content, LinkList):
        return len(content.links) if content.total is None else content.total
    return len(content.items) if isinstance(content, Awards) else None
