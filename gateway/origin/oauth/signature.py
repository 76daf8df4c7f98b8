"""Signature base strings and HMAC-SHA1 (RFC 5849, 3.4). Pure.

Written out, and not taken from authlib, because a bulk request brings hundreds of signatures at once and
its functions need some 250 microseconds for each; they are the oracle in the tests.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from urllib.parse import quote


def base_string(verb: str, url: str, parameters: Sequence[tuple[str, str]]) -> str:
    """Return what is signed: the verb, the address without its query, and the sorted parameters."""
    pairs = sorted((_escape(name), _escape(value)) for name, value in parameters)
    return f"{verb.upper()}&{_escape(url)}&{_escape('&'.join(f'{name}={value}' for name, value in pairs))}"


def sign(base: str, secret: str, token_secret: str = "") -> bytes:
    """Return the signature of *base* by HMAC-SHA1."""
    key = f"{_escape(secret)}&{_escape(token_secret)}".encode()
    return b64encode(hmac.digest(key, base.encode(), "sha1"))


def _escape(text: str) -> str:
    """Percent-encode all but the unreserved characters (RFC 5849, 3.6)."""
    return quote(text, safe="~")
