"""Consumers as those who run the origin manage them: registered, listed, let in and locked out."""

import re
import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.models import Consumer
from gateway.origin.oauth.callbacks import is_callback

LONGEST_NAME = 100

_KEY: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{16,128}")


class ConsumerRefused(Exception):
    """A consumer cannot be registered or found like this; the message says why."""


async def add(session: AsyncSession, name: str, *, callback: str | None = None) -> Consumer:
    """Register an application under *name*, and make its key and its secret."""
    key, secret = secrets.token_hex(12), secrets.token_urlsafe(16)
    return await _register(session, Consumer(key=key, secret=secret, is_enabled=True), name, callback)


async def keep(
    session: AsyncSession, name: str, key: str, secret: str, *, callback: str | None = None
) -> Consumer:
    """Register an application under a *key* and a *secret* that were chosen, or change it to all this.

    Whether it is let in, and what subscribers allowed it, stays as it is.
    """
    if not _KEY.fullmatch(key) or not _SECRET.fullmatch(secret):
        raise ConsumerRefused(
            "A key has 8 to 64 letters, digits, hyphens or underscores, and a secret 16 to 128."
        )
    found = await session.get(Consumer, key) or Consumer(key=key, is_enabled=True)
    found.secret = secret
    return await _register(session, found, name, callback)


async def _register(session: AsyncSession, consumer: Consumer, name: str, callback: str | None) -> Consumer:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConsumerRefused(f"A name has 1 to {LONGEST_NAME} characters that can be seen.")
    if callback is not None and not is_callback(callback):
        raise ConsumerRefused("A callback is an http or https address, as http://localhost:3000/callback.")
    others = select(Consumer).where(Consumer.name == name, Consumer.key != consumer.key)
    with session.no_autoflush:
        if await session.scalar(others) is not None:
            raise ConsumerRefused(f"There is a consumer called {name} already.")
    consumer.name, consumer.callback = name, callback
    session.add(consumer)
    await session.flush()
    return consumer


async def all_of_them(session: AsyncSession) -> Sequence[Consumer]:
    """Return all consumers by name."""
    return (await session.scalars(select(Consumer).order_by(Consumer.name))).all()


async def switch(session: AsyncSession, key_or_name: str, *, is_enabled: bool) -> Consumer:
    """Let a consumer in, or lock it out; what subscribers allowed it is kept."""
    named = select(Consumer).where(or_(Consumer.key == key_or_name, Consumer.name == key_or_name))
    # A consumer may be named after another's key: the key is what counts.
    found = sorted(await session.scalars(named), key=lambda consumer: consumer.key != key_or_name)
    if not found:
        raise ConsumerRefused(f"There is no consumer with the key or the name {key_or_name}.")
    found[0].is_enabled = is_enabled
    return found[0]
