"""How a document is to be shown: by which addresses, in which version, with what expanded. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from gateway.origin.eras import END_OF_TIME, STREAMED, Era
from gateway.origin.paths import FILMOGRAPHY, Paths
from gateway.origin.records import Facet

DAY: Final = 86_400
_TOLD: Final = 14

EXTRAS: Final = frozenset({Facet.SHORT_SYNOPSIS, Facet.BOX_ART})
"""What a title links to only from 1.5 on (contract 6.3)."""

TITLE: Final = "title"
"""The name that ``expand`` has for the title an item is about."""

_NAMES: Final[frozenset[str]] = frozenset(Facet) | {FILMOGRAPHY, TITLE}
_ALL: Final = "all"
_OTHER_NAMES: Final = {"formats": Facet.FORMATS.value}


class Version(IntEnum):
    """Which of the three document models is shown; a later one is the larger (contract 6.1)."""

    V1_0 = 10
    V1_5 = 15
    V2_0 = 20


class Output(StrEnum):
    """Which encoding of a document is sent (contract 1.5)."""

    POX = "pox"
    JSON = "json"
    ATOM = "atom"
    OPML = "opml"


@dataclass(frozen=True, slots=True)
class View:
    """One way to show things; documents of one view are read and shown together."""

    paths: Paths
    version: Version = Version.V1_0
    expand: frozenset[str] = frozenset()
    output: Output = Output.POX
    callback: str | None = None
    """The function of the caller's that the JSON is an argument for."""
    era: Era = Era.EVERYTHING
    today: int = 0
    """Days since 1970."""

    @property
    def has_history(self) -> bool:
        """Whether anything is told of what was rented and watched."""
        return self.era is not Era.LAST_CHANGE

    @property
    def formats(self) -> frozenset[str] | None:
        """Return the only formats that anything is shown of; None is all there are."""
        return STREAMED if self.era is Era.STREAMING else None

    @property
    def rates_series(self) -> bool:
        """Whether a rating of a part of a series is one of the whole (contract 3.14)."""
        return self.era in {Era.STREAMING, Era.LAST_CHANGE}

    def until(self, moment: int | None) -> int | None:
        """Return the end of an availability as it is told: at last only ends within two weeks were."""
        if self.era is not Era.LAST_CHANGE or (moment is not None and moment < (self.today + _TOLD) * DAY):
            return moment
        return END_OF_TIME

    @property
    def has_extras(self) -> bool:
        """Whether it is 1.5 or later, whose documents have more in them."""
        return self.version >= Version.V1_5

    @property
    def is_thin(self) -> bool:
        """Whether it is 2.0, in which items name their title only, and all lists are paged."""
        return self.version >= Version.V2_0

    @property
    def facets(self) -> frozenset[Facet]:
        """What has to be loaded for what is expanded inside the links of a title."""
        hidden = frozenset() if self.has_extras else EXTRAS
        return self.needs(frozenset(facet for facet in Facet if facet in self.expand) - hidden)

    def needs(self, facets: Iterable[Facet]) -> frozenset[Facet]:
        """Return what has to be loaded to show *facets*: each format of 2.0 says its languages."""
        shown = frozenset(facets)
        return (
            shown | {Facet.LANGUAGES_AND_AUDIO, Facet.SUBTITLES}
            if self.is_thin and Facet.FORMATS in shown
            else shown
        )

    def shows(self, facet: Facet) -> bool:
        """Whether a title of this view has a link to *facet* at all."""
        if facet is Facet.SUBTITLES:
            # Formats alone lead to them, unless they are asked for by name.
            return self.is_thin and facet in self.expand
        return self.has_extras or facet not in EXTRAS


def read_expand(value: str) -> frozenset[str]:
    """Return what ``expand`` names: by alias, with or without ``@``, or by link title (contract 8, 27)."""
    asked = (name.strip().removeprefix("@").strip().lower().replace(" ", "_") for name in value.split(","))
    names = frozenset(_OTHER_NAMES.get(name, name) for name in asked)
    return _NAMES if _ALL in names else names & _NAMES
