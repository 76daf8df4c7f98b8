"""Import of the public "Netflix titles" table: whole or not at all, and as often as one likes."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.catalog import identities, netflix_rows, statistics
from gateway.origin.catalog.facts import OfferFacts, PersonFacts, TitleFacts
from gateway.origin.catalog.netflix_rows import CatalogFileUnusable, Row
from gateway.origin.catalog.saving import Mode, Saving
from gateway.origin.database import Database
from gateway.origin.models import Award, Credit, Kind, Person, Title

__all__ = ["CatalogFileUnusable", "ImportReport", "Progress", "import_titles"]

_BATCH = 500
"""Rows saved between two reports of progress."""

Progress = Callable[[int, int], None]
"""Told how many rows are saved, and of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of the rows of a file: read = imported + matched + skipped."""

    read: int
    imported: int
    """Rows that were new titles."""
    matched: int
    """Rows that were titles already there, or further up in the file."""
    mended: Mapping[str, int]
    """Rows by what was wrong with them; a row may have had more than one fault."""
    skipped: Mapping[str, int]
    """Rows that were left out, by reason."""


async def import_titles(
    database: Database, file: Path, *, progress: Progress | None = None, now: int | None = None
) -> ImportReport:
    """Import *file* in one transaction; refuse it when it is not this table."""
    reading = netflix_rows.read(file)
    async with database.write() as session:
        saving = Saving(session, Mode.FILL, int(time.time()) if now is None else now)
        people = await _save_people(saving, reading.rows)
        titles = await _title_ids(session, reading.rows)
        for done, batch in _batches(reading.rows):
            await saving.titles([facts for row in batch for facts in _facts(row, people, titles)])
            if progress is not None:
                progress(done, len(reading.rows))
        await _drop_unneeded_people(session)
        await statistics.refresh(session)
    skipped = reading.skipped.total()
    return ImportReport(
        read=len(reading.rows) + skipped,
        imported=titles.new,
        matched=len(reading.rows) - titles.new,
        mended={mend.value: count for mend, count in reading.mended.most_common()},
        skipped={skip.value: count for skip, count in reading.skipped.most_common()},
    )


@dataclass(frozen=True, slots=True)
class _TitleIds:
    """The ids of the file's titles and seasons by their keys."""

    ids: Mapping[str, int]
    new: int
    """How many titles of the file were not there before."""


async def _save_people(saving: Saving, rows: Sequence[Row]) -> Mapping[str, int]:
    """Add the people of *rows* that are not there yet; return the ids of all by key."""
    named: dict[str, str] = {}
    for row in rows:
        for name in (*row.cast, *row.directors):
            named.setdefault(identities.person_key(name), name)
    known: dict[str, int] = {}
    taken: set[int] = set()
    everyone = await saving.session.execute(select(Person.id, Person.name).order_by(Person.id))
    for key, name in everyone:
        known.setdefault(identities.person_key(name), key)
        taken.add(key)
    new = identities.assign(named.keys() - known.keys(), taken=taken)
    await saving.people([PersonFacts(id=new[key], name=named[key]) for key in new])
    return {**known, **new}


async def _drop_unneeded_people(session: AsyncSession) -> None:
    """Remove imported people whose only title had a cast of its own already."""
    is_credited = exists().where(Credit.person_id == Person.id)
    is_awarded = exists().where(Award.person_id == Person.id)
    unneeded = delete(Person).where(Person.id >= identities.LOWEST, ~is_credited, ~is_awarded)
    await session.execute(unneeded.execution_options(synchronize_session=False))


async def _title_ids(session: AsyncSession, rows: Sequence[Row]) -> _TitleIds:
    known, taken = await _known_titles(session)
    titles = {_key(row) for row in rows}
    seasons = {season for row in rows for season in _season_keys(row)}
    new = identities.assign((titles | seasons) - known.keys(), taken=taken)
    return _TitleIds({**known, **new}, len(titles - known.keys()))


async def _known_titles(session: AsyncSession) -> tuple[dict[str, int], set[int]]:
    """Return the films, series and seasons that are there by key, and all ids that are taken."""
    columns = (Title.id, Title.kind, Title.name, Title.release_year, Title.series_id, Title.number)
    known: dict[str, int] = {}
    series: dict[int, str] = {}
    taken = set(await session.scalars(select(Title.id)))
    main = select(*columns).where(Title.kind.in_((Kind.MOVIE, Kind.SERIES))).order_by(Title.id)
    for title in await session.execute(main):
        series[title.id] = key = identities.title_key(title.kind, title.name, title.release_year)
        known.setdefault(key, title.id)
    for season in await session.execute(select(*columns).where(Title.kind == Kind.SEASON).order_by(Title.id)):
        if known.get(series[season.series_id]) == season.series_id:
            known.setdefault(identities.season_key(series[season.series_id], season.number), season.id)
    return known, taken


def _batches(rows: Sequence[Row]) -> Iterator[tuple[int, list[Row]]]:
    """Yield *rows* in batches in which no title occurs twice, each with the number of rows so far."""
    batch: dict[str, Row] = {}
    for done, row in enumerate(rows):
        if len(batch) == _BATCH or _key(row) in batch:
            yield done, list(batch.values())
            batch = {}
        batch[_key(row)] = row
    if batch:
        yield len(rows), list(batch.values())


def _facts(row: Row, people: Mapping[str, int], titles: _TitleIds) -> Iterator[TitleFacts]:
    """Yield the title of *row*, then its seasons."""
    key = titles.ids[_key(row)]
    yield TitleFacts(
        id=key,
        kind=row.kind,
        name=row.name,
        release_year=row.year,
        runtime=None if row.minutes is None else row.minutes * 60,
        synopsis=row.synopsis,
        ratings=row.ratings,
        genres=row.genres,
        cast=[people[identities.person_key(name)] for name in row.cast],
        directors=[people[identities.person_key(name)] for name in row.directors],
        offers=[] if row.added is None else [OfferFacts(format="instant", available_from=row.added)],
    )
    for number, season in enumerate(_season_keys(row), 1):
        name = f"{row.name}: Season {number}"
        yield TitleFacts(
            id=titles.ids[season], kind=Kind.SEASON, name=name, parent_id=key, series_id=key, number=number
        )


def _key(row: Row) -> str:
    return identities.title_key(row.kind, row.name, row.year)


def _season_keys(row: Row) -> list[str]:
    return [identities.season_key(_key(row), number) for number in range(1, row.seasons + 1)]
