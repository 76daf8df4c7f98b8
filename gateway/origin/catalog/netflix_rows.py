"""The public "Netflix titles" table, read row by row: what is of use, mended where need be."""

import csv
import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, TextIO

from gateway.origin.catalog import netflix_cells as cells
from gateway.origin.catalog.netflix_cells import COLUMNS, Mend
from gateway.origin.models import Kind, RatingSystem

_DELIMITERS: Final = (",", ";", "\t")
_QUOTE_RUNAWAY: Final = 20
"""Lines in one row; the table has one or two, and a quote that is never closed all that follow."""


class CatalogFileUnusable(Exception):
    """A file is not the table that was to be imported."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file} cannot be imported: {reason}.")
        self.file = file
        self.reason = reason


class Skip(StrEnum):
    """Why a row cannot be used at all."""

    COLUMNS = "it has too few or too many columns"
    KIND = "it is neither a movie nor a TV show"
    NAME = "it has no title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A title as the table tells of it."""

    kind: Kind
    name: str
    year: int | None
    directors: Sequence[str]
    cast: Sequence[str]
    genres: Sequence[str]
    ratings: Mapping[RatingSystem, str]
    added: int | None
    """Unix seconds."""
    minutes: int | None
    seasons: int
    synopsis: str | None
    """HTML."""


@dataclass(slots=True)
class Reading:
    """What came out of a file."""

    rows: list[Row] = field(default_factory=list)
    mended: Counter[Mend] = field(default_factory=Counter)
    skipped: Counter[Skip] = field(default_factory=Counter)


def read(file: Path) -> Reading:
    """Read *file*, or refuse it when it is not this table."""
    reading = Reading()
    try:
        with file.open(encoding=_encoding(file), errors="surrogateescape", newline="") as text:
            for record in _records(text, file):
                _read_row(record, reading)
    except OSError as error:
        raise CatalogFileUnusable(file, f"it cannot be read ({error.strerror})") from error
    except UnicodeError as error:
        raise CatalogFileUnusable(file, "it is no text") from error
    except csv.Error as error:
        raise CatalogFileUnusable(file, f"it is no table ({error})") from error
    return reading


def _encoding(file: Path) -> str:
    with file.open("rb") as raw:
        return "utf-16" if raw.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _records(text: TextIO, file: Path) -> Iterator[Mapping[str, str] | None]:
    """Yield the rows below the heading by column, or nothing for a row of another length."""
    heading = next((line for line in text if line.strip()), "")
    delimiter = max(_DELIMITERS, key=heading.count)
    columns = [
        _column(cell)
        for cell in next(csv.reader([heading.rstrip(delimiter + "\r\n")], delimiter=delimiter), [])
    ]
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise CatalogFileUnusable(file, f"it has no column {', '.join(missing)}")
    table = csv.reader(text, delimiter=delimiter)
    before = 0
    for record in table:
        lines, before = table.line_num - before, table.line_num
        if lines > _QUOTE_RUNAWAY:
            raise CatalogFileUnusable(file, f"a quote near line {before - lines + 2} is never closed")
        if any(cell.strip() for cell in record):
            yield _by_column(columns, record)


def _column(cell: str) -> str:
    return cell.strip().casefold().replace(" ", "_")


def _by_column(columns: Sequence[str], record: Sequence[str]) -> Mapping[str, str] | None:
    """Return *record* by column; empty cells past the last named column are an editor's leftovers."""
    if len(record) < len(columns) or any(record[len(columns) :]):
        return None
    return dict(zip(columns, record, strict=False))


def _read_row(record: Mapping[str, str] | None, reading: Reading) -> None:
    if record is None:
        reading.skipped[Skip.COLUMNS] += 1
        return
    mends: set[Mend] = set()
    row = _row({column: cells.clean(record[column], mends) for column in COLUMNS}, mends)
    if isinstance(row, Skip):
        reading.skipped[row] += 1
        return
    reading.rows.append(row)
    reading.mended.update(mends)


def _row(record: Mapping[str, str], mends: set[Mend]) -> Row | Skip:
    kind = cells.kind(record["type"])
    if kind is None:
        return Skip.KIND
    if not record["title"]:
        return Skip.NAME
    rating, duration = record["rating"], record["duration"]
    if cells.is_duration(rating):
        mends.add(Mend.MINUTES)
        rating, duration = "", duration or rating
    amount = cells.duration(duration, kind, mends)
    description = record["description"]
    return Row(
        kind=kind,
        name=cells.name(record["title"], mends),
        year=cells.year(record["release_year"], mends),
        directors=cells.people(record["director"], description, mends),
        cast=cells.people(record["cast"], description, mends),
        genres=cells.genres(record["listed_in"], mends),
        ratings=cells.rating(rating, kind, mends),
        added=cells.day(record["date_added"], mends),
        minutes=amount if kind is Kind.MOVIE else None,
        seasons=amount or 0 if kind is Kind.SERIES else 0,
        synopsis=html.escape(description, quote=False) or None,
    )
