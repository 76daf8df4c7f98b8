"""What programs in Python did by hand: sign, send, read; nothing of ours is used here."""

import base64
import hashlib
import hmac
import http.client
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlsplit

from lxml import etree

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def xml(self) -> etree._Element:
        """Return the document."""
        return etree.fromstring(self.body)

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of a form-encoded answer."""
        return dict(parse_qsl(self.body.decode(), strict_parsing=True))


def send(verb: str, url: str, headers: Mapping[str, str] | None = None, body: str = "") -> Reply:
    """Send one request as it is, on a connection of its own; redirections are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(verb, target, body=body.encode() or None, headers=dict(headers or {}))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, told, answer.read())
    finally:
        connection.close()


def escape(text: str) -> str:
    """Escape as OAuth wants it."""
    return quote(text, safe="~")


def signature(verb: str, url: str, pairs: Iterable[tuple[str, str]], secret: str, token_secret: str) -> str:
    """Return the HMAC-SHA1 of a request, *url* being without a query."""
    joined = "&".join(
        f"{name}={value}" for name, value in sorted((escape(name), escape(value)) for name, value in pairs)
    )
    base = "&".join(escape(part) for part in (verb, url, joined))
    key = f"{escape(secret)}&{escape(token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha1)).decode()


def links(element: etree._Element, rel: str) -> list[str]:
    """Return the addresses of the links right below *element* whose relation ends with *rel*."""
    return [link.get("href", "") for link in element.iterfind("link") if link.get("rel", "").endswith(rel)]
