"""Cases: a wish and what goes wrong with it, drawn from a seed and a number alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from .drafts import Draft, Message
from .mutations import CHANGES, DAMAGES
from .wishes import WISHES
from .world import World

_AMOUNTS: Final = (0, 1, 1, 1, 1, 2, 2, 2, 3, 4)
_DAMAGED: Final = 0.2


@dataclass(frozen=True, slots=True)
class Case:
    """One request of a run; *kept* are those of its mutations that are made, by their place."""

    seed: int
    number: int
    changes: Sequence[int]
    """Places in ``CHANGES``."""
    damages: Sequence[int]
    kept: frozenset[int] = frozenset()

    def message(self, world: World) -> Message:
        """Return the request in bytes."""
        draft = self._draft(world)
        for place, change in enumerate(self.changes):
            if place in self.kept:
                CHANGES[change](self._chance(place), world, draft)
        message = draft.spell(world.base)
        for place, damage in enumerate(self.damages, len(self.changes)):
            if place in self.kept:
                DAMAGES[damage](self._chance(place), message)
        return message

    def without(self, place: int) -> "Case":
        """Return the same without one of its mutations; what the others do stays what it was."""
        return replace(self, kept=self.kept - {place})

    def __str__(self) -> str:
        """Name what was drawn."""
        made = [(CHANGES[change].__name__) for change in self.changes]
        made += [DAMAGES[damage].__name__ for damage in self.damages]
        names = [name for place, name in enumerate(made) if place in self.kept]
        return f"seed {self.seed}, number {self.number}, {', '.join(names) or 'nothing wrong with it'}"

    def _draft(self, world: World) -> Draft:
        chance = self._chance(-1)
        return chance.choice(WISHES)(chance, world)

    def _chance(self, place: int) -> Random:
        # A generator for each: leaving one mutation out must not change the next.
        return Random(f"{self.seed}/{self.number}/{place}")  # noqa: S311 - it is to be repeatable


def case(seed: int, number: int) -> Case:
    """Draw the case of this number."""
    chance = Random(f"{seed}/{number}")  # noqa: S311 - it is to be repeatable
    changes = [chance.randrange(len(CHANGES)) for _ in range(chance.choice(_AMOUNTS))]
    damages = [chance.randrange(len(DAMAGES))] if chance.random() < _DAMAGED else []
    return Case(seed, number, changes, damages, frozenset(range(len(changes) + len(damages))))
