"""A request while it is thought up, and the bytes that it becomes when it is signed."""

import itertools
import json
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final
from urllib.parse import quote

from gateway.contract import FORM
from gateway.origin.oauth.signature import base_string, sign

from .world import NOW, Consumer

_BOUNDARY: Final = "--fuzz--"
_nonces: Final = itertools.count()


class Signed(Enum):
    """Where the OAuth parameters are."""

    HEADER = auto()
    QUERY = auto()
    FORM = auto()
    NOT = auto()


@dataclass
class Draft:
    """A request by its parts."""

    verb: str
    path: str
    query: list[tuple[str, str]] = field(default_factory=list)
    form: list[tuple[str, str]] = field(default_factory=list)
    is_multipart: bool = False
    document: bytes | None = None
    media: str = "text/xml"
    headers: list[tuple[str, str]] = field(default_factory=list)
    consumer: Consumer | None = None
    """Who signs; nobody where there is none."""
    token: tuple[str, str] | None = None
    signed: Signed = Signed.HEADER
    oauth: dict[str, str] = field(default_factory=dict)
    """What the OAuth parameters say other than usual; the signature covers it."""

    def spell(self, base: str) -> "Message":
        """Return the bytes, for a server at *base*."""
        oauth = self._oauth(base)
        in_query = oauth if self.signed is Signed.QUERY else []
        in_form = oauth if self.signed is Signed.FORM else []
        query = _encode([*self.query, *in_query])
        headers = [(b"host", base.partition("://")[2].encode())]
        if oauth and self.signed is Signed.HEADER:
            pairs = ", ".join(f'{name}="{quote(value, safe="~")}"' for name, value in oauth)
            headers.append((b"authorization", f"OAuth {pairs}".encode()))
        body, media = self._body(in_form)
        if media:
            headers.append((b"content-type", media.encode()))
        headers += [(name.encode(), value.encode("utf-8", "replace")) for name, value in self.headers]
        target = self.path.encode() + (b"?" + query if query else b"")
        return Message(self.verb, target, headers, body)

    def address(self, base: str) -> str:
        """Return it as an address signed in its query, as an entry of a bulk request is."""
        self.signed = Signed.QUERY if self.consumer else Signed.NOT
        return base + self.spell(base).target.decode()

    def _oauth(self, base: str) -> list[tuple[str, str]]:
        if self.consumer is None or self.signed is Signed.NOT:
            return []
        token, secret = self.token or ("", "")
        usual = {
            "oauth_consumer_key": self.consumer.key,
            "oauth_nonce": f"nonce-{next(_nonces)}",
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(NOW),
            "oauth_version": "1.0",
            **({"oauth_token": token} if token else {}),
        }
        oauth = list({**usual, **self.oauth}.items())
        form = [] if self.is_multipart or self.document is not None else self.form
        text = base_string(self.verb, base + self.path, [*self.query, *form, *oauth])
        return [*oauth, ("oauth_signature", sign(text, self.consumer.secret, secret).decode())]

    def _body(self, oauth: list[tuple[str, str]]) -> tuple[bytes, str]:
        fields = [*self.form, *oauth]
        if self.document is not None:
            return self.document, self.media
        if not fields:
            return b"", ""
        return _multipart(fields) if self.is_multipart else (_encode(fields), FORM)


@dataclass
class Message:
    """A request in bytes."""

    verb: str
    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes = b""

    def __str__(self) -> str:
        """Show all of it, in the characters of a terminal."""
        headers = "".join(f"\n  {_shown(name)}: {_shown(value)}" for name, value in self.headers)
        return f"{self.verb} {_shown(self.target)}{headers}\n  body: {_shown(self.body)}"


def _encode(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs).encode()


def _multipart(fields: list[tuple[str, str]]) -> tuple[bytes, str]:
    parts = [
        f"--{_BOUNDARY}\r\nContent-Disposition: form-data; name={json.dumps(name)}\r\n\r\n{value}\r\n"
        for name, value in fields
    ]
    body = "".join([*parts, f"--{_BOUNDARY}--\r\n"])
    return body.encode(), f"multipart/form-data; boundary={_BOUNDARY}"


def _shown(text: bytes) -> str:
    return ascii(text)[2:-1] if len(text) <= 2_000 else f"{ascii(text[:2_000])[2:-1]}… ({len(text)} bytes)"
