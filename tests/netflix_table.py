"""A table like the public "Netflix titles", invented: as long, as wide, and as untidy as the real one."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random

ROWS = 8_807
"""As many as the real table has."""

Row = dict[str, str]

_COLUMNS = (
    "show_id",
    "type",
    "title",
    "director",
    "cast",
    "country",
    "date_added",
    "release_year",
    "rating",
    "duration",
    "listed_in",
    "description",
)


def _cut(words: str) -> list[str]:
    return words.split("|")


_GIVEN = _cut("ka|lo|mi|ren|ta|vos|shi|dor|né|el|bra|zu")
_FAMILY = _cut("son|ova|ez|mann|ski|wala|-Lee| O'Hara|ić|ard|sen| Jr.")
_FIRST = _cut(
    "Silent|Crimson|Last|Tiny|Broken|Golden|Hidden|Lucky|Wild|Frozen|Midnight|Paper|Electric|Bitter|Holy"
    "|Naked|Distant|Perfect|Stolen|Honest|Velvet|Savage|Little|Burning"
)
_SECOND = _cut(
    "River|Garden|Summer|Empire|Kitchen|Winter|Café|Planet|Mother|Train|Island|Doctor|Mirror|Ocean|Village"
    "|Señorita|Wolf|Letter|Bridge|Circus|Harvest|Monsoon|Hotel|Orchestra"
)
_THIRD = _cut(
    " Returns| of Fire| & Friends| at Night|'s Daughter| 2| in Paris| Forever|!| - The Movie| (Uncut)"
    "|: Reborn| vs. the World|, M.D.| Zero| no Ichizoku| à la carte| 1984"
)
_LOVE = _cut("Love|Lovesick|In Love with the|Crazy Love:|Love, Lies &|Modern Love in|True-Love")
_FILM_GENRES = _cut(
    "International Movies|Dramas|Comedies|Documentaries|Action & Adventure|Independent Movies"
    "|Children & Family Movies|Romantic Movies|Thrillers|Stand-Up Comedy"
)
_SERIES_GENRES = _cut("International TV Shows|TV Dramas|TV Comedies|Crime TV Shows|Kids' TV|Docuseries")
_FILM_RATINGS = _cut("TV-MA|TV-14|R|PG-13|TV-PG|PG|NR|TV-Y7-FV|G|UR|")
_SERIES_RATINGS = _cut("TV-MA|TV-14|TV-PG|TV-Y7|TV-Y|NR")
_MONTHS = _cut("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec")
_WORDS = _cut(
    'a|young|"detective"|returns|home,|to|find|the|town\u2019s|secret|—|and|trust|nobody|&|<time>|again'
)


@dataclass(slots=True)
class Invention:
    """The rows of a table, and what is true of them."""

    rows: list[Row] = field(default_factory=list)
    titles: int = 0
    """Different titles; the other rows say one of them again."""
    series: int = 0
    seasons: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    """Rows by what was done to them."""


def write(path: Path, rows: int = ROWS, *, seed: int = 1) -> Path:
    """Write an invented table to *path* and return it; the same *seed* writes the same file."""
    with path.open("w", encoding="utf-8", newline="") as text:
        sheet = csv.DictWriter(text, _COLUMNS)
        sheet.writeheader()
        sheet.writerows(invent(rows, seed=seed).rows)
    return path


def invent(rows: int = ROWS, *, seed: int = 1) -> Invention:
    """Invent a table of *rows* rows."""
    chance = Random(seed)  # noqa: S311  # Not a secret.
    inventor = _Inventor(chance, rows)
    table = Invention()
    previous: Row = {}
    for number in range(1, rows + 1):
        is_again = number % 1_400 == 30
        row = _again(previous) if is_again else inventor.row(number)
        if not is_again:
            _count(row, table)
        previous = dict(row)
        fault = _AGAIN if is_again else _FAULTS.get(number % 97)
        if fault is not None and fault.change(row):
            table.faults[fault.name] += 1
        table.rows.append({"show_id": f"s{number}", **row})
    return table


class _Inventor:
    """Draws titles, names and facts."""

    def __init__(self, chance: Random, rows: int) -> None:
        self._chance = chance
        self._titles = _shuffled(chance, (f"{a} {b}{c}" for a, b, c in product(_FIRST, _SECOND, _THIRD)))
        self._loves = _shuffled(chance, (f"{a} {b} {c}" for a, b, c in product(_LOVE, _FIRST, _SECOND)))
        given = ["".join(parts).capitalize() for parts in product(_GIVEN, repeat=3)]
        family = ["".join(parts).capitalize() for parts in product(_GIVEN, _FAMILY)]
        # As in the real table there are nearly five people a title, most of them with one title only.
        chosen = chance.sample(range(len(given) * len(family)), rows * 5 + 50)
        self._people = [f"{given[place // len(family)]} {family[place % len(family)]}" for place in chosen]

    def row(self, number: int) -> Row:
        """Draw a row; some names hold "love", as many as in the real table."""
        is_film = self._chance.random() < 0.7
        amount = self._chance.randint(40, 190) if is_film else self._seasons()
        genres = _FILM_GENRES if is_film else _SERIES_GENRES
        return {
            "type": "Movie" if is_film else "TV Show",
            "title": next(self._loves if number % 45 == 3 else self._titles),
            "director": self._names(1 if self._chance.random() < 0.7 else 0),
            "cast": self._names(self._chance.randint(3, 14) if self._chance.random() < 0.9 else 0),
            "country": self._chance.choice(("United States", "India", "", "France, Belgium")),
            "date_added": self._date(),
            "release_year": str(self._chance.randint(1990, 2021)),
            "rating": self._chance.choice(_FILM_RATINGS if is_film else _SERIES_RATINGS),
            "duration": _duration(amount, is_film=is_film),
            "listed_in": ", ".join(self._chance.sample(genres, self._chance.randint(1, 3))),
            "description": " ".join(self._chance.choices(_WORDS, k=24)).capitalize() + ".",
        }

    def _seasons(self) -> int:
        return min(1 + int(self._chance.expovariate(1.1)), 17)

    def _date(self) -> str:
        return f"{self._chance.randint(1, 28)}-{self._chance.choice(_MONTHS)}-{self._chance.randint(10, 21)}"

    def _names(self, size: int) -> str:
        """Name *size* people; a few of them work a lot."""
        places = (int(len(self._people) * self._chance.random() ** 1.4) for _ in range(size))
        return ", ".join(dict.fromkeys(self._people[place] for place in places))


@dataclass(frozen=True, slots=True)
class _Fault:
    """Something that happened to rows of the real table; tells whether it could happen to this one."""

    name: str
    change: Callable[[Row], bool]


def _number_for_director(row: Row) -> bool:
    row["director"] = "104"
    return True


def _minutes_in_rating(row: Row) -> bool:
    if row["type"] == "Movie":
        row["rating"], row["duration"] = row["duration"], ""
    return row["type"] == "Movie"


def _written_date(row: Row) -> bool:
    row["date_added"] = " September 9, 2019"
    return True


def _name_twice(row: Row) -> bool:
    if row["cast"]:
        row["cast"] += ", " + row["cast"].split(", ")[0].upper()
    return row["cast"] != ""


def _prose_in_cast(row: Row) -> bool:
    row["cast"] = row["description"]
    return True


def _blanks_in_title(row: Row) -> bool:
    row["title"] = row["title"].replace(" ", " \n", 1) + "\xa0"
    return True


def _invisible_in_description(row: Row) -> bool:
    row["description"] += "\u200b"
    return True


def _nothing_known(row: Row) -> bool:
    row.update(dict.fromkeys(("director", "cast", "country", "date_added", "rating"), ""))
    return True


_AGAIN = _Fault("again", _written_date)
_FAULTS = {
    7: _Fault("number for director", _number_for_director),
    17: _Fault("minutes in rating", _minutes_in_rating),
    27: _Fault("written date", _written_date),
    37: _Fault("name twice", _name_twice),
    47: _Fault("prose in cast", _prose_in_cast),
    57: _Fault("blanks in title", _blanks_in_title),
    67: _Fault("invisible in description", _invisible_in_description),
    77: _Fault("nothing known", _nothing_known),
}


def _again(previous: Row) -> Row:
    """Say a title once more, in capitals, as the real table does."""
    return {**previous, "title": previous["title"].upper()}


def _count(row: Row, table: Invention) -> None:
    table.titles += 1
    if row["type"] == "TV Show":
        table.series += 1
        table.seasons += int(row["duration"].split()[0])


def _duration(amount: int, *, is_film: bool) -> str:
    if is_film:
        return f"{amount} min"
    return f"{amount} Season" if amount == 1 else f"{amount} Seasons"


def _shuffled(chance: Random, names: Iterator[str]) -> Iterator[str]:
    drawn = list(names)
    chance.shuffle(drawn)
    return iter(drawn)
