"""Recommendations: what is left out, what comes first, and where it is found."""

import pytest
from sqlalchemy import delete

from gateway.origin.accounts import EntryState, Queue, QueueEntry, QueueKind, Rating, Rental, RentalState
from gateway.origin.database import Database
from gateway.origin.models import Base, Genre, Kind, Title, TitleGenre
from gateway.origin.ratings.predictions import predict
from gateway.origin.ratings.recommendations import MOST, recommend

from .camps import add_camps, fill
from .household import AMELIE, ANN, BEN, CLEO, DISC_2, EARTH, EXTRAS, JAWS, TOTORO, numbered, rating

pytestmark = pytest.mark.anyio


async def test_what_is_known_is_not_recommended(database: Database) -> None:
    """What was rated, queued or rented is left out, and so is a series of which a part was."""
    rows: list[Base] = [
        *numbered(6),
        rating(BEN, 1001, None),
        rating(BEN, 1002, 4),
        Queue(subscriber_id=BEN, kind=QueueKind.INSTANT, etag=100_000_000_001),
        QueueEntry(
            subscriber_id=BEN,
            kind=QueueKind.INSTANT,
            title_id=1003,
            state=EntryState.SAVED,
            position=1,
            format="Instant",
            updated=1,
        ),
        Rental(
            subscriber_id=BEN, title_id=DISC_2, state=RentalState.SHIPPED, format="DVD", shipped=1, updated=1
        ),
        Rental(
            subscriber_id=BEN, title_id=EXTRAS, state=RentalState.SHIPPED, format="DVD", shipped=1, updated=1
        ),
    ]
    await fill(database, rows)

    async with database.read() as session:
        recommended = await recommend(session, [BEN, CLEO])

    assert {title for title, _ in recommended[BEN]} == {1004, 1005, 1006, TOTORO, AMELIE}
    assert {title for title, _ in recommended[CLEO]} == {*range(1001, 1007), TOTORO, AMELIE, JAWS, EARTH}


async def test_the_best_comes_first_and_is_what_is_predicted(database: Database) -> None:
    """Recommendations are in the order of their predictions, which are the ones that ratings show."""
    await add_camps(database)
    await fill(database, [_film(2000, average_rating=4.5), _film(2001), rating("T1camp0-", 2001, 5)])
    await fill(database, [rating(f"T1camp{n}-", 2001, 1) for n in range(2, 30, 2)])
    async with database.write() as session:
        await session.execute(delete(Rating).where(Rating.subscriber_id == ANN, Rating.title_id > 1010))

    async with database.read() as session:
        (recommended,) = (await recommend(session, [ANN])).values()
        predicted = await predict(session, {ANN: [title for title, _ in recommended]})

    values = [value for _, value in recommended]
    assert values == sorted(values, reverse=True)
    assert dict(recommended) == dict(predicted[ANN])
    # One neighbour liked it, so it was looked at before the other; the rest of them did not.
    assert dict(recommended)[2001] < 3
    assert dict(recommended)[2000] > 4
    assert {title % 2 for title, _ in recommended[:20]} == {1}


def _film(id: int, **facts: object) -> Title:
    return Title(id=id, kind=Kind.MOVIE, name="Film", updated=1, **facts)


async def test_what_the_alike_liked_is_found_in_a_large_catalog(database: Database) -> None:
    """A title that no average commends is recommended because those who are alike liked it."""
    await add_camps(database)
    await fill(database, [title for title in numbered(3000, average_rating=4.0) if title.id > 1060])
    hidden = 3999
    async with database.write() as session:
        session.add_all([rating(f"T1camp{n}-", hidden, 5) for n in range(0, 30, 2)])

    async with database.read() as session:
        (recommended,) = (await recommend(session, [ANN])).values()

    assert len(recommended) == MOST
    assert hidden in {title for title, _ in recommended[:30]}


async def test_a_genre_that_is_liked_comes_before_one_that_is_not(database: Database) -> None:
    """Without anybody alike, the subscriber's own taste for genres decides."""
    genres = [TitleGenre(title_id=1000 + n, genre_id=51 + n % 2, position=1) for n in range(1, 31)]
    rated = [rating(CLEO, 1000 + n, 5 if n % 2 else 1) for n in range(1, 11)]
    await fill(
        database, [*numbered(30), Genre(id=51, label="Even"), Genre(id=52, label="Odd"), *genres, *rated]
    )

    async with database.read() as session:
        (recommended,) = (await recommend(session, [CLEO])).values()

    numbers = [title for title, _ in recommended if title > 1000]
    assert [title % 2 for title in numbers] == [1] * 10 + [0] * 10


async def test_taste_decides_what_is_looked_at(database: Database) -> None:
    """Among more titles than are ever recommended, none of a genre that is liked is overlooked."""
    films = numbered(2200, average_rating=3.5)
    genres = [TitleGenre(title_id=film.id, genre_id=51 + (film.id > 3100), position=1) for film in films]
    rated = [rating(CLEO, film, 1 if film < 2000 else 5) for film in (*range(1001, 1006), *range(3196, 3201))]
    await fill(database, [*films, Genre(id=51, label="Early"), Genre(id=52, label="Late"), *genres, *rated])

    async with database.read() as session:
        (recommended,) = (await recommend(session, [CLEO])).values()

    assert len(recommended) == MOST
    assert {title for title, _ in recommended[:95]} == set(range(3101, 3196))
