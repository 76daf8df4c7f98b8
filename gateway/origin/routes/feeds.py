"""The ways to a subscriber's feeds (contract 3.9)."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.calls import Answer, Call, Document
from gateway.origin.errors import TokenMissing
from gateway.origin.oauth.tokens import feed_tokens
from gateway.origin.representations.feeds import RESOURCES, feeds
from gateway.origin.representations.view import View


async def show_feeds(session: AsyncSession, view: View, calls: Sequence[Call]) -> list[Answer]:
    """``GET {user}/feeds``: their addresses, with tokens, which are made when first asked for.

    So *session* must be one that writes, although nothing else changes.
    """
    return [await _show(session, view, call) for call in calls]


async def _show(session: AsyncSession, view: View, call: Call) -> Answer:
    if call.caller is None or call.caller.token is None:
        return TokenMissing()
    tokens = await feed_tokens(session, call.caller.token, RESOURCES)
    return Document(feeds(view, call.subscriber.id, call.caller.consumer.key, tokens))
