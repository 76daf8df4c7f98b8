"""SQLite and PostgreSQL find the same in the same order, whatever the names and whatever the term."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, names, search
from gateway.origin.database import Database
from gateway.origin.models import Kind
from gateway.origin.records import Hits
from gateway.origin.search import Format
from gateway.origin.search.titles import MANY
from tests.databases import Databases
from tests.origin.data import shelf
from tests.origin.data.conftest import lay_tables

pytestmark = pytest.mark.anyio

NOW = 1_000

# Case, accents, apostrophes, vowel signs, letters that are younger than SQLite's tables of letters, words
# at the limit of what an index holds, and words that PostgreSQL's own parser takes for something else.
WORDS = (
    *("love", "Love", "LOVELY", "lo", "Amélie", "amelie", "Zoë", "z", "Äpfel", "ö", "ß", "ﬁ", "&", "and"),
    *("Ocean's", "oceans", "o-o", "100%", "1e5", "3.14", "a/b", "www.example.org", "a:*", "!", "|", "'"),
    *("ಕನ್ನಡ", "กี่", "日本語", "日本", "𞤀𞤣𞤤𞤢𞤥", "𐵐𐵑", "\u1c89", "🎉", "x" * 255, "x" * 256, "é" * 255),
)
LETTERS = st.characters(exclude_characters="\0", codec="utf-8")
WORD = st.sampled_from(WORDS) | st.text(LETTERS, max_size=4) | st.text("aAáb ", max_size=3)
NAME = st.lists(WORD, min_size=1, max_size=4).map(" ".join)
FORMATS: tuple[Format | None, ...] = (None, "instant", "disc")


@dataclass(frozen=True)
class Named:
    """A title to be found, or not."""

    name: str
    synopsis: str | None
    rating: float | None
    kind: Kind
    format: str | None


NAMED = st.builds(
    Named,
    name=NAME,
    synopsis=st.none() | NAME,
    rating=st.sampled_from((None, 1.0, 3.5)),
    kind=st.sampled_from((Kind.MOVIE, Kind.SERIES, Kind.SEASON)),
    format=st.sampled_from((None, "instant", "DVD")),
)

OFFERED = {"instant": ("instant",), "disc": ("DVD", "Blu-ray", "HD DVD")}
Found = tuple[list[Hits], Hits, list[list[str]]]


@pytest.fixture
async def both(sqlite_databases: Databases, postgresql_databases: Databases) -> AsyncIterator[list[Database]]:
    """Open an empty database of each kind."""
    opened = [Database(databases.copy(lay_tables)) for databases in (sqlite_databases, postgresql_databases)]
    yield opened
    for database in opened:
        await database.close()


async def _find(database: Database, named: Sequence[Named], term: str, *, many: int = MANY) -> Found:
    """Search among *named* for *term*, and leave nothing behind; *many* titles are a crowd."""
    async with database.write() as session:
        changes = await session.begin_nested()
        await shelf.put(session, _rows(named))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gateway.origin.search.titles.MANY", many)
            found = await _everything(session, term)
        await changes.rollback()
    return found


def _plainly(named: Sequence[Named], term: str, fmt: Format | None) -> Hits:
    """Search as it is described, title by title."""
    folded = names.fold(term)
    placed = [
        (place, -1.0 if one.rating is None else one.rating, one.name, key)
        for key, one in enumerate(named, 1)
        if one.kind is not Kind.SEASON and (fmt is None or one.format in OFFERED[fmt])
        if folded and (place := _place(one, folded))
    ]
    # Python orders texts by code points, too.
    placed.sort(key=lambda found: (found[0], -found[1], found[2], found[3]))
    return Hits(total=len(placed), ids=tuple(key for *_, key in placed[1:4]))


def _place(one: Named, folded: str) -> int:
    """Return how well a title meets a term, 1 the best and 0 not at all."""
    words = [word for word in list(dict.fromkeys(folded.split()))[:32] if len(word) <= 255]
    name = names.fold(one.name)
    in_name = [word in name.split() for word in words]
    in_synopsis = [word in names.fold_html(one.synopsis or "").split() for word in words]
    met = (
        name == folded,
        name.startswith(folded),
        words and all(in_name),
        any(in_name),
        words and all(in_synopsis),
    )
    return next((place for place, is_met in enumerate(met, 1) if is_met), 0)


def _rows(named: Sequence[Named]) -> list[models.Base]:
    rows: list[models.Base] = []
    for key, one in enumerate(named, 1):
        facts = {"synopsis": one.synopsis, "average_rating": one.rating}
        rows += [shelf.title(key, one.kind, one.name, **facts), models.Person(id=key, name=one.name)]
        if one.format is not None:
            rows.append(models.Availability(title_id=key, format=one.format, position=1))
    return rows


async def _everything(session: AsyncSession, term: str) -> Found:
    titles = [
        await search.search_titles(session, term, fmt=fmt, start=1, limit=3, now=NOW) for fmt in FORMATS
    ]
    people = await search.search_people(session, term, start=0, limit=10)
    return titles, people, [await search.suggest(session, term, fmt=fmt, now=NOW) for fmt in FORMATS]


_SECOND_WORDS = [Named(f"love {word}", None, None, Kind.MOVIE, None) for word in ("𞤀𞤣𞤤𞤢𞤥", "ಕನ್ನಡ", "x" * 256)]


def _with_a_term(named: list[Named]) -> st.SearchStrategy[tuple[list[Named], str]]:
    """Search for one of the names, or for anything."""
    return st.tuples(st.just(named), NAME | st.sampled_from([one.name for one in named] or [""]))


@given(st.lists(NAMED, max_size=8).flatmap(_with_a_term))
@example((_SECOND_WORDS, "𞤀𞤣𞤤𞤢𞤥"))
@example((_SECOND_WORDS, "ಕನ"))
@example((_SECOND_WORDS, "x" * 256))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_both_find_the_same(both: list[Database], given: tuple[list[Named], str]) -> None:
    """Hits, totals, order, people and suggestions are equal."""
    named, term = given
    in_sqlite, in_postgresql = [await _find(database, named, term) for database in both]

    assert in_sqlite == in_postgresql
    assert in_sqlite[0] == [_plainly(named, term, fmt) for fmt in FORMATS]


@given(st.lists(NAMED, min_size=2, max_size=8).flatmap(_with_a_term))
@example((_SECOND_WORDS, "𞤀𞤣𞤤𞤢𞤥"))
@example((_SECOND_WORDS, "x" * 256))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_crowd_is_found_alike(both: list[Database], given: tuple[list[Named], str]) -> None:
    """It does not show whether titles were looked up or passed in the order of their rank."""
    named, term = given
    for database in both:
        found, _, _ = await _find(database, named, term, many=1)

        assert found == [_plainly(named, term, fmt) for fmt in FORMATS]
