"""Titles with what a document shows of them, as many as asked for in a handful of statements."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.interfaces import ORMOption

from gateway.origin import models
from gateway.origin.models import Title
from gateway.origin.queries import facets, families
from gateway.origin.queries.chunks import chunks
from gateway.origin.queries.similars import similar_ids
from gateway.origin.records import Facet, TitleRecord

_ALWAYS: Sequence[ORMOption] = (
    selectinload(Title.genres),
    selectinload(Title.ratings),
    selectinload(Title.parent),
    selectinload(Title.series),
)
_ON_REQUEST: Mapping[Facet, ORMOption] = {
    Facet.CAST: selectinload(Title.cast),
    Facet.DIRECTORS: selectinload(Title.directors),
    Facet.AWARDS: selectinload(Title.awards).joinedload(models.Award.person),
    Facet.FORMATS: selectinload(Title.availability),
    Facet.SCREEN_FORMATS: selectinload(Title.screen_formats),
    Facet.LANGUAGES_AND_AUDIO: selectinload(Title.languages),
    Facet.SUBTITLES: selectinload(Title.subtitles),
}
_OF_FORMATS: Mapping[Facet, str] = {
    Facet.FORMATS: "availability",
    Facet.SCREEN_FORMATS: "screen_formats",
    Facet.LANGUAGES_AND_AUDIO: "languages",
    Facet.SUBTITLES: "subtitles",
}
"""What a title has for each format by itself, and where its row keeps it."""


async def titles(
    session: AsyncSession,
    ids: Collection[int],
    *,
    load: frozenset[Facet] = frozenset(),
    only: frozenset[str] | None = None,
) -> dict[int, TitleRecord]:
    """Return the titles that exist among *ids*, in that order, with the facets of *load* filled in.

    Of what a title has for each format by itself, *only* these formats are told, if they are given.
    """
    options = [*_ALWAYS, *(option for facet, option in _ON_REQUEST.items() if facet in load)]
    rows: dict[int, tuple[Title, frozenset[Facet]]] = {}
    for part in chunks(ids):
        query = select(Title, *facets.columns(only)).where(Title.id.in_(part)).options(*options)
        for title, *flags in await session.execute(query):
            rows[title.id] = title, facets.of_row(title, flags)
            if only is not None:
                _drop_others(title, load, only)
    children = await _children(session, rows, load, only)
    return {
        key: TitleRecord(title=rows[key][0], facets=rows[key][1], children=children[key])
        for key in dict.fromkeys(ids)
        if key in rows
    }


def _drop_others(title: Title, load: frozenset[Facet], only: frozenset[str]) -> None:
    """Leave nothing in *title* of formats but *only*."""
    for facet in load & _OF_FORMATS.keys():
        kept = [row for row in getattr(title, _OF_FORMATS[facet]) if row.format in only]
        set_committed_value(title, _OF_FORMATS[facet], kept)


async def _children(
    session: AsyncSession, parents: Collection[int], load: frozenset[Facet], only: frozenset[str] | None
) -> dict[int, dict[Facet, list[TitleRecord]]]:
    """Return what belongs to each of *parents*, for the facets of *load* that have members."""
    members: dict[Facet, dict[int, list[int]]] = {}
    for facet in sorted(load & families.FACETS):
        members[facet] = await families.child_ids(session, parents, facet)
    if Facet.SIMILARS in load:
        members[Facet.SIMILARS] = await similar_ids(session, parents, only=only)
    wanted = set(chain.from_iterable(chain.from_iterable(of.values()) for of in members.values()))
    rows = await title_rows(session, wanted)
    links = {key: TitleRecord(title=row, facets=frozenset()) for key, row in rows.items()}
    return {
        parent: {facet: [links[child] for child in of[parent]] for facet, of in members.items()}
        for parent in parents
    }


async def title_rows(session: AsyncSession, ids: Collection[int]) -> dict[int, Title]:
    """Return the bare rows: a link shows an address and a name, and there may be thousands."""
    found: dict[int, Title] = {}
    for part in chunks(ids):
        for title in await session.scalars(select(Title).where(Title.id.in_(part))):
            found[title.id] = title
    return found
