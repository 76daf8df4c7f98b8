"""The demo's subscribers: what they have, that it fits together, and that it is made once."""

import time
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from gateway.origin.accounts import (
    EntryState,
    Queue,
    QueueEntry,
    QueueKind,
    Rating,
    Rental,
    RentalState,
    Review,
    Subscriber,
)
from gateway.origin.database import Database
from gateway.origin.demo.people import PEOPLE, RATERS
from gateway.origin.demo.seeding import DemoSubscriber, seed
from gateway.origin.demo.tastes import dice_of, taste_of
from gateway.origin.models import Title
from gateway.origin.ratings.recommendations import recommend

NOW = 1_400_000_000

pytestmark = pytest.mark.anyio


def mark(password: str) -> str:
    """Hash a password so that a test sees which it was."""
    return f"hashed {password}"


@pytest.fixture
async def seeded(shop: Database) -> list[DemoSubscriber]:
    """Seed the embedded catalog."""
    return await seed(shop, NOW, hash_password=mark)


async def test_three_people_like_different_formats(shop: Database, seeded: list[DemoSubscriber]) -> None:
    """Each can sign in with the password that is told, and prefers other formats."""
    async with shop.read() as session:
        stored = {
            subscriber.login: subscriber
            for subscriber in await session.scalars(
                select(Subscriber).options(selectinload(Subscriber.formats)).where(Subscriber.password != "!")
            )
        }

    assert [person.login for person in seeded] == ["ann@example.org", "ben@example.org", "cleo@example.org"]
    assert [stored[person.login].id for person in seeded] == [person.id for person in seeded]
    assert [stored[person.login].password for person in seeded] == [
        f"hashed {person.password}" for person in seeded
    ]
    formats = [tuple(preferred.format for preferred in stored[person.login].formats) for person in seeded]
    assert formats == [("Instant", "DVD"), ("Instant", "Blu-ray"), ("Instant",)]
    assert len({person.password for person in seeded}) == 3


async def test_a_password_is_shown_to_nobody_by_accident(seeded: list[DemoSubscriber]) -> None:
    """What is printed of a subscriber has no password in it."""
    assert not [person for person in seeded if str(person.password) in repr(person)]


async def test_queues_are_long_and_dense(shop: Database, seeded: list[DemoSubscriber]) -> None:
    """Each queue has twenty entries or more, from position 1 on without a gap, and a tag of twelve digits."""
    async with shop.read() as session:
        queues = (await session.scalars(select(Queue))).all()
        entries = (await session.scalars(select(QueueEntry))).all()

    tags = {(queue.subscriber_id, queue.kind): queue.etag for queue in queues}
    ann, ben, cleo = (person.id for person in seeded)
    instant, disc = QueueKind.INSTANT, QueueKind.DISC
    assert set(tags) == {(ann, instant), (ann, disc), (ben, instant), (ben, disc), (cleo, instant)}
    assert all(10**11 <= tag < 10**12 for tag in tags.values())
    for key in tags:
        own = [entry for entry in entries if (entry.subscriber_id, entry.kind) == key]
        for state in EntryState:
            positions = sorted(entry.position for entry in own if entry.state is state)
            assert positions == list(range(1, len(positions) + 1))
        assert len(own) >= 20
    assert {entry.format for entry in entries if entry.subscriber_id == ben} == {"Instant", "DVD", "Blu-ray"}


async def test_history_is_of_the_past(shop: Database, seeded: list[DemoSubscriber]) -> None:
    """Discs were sent before they came back, two are out and not queued as well, and all was before now."""
    async with shop.read() as session:
        rentals = (await session.scalars(select(Rental))).all()
        queued = {
            (entry.subscriber_id, entry.title_id)
            for entry in await session.scalars(select(QueueEntry).where(QueueEntry.kind == QueueKind.DISC))
        }

    states = Counter((rental.subscriber_id, rental.state) for rental in rentals)
    ann, ben, cleo = (person.id for person in seeded)
    assert [states[who, RentalState.SHIPPED] for who in (ann, ben, cleo)] == [2, 2, 0]
    assert all(states[who, RentalState.RETURNED] >= 8 for who in (ann, ben))
    assert [states[who, RentalState.WATCHED] for who in (ann, ben, cleo)] == [10, 10, 10]
    out = {
        (rental.subscriber_id, rental.title_id) for rental in rentals if rental.state is RentalState.SHIPPED
    }
    assert not out & queued
    assert all(rental.updated < NOW for rental in rentals)
    assert all(rental.shipped < rental.returned for rental in rentals if rental.shipped and rental.returned)


async def test_reviews_have_the_stars_of_their_ratings(shop: Database, seeded: list[DemoSubscriber]) -> None:
    """Each wrote three reviews, of titles that they rated just so."""
    async with shop.read() as session:
        reviews = (await session.scalars(select(Review))).all()
        ratings = {
            (rating.subscriber_id, rating.title_id): rating.value
            for rating in await session.scalars(select(Rating))
        }

    assert Counter(review.subscriber_id for review in reviews) == {person.id: 3 for person in seeded}
    assert all(ratings[review.subscriber_id, review.title_id] == review.rating for review in reviews)
    assert len(ratings) > 1000


async def test_every_review_is_of_a_title_of_the_catalog(
    shop: Database, seeded: list[DemoSubscriber]
) -> None:
    """No name in the demo's texts is misspelt."""
    async with shop.read() as session:
        names = set(await session.scalars(select(Title.name)))

    assert {name for person in PEOPLE for name in person.reviews} <= names
    assert len(seeded) == 3


async def test_recommendations_differ_from_person_to_person(
    shop: Database, seeded: list[DemoSubscriber]
) -> None:
    """There is something to recommend, and not the same to all."""
    async with shop.read() as session:
        recommended = await recommend(session, [person.id for person in seeded])

    first = [tuple(title for title, _ in recommended[person.id][:5]) for person in seeded]
    assert all(len(titles) == 5 for titles in first)
    assert len(set(first)) == 3


async def test_seeding_again_changes_nothing(shop: Database, seeded: list[DemoSubscriber]) -> None:
    """Who is there stays as they are, and their passwords are not known any more."""
    before = await _counts(shop)
    again = await seed(shop, NOW + 5, hash_password=mark)

    assert await _counts(shop) == before
    assert [(person.id, person.password) for person in again] == [(person.id, None) for person in seeded]
    assert before["subscriber"] == len(PEOPLE) + len(RATERS)


async def test_an_empty_catalog_is_no_obstacle(blank: Database) -> None:
    """Without titles the subscribers are there, and have nothing."""
    people = await seed(blank, NOW, hash_password=mark)

    assert len(people) == 3
    assert (await _counts(blank))["queue_entry"] == 0


async def test_the_demo_holds_at_any_time(shop: Database) -> None:
    """Years after the last title came, there is still enough to queue."""
    await seed(shop, int(time.time()) + 5 * 365 * 86_400, hash_password=mark)

    async with shop.read() as session:
        sizes = (
            select(func.count()).select_from(QueueEntry).group_by(QueueEntry.subscriber_id, QueueEntry.kind)
        )
        assert min(await session.scalars(sizes)) >= 20


def test_a_taste_is_always_the_same() -> None:
    """The same name gives the same taste, whatever the process, and no two agree in everything."""
    assert taste_of("rater-01@example.org") == taste_of("rater-01@example.org")
    assert len({taste_of(name).generosity for name in RATERS}) == len(RATERS)


def test_a_taste_shows_in_the_stars() -> None:
    """Over many titles, what is liked gets more stars than what is not."""
    taste = taste_of("somebody")
    labels = {
        "thrill": "Action",
        "world": "Foreign",
        "heart": "Romantic",
        "laugh": "Comedies",
        "past": "Classics",
    }
    dice = dice_of("somebody")

    means = {
        family: sum(taste.stars([label], None, dice) for _ in range(200)) / 200
        for family, label in labels.items()
    }

    assert min(means[family] for family in taste.liked) > 4
    assert means[taste.disliked] < 3


async def _counts(database: Database) -> dict[str, int | None]:
    tables = (Subscriber, Queue, QueueEntry, Rental, Rating, Review)
    async with database.read() as session:
        return {
            table.__tablename__: await session.scalar(select(func.count()).select_from(table))
            for table in tables
        }
