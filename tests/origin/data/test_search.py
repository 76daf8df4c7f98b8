"""What search finds, and in which order."""

from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin import models, names, search
from gateway.origin.database import Database
from gateway.origin.models import Kind, Title
from gateway.origin.records import Hits
from gateway.origin.search import Format
from tests.origin.data import shelf

pytestmark = pytest.mark.anyio

NOW = 1_000

FILMS: dict[int, tuple[str, float | None, str | None]] = {
    1: ("Love", None, None),
    2: ("Love Actually", 3.0, None),
    3: ("Lovely & Amazing", 4.0, None),
    4: ("Crazy Love Affairs", None, None),
    5: ("Notting Hill", 5.0, "<p>Of love, and books.</p>"),
    6: ("Amélie", 4.1, "<a href='http://example.org/love'>Montmartre</a>"),
    7: ("Ocean's Eleven", None, None),
    8: ("Blood & Water", None, None),
    9: ("Blood and Water", 1.0, None),
    10: ("Cléo from 5 to 7", None, None),
    11: ("100% Love_Story", None, None),
}


def _rows() -> Iterator[models.Base]:
    for key, (name, rating, synopsis) in FILMS.items():
        yield shelf.title(key, Kind.MOVIE, name, average_rating=rating, synopsis=synopsis)
    yield shelf.title(20, Kind.SERIES, "Love", average_rating=2.0)
    yield shelf.title(21, Kind.SEASON, "Love: Season 1", parent_id=20, series_id=20, number=1)
    for key, person in enumerate(
        ("Courtney Love", "Agnès Varda", "Love Quinn", "Rosalie Varda", "Vardan"), 1
    ):
        yield models.Person(id=key, name=person)
    for key, format_, since, until in (
        (1, "instant", None, None),
        (2, "instant", NOW, NOW + 1),
        (3, "instant", NOW + 1, None),
        (4, "instant", None, NOW),
        (20, "Blu-ray", 0, None),
        (11, "DVD", NOW - 1, None),
    ):
        window = {"available_from": since, "available_until": until, "position": 1}
        yield models.Availability(title_id=key, format=format_, **window)


@pytest.fixture
async def found(database: Database) -> AsyncIterator[AsyncSession]:
    """Read a catalog of names to search."""
    async with database.write() as session:
        await shelf.put(session, _rows())
    async with database.read() as session:
        yield session


async def _titles(session: AsyncSession, term: str, fmt: Format | None = None) -> Sequence[int]:
    return (await search.search_titles(session, term, fmt=fmt, start=0, limit=100, now=NOW)).ids


async def test_the_most_relevant_come_first(found: AsyncSession) -> None:
    """Exact names, then beginnings, then words, then synopses; ties by rating, name and id."""
    assert await _titles(found, "love") == (20, 1, 3, 2, 11, 4, 5)


async def test_all_words_come_before_any_word(found: AsyncSession) -> None:
    """A name that holds every word, in any order, is better than one that holds some."""
    assert await _titles(found, "affairs love") == (4, 2, 20, 11, 1)


@pytest.mark.parametrize(
    ("term", "ids"),
    [
        ("amelie", (6,)),
        ("AMÉLIE", (6,)),
        ("cleo", (10,)),
        ("oceans eleven", (7,)),
        ("Ocean\u2019s Eleven", (7,)),
        ("blood & water", (9, 8, 3)),
        ("blood and water", (9, 8, 3)),
        ("blood water", (9, 8)),
        ("montmartre", (6,)),
        ("books love", (2, 20, 11, 4, 1, 5)),
        ("href", ()),
        ("season", ()),
    ],
)
async def test_accents_apostrophes_and_ampersands_do_not_matter(
    found: AsyncSession, term: str, ids: Sequence[int]
) -> None:
    """Names are found as people type them; tags and seasons are not found."""
    assert await _titles(found, term) == ids


async def test_a_page_tells_how_many_there_are(found: AsyncSession) -> None:
    """The total does not depend on the page, not even beyond the end."""
    pages = [
        await search.search_titles(found, "love", fmt=None, start=start, limit=3, now=NOW)
        for start in (0, 3, 6, 9)
    ]

    assert pages == [Hits(7, (20, 1, 3)), Hits(7, (2, 11, 4)), Hits(7, (5,)), Hits(7, ())]


@pytest.mark.parametrize(
    ("fmt", "ids"), [("instant", (1, 2)), ("disc", (20, 11)), (None, (20, 1, 3, 2, 11, 4, 5))]
)
async def test_a_filter_keeps_what_is_to_be_had_now(
    found: AsyncSession, fmt: Format | None, ids: Sequence[int]
) -> None:
    """A window that begins now is open; one that ends now is closed; a missing end is open."""
    assert sorted(await _titles(found, "love", fmt)) == sorted(ids)


async def test_people_are_found_by_name(found: AsyncSession) -> None:
    """The exact name, its beginning, all words, the last of them begun, any word; ties by name."""
    terms = ("varda", "love", "Rosalie Varda", "agnes  varda", "nobody", "var", "rosalie va", "arda")
    hits = {term: await search.search_people(found, term, start=0, limit=10) for term in terms}

    assert hits == {
        "varda": Hits(3, (5, 2, 4)),
        "love": Hits(2, (3, 1)),
        "Rosalie Varda": Hits(2, (4, 2)),
        "agnes  varda": Hits(2, (2, 4)),
        "nobody": Hits(0, ()),
        "var": Hits(3, (5, 2, 4)),
        "rosalie va": Hits(1, (4,)),
        "arda": Hits(0, ()),
    }


@pytest.mark.parametrize(
    ("term", "fmt", "suggested"),
    [
        ("lov", None, ["100% Love_Story", "Crazy Love Affairs", "Love", "Love Actually", "Lovely & Amazing"]),
        ("LOVE A", None, ["Crazy Love Affairs", "Love Actually"]),
        ("amé", None, ["Amélie"]),
        ("love", "instant", ["Love", "Love Actually"]),
        ("love", "disc", ["100% Love_Story", "Love"]),
        ("ove", None, []),
        ("", None, []),
    ],
)
async def test_names_are_suggested_in_alphabetical_order(
    found: AsyncSession, term: str, fmt: Format | None, suggested: list[str]
) -> None:
    """Names and words of names that begin with what was typed, each once."""
    assert await search.suggest(found, term, fmt=fmt, now=NOW) == suggested


async def test_ten_names_are_suggested_at_most(database: Database) -> None:
    """Names that begin with the term are preferred to names that hold it."""
    begin = [shelf.title(key, Kind.MOVIE, f"Red {key}") for key in range(10, 19)]
    hold = [shelf.title(key, Kind.MOVIE, f"A Red {key}", average_rating=5.0) for key in range(20, 25)]
    async with database.write() as session:
        session.add_all([*begin, *hold])
    async with database.read() as session:
        suggested = await search.suggest(session, "red", fmt=None, now=NOW)

    assert suggested == ["A Red 20", *(f"Red {key}" for key in range(10, 19))]


@pytest.mark.usefixtures("found")
async def test_the_index_follows_the_rows(database: Database) -> None:
    """A title that changes its name or goes is found accordingly, whoever writes."""
    async with database.write() as session:
        renamed = update(Title).where(Title.id == 1)
        await session.execute(renamed.values(name="Hate", search_name=names.fold("Hate")))
        await session.execute(delete(Title).where(Title.id == 5))
        session.add(shelf.title(5, Kind.MOVIE, "Something Else"))
    async with database.read() as session:
        assert await _titles(session, "hate") == (1,)
        assert await _titles(session, "love") == (20, 3, 2, 11, 4)


NASTY = [
    '"',
    "'",
    "*",
    "love*",
    "(",
    ")",
    "love AND (",
    "NEAR(love, 2)",
    "NOT love",
    "-love",
    "search_name:love",
    "^love",
    "%",
    "_",
    "{search_name}:",
    "\0",
    "love\0",
    "\ud800",
    "🎉",
    "",
    " ",
    "; DROP TABLE title",
    "x" * 10_000,
    "love " * 2_500,
    " ".join(f"w{number}" for number in range(3_000)),
]


@pytest.fixture
async def small(database: Database) -> AsyncIterator[AsyncSession]:
    """Read a catalog that no term of strange signs finds."""
    async with database.write() as session:
        session.add(shelf.title(1, Kind.MOVIE, "Love", synopsis="near"))
        session.add(models.Person(id=1, name="Love"))
    async with database.read() as session:
        yield session


@pytest.mark.parametrize("term", NASTY, ids=range(len(NASTY)))
async def test_nothing_in_a_term_is_an_operator(small: AsyncSession, term: str) -> None:
    """Signs neither fail nor mean anything: a title is found by its words or not at all."""
    is_named = "love" in names.fold(term).split()

    titles = await search.search_titles(
        small, term, fmt="disc" if not term else None, start=0, limit=9, now=NOW
    )
    people = await search.search_people(small, term, start=0, limit=9)
    await search.suggest(small, term, fmt=None, now=NOW)

    assert (titles.ids, people.ids) == (((1,), (1,)) if is_named else ((), ()))


async def test_the_first_words_of_a_long_term_count(small: AsyncSession) -> None:
    """What a long term costs is bounded; nobody remembers a name by its 33rd word."""
    words = [f"w{number}" for number in range(search.MOST_WORDS)]
    terms = [" ".join([*words[1:], "love"]), " ".join([*words, "love"])]
    hits = [await search.search_titles(small, term, fmt=None, start=0, limit=9, now=NOW) for term in terms]

    assert hits == [Hits(1, (1,)), Hits(0, ())]


@given(st.text(max_size=60) | st.text(alphabet="love \"'*()^-:{}+NEARNOTAND,0\0", max_size=60))
@example('"" OR love')
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_text_can_be_searched_for(small: AsyncSession, term: str) -> None:
    """No text a stranger may send is an error."""
    hits = await search.search_titles(small, term, fmt=None, start=0, limit=9, now=NOW)
    await search.search_people(small, term, start=0, limit=9)
    suggested = await search.suggest(small, term, fmt=None, now=NOW)

    assert hits.ids in ((), (1,))
    assert suggested in ([], ["Love"])


async def test_every_name_finds_itself(library: Database) -> None:
    """A title is the first hit for its own name, if nothing else is called so."""
    async with library.read() as session:
        main = select(Title.id, Title.name).where(Title.kind.in_((Kind.MOVIE, Kind.SERIES)))
        called = {title.id: title.name for title in await session.execute(main)}
        first = {key: (await _titles(session, name))[0] for key, name in called.items()}

    assert first == {key: key for key in called}
