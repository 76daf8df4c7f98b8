"""What a fuzzer knows: an origin with the embedded catalog, subscribers who have done much, and secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from gateway.origin import models
from gateway.origin.accounts import AccessToken, FeedToken, QueueEntry, RequestToken, Subscriber
from gateway.origin.catalog.embedded import embed
from gateway.origin.database import Database
from gateway.origin.demo.seeding import seed
from gateway.origin.models import Kind
from gateway.origin.oauth.passwords import hash_password
from gateway.origin.paths import Paths

BASE = "http://origin.example"
NOW = 1_300_000_000
PASSWORD = "correct horse"
REQUESTS = 60
"""Request tokens that wait for a subscriber's decision."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """An application."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber, and the token that they gave to the first application."""

    account: Subscriber
    token: str
    secret: str
    feed: str
    """Opens the feed of their disc queue."""

    @property
    def id(self) -> str:
        """Return what their addresses begin with."""
        return self.account.id


@dataclass(frozen=True, slots=True)
class World:
    """Everything that a valid request may name."""

    base: str
    consumers: Sequence[Consumer]
    """The first is the one whose tokens are known; the last is disabled."""
    people: Sequence[Person]
    requests: Sequence[str]
    titles: Sequence[str]
    """Paths."""
    performers: Sequence[int]
    entries: Sequence[tuple[str, str, str, int]]
    """Subscriber, queue, its part, and title of each entry that there was in the beginning."""

    def at(self, base: str) -> "World":
        """Return the same at another address."""
        return replace(self, base=base)


CONSUMERS = [Consumer("fuzz-key", "fuzz-secret"), Consumer("gated-key", "s"), Consumer("gone-key", "s")]


async def fill(url: str) -> None:
    """Make it."""
    database = Database(url)
    await database.migrate()
    await embed(database)
    digest = hash_password(PASSWORD)
    people = await seed(database, NOW, hash_password=lambda _: digest)
    async with database.write() as session:
        usual, gated, gone = CONSUMERS
        session.add_all(
            [
                models.Consumer(
                    key=usual.key, secret=usual.secret, name="Fuzz & Sons", sees_external_ids=True
                ),
                models.Consumer(
                    key=gated.key, secret=gated.secret, name="Gated", callback="https://gated.example/back"
                ),
                models.Consumer(key=gone.key, secret=gone.secret, name="Gone", is_enabled=False),
            ]
        )
        await session.flush()
        given = {"consumer_key": usual.key, "created": NOW}
        for number, person in enumerate(people):
            token = f"token-{number}"
            session.add(AccessToken(token=token, secret="hidden", subscriber_id=person.id, **given))
            # Taken back and given again by pages, without any loss to who signs.
            other = {"consumer_key": gated.key, "subscriber_id": person.id, "created": NOW}
            session.add(AccessToken(token=f"gated-{number}", secret="hidden", **other))
            await session.flush()
            session.add(FeedToken(token=f"feed-{number}", access_token=token, resource="/queues/disc"))
        callbacks = ("oob", None, "http://application.example/back?from=here")
        session.add_all(
            RequestToken(token=f"request-{n}", secret="hidden", callback=callbacks[n % 3], **given)
            for n in range(REQUESTS)
        )
    await database.close()


async def look(url: str) -> World:
    """Return what there is."""
    database, paths = Database(url), Paths("")
    async with database.read() as session:
        accounts = await session.execute(
            select(Subscriber, AccessToken, FeedToken)
            .join(AccessToken, AccessToken.subscriber_id == Subscriber.id)
            .join(FeedToken, FeedToken.access_token == AccessToken.token)
            .order_by(FeedToken.token)
        )
        people = [
            Person(account, access.token, access.secret, feed.token) for account, access, feed in accounts
        ]
        titles = await session.execute(
            select(models.Title.kind, models.Title.id, models.Title.series_id).order_by(models.Title.id)
        )
        performers = await session.scalars(select(models.Person.id).order_by(models.Person.id))
        columns = (QueueEntry.subscriber_id, QueueEntry.kind, QueueEntry.state, QueueEntry.title_id)
        entries = await session.execute(select(*columns).order_by(*columns))
        world = World(
            base=BASE,
            consumers=CONSUMERS,
            people=people,
            requests=[f"request-{n}" for n in range(REQUESTS)],
            titles=[
                paths.title(kind, key, series=series if kind is Kind.SEASON else None)
                for kind, key, series in titles
            ],
            performers=performers.all(),
            entries=[(who, kind.value, state.value, key) for who, kind, state, key in entries],
        )
    await database.close()
    return world
