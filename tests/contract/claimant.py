"""The origin as one who claims to be the API: in this process, with the demo's people in it."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.audit.credentials import Credentials, Subscriber
from gateway.audit.run import opened
from gateway.audit.session import Session
from gateway.origin import models
from gateway.origin.accounts import AccessToken, EntryState, QueueEntry, QueueKind
from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.demo.seeding import seed
from gateway.origin.oauth.passwords import hash_password
from gateway.origin.settings import OriginSettings
from gateway.origin.start import prepare
from tests.databases import Databases

BASE = "http://api.netflix.com"
NOW = 1_300_000_000
QUEUED = 8
YEAR_2096 = 4_000_000_000
Wrap = Callable[[httpx.AsyncBaseTransport], httpx.AsyncBaseTransport]
PLENTY = 1_000_000
HASTY = Credentials("hasty-key", "hasty-secret")
"""An application that may call twice a second."""


@dataclass(frozen=True, slots=True)
class Furnished:
    """A database with everything in it that an audit looks for, and who may ask."""

    url: str
    credentials: Credentials


def furnished(databases: Databases) -> Callable[[], Furnished]:
    """Return what furnishes a database of one's own; what is the same in all of them is made once."""
    known: list[Credentials] = []

    async def fill(url: str) -> None:
        known.append(await furnish(url))

    return lambda: Furnished(databases.copy(fill), known[-1])


async def furnish(url: str) -> Credentials:
    """Fill a database with the embedded catalog and the demo's people, who have all agreed."""
    consumer = await prepare(url)
    database = Database(url)
    people = []
    for one in await seed(database, NOW, hash_password=hash_password):
        token = Subscriber(
            token=secrets.token_hex(12),
            secret=secrets.token_hex(12),
            user_id=one.id,
            login=one.login,
            password=one.password,
        )
        people.append(token)
    async with database.write() as session:
        session.add_all(_agreed(consumer.key, one) for one in people)
        row = await session.get_one(models.Consumer, consumer.key)
        row.calls_per_second = row.calls_per_day = PLENTY
        session.add(
            models.Consumer(
                key=HASTY.key, secret=HASTY.secret, name="hasty", calls_per_second=2, calls_per_day=PLENTY
            )
        )
        await _complete(session, people[0])
    await database.close()
    # The last of them has no discs, so the audits see an empty queue.
    return Credentials(consumer.key, consumer.secret, (people[0], people[-1], *people[1:-1]))


class Targeting(httpx.AsyncBaseTransport):
    """Reaches an application without a network, with the request target as it would be sent."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer *request*; httpx alone would leave out the target that it is to be sent with."""
        target: bytes | None = request.extensions.get("target")

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            sent = scope if target is None else {**scope, "raw_path": target.partition(b"?")[0]}
            await self._app(sent, receive, send)

        return await httpx.ASGITransport(app).handle_async_request(request)


@asynccontextmanager
async def visited(place: Furnished, *, wrap: Wrap = lambda transport: transport) -> AsyncIterator[Session]:
    """Open a session with the origin over *place*, seen through what *wrap* makes of the way there."""
    database = Database(place.url)
    app = create_app(database, OriginSettings(public_url=BASE))
    async with httpx.AsyncClient(transport=wrap(Targeting(app))) as client:
        try:
            yield await opened(client, BASE, place.credentials)
        finally:
            await database.close()


def for_group(session: Session, group: str) -> Session:
    """Return the session in which to run a group: that of a hasty application where limits are looked for."""
    return replace(session, credentials=HASTY) if group == "LIMIT" else session


async def _complete(session: AsyncSession, person: Subscriber) -> None:
    """Add what neither the embedded catalog nor the demo has: a maturity level, and a disc that is saved.

    The queues become shorter: they are read hundreds of times.
    """
    film = select(func.min(models.Title.id)).where(models.Title.kind == models.Kind.MOVIE)
    leveled = update(models.Title).where(models.Title.id == film.scalar_subquery())
    await session.execute(leveled.values(maturity_level=90))
    long = (QueueEntry.subscriber_id == person.user_id, QueueEntry.position > QUEUED)
    await session.execute(delete(QueueEntry).where(*long))
    queue = (QueueEntry.subscriber_id == person.user_id, QueueEntry.kind == QueueKind.DISC)
    last = await session.scalar(
        select(QueueEntry).where(*queue).order_by(QueueEntry.position.desc()).limit(1)
    )
    assert last is not None
    last.state, last.position = EntryState.SAVED, 1
    late = update(models.Availability).where(models.Availability.title_id == last.title_id)
    await session.execute(late.values(available_from=YEAR_2096, available_until=None))


def _agreed(key: str, person: Subscriber) -> AccessToken:
    return AccessToken(
        token=person.token,
        secret=person.secret,
        consumer_key=key,
        subscriber_id=person.user_id or "",
        created=NOW,
    )
