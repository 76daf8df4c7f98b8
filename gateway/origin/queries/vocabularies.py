"""The terms of category schemes, as far as the catalog uses them (contract 3.7)."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models
from gateway.origin.models import RatingSystem


def _rated_by(system: RatingSystem) -> Select[str]:
    return select(models.MaturityRating.label).where(models.MaturityRating.system == system)


_TERMS: Final[Mapping[str, Select[str | None]]] = {
    "title_formats": select(models.Availability.format),
    "title_video_formats": select(models.Availability.quality),
    "title_formats/quality": select(models.Availability.quality),
    "award_types": select(models.Award.body),
    "screen_formats": select(models.ScreenFormat.label),
    "languages": select(models.LanguageAudio.language),
    "subtitle_languages": select(models.SubtitleLanguage.language),
    "audio": select(models.LanguageAudio.audio),
    "genres": select(models.Genre.label),
    "mpaa_ratings": _rated_by(RatingSystem.MPAA),
    "tv_ratings": _rated_by(RatingSystem.TV),
    "ca_movie_ratings": _rated_by(RatingSystem.CA),
}


_AWARDS: Final = "award_types/"
_BODIES: Final = frozenset(
    {
        "academy_awards",
        "golden_globe_awards",
        "baftas",
        "afi",
        "razzie",
        "time",
        "sundance_film_festival",
        "independent_spirit_awards",
    }
)
"""Who gives awards; each has a scheme of its own (contract 4.2)."""


def _awards_of(scheme: str) -> Select[str] | None:
    body = scheme.removeprefix(_AWARDS)
    return select(models.Award.name).where(models.Award.body == body) if body in _BODIES else None


async def catalog_terms(session: AsyncSession, scheme: str) -> list[str] | None:
    """Return the terms of *scheme* that occur, in the order of the alphabet; none if it has no place here."""
    used = _awards_of(scheme) if scheme.startswith(_AWARDS) else _TERMS.get(scheme)
    if used is None:
        return None
    return sorted(term for term in await session.scalars(used.distinct()) if term)
