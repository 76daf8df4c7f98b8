"""How the rows of the Netflix table are read, and what is mended in them."""

import csv
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from gateway.origin.catalog import netflix_rows
from gateway.origin.catalog.netflix_cells import Mend
from gateway.origin.catalog.netflix_rows import CatalogFileUnusable, Row, Skip
from gateway.origin.models import Kind, RatingSystem

FILM = {
    "show_id": "s1",
    "type": "Movie",
    "title": "Jaws",
    "director": "Steven Spielberg",
    "cast": "Roy Scheider, Robert Shaw",
    "country": "United States",
    "date_added": "16-Sep-21",
    "release_year": "1975",
    "rating": "PG",
    "duration": "124 min",
    "listed_in": "Action & Adventure, Classic Movies",
    "description": "A shark <big> & hungry.",
}

HEADING = list(FILM)

ROW = Row(
    kind=Kind.MOVIE,
    name="Jaws",
    year=1975,
    directors=("Steven Spielberg",),
    cast=("Roy Scheider", "Robert Shaw"),
    genres=("Action & Adventure", "Classic Movies"),
    ratings={RatingSystem.MPAA: "PG"},
    added=1631750400,
    minutes=124,
    seasons=0,
    synopsis="A shark &lt;big&gt; &amp; hungry.",
)

SHOW = {"type": "TV Show", "duration": "2 Seasons", "rating": "TV-MA"}


def _text(*rows: Mapping[str, str], **options: object) -> str:
    """Write a table as a spreadsheet program does."""
    text = StringIO(newline="")
    sheet = csv.DictWriter(text, HEADING, **options)  # type: ignore[arg-type]
    sheet.writeheader()
    sheet.writerows(rows)
    return text.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], netflix_rows.Reading]:
    """Return what reads a table from text or bytes."""

    def reading(content: str | bytes) -> netflix_rows.Reading:
        file = tmp_path / "titles.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return netflix_rows.read(file)

    return reading


Read = Callable[[str | bytes], netflix_rows.Reading]


def test_a_film_is_read(read: Read) -> None:
    """Every cell becomes the fact it states, and nothing is mended."""
    reading = read(_text(FILM))

    assert (reading.rows, reading.mended, reading.skipped) == ([ROW], Counter(), Counter())


MENDED: dict[str, tuple[dict[str, str], dict[str, object], set[Mend]]] = {
    "a show": (
        SHOW,
        {"kind": Kind.SERIES, "minutes": None, "seasons": 2, "ratings": {RatingSystem.TV: "TV-MA"}},
        set(),
    ),
    "one season": (
        {**SHOW, "duration": "1 Season", "rating": "nr"},
        {"kind": Kind.SERIES, "minutes": None, "seasons": 1, "ratings": {RatingSystem.TV: "NR"}},
        set(),
    ),
    "an unrated film": ({"rating": "UR"}, {"ratings": {RatingSystem.MPAA: "UR"}}, set()),
    "nothing known": (
        dict.fromkeys(
            ("director", "cast", "date_added", "rating", "duration", "listed_in", "description"), ""
        ),
        {
            "directors": (),
            "cast": (),
            "genres": (),
            "ratings": {},
            "added": None,
            "minutes": None,
            "synopsis": None,
        },
        set(),
    ),
    "a written date": ({"date_added": "September 16, 2021"}, {}, set()),
    "a written date after a blank": ({"date_added": " Sep 16, 2021"}, {}, {Mend.BLANKS}),
    "an ISO date": ({"date_added": "2021-09-16"}, {}, set()),
    "a full year": ({"date_added": "16-Sep-2021"}, {}, set()),
    "no such day": ({"date_added": "31-Feb-21"}, {"added": None}, {Mend.DATE}),
    "no date": ({"date_added": "soon"}, {"added": None}, {Mend.DATE}),
    "a number for a director": ({"director": "104"}, {"directors": ()}, {Mend.NO_NAME}),
    "a number among the cast": ({"cast": "Roy Scheider, 7, Robert Shaw"}, {}, {Mend.NO_NAME}),
    "a sentence among the cast": (
        {"cast": "Roy Scheider, Robert Shaw, and many others of the good people of Amity"},
        {},
        {Mend.NO_NAME},
    ),
    "the description as the cast": ({"cast": "A shark <big> & hungry."}, {"cast": ()}, {Mend.PROSE}),
    "a name twice": ({"cast": "Roy Scheider, Robert Shaw,, ROY SCHEIDER"}, {}, {Mend.TWICE}),
    "digits in a name": ({"cast": "50 Cent, BNK48"}, {"cast": ("50 Cent", "BNK48")}, set()),
    "minutes in the rating": ({"rating": "124 min", "duration": ""}, {"ratings": {}}, {Mend.MINUTES}),
    "minutes in both": ({"rating": "90 min"}, {"ratings": {}}, {Mend.MINUTES}),
    "an unknown rating": ({"rating": "FSK 12"}, {"ratings": {}}, {Mend.RATING}),
    "an unknown duration": ({"duration": "long"}, {"minutes": None}, {Mend.DURATION}),
    "seasons of a film": ({"duration": "2 Seasons"}, {"minutes": None}, {Mend.DURATION}),
    "no minutes": ({"duration": "0 min"}, {"minutes": None}, {Mend.DURATION}),
    "an unknown year": ({"release_year": "75"}, {"year": None}, {Mend.YEAR}),
    "a line break in the title": (
        {"title": "Jaws\nof  the\xa0Deep "},
        {"name": "Jaws of the Deep"},
        {Mend.BLANKS},
    ),
    "invisible characters": ({"title": "\ufeffJa\u200bws\0"}, {}, {Mend.BLANKS}),
    "a genre twice": ({"listed_in": "Dramas, ,Dramas"}, {"genres": ("Dramas",)}, set()),
}


@pytest.mark.parametrize("name", MENDED)
def test_what_is_wrong_in_a_cell_is_mended_and_told(read: Read, name: str) -> None:
    """The row is kept; what cannot be known is left out rather than guessed."""
    cells, facts, mends = MENDED[name]

    reading = read(_text({**FILM, **cells}))

    assert reading.rows == [replace(ROW, **facts)]  # type: ignore[arg-type]
    assert reading.mended == Counter(mends)


@pytest.mark.parametrize(
    ("cells", "skip"),
    [({"type": "Game"}, Skip.KIND), ({"type": ""}, Skip.KIND), ({"title": " \u200b"}, Skip.NAME)],
)
def test_a_row_that_is_no_title_is_skipped_and_told(read: Read, cells: dict[str, str], skip: Skip) -> None:
    """The rows around it are read."""
    reading = read(_text(FILM, {**FILM, **cells}, FILM))

    assert (reading.rows, reading.skipped) == ([ROW, ROW], Counter([skip]))


TABLE = _text(FILM)

FORMS: dict[str, str | bytes] = {
    "quotes everywhere": _text(FILM, quoting=csv.QUOTE_ALL),
    "semicolons": _text(FILM, delimiter=";"),
    "tabs": _text(FILM, delimiter="\t"),
    "Unix lines": _text(FILM, lineterminator="\n"),
    "old Mac lines": _text(FILM, lineterminator="\r"),
    "a byte order mark": b"\xef\xbb\xbf" + TABLE.encode(),
    "UTF-16": TABLE.encode("utf-16"),
    "blank lines": "\r\n\r\n" + TABLE + "\r\n,,,\r\n",
    "capitals in the heading": TABLE.replace(",".join(HEADING), ",".join(HEADING).title()),
    "blanks in the heading": TABLE.replace(",".join(HEADING), ", ".join(HEADING).replace("_", " ")),
    "empty columns at the end": TABLE.replace("description", "description,,,").replace(
        "hungry.", "hungry.,,"
    ),
    "empty cells past the end": TABLE.replace("hungry.", "hungry.,,,,"),
}


@pytest.mark.parametrize("name", FORMS)
def test_the_form_of_the_file_does_not_matter(read: Read, name: str) -> None:
    """Any quoting, separator, line end and encoding that programs write is understood."""
    reading = read(FORMS[name])

    assert (reading.rows, reading.skipped) == ([ROW], Counter())


def test_the_order_of_the_columns_does_not_matter(read: Read) -> None:
    """Columns are known by their names, and unknown ones are left alone."""
    heading = [*reversed(HEADING[1:]), "stars"]
    text = StringIO(newline="")
    sheet = csv.writer(text)
    sheet.writerows([heading, [{**FILM, "stars": "5"}[column] for column in heading]])

    assert read(text.getvalue()).rows == [ROW]


def test_bytes_that_are_not_utf_8_are_read_as_windows_does(read: Read) -> None:
    """A cell that was pasted in from elsewhere does not spoil the file."""
    table = _text({**FILM, "title": "Amélie"}, {**FILM, "title": "Cléo"}).encode()

    reading = read(table.replace("Amélie".encode(), "Amélie".encode("cp1252")))

    assert [row.name for row in reading.rows] == ["Amélie", "Cléo"]
    assert reading.mended == Counter([Mend.BYTES])


@pytest.mark.parametrize("line", ["s2,Movie,Short", "s2,Movie,Long" + ",x" * 20])
def test_a_row_of_another_length_is_skipped(read: Read, line: str) -> None:
    """Its cells stand in the wrong columns."""
    reading = read(TABLE + line + "\r\n" + TABLE.split("\r\n", 1)[1])

    assert (reading.rows, reading.skipped) == ([ROW, ROW], Counter([Skip.COLUMNS]))


USELESS: dict[str, tuple[str | bytes, str]] = {
    "nothing": (b"", "it has no column type, title, director, "),
    "another table": ("id,title,year\n1,Jaws,1975\n", "it has no column type, director, cast, "),
    "no table": (bytes(range(256)) * 20, "it has no column "),
    "a page": ("<!DOCTYPE html>\n<html></html>\n", "it has no column "),
    "half of UTF-16": (TABLE.encode("utf-16")[:-1], "it is no text"),
    "an open quote": (
        TABLE + 's2,Movie,"Jaws 2,' + "s3,Movie,Jaws 3\r\n" * 40,
        "a quote near line 3 is never closed",
    ),
    "a very long cell": (_text({**FILM, "title": "x" * 200_000}), "it is no table (field larger than"),
}


@pytest.mark.parametrize("name", USELESS)
def test_a_file_that_is_not_this_table_is_refused(read: Read, tmp_path: Path, name: str) -> None:
    """One clear sentence says what is wrong with it."""
    content, reason = USELESS[name]

    with pytest.raises(CatalogFileUnusable) as refused:
        read(content)

    assert str(refused.value).startswith(f"{tmp_path / 'titles.csv'} cannot be imported: {reason}")


@pytest.mark.parametrize(
    ("name", "reason"), [("none.csv", "No such file or directory"), ("", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    """The reason is the system's own."""
    with pytest.raises(CatalogFileUnusable) as refused:
        netflix_rows.read(tmp_path / name)

    assert refused.value.reason == f"it cannot be read ({reason})"
