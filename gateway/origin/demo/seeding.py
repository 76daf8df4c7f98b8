"""Subscribers to try the program with: queues, history, ratings and reviews, and people who rate as well."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from gateway.origin.accounts import PreferredFormat, Rating, Review, Subscriber
from gateway.origin.database import Database
from gateway.origin.demo.people import PEOPLE, RATERS, Person
from gateway.origin.demo.shelves import Shelves
from gateway.origin.demo.tastes import dice_of, taste_of
from gateway.origin.models import Kind, Title
from gateway.origin.ratings.averages import refresh_averages

DAY: Final = 86_400

_POOL: Final = 200
"""Titles that demo people know."""
_RATER_KNOWS: Final = 0.4
_RATED: Final = 15
_NOBODY: Final = "!"
"""A hash that no password has."""

HashPassword = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class DemoSubscriber:
    """Who one can sign in as."""

    id: str
    login: str
    first_name: str
    formats: tuple[str, ...]
    password: str | None = field(repr=False)
    """None when the subscriber was there already: only the hash is kept."""


async def seed(database: Database, now: int, *, hash_password: HashPassword) -> list[DemoSubscriber]:
    """Bring the demo's subscribers into *database*, those that are not there yet."""
    async with database.read() as session:
        known = await _known(session)
    # Hashing is slow on purpose, so it is done before anybody waits for the database.
    passwords = {person.login: secrets.token_urlsafe(9) for person in PEOPLE if person.login not in known}
    hashes = {login: hash_password(password) for login, password in passwords.items()}
    async with database.write() as session:
        known = await _known(session)
        titles = await _titles(session)
        await _seed_raters(session, titles, known, now)
        for person in PEOPLE:
            if person.login in hashes and person.login not in known:
                await _Household(session, person, titles, now).settle(hashes[person.login])
        await refresh_averages(session)
        ids = await _known(session)
    return [_shown(person, ids[person.login], passwords, known) for person in PEOPLE]


def _shown(person: Person, id: str, passwords: dict[str, str], known: dict[str, str]) -> DemoSubscriber:
    password = None if person.login in known else passwords.get(person.login)
    return DemoSubscriber(id, person.login, person.first_name, person.formats, password)


async def _known(session: AsyncSession) -> dict[str, str]:
    logins = [*(person.login for person in PEOPLE), *RATERS]
    found = select(Subscriber.login, Subscriber.id).where(Subscriber.login.in_(logins))
    return dict((await session.execute(found)).all())


async def _titles(session: AsyncSession) -> Sequence[Title]:
    chosen = (
        select(Title)
        .where(Title.kind.in_((Kind.MOVIE, Kind.SERIES)))
        .options(selectinload(Title.genres))
        .order_by(Title.id)
        .limit(_POOL)
    )
    return (await session.scalars(chosen)).all()


async def _seed_raters(
    session: AsyncSession, titles: Sequence[Title], known: Iterable[str], now: int
) -> None:
    """Add people whose ratings predictions can go on."""
    ratings: list[dict[str, object]] = []
    for login in RATERS:
        if login in known:
            continue
        rater = _new_id()
        session.add(
            Subscriber(id=rater, login=login, password=_NOBODY, first_name="Rater", last_name=login[6:8])
        )
        ratings += _opinions(rater, login, titles, now)
    await session.flush()
    if ratings:
        await session.execute(insert(Rating), ratings)


def _opinions(rater: str, login: str, titles: Sequence[Title], now: int) -> list[dict[str, object]]:
    taste, dice = taste_of(login), dice_of(login)
    return [
        {
            "subscriber_id": rater,
            "title_id": title.id,
            "value": taste.stars([genre.label for genre in title.genres], title.average_rating, dice),
            "updated": now - dice.randrange(DAY, 300 * DAY),
        }
        for title in titles
        if dice.random() < _RATER_KNOWS
    ]


def _new_id() -> str:
    return f"T1{secrets.token_urlsafe(30)}-"


class _Household:
    """A subscriber of the demo and all that is theirs."""

    def __init__(self, session: AsyncSession, person: Person, titles: Sequence[Title], now: int) -> None:
        self._session = session
        self._person = person
        self._titles = titles
        self._now = now
        self._id = _new_id()
        self._dice = dice_of(person.login)

    async def settle(self, password: str) -> None:
        """Add everything."""
        await self._enter(password)
        await self._rate_and_review()
        shelves = Shelves(self._session, self._id, self._person.formats, self._dice, self._now)
        await shelves.fill([title.id for title in self._titles])

    async def _enter(self, password: str) -> None:
        person = self._person
        self._session.add(
            Subscriber(
                id=self._id,
                login=person.login,
                password=password,
                first_name=person.first_name,
                last_name=person.last_name,
                nickname=person.nickname,
            )
        )
        await self._session.flush()
        self._session.add_all(
            PreferredFormat(subscriber_id=self._id, position=position, format=name)
            for position, name in enumerate(person.formats)
        )
        await self._session.flush()

    async def _rate_and_review(self) -> None:
        taste = taste_of(self._person.login)
        others = [title for title in self._titles if title.name not in self._person.reviews]
        for title in self._dice.sample(others, min(_RATED, len(others))):
            labels = [genre.label for genre in title.genres]
            self._rate(title, taste.stars(labels, title.average_rating, self._dice))
        for title in self._titles:
            written = self._person.reviews.get(title.name)
            if written is not None:
                review = {"text": written.text, "rating": written.stars, "updated": self._some_day()}
                self._session.add(Review(subscriber_id=self._id, title_id=title.id, **review))
                self._rate(title, written.stars)
        await self._session.flush()

    def _rate(self, title: Title, stars: int) -> None:
        rating = Rating(subscriber_id=self._id, title_id=title.id, value=stars, updated=self._some_day())
        self._session.add(rating)

    def _some_day(self) -> int:
        return self._now - self._dice.randrange(DAY, 200 * DAY)
