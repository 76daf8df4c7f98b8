"""What a picture is of: the title's facts that a poster tells, and the file that was given instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.models import Genre, Kind, Picture, Title, TitleGenre
from gateway.origin.pictures.posters import Poster


@dataclass(frozen=True, slots=True)
class Subject:
    """What a picture shows."""

    poster: Poster
    path: str | None
    """The file that was given, below the folder of pictures."""


async def find(session: AsyncSession, id: int) -> Subject | None:
    """Return the subject of the title *id*, if there is such a title."""
    query = select(Title, Picture.path).outerjoin(Picture, Picture.title_id == Title.id).where(Title.id == id)
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    title, path = found
    poster = Poster(
        id=title.id,
        name=(title.short_name or title.name) if title.kind is Kind.PROGRAM else title.name,
        kind=_kind(title),
        year=title.release_year,
        genres=await _genres(session, title),
    )
    return Subject(poster, path)


async def _genres(session: AsyncSession, title: Title) -> Sequence[str]:
    """Return the genres of *title*, then those of what it is a part of."""
    family = [key for key in (title.id, title.parent_id, title.series_id) if key is not None]
    query = (
        select(TitleGenre.title_id, Genre.label)
        .join(Genre, Genre.id == TitleGenre.genre_id)
        .where(TitleGenre.title_id.in_(family))
        .order_by(TitleGenre.position, Genre.label)
    )
    rows = sorted(await session.execute(query), key=lambda row: family.index(row.title_id))
    return tuple(dict.fromkeys(row.label for row in rows))


_KINDS: Final = {
    Kind.MOVIE: "Film",
    Kind.SERIES: "Series",
    Kind.SEASON: "Season",
    Kind.PROGRAM: "Episode",
    Kind.DISC: "Disc",
}


def _kind(title: Title) -> str:
    if title.is_bonus:
        return "Bonus disc"
    return _KINDS[title.kind] if title.number is None else f"{_KINDS[title.kind]} {title.number}"
