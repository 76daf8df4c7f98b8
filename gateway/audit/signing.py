"""OAuth 1.0a signatures, written from RFC 5849 so that nobody's mistakes are shared. Pure.

The parameters that are signed are those the request carries in its query, its form and its header.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from gateway.audit.asking import Ask, Pairs


@dataclass(frozen=True, slots=True)
class Keys:
    """What signs: a consumer's key and secret, and a token's where there is one."""

    key: str
    secret: str = field(repr=False)
    token: str | None = None
    token_secret: str = field(default="", repr=False)


def encoded(text: str) -> str:
    """Return *text* with everything percent-encoded that is not unreserved (RFC 5849 3.6)."""
    return quote(text, safe="-._~")


def urlencoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return *pairs* as a query or form, blanks as ``%20``."""
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in pairs)


def base_string(verb: str, url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the text that is signed (RFC 5849 3.4.1)."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = "" if parts.port in {None, {"http": 80, "https": 443}.get(parts.scheme)} else f":{parts.port}"
    address = f"{parts.scheme.lower()}://{host}{port}{parts.path or '/'}"
    normal = "&".join(f"{name}={value}" for name, value in sorted((encoded(n), encoded(v)) for n, v in pairs))
    return "&".join([verb.upper(), encoded(address), encoded(normal)])


def signature(base: str, keys: Keys) -> str:
    """Return the HMAC-SHA1 of *base* (RFC 5849 3.4.2)."""
    secret = f"{encoded(keys.secret)}&{encoded(keys.token_secret)}"
    digest = hmac.new(secret.encode(), base.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def oauth_pairs(ask: Ask, keys: Keys, url: str, now: float) -> Pairs:
    """Return the OAuth parameters of *ask* to *url*, the signature last."""
    plain = {
        "oauth_consumer_key": keys.key,
        "oauth_nonce": secrets.token_hex(12),
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": str(int(now) + ask.skew),
        "oauth_version": "1.0",
    }
    if keys.token is not None:
        plain["oauth_token"] = keys.token
    chosen = {name: value for name, value in (plain | dict(ask.oauth)).items() if value}
    pairs = [*chosen.items(), *ask.query, *(ask.form or ())]
    right = signature(base_string(ask.verb, url, pairs), keys)
    sent = right if ask.signature is None else ask.signature
    return (*chosen.items(), ("oauth_signature", sent)) if sent else tuple(chosen.items())


def authorization(pairs: Pairs) -> str:
    """Return *pairs* as the value of an ``Authorization`` header."""
    return "OAuth " + ", ".join(f'{name}="{encoded(value)}"' for name, value in pairs)
