"""The demo's credentials: one file, for its owner's eyes, with all that is needed to try the API."""

import os
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import select

from gateway.origin.accounts import AccessToken, Subscriber
from gateway.origin.database import Database
from gateway.origin.demo.seeding import DemoSubscriber, seed
from gateway.origin.oauth.passwords import hash_password
from gateway.origin.oauth.tokens import new_token
from gateway.origin.registry.subscribers import change_password
from gateway.origin.start import Consumer, prepare

FILE: Final = "demo.json"
_PASSWORD_BYTES: Final = 9


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber of the demo, and a token that they gave the demo's consumer."""

    user_id: str
    login: str
    name: str
    formats: tuple[str, ...]
    password: str = field(repr=False)
    token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DemoCredentials:
    """Who may call the demo's API, and on whose behalf."""

    consumer: Consumer
    subscribers: tuple[Person, ...]


async def prepare_demo(url: str, home: Path) -> DemoCredentials:
    """Bring the database at *url* up to date, with the demo's subscribers, and note how to be them.

    A password that the file does not know any more is replaced by another.
    """
    consumer = await prepare(url)
    database = Database(url)
    try:
        known = _passwords(home / FILE)
        people = [
            await _person(database, consumer, someone, known.get(someone.login))
            for someone in await seed(database, int(time.time()), hash_password=hash_password)
        ]
    finally:
        await database.close()
    credentials = DemoCredentials(consumer, tuple(people))
    _write(home / FILE, credentials)
    return credentials


async def _person(
    database: Database, consumer: Consumer, someone: DemoSubscriber, known: str | None
) -> Person:
    async with database.write() as session:
        password = someone.password or known
        if password is None:
            password = secrets.token_urlsafe(_PASSWORD_BYTES)
            change_password(await session.get_one(Subscriber, someone.id), password)
        access = await session.scalar(
            select(AccessToken)
            .where(
                AccessToken.subscriber_id == someone.id,
                AccessToken.consumer_key == consumer.key,
                AccessToken.revoked.is_(None),
            )
            .order_by(AccessToken.created, AccessToken.token)
        )
        if access is None:
            access = AccessToken(
                token=new_token(),
                secret=new_token(),
                consumer_key=consumer.key,
                subscriber_id=someone.id,
                created=int(time.time()),
            )
            session.add(access)
        return Person(
            user_id=someone.id,
            login=someone.login,
            name=someone.first_name,
            formats=someone.formats,
            password=password,
            token=access.token,
            secret=access.secret,
        )


def _passwords(file: Path) -> dict[str, str]:
    """Return the passwords that an earlier start wrote down, by login."""
    try:
        people = orjson.loads(file.read_bytes())["subscribers"]
        return {person["login"]: person["password"] for person in people}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(file: Path, credentials: DemoCredentials) -> None:
    """Write the file anew, readable by its owner alone, whole or not at all."""
    draft = file.with_suffix(".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(orjson.dumps(asdict(credentials), option=orjson.OPT_INDENT_2))
    draft.replace(file)
