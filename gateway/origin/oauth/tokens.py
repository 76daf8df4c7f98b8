"""Tokens that nobody guesses, and the feed tokens of an access token."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import FeedToken

_BYTES: Final = 24


def new_token() -> str:
    """Return what nobody guesses: 192 bits, in characters that no encoding changes."""
    return secrets.token_urlsafe(_BYTES)


async def feed_tokens(
    session: AsyncSession, access_token: str, resources: Iterable[str]
) -> Mapping[str, str]:
    """Return a feed token for each of *resources*; those that are missing are made.

    A resource is a path below ``/users/{id}``, as ``/queues/disc``. *session* writes for the subscriber:
    who asks at the same time waits, and then finds them made.
    """
    wanted = list(dict.fromkeys(resources))
    found = await _found(session, access_token, wanted)
    made = {resource: new_token() for resource in wanted if resource not in found}
    session.add_all(
        FeedToken(token=token, access_token=access_token, resource=resource)
        for resource, token in made.items()
    )
    await session.flush()
    return {resource: found.get(resource) or made[resource] for resource in wanted}


async def _found(session: AsyncSession, access_token: str, wanted: list[str]) -> Mapping[str, str]:
    chosen = select(FeedToken).where(FeedToken.access_token == access_token, FeedToken.resource.in_(wanted))
    return {feed.resource: feed.token for feed in await session.scalars(chosen)}
