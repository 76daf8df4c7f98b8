"""Subscribers as those who run the origin manage them: added, listed, given passwords."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import AccessToken, PreferredFormat, Subscriber
from gateway.origin.oauth.logins import LONGEST_LOGIN, find_by_login, fold_login
from gateway.origin.oauth.passwords import LONGEST, hash_password

FORMATS: Final = ("Instant", "DVD", "Blu-ray")
SHORTEST_PASSWORD: Final = 8

_ID_BYTES: Final = 30


class SubscriberRefused(Exception):
    """A subscriber cannot be added or changed like this; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """Who is to be added."""

    login: str
    password: str
    first_name: str
    last_name: str = ""
    nickname: str | None = None
    formats: Sequence[str] = FORMATS
    """The preferred formats, the most preferred first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A subscriber, and how many applications are allowed something."""

    subscriber: Subscriber
    applications: int


async def add(session: AsyncSession, new: NewSubscriber) -> Subscriber:
    """Add a subscriber, or say why that cannot be."""
    login = fold_login(new.login)
    if not login or len(login) > LONGEST_LOGIN or not login.isprintable():
        raise SubscriberRefused(f"A login has 1 to {LONGEST_LOGIN} characters that can be seen.")
    if await find_by_login(session, login) is not None:
        raise SubscriberRefused(f"There is a subscriber with the login {login} already.")
    unknown = [name for name in new.formats if name not in FORMATS]
    if unknown or len(set(new.formats)) != len(new.formats):
        raise SubscriberRefused(f"A format is one of {', '.join(FORMATS)}, each once.")
    subscriber = Subscriber(
        id=_new_id(),
        login=login,
        password=_hashed(new.password),
        first_name=new.first_name,
        last_name=new.last_name,
        nickname=new.nickname,
        can_instant_watch="Instant" in new.formats,
    )
    session.add(subscriber)
    await session.flush()
    session.add_all(
        PreferredFormat(subscriber_id=subscriber.id, position=position, format=name)
        for position, name in enumerate(new.formats)
    )
    return subscriber


async def standings(session: AsyncSession) -> list[Standing]:
    """Return all subscribers by login."""
    allowed = (
        select(AccessToken.subscriber_id, func.count(AccessToken.consumer_key.distinct()).label("count"))
        .where(AccessToken.revoked.is_(None))
        .group_by(AccessToken.subscriber_id)
        .subquery()
    )
    chosen = (
        select(Subscriber, func.coalesce(allowed.c.count, 0))
        .outerjoin(allowed, allowed.c.subscriber_id == Subscriber.id)
        .order_by(Subscriber.login)
    )
    return [Standing(subscriber, applications) for subscriber, applications in await session.execute(chosen)]


async def existing(session: AsyncSession, login: str) -> Subscriber:
    """Return who has this *login*, or say that nobody has."""
    found = await find_by_login(session, login)
    if found is None:
        raise SubscriberRefused(f"There is no subscriber with the login {login}.")
    return found


def change_password(subscriber: Subscriber, password: str) -> None:
    """Give *subscriber* another password; browsers that are signed in are signed out by that."""
    subscriber.password = _hashed(password)


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST:
        raise SubscriberRefused(f"A password has {SHORTEST_PASSWORD} to {LONGEST} characters.")
    return hash_password(password)


def _new_id() -> str:
    """Return an id as the real service had them: ``T1``, forty-odd characters, ``-`` (contract 2.6)."""
    return f"T1{secrets.token_urlsafe(_ID_BYTES)}-"
