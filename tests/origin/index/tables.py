"""What a catalog holds, as values that compare: each table without the numbers that only it knows."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Executable, func, select, union

from gateway.origin.database import Database
from gateway.origin.models import (
    Availability,
    Award,
    Credit,
    ExternalId,
    Genre,
    LanguageAudio,
    MaturityRating,
    Person,
    ScreenFormat,
    SubtitleLanguage,
    Title,
    TitleGenre,
)

Rows = list[tuple[object, ...]]
Tables = Mapping[str, Rows]

_TIES: Final = (Title.parent_id, Title.series_id, Title.number)
_BASICS: Final = (Title.id, Title.kind, Title.name, Title.release_year, Title.updated, *_TIES)
_CREDITED: Final = union(
    select(Credit.person_id), select(Award.person_id).where(Award.person_id.is_not(None))
).subquery()

BOTH: Final[Mapping[str, Executable]] = {
    "basics": select(*_BASICS),
    "credits": select(Credit.title_id, Credit.role, Credit.position, Person.id, Person.name).join(
        Person, Person.id == Credit.person_id
    ),
    "genres": select(TitleGenre.title_id, TitleGenre.position, Genre.label).join(
        Genre, Genre.id == TitleGenre.genre_id
    ),
    "windows": select(
        Availability.title_id,
        Availability.position,
        Availability.format,
        Availability.available_from,
        Availability.available_until,
    ),
    "external ids": select(ExternalId.title_id, ExternalId.system, ExternalId.value),
}
"""What either shape tells."""

FULL: Final[Mapping[str, Executable]] = {
    **BOTH,
    "titles": select(
        Title.id,
        Title.short_name,
        Title.runtime,
        func.round(Title.average_rating * 10),
        Title.maturity_level,
        Title.synopsis,
        Title.short_synopsis,
        Title.official_url,
        Title.is_bonus,
    ),
    "ratings": select(MaturityRating.title_id, MaturityRating.system, MaturityRating.label),
    "qualities": select(Availability.title_id, Availability.format, Availability.quality),
    "awards": select(
        Award.title_id, Award.position, Award.body, Award.name, Award.year, Award.is_won, Award.person_id
    ),
    "screen formats": select(
        ScreenFormat.title_id, ScreenFormat.position, ScreenFormat.format, ScreenFormat.label
    ),
    "languages": select(
        LanguageAudio.title_id,
        LanguageAudio.position,
        LanguageAudio.format,
        LanguageAudio.language,
        LanguageAudio.audio,
    ),
    "subtitles": select(SubtitleLanguage.title_id, SubtitleLanguage.format, SubtitleLanguage.language),
    "people": select(Person.id, Person.name).join(_CREDITED, _CREDITED.c.person_id == Person.id),
}
"""What the later shape tells besides: everything but what people did otherwise, their lives and pictures."""


async def dump(database: Database, tables: Mapping[str, Executable]) -> Tables:
    """Return what *database* holds of *tables*."""
    async with database.read() as session:
        return {
            name: sorted((tuple(row) for row in await session.execute(query)), key=repr)
            for name, query in tables.items()
        }
