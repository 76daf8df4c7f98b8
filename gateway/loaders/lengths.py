"""How long lists are, how often links are there and lead to the same, relation by relation. Pure.

First as ``relations.py`` says, then as learned from what was loaded.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import expm1
from typing import Final

from gateway.relations import Relation
from gateway.resources import Awards, Content, LinkList, Listing

_FOLLOWED: Final = 10_000
"""Times that a relation was followed after which older ones weigh less."""

_LEAST_SURPLUS: Final = 0.2
_MOST_SURPLUS: Final = 2.0
_MEMORY: Final = 200
"""Answers after which a mean forgets: an older one then weighs less and less."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """What was learned so far."""

    means: Mapping[Relation, tuple[float, int]] = field(default_factory=dict)
    """The mean number of items behind each relation, and how many answers it is the mean of."""
    populations: Mapping[Relation, tuple[float, float]] = field(default_factory=dict)
    """How many different resources each relation leads to, about, and how often it was followed to tell."""

    shares: Mapping[Relation, tuple[float, int]] = field(default_factory=dict)
    """How many of what may have a link of each relation have one, and of how many it is the share."""

    surplus: tuple[float, int] = (1.0, 1)
    """The mean part of what was expected that operations cost in the end, and of how many it is the mean."""

    def of(self, relation: Relation) -> float:
        """Return how many items are to be expected behind *relation*."""
        mean, _ = self.means.get(relation, (relation.typical_length, 0))
        return mean

    def share(self, relation: Relation) -> float:
        """Return how many of those that may have a link of *relation* have one, as a part of 1."""
        share, _ = self.shares.get(relation, (1.0, 0))
        return share

    def different(self, relation: Relation, followed: float) -> float:
        """Return how many resources to expect when *relation* is followed so often."""
        population, _ = self.populations.get(relation, (0.0, 0.0))
        return _different(followed, population) if population else followed

    def after_costing(self, expected: int, actual: int) -> "Lengths":
        """Return what is known after an operation that was *expected* to cost some calls has cost others.

        What is expected leaves out that different relations lead to the same resources, and so is too much.
        """
        mean, count = self.surplus
        uncorrected = max(1.0, expected / mean)
        weight = min(count + 1, _MEMORY)
        found = min(_MOST_SURPLUS, max(_LEAST_SURPLUS, actual / uncorrected))
        return replace(self, surplus=(mean + (found - mean) / weight, weight))

    def after_looking(self, counts: Iterable[tuple[Relation, bool, int]]) -> "Lengths":
        """Return what is known after links were looked for: of what relation, whether there, how often."""
        shares = dict(self.shares)
        for relation, is_there, count in counts:
            # Until more is known every link is there, once.
            share, weight = shares.get(relation, (1.0, 1))
            weight = min(weight + count, _FOLLOWED)
            shares[relation] = share + (is_there - share) * count / weight, weight
        return replace(self, shares=shares)

    def after_following(self, counts: Iterable[tuple[Relation, int, int]]) -> "Lengths":
        """Return what is known after relations were followed: each how often, and to how many resources."""
        populations = dict(self.populations)
        for relation, followed, different in counts:
            if different < followed:
                population, weight = populations.get(relation, (0.0, 0.0))
                weight = min(weight + followed, _FOLLOWED)
                population += (_population(followed, different) - population) * followed / weight
                populations[relation] = population, weight
        return replace(self, populations=populations)

    def after(self, answers: Iterable[tuple[Relation, Content]]) -> "Lengths":
        """Return what is known after *answers*."""
        means = dict(self.means)
        for relation, content in answers:
            length = _length(content)
            if length is not None:
                mean, count = means.get(relation, (0.0, 0))
                weight = min(count + 1, _MEMORY)
                means[relation] = (mean + (length - mean) / weight, weight)
        return replace(self, means=means)


def _length(content: Content) -> int | None:
    """Return how many items the whole list has; nothing where there is no list."""
    if isinstance(content, Listing):
        return len(content.items) if content.total is None else content.total
    if isinstance(content, LinkList):
        return len(content.links) if content.total is None else content.total
    if isinstance(content, Awards):
        return sum(award.person is not None for award in content.items)  # What can be followed.
    return None


def _different(followed: float, population: float) -> float:
    """Return how many of *population* are met when one at random is met so often."""
    return -population * expm1(-followed / population)


def _population(followed: int, different: int) -> float:
    """Return of how many *different* ones are met, with repetitions; the inverse of the above."""
    least, most = float(different), float(followed) ** 2
    for _ in range(40):
        middle = (least + most) / 2
        least, most = (middle, most) if _different(followed, middle) < different else (least, middle)
    return most
