"""Import of an index file of either shape: whole or not at all, with the ids that its addresses have."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.catalog import statistics
from gateway.origin.catalog.facts import TitleFacts
from gateway.origin.catalog.index_documents import Item, Progress, items
from gateway.origin.catalog.index_identities import Known, Outline, find_known
from gateway.origin.catalog.indexed import Indexed, Skipped, clipped
from gateway.origin.catalog.netflix_titles import CatalogFileUnusable, ImportReport
from gateway.origin.catalog.saving import Mode, Saving
from gateway.origin.database import Database
from gateway.origin.models import Base, Title

__all__ = ["CatalogFileUnusable", "ImportReport", "import_index"]

_BATCH = 300
_NAMELESS = "its name was taken from the address of its page"
_LONG = "a name in it that was too long was cut"
_TWICE = "a title of this id stands further up"
_ALONE = "what it is a part of is neither in the file nor here"

_TITLE = Base.metadata.tables["title"]


async def import_index(
    database: Database, file: Path, *, progress: Progress | None = None, now: int | None = None
) -> ImportReport:
    """Import *file*, packed or not, in one transaction; *progress* is told of bytes, and of how many.

    What the file says holds for titles that are here under the same id. One that is here under another id
    has what it lacks filled in.
    """
    reading = _Reading(file, progress)
    async with database.write() as session:
        before = {row.id: row.is_bonus for row in await session.execute(select(Title.id, Title.is_bonus))}
        # An empty database knows no title, so that the file need not be read twice.
        outlines = (Outline.of(one.facts) for one in _Reading(file).titles) if before else ()
        importing = _Importing(
            session,
            now=int(time.time()) if now is None else now,
            known=await find_known(session, outlines),
            bonus_discs={key for key, is_bonus in before.items() if is_bonus},
        )
        while batch := list(islice(reading.titles, _BATCH)):
            await importing.save(batch)
        alone = await importing.tie()
        await statistics.refresh(session)
    matched = len(importing.saved & before.keys())
    faults = ((_NAMELESS, reading.nameless), (_LONG, reading.cut), (_ALONE, alone))
    return ImportReport(
        read=reading.read,
        imported=len(importing.saved) - matched,
        matched=matched,
        mended={fault: count for fault, count in faults if count},
        skipped=dict(reading.skipped.most_common()),
    )


class _Reading:
    """Reads a file, and counts what is wrong in it."""

    def __init__(self, file: Path, progress: Progress | None = None) -> None:
        self.titles = self._titles(items(file, progress))
        self.read = 0
        self.nameless = 0
        self.cut = 0
        self.skipped: Counter[str] = Counter()

    def _titles(self, found: Iterator[Item]) -> Iterator[Indexed]:
        """Yield the titles of the file, each id once."""
        seen: set[int] = set()
        for element, read in found:
            self.read += 1
            try:
                indexed = read(element)
            except Skipped as skipped:
                self.skipped[skipped.reason.value] += 1
                continue
            if indexed.facts.id in seen:
                self.skipped[_TWICE] += 1
                continue
            seen.add(indexed.facts.id)
            self.nameless += indexed.is_mended
            whole = clipped(indexed)
            self.cut += whole != indexed
            yield whole


@dataclass(slots=True)
class _Importing:
    """Saves titles; what hangs below what is kept until everything is here."""

    session: AsyncSession
    now: int
    known: Known
    bonus_discs: set[int]
    saved: set[int] = field(default_factory=set)
    _parents: dict[int, int] = field(default_factory=dict)
    _series: dict[int, int] = field(default_factory=dict)

    async def save(self, batch: Sequence[Indexed]) -> None:
        """Save the titles of *batch*, not yet tied to others."""
        theirs = [self.known.own(one) for one in batch if not self.known.is_matched(one.facts.id)]
        await self._save(theirs, Mode.STATE)
        await self._save(
            [self.known.own(one) for one in batch if self.known.is_matched(one.facts.id)], Mode.FILL
        )
        stamps = {one.facts.id: one.updated for one in theirs if one.updated is not None}
        await self._set("updated", stamps)

    async def _save(self, batch: Sequence[Indexed], mode: Mode) -> None:
        saving = Saving(self.session, mode, self.now)
        people = {person.id: person for one in batch for person in one.people}
        await saving.people(list(people.values()))
        await saving.titles([self._loose(one) for one in batch])
        for one in batch:
            self._note(one)

    def _loose(self, indexed: Indexed) -> TitleFacts:
        facts = indexed.facts
        # No file says that a disc is none of bonus material.
        return replace(facts, parent_id=None, series_id=None, is_bonus=facts.id in self.bonus_discs)

    def _note(self, indexed: Indexed) -> None:
        facts = indexed.facts
        self.saved.add(facts.id)
        self.bonus_discs.update(indexed.bonus_discs)
        if facts.parent_id is not None:
            self._parents[facts.id] = facts.parent_id
        if facts.series_id is not None:
            self._series[facts.id] = facts.series_id
        for child in indexed.children:
            self._parents.setdefault(child, facts.id)

    async def tie(self) -> int:
        """Hang everything where it belongs; return how many titles belong to what is not here."""
        here = set(await self.session.scalars(select(Title.id)))
        alone = 0
        for column, ties in (("parent_id", self._parents), ("series_id", self._series)):
            own = {key: above for key, above in ties.items() if key in self.saved}
            held = {key: above for key, above in own.items() if above in here and above != key}
            alone = max(alone, len(own) - len(held))
            await self._set(column, held)
        await self._set("is_bonus", dict.fromkeys(self.bonus_discs & here, True))
        return alone

    async def _set(self, column: str, values: Mapping[int, object]) -> None:
        if not values:
            return
        statement = update(_TITLE).where(_TITLE.c.id == bindparam("the_id"))
        statement = statement.values({column: bindparam("the_value")})
        connection = await self.session.connection()
        rows = [{"the_id": key, "the_value": value} for key, value in values.items()]
        await connection.execute(statement, rows)
