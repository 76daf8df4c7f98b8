"""Access tokens and feed tokens: made, looked up as sets, and given back with whose they are."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from gateway.origin.accounts import AccessToken, FeedToken, Subscriber

_BYTES: Final = 24
_LONGEST: Final = 128

_WITH_SUBSCRIBER: Final = joinedload(AccessToken.subscriber).selectinload(Subscriber.formats)


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed token opens: one resource, for as long as the access token behind it is good."""

    resource: str
    access_token: AccessToken


def new_token() -> str:
    """Return what nobody guesses: 192 bits, in characters that no encoding changes."""
    return secrets.token_urlsafe(_BYTES)


async def find_tokens(
    session: AsyncSession, pairs: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], AccessToken]:
    """Return the access tokens of *pairs* of consumer key and token, with their subscribers and formats.

    Revoked ones are among them: that they are revoked is told only to who can sign with them. A token
    that belongs to another consumer is not found.
    """
    wanted = {(key, token) for key, token in pairs if _could_be_one(token)}
    if not wanted:
        return {}
    chosen = select(AccessToken).where(AccessToken.token.in_({token for _, token in wanted}))
    found = await session.scalars(chosen.options(_WITH_SUBSCRIBER))
    by_pair = {(token.consumer_key, token.token): token for token in found}
    return {pair: by_pair[pair] for pair in wanted if pair in by_pair}


async def feed_tokens(
    session: AsyncSession, access_token: AccessToken, resources: Iterable[str]
) -> Mapping[str, str]:
    """Return a feed token for each of *resources*; those that are missing are made.

    A resource is a path below ``/users/{id}``, as ``/queues/disc``. *session* may write.
    """
    # Whoever asks for the same feeds at the same time waits here, and then finds them made.
    owner = select(AccessToken.token).where(AccessToken.token == access_token.token).with_for_update()
    await session.execute(owner)
    wanted = list(dict.fromkeys(resources))
    chosen = select(FeedToken).where(
        FeedToken.access_token == access_token.token, FeedToken.resource.in_(wanted)
    )
    found = {feed.resource: feed.token for feed in await session.scalars(chosen)}
    made = {resource: new_token() for resource in wanted if resource not in found}
    session.add_all(
        FeedToken(token=token, access_token=access_token.token, resource=resource)
        for resource, token in made.items()
    )
    await session.flush()
    return {resource: found.get(resource) or made[resource] for resource in wanted}


async def find_feed(session: AsyncSession, token: str, consumer_key: str) -> Feed | None:
    """Return what *token* opens for this consumer; nothing once its access token is revoked."""
    if not _could_be_one(token):
        return None
    chosen = (
        select(FeedToken.resource, AccessToken)
        .join(AccessToken, AccessToken.token == FeedToken.access_token)
        .where(
            FeedToken.token == token,
            AccessToken.consumer_key == consumer_key,
            AccessToken.revoked.is_(None),
        )
        .options(_WITH_SUBSCRIBER)
    )
    found = (await session.execute(chosen)).one_or_none()
    return None if found is None else Feed(found[0], found[1])


def _could_be_one(token: str) -> bool:
    """Whether *token* is worth a look in the database, which takes no text with a NUL."""
    return 0 < len(token) <= _LONGEST and token.isascii() and token.isprintable()
