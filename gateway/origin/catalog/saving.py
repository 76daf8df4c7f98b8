"""Facts into the database: new titles and people are added, known ones learn what is new about them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from sqlalchemy import RowMapping, Table, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, names
from gateway.origin.catalog.facts import PersonFacts, TitleFacts
from gateway.origin.catalog.shelves import SHELVES, GenreIds, Row, Shelf

_PART = 500
"""Titles or people looked up by one statement."""

_TITLE: Table = models.Base.metadata.tables["title"]
_PERSON: Table = models.Base.metadata.tables["person"]
_GENRE: Table = models.Base.metadata.tables["genre"]
_TITLE_COLUMNS = (
    "kind",
    "name",
    "short_name",
    "release_year",
    "runtime",
    "average_rating",
    "maturity_level",
    "synopsis",
    "short_synopsis",
    "official_url",
    "parent_id",
    "series_id",
    "number",
    "is_bonus",
)
_PERSON_COLUMNS = ("name", "bio")


class Mode(Enum):
    """What happens where the database already knows something else."""

    STATE = "the stated fact holds"
    FILL = "the known fact stays; only what is missing is added"


@dataclass(frozen=True, slots=True)
class Saving:
    """Saves within the transaction of a session; one for all the facts of a file."""

    session: AsyncSession
    mode: Mode
    now: int

    async def people(self, people: Sequence[PersonFacts]) -> None:
        """Save *people*."""
        for part in _parts(people):
            facts = {person.id: {name: getattr(person, name) for name in _PERSON_COLUMNS} for person in part}
            await self._save_rows(_PERSON, facts)

    async def titles(self, titles: Sequence[TitleFacts]) -> None:
        """Save *titles*, each once; a parent stands before its children, its people are saved already."""
        genre_ids = await self._genre_ids(label for title in titles for label in title.genres)
        for part in _parts(titles):
            facts = {title.id: {name: getattr(title, name) for name in _TITLE_COLUMNS} for title in part}
            added = await self._save_rows(_TITLE, facts)
            for shelf in SHELVES:
                await self._save_details(shelf, part, genre_ids, added=added)

    async def _genre_ids(self, labels: Iterable[str]) -> GenreIds:
        wanted = dict.fromkeys(labels)
        known = await self._known_genres()
        missing = [{"label": label} for label in wanted if label not in known]
        if missing:
            await self.session.execute(insert(_GENRE), missing)
            known = await self._known_genres()
        return known

    async def _known_genres(self) -> dict[str, int]:
        rows = await self.session.execute(select(_GENRE.c.label, _GENRE.c.id))
        return {row.label: row.id for row in rows}

    async def _save_rows(self, table: Table, facts: Mapping[int, Row]) -> set[int]:
        """Add or change the rows of *table* whose ids are the keys of *facts*; return the ids added."""
        stamp = {"updated": self.now} if "updated" in table.c else {}
        known = await self._known_rows(table, facts)
        added = [{"id": key, **row, **stamp} for key, row in facts.items() if key not in known]
        if added:
            await self.session.execute(insert(table), added)
        for key, row in facts.items():
            changed = self._changes(known[key], row) if key in known else {}
            if changed:
                values = {**changed, **_searchable(changed), **stamp}
                await self.session.execute(update(table).where(table.c.id == key).values(values))
        return {key for key in facts if key not in known}

    async def _known_rows(self, table: Table, ids: Iterable[int]) -> dict[int, RowMapping]:
        rows = await self.session.execute(select(table).where(table.c.id.in_(list(ids))))
        return {row["id"]: row for row in rows.mappings()}

    def _changes(self, known: RowMapping, facts: Row) -> dict[str, object]:
        """Return what *facts* changes in a *known* row; an absent fact changes nothing."""
        stated = {name: value for name, value in facts.items() if value is not None and value != known[name]}
        if self.mode is Mode.STATE:
            return stated
        return {name: value for name, value in stated.items() if known[name] is None}

    async def _save_details(
        self, shelf: Shelf, titles: Sequence[TitleFacts], genre_ids: GenreIds, *, added: set[int]
    ) -> None:
        """Add or replace the details of *titles*, a group at a time."""
        stated = _grouped(shelf, (row for title in titles for row in shelf.of(title, genre_ids)))
        older = [title.id for title in titles if title.id not in added]
        known = await self._known_details(shelf, older)
        different = [key for key in stated if key in known and _said(stated[key]) != _said(known[key])]
        replaced = different if self.mode is Mode.STATE else []
        await self._remove(shelf, replaced)
        new = [key for key in stated if key not in known] + replaced
        if new:
            await self.session.execute(insert(shelf.table), [row for key in new for row in stated[key]])
        await self._touch({key[0] for key in new} - added)

    async def _known_details(self, shelf: Shelf, ids: Sequence[int]) -> "dict[_Group, list[Row]]":
        if not ids:
            return {}
        columns = [shelf.table.c[name] for name in shelf.columns]
        rows = await self.session.execute(select(*columns).where(shelf.table.c.title_id.in_(ids)))
        return _grouped(shelf, rows.mappings())

    async def _remove(self, shelf: Shelf, groups: "Sequence[_Group]") -> None:
        if groups:
            conditions = (shelf.table.c[name] == bindparam(f"the_{name}") for name in shelf.group)
            keys = [
                {f"the_{name}": value for name, value in zip(shelf.group, group, strict=True)}
                for group in groups
            ]
            connection = await self.session.connection()
            await connection.execute(delete(shelf.table).where(*conditions), keys)

    async def _touch(self, ids: set[object]) -> None:
        if ids:
            await self.session.execute(update(_TITLE).where(_TITLE.c.id.in_(ids)).values(updated=self.now))


_T = TypeVar("_T")
_Group = tuple[object, ...]


def _parts(items: Sequence[_T]) -> Iterable[Sequence[_T]]:
    return (items[start : start + _PART] for start in range(0, len(items), _PART))


def _grouped(shelf: Shelf, rows: Iterable[Row | RowMapping]) -> dict[_Group, list[Row]]:
    groups: dict[_Group, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in shelf.group), []).append(dict(row))
    return groups


def _said(rows: Iterable[Row]) -> set[frozenset[tuple[str, object]]]:
    """Return *rows* so that they compare whatever their order; where it matters they have a position."""
    return {frozenset(row.items()) for row in rows}


def _searchable(changed: Row) -> dict[str, object]:
    """Return what search compares, for a row that changes; for a new one the model derives it."""
    columns: dict[str, object] = {}
    if "name" in changed:
        columns["search_name"] = names.fold(str(changed["name"]))
    if "synopsis" in changed:
        columns["search_synopsis"] = names.fold_html(str(changed["synopsis"]))
    return columns
