"""Made-up opinions that hang together: who likes what, and how much, from a name alone. Pure."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_FAMILIES: Final = {
    "thrill": ("Action", "Thriller", "Suspense", "Sci-Fi", "Crime", "Spy", "Blockbuster", "Military"),
    "world": ("Foreign", "Japanese", "French", "Spanish", "France", "Spain", "Hong Kong", "Independent"),
    "heart": ("Romantic", "Romance", "Drama", "Musical", "Period"),
    "laugh": ("Comed", "Humor", "Family", "Children", "Animation", "ages"),
    "past": ("Classic", "Mysteries", "Westerns", "Historical", "British", "Documentar"),
}
"""Words of genre labels, by what kind of person likes them."""

_LIKED, _DISLIKED = 1.1, -0.9
_NOISE: Final = 0.6
_USUAL: Final = 3.5


@dataclass(frozen=True, slots=True)
class Taste:
    """What someone likes, dislikes, and how generous they are."""

    liked: frozenset[str]
    disliked: str
    generosity: float

    def stars(self, genres: Sequence[str], average: float | None, dice: random.Random) -> int:
        """Return what they give a title of these *genres*."""
        families = {name for name, words in _FAMILIES.items() if _is_any(words, genres)}
        liking = _LIKED * bool(families & self.liked) + _DISLIKED * (self.disliked in families)
        expected = (_USUAL if average is None else average) + self.generosity + liking
        return min(max(round(expected - 0.3 + dice.gauss(0, _NOISE)), 1), 5)


def taste_of(name: str) -> Taste:
    """Return the taste of whoever is called *name*: always the same."""
    dice = random.Random(f"taste of {name}")  # noqa: S311 - nothing secret hangs on it
    first, second, third = dice.sample(sorted(_FAMILIES), 3)
    return Taste(frozenset({first, second}), third, dice.uniform(-0.4, 0.4))


def dice_of(name: str) -> random.Random:
    """Return the chance that *name* has: always the same."""
    return random.Random(f"dice of {name}")  # noqa: S311 - nothing secret hangs on it


def _is_any(words: Sequence[str], labels: Sequence[str]) -> bool:
    return any(word in label for word in words for label in labels)
