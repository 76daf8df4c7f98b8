"""Three subscribers over a small catalog: what they rented, rated and wrote."""

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import PreferredFormat, Rating, Rental, RentalState, Review, Subscriber
from gateway.origin.models import (
    Availability,
    Award,
    Base,
    Credit,
    Genre,
    Kind,
    LanguageAudio,
    MaturityRating,
    Person,
    RatingSystem,
    Role,
    ScreenFormat,
    Title,
    TitleGenre,
)

JAWS, TOTORO, AMELIE = 1, 2, 3
"""Films."""

EARTH, FIRST, SECOND, CAVES, OCEANS = 10, 11, 12, 22, 23
"""A series, its seasons, and an episode of each."""

DISC_1, DISC_2, EXTRAS = 31, 32, 33
"""A disc of each season, and one of a film."""

THRILLERS, FAMILY, ROMANCE = 1, 2, 3

BASE = "http://api.netflix.com"
ANN, BEN, CLEO = "T1ann-", "T1ben-", "T1cleo-"

PATHS = {
    JAWS: f"/catalog/titles/movies/{JAWS}",
    TOTORO: f"/catalog/titles/movies/{TOTORO}",
    AMELIE: f"/catalog/titles/movies/{AMELIE}",
    EARTH: f"/catalog/titles/series/{EARTH}",
}


def refs(*titles: int) -> str:
    """Return the addresses of *titles* as ``title_refs`` has them."""
    return ",".join(BASE + PATHS[title] for title in titles)


def rows() -> Sequence[Base]:
    """Make all rows: the catalog, and what belongs to the subscribers."""
    return [*_titles(), *_facts(), *_subscribers(), *_rentals(), *_opinions()]


def subscriber(id: str, **facts: object) -> Subscriber:
    """Make a subscriber's row."""
    known = {"password": "!", "first_name": "John", "last_name": "Smith", **facts}
    return Subscriber(id=id, login=f"{id}@example.org", **known)


def rating(who: str, title: int, value: int | None, updated: int = 1) -> Rating:
    """Make a rating's row."""
    return Rating(subscriber_id=who, title_id=title, value=value, updated=updated)


def numbered(count: int, **facts: object) -> list[Title]:
    """Make *count* films with ids from 1001, for lists that are longer than a page."""
    return [
        Title(id=1000 + n, kind="movie", name=f"Film {n:04d}", updated=1, **facts)
        for n in range(1, count + 1)
    ]


async def put(session: AsyncSession, rows: Sequence[Base]) -> None:
    """Add *rows* table by table: relationships that are only read order no inserts."""
    for table in Base.metadata.sorted_tables:
        session.add_all([row for row in rows if row.__tablename__ == table.name])
        await session.flush()


def _titles() -> Iterator[Base]:
    yield _title(JAWS, "Jaws", release_year=1975, average_rating=3.9, synopsis="<p>A shark.</p>")
    yield _title(TOTORO, "My Neighbor Totoro", release_year=1988, short_synopsis="Sisters.")
    yield _title(AMELIE, "Amélie", release_year=2001, average_rating=4.1)
    yield _title(EARTH, "Planet Earth", Kind.SERIES, release_year=2006)
    for number, season, episode, name in ((1, FIRST, CAVES, "Caves"), (2, SECOND, OCEANS, "Oceans")):
        of_series = {"series_id": EARTH, "number": number}
        yield _title(season, f"Planet Earth: Season {number}", Kind.SEASON, parent_id=EARTH, **of_series)
        yield _title(episode, name, Kind.PROGRAM, parent_id=season, **of_series)
        disc = {"parent_id": season, **of_series}
        yield _title(DISC_1 + number - 1, f"Earth: Disc {number}", Kind.DISC, **disc)
    yield _title(EXTRAS, "Jaws: Bonus Material", Kind.DISC, parent_id=JAWS, number=1, is_bonus=True)


def _title(key: int, name: str, kind: Kind = Kind.MOVIE, **facts: object) -> Title:
    return Title(id=key, kind=kind, name=name, updated=1, **facts)


def _facts() -> Iterator[Base]:
    for person, name in enumerate(("Steven Spielberg", "Robert Shaw", "Audrey Tautou"), 1):
        yield Person(id=person, name=name)
    yield Credit(title_id=JAWS, role=Role.CAST, person_id=2, position=1)
    yield Credit(title_id=JAWS, role=Role.DIRECTOR, person_id=1, position=1)
    yield Credit(title_id=AMELIE, role=Role.CAST, person_id=3, position=1)
    labels = {THRILLERS: "Thrillers", FAMILY: "Children & Family Movies", ROMANCE: "Romantic Movies"}
    for genre, label in labels.items():
        yield Genre(id=genre, label=label)
    for title, genre, position in ((JAWS, THRILLERS, 1), (JAWS, FAMILY, 2), (TOTORO, FAMILY, 1)):
        yield TitleGenre(title_id=title, genre_id=genre, position=position)
    yield MaturityRating(title_id=JAWS, system=RatingSystem.MPAA, label="PG")
    yield Award(title_id=JAWS, body="academy_awards", name="Best Film Editing", is_won=True, position=1)
    yield ScreenFormat(title_id=JAWS, position=1, format="DVD", label="Widescreen 2.35:1")
    yield LanguageAudio(title_id=JAWS, position=1, format="DVD", language="English", audio=None)
    yield Availability(title_id=JAWS, format="DVD", available_from=100, position=1)
    yield Availability(title_id=TOTORO, format="instant", position=1)
    yield Availability(title_id=EARTH, format="DVD", position=1)


def _subscribers() -> Sequence[Base]:
    return [
        subscriber(ANN, nickname="foobar", can_instant_watch=False),
        subscriber(BEN, first_name="Ben & Co"),
        subscriber(CLEO),
        PreferredFormat(subscriber_id=ANN, position=0, format="Blu-ray"),
        PreferredFormat(subscriber_id=ANN, position=1, format="DVD"),
    ]


def _rentals() -> Sequence[Base]:
    return [
        _rental(
            JAWS, RentalState.RETURNED, shipped=1000, estimated_arrival=1500, returned=5000, updated=5000
        ),
        _rental(DISC_1, RentalState.SHIPPED, shipped=7000, estimated_arrival=9000, updated=8000),
        _rental(TOTORO, RentalState.WATCHED, watched=6000, viewed_seconds=3671, updated=6000),
    ]


def _rental(title: int, state: RentalState, **facts: int) -> Rental:
    return Rental(subscriber_id=ANN, title_id=title, state=state, format="DVD", **facts)


def _opinions() -> Sequence[Base]:
    return [
        rating(ANN, JAWS, 5, 100),
        rating(ANN, EARTH, 3, 150),
        rating(ANN, TOTORO, None, 200),
        Review(subscriber_id=ANN, title_id=JAWS, text="Wet & <good>.", rating=5, updated=300),
        Review(subscriber_id=ANN, title_id=TOTORO, text="Soft.", rating=None, updated=400),
    ]
