"""What subscribers allow: request tokens until they are exchanged, access tokens until they are revoked.

A request token lives ten minutes and ends once: exchanged, denied, or after five wrong verifiers. What has
ended stays for a while, so that who can sign with it is told so.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import AccessToken, RequestToken
from gateway.origin.models import Consumer
from gateway.origin.oauth.callbacks import OUT_OF_BAND
from gateway.origin.oauth.claims import is_plain
from gateway.origin.oauth.tokens import new_token

LIFETIME: Final = 600
"""How many seconds a request token lives."""
TRIES: Final = 5
"""How many wrong verifiers end it."""
PIN_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Authorization:
    """An application that a subscriber allowed something."""

    consumer: Consumer
    since: int


async def issue(session: AsyncSession, consumer: str, callback: str | None, *, now: int) -> RequestToken:
    """Make a request token for *consumer*, and forget those that have long ended."""
    await session.execute(
        delete(RequestToken).where(RequestToken.created < now - 2 * LIFETIME),
        execution_options={"synchronize_session": False},
    )
    request = RequestToken(
        token=new_token(), secret=new_token(), consumer_key=consumer, callback=callback, created=now
    )
    session.add(request)
    await session.flush()
    return request


async def find(session: AsyncSession, token: str, consumer: str | None = None) -> RequestToken | None:
    """Return the request token; the one of this *consumer*, if it is named.

    In a session that writes nobody else changes it meanwhile: such sessions follow one another.
    """
    if not is_plain(token):
        return None
    chosen = select(RequestToken).where(RequestToken.token == token)
    if consumer is not None:
        chosen = chosen.where(RequestToken.consumer_key == consumer)
    found: RequestToken | None = await session.scalar(chosen)
    return found


def is_alive(request: RequestToken, now: float) -> bool:
    """Whether *request* has not ended."""
    return request.wrong_tries < TRIES and abs(now - request.created) <= LIFETIME


def is_open(request: RequestToken, now: float) -> bool:
    """Whether *request* still waits for a subscriber."""
    return request.subscriber_id is None and is_alive(request, now)


def is_approved(request: RequestToken, now: float) -> bool:
    """Whether *request* can be exchanged."""
    return request.subscriber_id is not None and is_alive(request, now)


def approve(request: RequestToken, subscriber_id: str) -> str:
    """Note that a subscriber allows what is asked for, and return the verifier: a PIN if people carry it."""
    has_callback = request.callback not in {None, OUT_OF_BAND}
    pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
    request.subscriber_id = subscriber_id
    request.verifier = new_token() if has_callback else pin
    return request.verifier


def end(request: RequestToken) -> None:
    """End *request*, whatever it was good for."""
    request.verifier = None
    request.wrong_tries = TRIES


def try_verifier(request: RequestToken, given: str) -> bool:
    """Tell whether *given* is the verifier, and count it if not."""
    if hmac.compare_digest((request.verifier or "").encode(), given.encode()) and request.verifier:
        return True
    request.wrong_tries += 1
    return False


def exchange(session: AsyncSession, request: RequestToken, *, now: int) -> AccessToken:
    """End *request*, and return the access token that takes its place."""
    access = AccessToken(
        token=new_token(),
        secret=new_token(),
        consumer_key=request.consumer_key,
        subscriber_id=request.subscriber_id,
        created=now,
    )
    end(request)
    session.add(access)
    return access


async def authorizations(session: AsyncSession, subscriber_id: str) -> Sequence[Authorization]:
    """Return which applications a subscriber allows something now, by name."""
    chosen = (
        select(Consumer, func.min(AccessToken.created))
        .join(AccessToken, AccessToken.consumer_key == Consumer.key)
        .where(AccessToken.subscriber_id == subscriber_id, AccessToken.revoked.is_(None))
        .group_by(Consumer.key)
        .order_by(Consumer.name, Consumer.key)
    )
    return [Authorization(consumer, since) for consumer, since in await session.execute(chosen)]


async def revoke(session: AsyncSession, subscriber_id: str, consumer: str | None = None, *, now: int) -> int:
    """Take back what a subscriber allowed *consumer*, or everybody; return how many tokens that ended."""
    granted = [AccessToken.subscriber_id == subscriber_id, AccessToken.revoked.is_(None)]
    pending = [RequestToken.subscriber_id == subscriber_id]
    if consumer is not None:
        granted.append(AccessToken.consumer_key == consumer)
        pending.append(RequestToken.consumer_key == consumer)
    # What was approved and not yet exchanged must not come to life later.
    await session.execute(update(RequestToken).where(*pending).values(wrong_tries=TRIES, verifier=None))
    ended = await session.execute(
        update(AccessToken).where(*granted).values(revoked=now).returning(AccessToken.token)
    )
    return len(ended.all())
