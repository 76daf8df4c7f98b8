"""Whether a request is from whom it says (contract 2.2, 2.3 and 10)."""

import hmac
import re
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.errors import DeveloperInactive, Malformed, SignatureRefused, TimestampRefused
from gateway.origin.inquiries import Inquiry
from gateway.origin.models import Consumer
from gateway.origin.oauth.claims import Claims
from gateway.origin.oauth.nonces import Nonces
from gateway.origin.oauth.signature import base_string, sign
from gateway.origin.settings import NONCE_PER_PROCESS, OriginSettings

WINDOW: Final = 300
"""How many seconds a timestamp may be away from our clock, either way."""

_METHOD: Final = "HMAC-SHA1"
_TIMESTAMP: Final = re.compile(r"[0-9]{1,10}")
_KEY: Final = re.compile(r"[!-~]+")
_NOBODY: Final = "nobody has this secret"


class Level(Enum):
    """How well a resource is protected (contract 2.1)."""

    KEY = auto()
    """The consumer key is enough; a signature is verified if there is one."""
    SIGNED = auto()


Consumers = Mapping[str, Consumer]


async def find_consumers(session: AsyncSession, keys: Iterable[str]) -> Consumers:
    """Return the enabled consumers by key; all keys of a bulk request are looked up at once."""
    wanted = {key for key in keys if _KEY.fullmatch(key)}
    if not wanted:
        return {}
    found = await session.scalars(select(Consumer).where(Consumer.key.in_(wanted), Consumer.is_enabled))
    return {consumer.key: consumer for consumer in found}


class Verifier:
    """Verifies signatures, and remembers the nonces of those that verified."""

    def __init__(self, settings: OriginSettings) -> None:
        self._clock = settings.clock
        self._nonces = Nonces(window=WINDOW, limit=settings.nonces_per_key)
        self._is_signature_in_nonce = NONCE_PER_PROCESS in settings.compat

    def verify(self, inquiry: Inquiry, claims: Claims, consumers: Consumers, *, level: Level) -> Consumer:
        """Return who sends *inquiry*, or raise what is wrong with it.

        The signature is checked before the nonce is stored, and for an unknown key in the same way as
        for a known one.
        """
        consumer = consumers.get(claims.consumer_key)
        if level is Level.KEY and claims.signature is None:
            return _active(consumer)
        now = self._clock()
        timestamp = _check_form(claims, now)
        secret = _NOBODY if consumer is None else consumer.secret
        is_genuine = _is_genuine(inquiry, claims, secret)
        known = _active(consumer)
        if not is_genuine or claims.token:
            # There are no access tokens yet: whatever token is named, nobody was given it.
            raise SignatureRefused
        rest = (claims.token, claims.nonce or "", claims.signature or "")
        unique = rest if self._is_signature_in_nonce else rest[:2]
        if not self._nonces.take(claims.consumer_key, timestamp, unique, now=now):
            raise SignatureRefused
        return known


def _active(consumer: Consumer | None) -> Consumer:
    if consumer is None:
        raise DeveloperInactive
    return consumer


def _check_form(claims: Claims, now: float) -> int:
    """Refuse what the request alone shows to be wrong, and return its timestamp."""
    if claims.version not in (None, "1.0"):
        raise Malformed("oauth_version")
    if not claims.timestamp or not _TIMESTAMP.fullmatch(claims.timestamp):
        raise TimestampRefused
    if abs(now - int(claims.timestamp)) > WINDOW:
        raise TimestampRefused
    if claims.signature_method != _METHOD or not claims.nonce or not claims.signature:
        raise SignatureRefused
    return int(claims.timestamp)


def _is_genuine(inquiry: Inquiry, claims: Claims, secret: str) -> bool:
    given = (claims.signature or "").encode()
    urls = (base + inquiry.path for base in inquiry.bases)
    made = (sign(base_string(inquiry.verb, url, claims.signed), secret) for url in urls)
    return any(hmac.compare_digest(signature, given) for signature in made)
