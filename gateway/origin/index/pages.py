"""The catalog page by page, in the order of its ids, as index files show it."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import queries
from gateway.origin.database import Database
from gateway.origin.eras import STREAMED
from gateway.origin.models import ExternalId, Kind, Title
from gateway.origin.queries.offered import offered_in
from gateway.origin.records import Facet, IndexRecord, TitleReference

_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Selection:
    """Which titles are listed, and what is read of each."""

    load: frozenset[Facet]
    formats: frozenset[str] | None = None
    """Only what is to be had in one of these, and only these of its formats; else everything."""
    systems: frozenset[str] = frozenset()
    """The catalogs whose ids are told."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what a title must be to be listed."""
        return [*offered_in(self.formats)]


async def state(session: AsyncSession, selection: Selection) -> tuple[object, ...]:
    """Return what changes whenever a title of *selection* is added, changed, rated or removed."""
    average = func.sum(func.coalesce(Title.rated_average, 0))
    columns = (func.count(), func.max(Title.updated), func.sum(Title.updated), func.sum(Title.id), average)
    row = (await session.execute(select(*columns).where(*selection.conditions()))).one()
    count, newest, updated, ids, rated = row
    return count, newest, int(updated or 0), int(ids or 0), f"{rated or 0:.3f}"


async def pages(database: Database, selection: Selection) -> AsyncGenerator[list[IndexRecord]]:
    """Yield the titles of *selection*, a page at a time.

    Each page is read by itself: a transaction that lasted as long as a slow reader would hold a connection,
    and keep the database from tidying up. So a title that changes meanwhile is shown as it was, or as it is.
    """
    last = 0
    while True:
        async with database.read() as session:
            ids = list(await session.scalars(_next_ids(selection, last)))
            page = await _records(session, ids, selection)
        if not ids:
            return
        yield page
        last = ids[-1]


def _next_ids(selection: Selection, last: int) -> Select[int]:
    query = select(Title.id).where(Title.id > last, *selection.conditions())
    return query.order_by(Title.id).limit(_PAGE)


async def _records(session: AsyncSession, ids: Sequence[int], selection: Selection) -> list[IndexRecord]:
    records = await queries.titles(session, ids, load=selection.load, only=selection.formats)
    children = await _children(session, ids, selection)
    external = await _external_ids(session, ids, selection.systems)
    return [
        IndexRecord(
            record=record,
            children=children.get(key, ()),
            external_ids=external.get(key, ()),
        )
        for key, record in records.items()
    ]


async def _children(
    session: AsyncSession, ids: Collection[int], selection: Selection
) -> Mapping[int, list[TitleReference]]:
    below = select(Title).where(Title.parent_id.in_(ids)).order_by(Title.parent_id, Title.number, Title.id)
    if selection.formats == STREAMED:
        below = below.where(Title.kind != Kind.DISC)
    found: dict[int, list[TitleReference]] = defaultdict(list)
    for child in await session.scalars(below):
        if child.parent_id is not None:
            reference = TitleReference(child.kind, child.id, child.name, child.series_id)
            found[child.parent_id].append(reference)
    return found


async def _external_ids(
    session: AsyncSession, ids: Collection[int], systems: Collection[str]
) -> Mapping[int, list[tuple[str, str]]]:
    if not systems:
        return {}
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    query = select(ExternalId).where(ExternalId.title_id.in_(ids), ExternalId.system.in_(sorted(systems)))
    for row in await session.scalars(query.order_by(ExternalId.title_id, ExternalId.value)):
        found[row.title_id].append((row.system, row.value))
    order = ("upc", "amg", "tms")
    return {key: sorted(own, key=lambda pair: order.index(pair[0])) for key, own in found.items()}
