"""What belongs to a title: its seasons, episodes, discs and bonus materials, in their order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Integer, func, select, type_coerce, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from gateway.origin.models import Kind, Title
from gateway.origin.queries.chunks import chunks
from gateway.origin.records import Facet


@dataclass(frozen=True, slots=True)
class _Family:
    kind: Kind
    is_bonus: bool = False


_FAMILIES: Mapping[Facet, _Family] = {
    Facet.SEASONS: _Family(Kind.SEASON),
    Facet.EPISODES: _Family(Kind.PROGRAM),
    Facet.DISCS: _Family(Kind.DISC),
    Facet.BONUS_MATERIALS: _Family(Kind.DISC, is_bonus=True),
}

_LAST = 1_000_000_000

FACETS = frozenset(_FAMILIES)
"""The facets whose members hang below the title."""


async def child_ids(session: AsyncSession, parents: Collection[int], facet: Facet) -> dict[int, list[int]]:
    """Return the ids of each parent's members of *facet*, in order; every parent has an entry.

    A series has the episodes and discs of all its seasons. Discs of bonus material are among the discs.
    """
    family = _FAMILIES[facet]
    members: dict[int, list[int]] = {parent: [] for parent in parents}
    for part in chunks(parents):
        for owner, child, _, _ in await session.execute(_members(part, family)):
            members[owner].append(child)
    return members


async def series_ids(session: AsyncSession, ids: Collection[int]) -> dict[int, int]:
    """Return the series of those of *ids* that are parts of one."""
    found: dict[int, int] = {}
    for part in chunks(ids):
        query = select(Title.id, Title.series_id).where(Title.id.in_(part), Title.series_id.is_not(None))
        found |= {key: series for key, series in await session.execute(query) if series is not None}
    return found


def _members(parents: Sequence[int], family: _Family) -> CompoundSelect[int, int, int, int]:
    """Select owner and child; a season's members are found by their parent, a series' by their series."""
    child, parent = aliased(Title), aliased(Title)
    # A compound cannot be ordered by NULLS LAST. What hangs below the series itself comes after its seasons.
    season = func.coalesce(parent.number, _LAST).label("season")
    number = func.coalesce(child.number, _LAST).label("number")
    halves = [
        select(type_coerce(owner, Integer).label("owner"), child.id.label("child"), season, number)
        .join(parent, parent.id == child.parent_id, isouter=True)
        .where(owner.in_(parents), child.kind == family.kind)
        for owner in (child.parent_id, child.series_id)
    ]
    if family.is_bonus:
        halves = [half.where(child.is_bonus) for half in halves]
    both = union(*halves)
    columns = both.selected_columns
    return both.order_by(columns["owner"], columns["season"], columns["number"], columns["child"])
