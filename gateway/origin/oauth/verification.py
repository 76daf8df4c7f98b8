"""Whether a request is from whom it says (contract 2.2, 2.3 and 10)."""

from enum import Enum, auto
from typing import Final

from gateway.origin.accounts import WriteNonce
from gateway.origin.callers import Caller
from gateway.origin.errors import (
    DeveloperInactive,
    FeedRefused,
    SignatureRefused,
    TokenMissing,
    TokenRefused,
)
from gateway.origin.inquiries import Inquiry
from gateway.origin.models import Consumer
from gateway.origin.oauth.claims import Claims
from gateway.origin.oauth.known import Known
from gateway.origin.oauth.nonces import Nonces
from gateway.origin.oauth.proof import WINDOW, check_form, is_genuine
from gateway.origin.settings import NONCE_PER_PROCESS, OriginSettings

_NOBODY: Final = "nobody has this secret"


class Level(Enum):
    """How well a resource is protected (contract 2.1)."""

    KEY = auto()
    """The consumer key is enough; a signature is verified if there is one."""
    SIGNED = auto()
    PROTECTED = auto()
    """Signed with an access token too; what is found is the subscriber's own."""


class Verifier:
    """Verifies signatures, and remembers the nonces of those that verified."""

    def __init__(self, settings: OriginSettings) -> None:
        self._clock = settings.clock
        self._nonces = Nonces(window=WINDOW, limit=settings.nonces_per_key)
        self._is_signature_in_nonce = NONCE_PER_PROCESS in settings.compat

    def verify(
        self, inquiry: Inquiry, claims: Claims, known: Known, *, level: Level, is_write: bool = False
    ) -> Caller:
        """Return who sends *inquiry*, or raise what is wrong with it.

        The signature is checked before anything is remembered or told, and for an unknown key or token in
        the same way as for a known one. The nonce of a write is not remembered here: it is stored with the
        write.
        """
        consumer = known.consumers.get(claims.consumer_key)
        if claims.signature is None and level is Level.KEY:
            return Caller(_active(consumer))
        if claims.signature is None and claims.feed_token and level is Level.PROTECTED and not is_write:
            return _feed_caller(inquiry, claims, known, _active(consumer))
        now = self._clock()
        timestamp = check_form(claims, now)
        access = known.tokens.get((claims.consumer_key, claims.token)) if claims.token else None
        is_known = consumer is not None and (access is not None or not claims.token)
        secrets = (
            _NOBODY if consumer is None else consumer.secret,
            access.secret if access else _NOBODY if claims.token else "",
        )
        has_signed = is_genuine(inquiry, claims, *secrets)
        active = _active(consumer)
        if not has_signed or not is_known:
            raise SignatureRefused
        if access is not None and access.revoked is not None:
            raise TokenRefused
        if access is None and level is Level.PROTECTED:
            raise TokenMissing
        if not is_write and not self._take_nonce(claims, timestamp, now):
            raise SignatureRefused
        return Caller(active, access.subscriber, access.token) if access else Caller(active)

    def write_nonce(self, claims: Claims) -> WriteNonce:
        """Return what to store with a write, so that nobody can repeat it."""
        unique = (claims.nonce, claims.signature) if self._is_signature_in_nonce else (claims.nonce,)
        return WriteNonce(
            consumer_key=claims.consumer_key,
            token=claims.token,
            timestamp=int(claims.timestamp or 0),
            nonce=" ".join(part or "" for part in unique),
        )

    def _take_nonce(self, claims: Claims, timestamp: int, now: float) -> bool:
        """Take note of the nonce of a read; false for a copy.

        Where one nonce serves a whole process, reading the same twice in a second is the same request, and
        changes nothing (contract 2.3).
        """
        if self._is_signature_in_nonce:
            return True
        return self._nonces.take(claims.consumer_key, timestamp, (claims.token, claims.nonce or ""), now=now)


def _feed_caller(inquiry: Inquiry, claims: Claims, known: Known, consumer: Consumer) -> Caller:
    feed = known.feeds.get((claims.consumer_key, claims.feed_token or ""))
    if feed is None or feed.access.revoked is not None:
        raise FeedRefused
    if inquiry.path.removesuffix("/") != f"/users/{feed.access.subscriber_id}{feed.resource}":
        raise FeedRefused
    return Caller(consumer, feed.access.subscriber)


def _active(consumer: Consumer | None) -> Consumer:
    if consumer is None:
        raise DeveloperInactive
    return consumer
