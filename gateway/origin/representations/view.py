"""How a document is to be shown: by which addresses, in which version, with what expanded. Pure."""

from dataclasses import dataclass
from typing import Final

from gateway.origin.paths import FILMOGRAPHY, Paths
from gateway.origin.records import Facet

EXTRAS: Final = frozenset({Facet.SHORT_SYNOPSIS, Facet.BOX_ART})
"""What a title links to only from 1.5 on (contract 6.3)."""

_NAMES: Final[frozenset[str]] = frozenset(Facet) | {FILMOGRAPHY}
_OTHER_NAMES: Final = {"formats": Facet.FORMATS.value}


@dataclass(frozen=True, slots=True)
class View:
    """One way to show things; documents of one view are read and shown together."""

    paths: Paths
    has_extras: bool = False
    """Whether it is 1.5, the 1.0 document with more in it."""
    expand: frozenset[str] = frozenset()

    @property
    def facets(self) -> frozenset[Facet]:
        """What is expanded inside the links of a title."""
        hidden = frozenset() if self.has_extras else EXTRAS
        return frozenset(Facet(name) for name in self.expand if name != FILMOGRAPHY) - hidden

    def shows(self, facet: Facet) -> bool:
        """Whether a title of this view has a link to *facet* at all."""
        return self.has_extras or facet not in EXTRAS


def read_expand(value: str) -> frozenset[str]:
    """Return what ``expand`` names: by alias, with or without ``@``, or by link title (contract 8, 27)."""
    names = (name.strip().removeprefix("@").strip().lower().replace(" ", "_") for name in value.split(","))
    return frozenset(_OTHER_NAMES.get(name, name) for name in names) & _NAMES
