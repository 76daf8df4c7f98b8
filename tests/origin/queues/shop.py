"""A small catalog with every kind of offer, and some subscribers."""

from collections.abc import Iterator

from gateway.origin import models
from gateway.origin.accounts import (
    EntryState,
    PreferredFormat,
    Queue,
    QueueEntry,
    QueueKind,
    Rental,
    RentalState,
    Subscriber,
)
from gateway.origin.models import Base, Kind

BASE = "http://api.netflix.com"
NOW = 1_300_000_000
DAY = 86_400

JAWS, AMELIE, TOTORO, TRIANGLE, GONE, BARE, SOON, OLD = range(101, 109)
"""Films: with every format, on both discs, on DVD alone, not yet out, no longer to be had at once, not to be
had at all, to be had at once from tomorrow, and on a DVD that is no longer sent."""

BEN_HUR, BEN_HUR_1, BEN_HUR_2, BEN_HUR_BONUS = range(201, 205)
"""A film on two discs, and its bonus material."""

PONYO, PONYO_DISC, PONYO_BONUS = range(211, 214)
"""A film on one disc, and its bonus material."""

FIREFLY, SEASON, PILOT, DISC_1, DISC_2, DISC_3 = range(301, 307)
"""A series with one season, an episode and three discs."""

SHORE, SHORE_SEASON = 401, 402
"""A series that comes on no disc."""

STOCKED = 10_000
"""The first of as many films as a test needs."""

ANN, BOB, CAT, DAN = "T1ann-", "T1bob-", "T1cat-", "T1dan-"
"""Who prefers Blu-ray; who gets DVDs, and nothing at once; who gets nothing on disc; who prefers nothing."""


def rows() -> Iterator[Base]:
    """Yield all rows, those that others refer to first."""
    yield from _films()
    yield from _sets()
    yield from _offers()
    yield from _subscribers()


def title(key: int, kind: Kind, name: str, **facts: object) -> models.Title:
    """Make a title's row."""
    return models.Title(id=key, kind=kind, name=name, updated=1, **facts)


def _films() -> Iterator[Base]:
    names = ("Jaws", "Amélie", "Totoro", "Triangle", "Gone", "Bare", "Soon", "Old")
    for key, name in zip(range(JAWS, OLD + 1), names, strict=True):
        facts = {"release_year": 1975, "average_rating": 3.94, "synopsis": "A shark."} if key == JAWS else {}
        yield title(key, Kind.MOVIE, name, runtime=7200, **facts)
    yield models.Genre(id=1, label="Thrillers")
    yield models.TitleGenre(title_id=JAWS, genre_id=1, position=1)
    yield models.MaturityRating(title_id=JAWS, system=models.RatingSystem.MPAA, label="PG")


def _sets() -> Iterator[Base]:
    yield title(BEN_HUR, Kind.MOVIE, "Ben-Hur")
    for number, disc in enumerate((BEN_HUR_1, BEN_HUR_2), 1):
        yield title(disc, Kind.DISC, f"Ben-Hur: Disc {number}", parent_id=BEN_HUR, number=number)
    yield title(BEN_HUR_BONUS, Kind.DISC, "Ben-Hur: Bonus", parent_id=BEN_HUR, number=3, is_bonus=True)
    yield title(PONYO, Kind.MOVIE, "Ponyo")
    for number, disc in enumerate((PONYO_DISC, PONYO_BONUS), 1):
        is_bonus = disc == PONYO_BONUS
        yield title(disc, Kind.DISC, "Ponyo: Disc", parent_id=PONYO, number=number, is_bonus=is_bonus)
    yield title(FIREFLY, Kind.SERIES, "Firefly")
    yield title(SEASON, Kind.SEASON, "Firefly: Season 1", parent_id=FIREFLY, series_id=FIREFLY, number=1)
    below = {"parent_id": SEASON, "series_id": FIREFLY}
    yield title(PILOT, Kind.PROGRAM, "Serenity", number=1, runtime=5400, **below)
    for number, disc in enumerate((DISC_1, DISC_2, DISC_3), 1):
        yield title(disc, Kind.DISC, f"Firefly: Disc {number}", number=number, **below)
    yield title(SHORE, Kind.SERIES, "The Shore")
    yield title(SHORE_SEASON, Kind.SEASON, "The Shore: Season 1", parent_id=SHORE, series_id=SHORE, number=1)


def _offers() -> Iterator[Base]:
    yield offer(JAWS, "instant", opens=100)
    yield offer(JAWS, "DVD", opens=100)
    yield offer(JAWS, "Blu-ray", opens=NOW + DAY)
    yield offer(AMELIE, "DVD")
    yield offer(AMELIE, "Blu-ray")
    yield offer(TOTORO, "DVD")
    yield offer(TOTORO, "instant", opens=100)
    yield offer(TRIANGLE, "DVD", opens=NOW + DAY)
    yield offer(GONE, "instant", opens=100, closes=NOW)
    yield offer(GONE, "HD DVD")
    yield offer(SOON, "instant", opens=NOW + DAY)
    yield offer(OLD, "DVD", closes=NOW)
    yield offer(BEN_HUR, "DVD")
    yield offer(PONYO, "DVD")
    yield offer(FIREFLY, "instant", opens=100)
    yield offer(FIREFLY, "DVD", opens=100)
    yield offer(FIREFLY, "Blu-ray", opens=100)
    yield offer(DISC_3, "DVD", opens=NOW + 2 * DAY)
    yield offer(SHORE, "instant")


def offer(title_id: int, name: str, *, opens: int | None = None, closes: int | None = None) -> Base:
    """Make the row that says when a title is to be had."""
    window = {"available_from": opens, "available_until": closes}
    return models.Availability(title_id=title_id, format=name, position=1, **window)


def _subscribers() -> Iterator[Base]:
    for subscriber, formats in (
        (ANN, ("Blu-ray", "DVD", "Instant")),
        (BOB, ("DVD",)),
        (CAT, ("Instant",)),
        (DAN, ()),
    ):
        names = {"first_name": "A", "last_name": "B", "password": "-"}
        yield Subscriber(id=subscriber, login=subscriber, can_instant_watch=subscriber != BOB, **names)
        for position, name in enumerate(formats, 1):
            yield PreferredFormat(subscriber_id=subscriber, position=position, format=name)


def stock(subscriber: str, kind: QueueKind, count: int) -> Iterator[Base]:
    """Yield *count* films, and a queue that holds them in the order of their ids, from ``STOCKED`` on."""
    films = range(STOCKED, STOCKED + count)
    yield from (title(key, Kind.MOVIE, f"Film {key}") for key in films)
    yield from (offer(key, name) for key in films for name in ("DVD", "instant"))
    yield Queue(subscriber_id=subscriber, kind=kind, etag=100_000_000_000)
    name = "DVD" if kind is QueueKind.DISC else "Instant"
    entry = {"subscriber_id": subscriber, "kind": kind, "format": name, "updated": NOW - DAY}
    for position, key in enumerate(films, 1):
        yield QueueEntry(title_id=key, state=EntryState.AVAILABLE, position=position, **entry)


def sent(subscriber: str, title_id: int, *, returned: int | None = None) -> Rental:
    """Make the row of a disc that was sent."""
    state = RentalState.SHIPPED if returned is None else RentalState.RETURNED
    when = {"shipped": NOW - DAY, "returned": returned, "updated": NOW - DAY}
    return Rental(subscriber_id=subscriber, title_id=title_id, state=state, format="DVD", **when)


def watched(subscriber: str, title_id: int, *, when: int, seconds: int | None) -> Rental:
    """Make the row of a title that was watched at once."""
    seen = {"watched": when, "viewed_seconds": seconds, "updated": when}
    return Rental(
        subscriber_id=subscriber, title_id=title_id, state=RentalState.WATCHED, format="Instant", **seen
    )


def ref(title_id: int) -> str:
    """Return the address of a title of the catalog."""
    if title_id in (FIREFLY, SHORE):
        return f"{BASE}/catalog/titles/series/{title_id}"
    if title_id in (SEASON, SHORE_SEASON):
        series = FIREFLY if title_id == SEASON else SHORE
        return f"{BASE}/catalog/titles/series/{series}/seasons/{title_id}"
    if title_id == PILOT:
        return f"{BASE}/catalog/titles/programs/{title_id}"
    is_disc = title_id in (BEN_HUR_1, BEN_HUR_2, BEN_HUR_BONUS, DISC_1, DISC_2, DISC_3)
    return f"{BASE}/catalog/titles/{'discs' if is_disc else 'movies'}/{title_id}"
