"""What a request claims about who sends it: the OAuth parameters, wherever they are. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from gateway.origin.errors import Malformed, MissingConsumerKey
from gateway.origin.forms import Pairs
from gateway.origin.inquiries import Inquiry

LONGEST: Final = 256
"""How long a key, a token, a nonce or a signature may be."""

_CALLBACK: Final = "oauth_callback"
_LONGEST_CALLBACK: Final = 2_048

_PREFIX: Final = "oauth_"
_PARAMETER: Final = re.compile(r'[ \t]*(?:([^\s=",]+)="([^"]*)"[ \t]*)?(?:,|$)')
"""One parameter of a header and the comma after it; there may be nothing before the comma."""
_PLAIN: Final = re.compile(r"[!-~]{1,256}")
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """The OAuth parameters of one request, and all parameters that its signature covers."""

    consumer_key: str
    token: str
    signature: str | None
    signature_method: str | None
    timestamp: str | None
    nonce: str | None
    version: str | None
    signed: Pairs
    feed_token: str | None = None
    """Opens one resource for reading, without a signature (contract 2.7)."""

    def signed_value(self, name: str) -> str | None:
        """Return a parameter that the signature covers."""
        return next((value for key, value in self.signed if key == name), None)


def read_claims(inquiry: Inquiry) -> Claims:
    """Return what *inquiry* claims; each OAuth parameter must be in exactly one place (contract 9, 1)."""
    header = tuple(_header_pairs(inquiry.authorization or ""))
    signed = (*header, *inquiry.query, *inquiry.form)
    found = _only_once((*signed, *inquiry.unsigned))
    if not found.get("oauth_consumer_key"):
        raise MissingConsumerKey
    return Claims(
        consumer_key=found["oauth_consumer_key"],
        token=found.get("oauth_token", ""),
        signature=found.get("oauth_signature"),
        signature_method=found.get("oauth_signature_method"),
        timestamp=found.get("oauth_timestamp"),
        nonce=found.get("oauth_nonce"),
        version=found.get("oauth_version"),
        signed=tuple(pair for pair in signed if pair[0] != "oauth_signature"),
        feed_token=next((value for name, value in inquiry.query if name == "feed_token"), None),
    )


def is_plain(text: str) -> bool:
    """Tell whether *text* can be a key or a token of ours at all; nothing else is asked of the database."""
    return _PLAIN.fullmatch(text) is not None


def _only_once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if not name.startswith(_PREFIX):
            continue
        if name in found or len(value) > (_LONGEST_CALLBACK if name == _CALLBACK else LONGEST):
            raise Malformed(name if name.isidentifier() else "Authorization")
        found[name] = value
    return found


def _header_pairs(header: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of an ``Authorization`` header, the realm left out (RFC 5849, 3.5.1)."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "oauth":
        return
    place = 0
    while place < len(rest):
        found = _PARAMETER.match(rest, place)
        if found is None:
            raise Malformed("Authorization")
        place = found.end()
        # Old programs send an empty parameter right after the scheme (contract 9, 2).
        if found[1] is not None and found[1].lower() != "realm":
            yield _unescape(found[1]), _unescape(found[2])


def _unescape(text: str) -> str:
    if _BROKEN_ESCAPE.search(text) or not text.isascii():
        raise Malformed("Authorization")
    try:
        found = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise Malformed("Authorization") from None
    # No database takes it as text, and a nonce is stored.
    if "\0" in found:
        raise Malformed("Authorization")
    return found
