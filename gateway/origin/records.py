"""What queries hand to representations: a title with its facets. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.origin import models


class Facet(StrEnum):
    """Something a title may have, each behind a link of its own (contract 3.5)."""

    SYNOPSIS = "synopsis"
    SHORT_SYNOPSIS = "short_synopsis"
    BOX_ART = "box_art"
    CAST = "cast"
    DIRECTORS = "directors"
    AWARDS = "awards"
    FORMATS = "format_availability"
    SCREEN_FORMATS = "screen_formats"
    LANGUAGES_AND_AUDIO = "languages_and_audio"
    BONUS_MATERIALS = "bonus_materials"
    DISCS = "discs"
    SEASONS = "seasons"
    EPISODES = "episodes"
    SIMILARS = "similars"


@dataclass(frozen=True, slots=True)
class TitleRecord:
    """A title as a document shows it."""

    title: models.Title
    """Its genres, ratings, parent and series are loaded, and the relationships asked for."""
    facets: frozenset[Facet]
    """What it has anything to show for; a missing facet has no link."""
    children: Mapping[Facet, Sequence["TitleRecord"]] = field(default_factory=dict)
    """Discs, seasons, episodes, bonus materials and similars, where asked for, as what a link shows.

    A child's own row is all that is loaded: no facets and no relationships. Whoever needs the whole
    record asks for ``child_ids`` and then for those titles.
    """


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of a search: how many there are in all, and the ids on this page in order of relevance."""

    total: int
    ids: Sequence[int]
