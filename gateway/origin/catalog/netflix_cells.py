"""The cells of the public "Netflix titles" table: what they say, and what is often wrong with them. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum

from gateway.origin import names
from gateway.origin.models import Kind, RatingSystem


class Mend(StrEnum):
    """What was wrong with a row that could be used all the same."""

    BYTES = "bytes that are not UTF-8 were read as Windows-1252"
    BLANKS = "stray blanks, line breaks or invisible characters were removed"
    LONG = "a name that was too long was cut"
    NO_NAME = "something that is no name stood among the names and was left out"
    PROSE = "the description stood in the cast column"
    TWICE = "a name was listed twice"
    MINUTES = "minutes stood in the rating column"
    RATING = "an unknown rating was left out"
    DURATION = "an unreadable duration was left out"
    DATE = "an unreadable date was left out"
    YEAR = "an unreadable year was left out"


_KINDS = {"movie": Kind.MOVIE, "tv show": Kind.SERIES}
_MPAA = ("G", "PG", "PG-13", "R", "NC-17")
_TV = ("TV-Y", "TV-Y7", "TV-Y7-FV", "TV-G", "TV-PG", "TV-14", "TV-MA")
_UNRATED = ("NR", "UR")

_NO_TEXT = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufffe\uffff]+")
"""Blanks, and what XML cannot carry."""
_DURATION = re.compile(r"(\d{1,4})\s*(min|season)", re.IGNORECASE)
_SPREADSHEET_DATE = re.compile(r"(\d{1,2})-([a-z]{3})-(\d{2}|\d{4})", re.IGNORECASE)
_WRITTEN_DATE = re.compile(r"([a-z]{3,9})\.? (\d{1,2}), ?(\d{4})", re.IGNORECASE)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEAR = re.compile(r"(1[89]|20)\d{2}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_MOST_WORDS = 7
_MOST_SEASONS = 100


def clean(cell: str, mends: set[Mend]) -> str:
    """Return *cell* without what no name or text has."""
    if _NO_TEXT.search(cell):
        mends.add(Mend.BYTES)
        cell = _NO_TEXT.sub(_decoded, cell)
    cleaned = _BLANKS.sub(" ", _INVISIBLE.sub("", cell)).strip()
    if cleaned != cell:
        mends.add(Mend.BLANKS)
    return cleaned


def name(cell: str, mends: set[Mend]) -> str:
    """Return as much of the name in *cell* as can be kept."""
    clipped = names.clip(cell)
    if clipped != cell:
        mends.add(Mend.LONG)
    return clipped


def kind(cell: str) -> Kind | None:
    """Return the kind of title, if it is one."""
    return _KINDS.get(cell.casefold())


def people(cell: str, description: str, mends: set[Mend]) -> tuple[str, ...]:
    """Return the names in *cell*, each once; names that differ in case or accents alone are the same."""
    if cell and cell == description:
        mends.add(Mend.PROSE)
        return ()
    listed = [name.strip() for name in cell.split(",") if name.strip()]
    plausible = [name for name in listed if _is_name(name)]
    if len(plausible) < len(listed):
        mends.add(Mend.NO_NAME)
    distinct: dict[str, str] = {}
    for name in plausible:
        distinct.setdefault(names.fold(name) or name, name)
    if len(distinct) < len(plausible):
        mends.add(Mend.TWICE)
    return tuple(distinct.values())


def genres(cell: str, mends: set[Mend]) -> tuple[str, ...]:
    """Return the genres in *cell*, each once."""
    listed = (name(genre.strip(), mends) for genre in cell.split(","))
    return tuple(dict.fromkeys(genre for genre in listed if genre))


def rating(cell: str, of: Kind, mends: set[Mend]) -> Mapping[RatingSystem, str]:
    """Return the maturity rating in *cell*; an unrated title is unrated by who rates its kind."""
    label = cell.upper()
    if label in _MPAA:
        return {RatingSystem.MPAA: label}
    if label in _TV:
        return {RatingSystem.TV: label}
    if label in _UNRATED:
        return {RatingSystem.MPAA if of is Kind.MOVIE else RatingSystem.TV: label}
    if label:
        mends.add(Mend.RATING)
    return {}


def is_duration(cell: str) -> bool:
    """Tell whether *cell* is a number of minutes or seasons."""
    return _DURATION.match(cell) is not None


def duration(cell: str, of: Kind, mends: set[Mend]) -> int | None:
    """Return the minutes of a film, or the number of a series' seasons."""
    match = _DURATION.match(cell)
    if match is not None:
        amount, unit = int(match[1]), match[2].casefold()
        if unit == "min" and of is Kind.MOVIE and amount > 0:
            return amount
        if unit == "season" and of is Kind.SERIES and 0 < amount <= _MOST_SEASONS:
            return amount
    if cell:
        mends.add(Mend.DURATION)
    return None


def year(cell: str, mends: set[Mend]) -> int | None:
    """Return the year in *cell*."""
    if _YEAR.fullmatch(cell):
        return int(cell)
    if cell:
        mends.add(Mend.YEAR)
    return None


def day(cell: str, mends: set[Mend]) -> int | None:
    """Return the midnight in which the day in *cell* begins, in Unix seconds.

    Month names are English, whatever the language of the machine.
    """
    parts = _date_parts(cell)
    if parts is not None:
        try:
            return int(datetime(*parts, tzinfo=UTC).timestamp())
        except ValueError:
            pass
    if cell:
        mends.add(Mend.DATE)
    return None


def _date_parts(cell: str) -> tuple[int, int, int] | None:
    if match := _SPREADSHEET_DATE.fullmatch(cell):
        year_ = int(match[3])
        # There was nothing to stream before this century.
        return year_ + 2000 if year_ < 100 else year_, _month(match[2]), int(match[1])
    if match := _WRITTEN_DATE.fullmatch(cell):
        return int(match[3]), _month(match[1]), int(match[2])
    if match := _ISO_DATE.fullmatch(cell):
        return int(match[1]), int(match[2]), int(match[3])
    return None


def _month(name: str) -> int:
    """Return the number of a month, or 0, which is none."""
    short = name[:3].casefold()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def _is_name(text: str) -> bool:
    """Tell a name from a number that lost its column, from a sentence that has commas, and from nonsense."""
    is_short = len(text.split()) < _MOST_WORDS and names.clip(text) == text
    return is_short and any(character.isalpha() for character in text)


def _decoded(byte: re.Match[str]) -> str:
    """Return what a byte stands for that was no UTF-8 and came through as half a surrogate."""
    code = ord(byte[0]) - 0xDC00
    return bytes([code]).decode("cp1252", "replace") if 0x80 <= code <= 0xFF else ""


COLUMNS: Sequence[str] = (
    "type",
    "title",
    "director",
    "cast",
    "date_added",
    "release_year",
    "rating",
    "duration",
    "listed_in",
    "description",
)
"""What is read of the table; it may have more columns, in any order."""
