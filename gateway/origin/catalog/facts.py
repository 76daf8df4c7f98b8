"""What a catalog says of titles and people, whatever file it stands in. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.origin.models import Kind, RatingSystem


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person; an absent bio is unknown."""

    id: int
    name: str
    bio: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardFacts:
    """An award won, or a nomination."""

    body: str
    name: str
    year: int | None
    is_won: bool
    person_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """A format in which a title is to be had; times are Unix seconds."""

    format: str
    available_from: int | None
    available_until: int | None = None
    quality: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleFacts:
    """A title; what is absent or empty is unknown, never denied."""

    id: int
    kind: Kind
    name: str
    short_name: str | None = None
    release_year: int | None = None
    runtime: int | None = None
    average_rating: float | None = None
    maturity_level: int | None = None
    synopsis: str | None = None
    short_synopsis: str | None = None
    official_url: str | None = None
    parent_id: int | None = None
    series_id: int | None = None
    number: int | None = None
    is_bonus: bool = False
    ratings: Mapping[RatingSystem, str] = field(default_factory=dict)
    genres: Sequence[str] = ()
    cast: Sequence[int] = ()
    directors: Sequence[int] = ()
    awards: Sequence[AwardFacts] = ()
    offers: Sequence[OfferFacts] = ()
    screen_formats: Sequence[tuple[str, str]] = ()
    """Format and label."""
    languages: Sequence[tuple[str, str, str | None]] = ()
    """Format, language, and audio where it is known."""
    subtitles: Sequence[tuple[str, str]] = ()
    """Format and language."""
    external_ids: Sequence[tuple[str, str]] = ()
    """Another catalog, as ``upc``, and what it calls the title."""
