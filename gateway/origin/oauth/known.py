"""The keys and tokens that requests name, looked up for a whole list at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from gateway.origin.accounts import AccessToken, FeedToken, Subscriber
from gateway.origin.models import Consumer
from gateway.origin.oauth.claims import Claims, is_plain


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed token opens."""

    resource: str
    access: AccessToken


@dataclass(frozen=True, slots=True)
class Known:
    """What we know of those who ask; a token counts only together with the consumer it was given to."""

    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    """By key; those that are enabled."""
    tokens: Mapping[tuple[str, str], AccessToken] = field(default_factory=dict)
    """By consumer key and token; the revoked ones too."""
    feeds: Mapping[tuple[str, str], Feed] = field(default_factory=dict)


async def find_known(session: AsyncSession, claims: Collection[Claims]) -> Known:
    """Return what is known of the keys and tokens that *claims* name."""
    return Known(
        await _find_consumers(session, {claim.consumer_key for claim in claims}),
        await _find_tokens(session, {claim.token for claim in claims}),
        await _find_feeds(session, {claim.feed_token for claim in claims if claim.feed_token}),
    )


async def _find_consumers(session: AsyncSession, keys: set[str]) -> Mapping[str, Consumer]:
    wanted = {key for key in keys if is_plain(key)}
    if not wanted:
        return {}
    found = await session.scalars(select(Consumer).where(Consumer.key.in_(wanted), Consumer.is_enabled))
    return {consumer.key: consumer for consumer in found}


async def _find_tokens(session: AsyncSession, tokens: set[str]) -> Mapping[tuple[str, str], AccessToken]:
    wanted = {token for token in tokens if is_plain(token)}
    if not wanted:
        return {}
    query = select(AccessToken).where(AccessToken.token.in_(wanted)).options(_SUBSCRIBER)
    return {(found.consumer_key, found.token): found for found in await session.scalars(query)}


async def _find_feeds(session: AsyncSession, tokens: set[str]) -> Mapping[tuple[str, str], Feed]:
    wanted = {token for token in tokens if is_plain(token)}
    if not wanted:
        return {}
    query = (
        select(FeedToken.token, FeedToken.resource, AccessToken)
        .join(AccessToken, AccessToken.token == FeedToken.access_token)
        .where(FeedToken.token.in_(wanted))
        .options(_SUBSCRIBER)
    )
    return {
        (access.consumer_key, token): Feed(resource, access)
        for token, resource, access in await session.execute(query)
    }


_SUBSCRIBER = joinedload(AccessToken.subscriber).options(selectinload(Subscriber.formats))
