"""The nonces of writes: stored with what they wrote, so that neither a restart nor another node forgets."""

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import WriteNonce
from gateway.origin.errors import SignatureRefused
from gateway.origin.oauth.proof import WINDOW

KEPT_SECONDS: Final = 2 * WINDOW
"""Twice as long as a timestamp is accepted: the clocks of several nodes may differ."""

_PRUNED_AT_ONCE: Final = 200


async def keep(session: AsyncSession, nonce: WriteNonce, *, now: float) -> None:
    """Store *nonce* with a write, or refuse the write as a copy; nothing of *session* may be kept then."""
    await _prune(session, int(now) - KEPT_SECONDS)
    session.add(nonce)
    try:
        await session.flush()
    except IntegrityError:
        raise SignatureRefused from None


async def _prune(session: AsyncSession, moment: int) -> None:
    """Forget some of what is older than *moment*: no write pays for all that a busy day has left."""
    oldest = (
        select(WriteNonce.timestamp)
        .where(WriteNonce.timestamp < moment)
        .order_by(WriteNonce.timestamp)
        .limit(_PRUNED_AT_ONCE)
    )
    await session.execute(
        delete(WriteNonce).where(WriteNonce.timestamp.in_(oldest)),
        execution_options={"synchronize_session": False},
    )
