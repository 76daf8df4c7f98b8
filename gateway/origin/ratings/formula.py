"""What a subscriber may come to think of a title, from what is known of both. Pure.

A baseline for the title, plus how generous the subscriber is, plus how much they like its genres; and
the more subscribers of the same taste have rated the title, the more what they think replaces the genres.
Written out, and no library, because it is a page of arithmetic over a few thousand numbers: every rating
counts from the moment it is given, nothing is trained and kept, and the same ratings give the same answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt
from typing import Final

LOWEST: Final = 1.0
HIGHEST: Final = 5.0

NEUTRAL: Final = 3.5
"""What is thought of a title of which nobody knows anything."""

MOST_NEIGHBOURS: Final = 40
FEWEST_SHARED: Final = 3
"""Two subscribers who share fewer titles tell nothing of each other."""

# How many ratings weigh as much as knowing nothing: the more, the more cautious.
_TITLE_DOUBT: Final = 5
_OFFSET_DOUBT: Final = 5
_TASTE_DOUBT: Final = 5
_WEIGHT_DOUBT: Final = 10
_NEIGHBOUR_DOUBT: Final = 1.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Some numbers: how many, and what they add up to."""

    count: int = 0
    total: float = 0.0

    def mean(self, expected: float, doubt: float) -> float:
        """Return their mean, as if *doubt* more had been as *expected*."""
        return (self.total + expected * doubt) / (self.count + doubt)


@dataclass(frozen=True, slots=True)
class Work:
    """A title as it is rated."""

    average: float | None
    """The average that its documents show."""
    genres: Sequence[int] = ()
    ratings: Tally = Tally()
    """Its ratings, where there is no average."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a subscriber rates: how much more than others in all, and where it is of a genre."""

    offset: float = 0.0
    likings: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, differences: Tally, by_genre: Mapping[int, Tally]) -> "Manner":
        """Return the manner that shows in the differences from what others give."""
        offset = offset_of(differences)
        likings = {
            genre: (tally.total - tally.count * offset) / (tally.count + _TASTE_DOUBT)
            for genre, tally in by_genre.items()
        }
        return cls(offset, likings)

    def liking(self, genres: Sequence[int]) -> float:
        """Return how much more they give where these are the genres."""
        return sum(self.likings.get(genre, 0.0) for genre in genres) / max(len(genres), 1)


def offset_of(differences: Tally) -> float:
    """Return how much more than others someone gives in all."""
    return differences.mean(0.0, _OFFSET_DOUBT)


@dataclass(frozen=True, slots=True)
class Shared:
    """The ratings of two subscribers for the titles that both have rated, as sums."""

    count: int
    ones: int
    others: int
    products: int
    ones_squared: int
    others_squared: int

    def weight(self) -> float:
        """Return how alike the two are: their correlation, with doubt where they share little."""
        covariance = self.count * self.products - self.ones * self.others
        spread = (self.count * self.ones_squared - self.ones**2) * (
            self.count * self.others_squared - self.others**2
        )
        if self.count < FEWEST_SHARED or spread <= 0:
            return 0.0
        return covariance / sqrt(spread) * self.count / (self.count + _WEIGHT_DOUBT)


def nearest(shared: Mapping[str, Shared]) -> Mapping[str, float]:
    """Return those who are most alike, and how much; ties go by id."""
    weights = {other: sums.weight() for other, sums in shared.items()}
    alike = sorted((-weight, other) for other, weight in weights.items() if weight > 0)
    return {other: -negative for negative, other in alike[:MOST_NEIGHBOURS]}


def baseline(work: Work, genre_averages: Mapping[int, float]) -> float:
    """Return what is thought of *work* in general."""
    if work.average is not None:
        return work.average
    known = [genre_averages[genre] for genre in work.genres if genre in genre_averages]
    return work.ratings.mean(sum(known) / len(known) if known else NEUTRAL, _TITLE_DOUBT)


def estimate(base: float, liking: float, offset: float, others: Iterable[tuple[float, float]]) -> float:
    """Return the rating to expect, with one digit.

    Of each of the *others* who rated the title: how alike they are, and how much more they gave than the
    baseline and their own offset.
    """
    weights, excess = 0.0, 0.0
    for weight, difference in others:
        weights += weight
        excess += weight * (difference - liking)
    expected = base + offset + liking + excess / (weights + _NEIGHBOUR_DOUBT)
    return round(min(max(expected, LOWEST), HIGHEST), 1)
