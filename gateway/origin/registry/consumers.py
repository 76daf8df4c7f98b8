"""Consumers as those who run the origin manage them: registered, listed, let in and locked out."""

import secrets
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.models import Consumer
from gateway.origin.oauth.callbacks import is_callback

LONGEST_NAME = 100


class ConsumerRefused(Exception):
    """A consumer cannot be registered or found like this; the message says why."""


async def add(session: AsyncSession, name: str, *, callback: str | None = None) -> Consumer:
    """Register an application under *name*, and make its key and its secret."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ConsumerRefused(f"A name has 1 to {LONGEST_NAME} characters that can be seen.")
    if callback is not None and not is_callback(callback):
        raise ConsumerRefused("A callback is an http or https address, as http://localhost:3000/callback.")
    if await session.scalar(select(Consumer).where(Consumer.name == name)) is not None:
        raise ConsumerRefused(f"There is a consumer called {name} already.")
    consumer = Consumer(
        key=secrets.token_hex(12),
        secret=secrets.token_urlsafe(16),
        name=name,
        is_enabled=True,
        callback=callback,
    )
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
