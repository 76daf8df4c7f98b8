"""What queries hand to representations: titles with their facets, entries of queues. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.origin import models
from gateway.origin.accounts import EntryState, QueueKind


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
    SUBTITLES = "subtitle_languages"
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


@dataclass(frozen=True, slots=True)
class TitleReference:
    """What a link to a title shows."""

    kind: models.Kind
    id: int
    name: str
    series_id: int | None = None
    """Part of a season's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRecord:
    """A title as an index file shows it."""

    record: TitleRecord
    children: Sequence[TitleReference] = ()
    """What hangs directly below it, in its order."""
    external_ids: Sequence[tuple[str, str]] = ()
    """What other catalogs call it, as far as the reader may know: system and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """An entry of a queue as a document shows it."""

    kind: QueueKind
    state: EntryState
    position: int
    """From 1 among the available; what is saved shows none."""
    title_id: int
    format: str
    updated: int
    available_from: int | None = None
    """When a saved title is to be had, where that is known."""


@dataclass(frozen=True, slots=True)
class Playback:
    """How far a subscriber got the last time that they watched a title."""

    bookmark: int
    """Seconds; 0 when it was watched to its end."""
    watched: int
    """Unix seconds."""
    is_to_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatState:
    """What a subscriber can do with one format of a title."""

    format: str
    labels: Sequence[str]
    is_preferred: bool = False
    playback: Playback | None = None


@dataclass(frozen=True, slots=True)
class TitleState:
    """What a subscriber can do with a title, by queue; a queue it cannot be in says nothing."""

    title: TitleReference
    formats: Mapping[QueueKind, Sequence[FormatState]]
