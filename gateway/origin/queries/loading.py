"""Titles with what a document shows of them, as many as asked for in a handful of statements."""

from collections.abc import Collection, Mapping, Sequence
from itertools import chain

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
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
}


async def titles(
    session: AsyncSession, ids: Collection[int], *, load: frozenset[Facet] = frozenset()
) -> dict[int, TitleRecord]:
    """Return the titles that exist among *ids*, in that order, with the facets of *load* filled in."""
    options = [*_ALWAYS, *(option for facet, option in _ON_REQUEST.items() if facet in load)]
    rows: dict[int, tuple[Title, frozenset[Facet]]] = {}
    for part in chunks(ids):
        query = select(Title, *facets.COLUMNS).where(Title.id.in_(part)).options(*options)
        for title, *flags in await session.execute(query):
            rows[title.id] = title, facets.of_row(title, flags)
    children = await _children(session, rows, load)
    return {
        key: TitleRecord(title=rows[key][0], facets=rows[key][1], children=children[key])
        for key in dict.fromkeys(ids)
        if key in rows
    }


async def _children(
    session: AsyncSession, parents: Collection[int], load: frozenset[Facet]
) -> dict[int, dict[Facet, list[TitleRecord]]]:
    """Return what belongs to each of *parents*, for the facets of *load* that have members."""
    members: dict[Facet, dict[int, list[int]]] = {}
    for facet in sorted(load & families.FACETS):
        members[facet] = await families.child_ids(session, parents, facet)
    if Facet.SIMILARS in load:
        members[Facet.SIMILARS] = await similar_ids(session, parents)
    wanted = set(chain.from_iterable(chain.from_iterable(of.values()) for of in members.values()))
    links = await _links(session, wanted)
    return {
        parent: {facet: [links[child] for child in of[parent]] for facet, of in members.items()}
        for parent in parents
    }


async def _links(session: AsyncSession, ids: Collection[int]) -> dict[int, TitleRecord]:
    """Return the bare rows: a link shows an address and a name, and there may be thousands."""
    found: dict[int, TitleRecord] = {}
    for part in chunks(ids):
        for title in await session.scalars(select(Title).where(Title.id.in_(part))):
            found[title.id] = TitleRecord(title=title, facets=frozenset())
    return found
