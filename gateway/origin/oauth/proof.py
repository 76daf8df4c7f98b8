"""What a request has to show before anybody believes who sends it (contract 10). Pure."""

import hmac
import re
from typing import Final

from gateway.origin.errors import Malformed, SignatureRefused, TimestampRefused
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth.claims import Claims
from gateway.origin.oauth.signature import base_string, sign

WINDOW: Final = 300
"""How many seconds a timestamp may be away from our clock, either way."""

_METHOD: Final = "HMAC-SHA1"
_TIMESTAMP: Final = re.compile(r"[0-9]{1,10}")


def check_form(claims: Claims, now: float) -> int:
    """Refuse what the request alone shows to be wrong, and return its timestamp."""
    if claims.version not in (None, "", "1.0"):
        raise Malformed("oauth_version")
    if not claims.timestamp or not _TIMESTAMP.fullmatch(claims.timestamp):
        raise TimestampRefused
    if abs(now - int(claims.timestamp)) > WINDOW:
        raise TimestampRefused
    if claims.signature_method != _METHOD or not claims.nonce or not claims.signature:
        raise SignatureRefused
    return int(claims.timestamp)


def is_genuine(inquiry: Inquiry, claims: Claims, secret: str, token_secret: str = "") -> bool:
    """Whether *claims* were signed with these secrets, for one of the addresses it may have been."""
    given = (claims.signature or "").encode()
    urls = (base + inquiry.path for base in inquiry.bases)
    made = (sign(base_string(inquiry.verb, url, claims.signed), secret, token_secret) for url in urls)
    return any(hmac.compare_digest(signature, given) for signature in made)
