"""OAuth 1.0a signatures with HMAC-SHA1 (RFC 5849 section 3.4; contract 2.2). Pure but for clock and nonces.

Authlib makes the same signatures in some 250 microseconds each; a bulk request carries up to 200 of them,
so they are made here, and Authlib is the oracle of the tests.
"""

import base64
import hmac
import itertools
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from gateway.resources import Href
from gateway.upstream.clock import OriginClock

Parameters = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Credentials:
    """A key and its secret: of the consumer, or of a subscriber's access token."""

    key: str
    secret: str = field(repr=False)


def _nonces() -> Iterator[str]:
    """Make nonces no other process makes: a random prefix, then a counter."""
    prefix = secrets.token_hex(8)
    return (f"{prefix}{number:x}" for number in itertools.count())


class Signer:
    """Signs requests for one consumer, and for a subscriber when given a token."""

    def __init__(
        self,
        consumer: Credentials,
        *,
        clock: Callable[[], float] = time.time,
        nonces: Iterator[str] | None = None,
    ) -> None:
        self._consumer = consumer
        self.clock = OriginClock(clock)
        """Tells the time that is signed."""
        self._nonces = nonces or _nonces()

    @property
    def consumer_key(self) -> str:
        """The key of the consumer, which is no secret."""
        return self._consumer.key

    def signed_url(self, href: Href, token: Credentials | None = None) -> str:
        """Return *href* for a GET with the OAuth parameters and the signature in its query."""
        joint = "&" if "?" in href else "?"
        return f"{href}{joint}{urlencode(self._signed('GET', href, token), quote_via=quote, safe='')}"

    def authorization(
        self, method: str, href: Href, token: Credentials | None = None, form: Iterable[tuple[str, str]] = ()
    ) -> str:
        """Return the ``Authorization`` header for a request of *href* with *form*, urlencoded, in its body.

        Other bodies are not signed: OAuth covers none (RFC 5849 section 3.4.1.3).
        """
        return _header(self._signed(method, href, token, form))

    def handshake(
        self, method: str, href: Href, protocol: Mapping[str, str], token: Credentials | None = None
    ) -> str:
        """Return the ``Authorization`` header of a step towards an access token.

        *protocol* is what that step adds: ``oauth_callback`` or ``oauth_verifier``; *token* is the request
        token, once there is one (RFC 5849 section 2).
        """
        return _header(self._signed(method, href, token, protocol=protocol.items()))

    def _signed(
        self,
        method: str,
        href: Href,
        token: Credentials | None,
        form: Iterable[tuple[str, str]] = (),
        protocol: Iterable[tuple[str, str]] = (),
    ) -> Parameters:
        oauth = [
            ("oauth_consumer_key", self._consumer.key),
            ("oauth_nonce", next(self._nonces)),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", str(int(self.clock()))),
            ("oauth_version", "1.0"),
            *protocol,
        ]
        if token:
            oauth.append(("oauth_token", token.key))
        base = base_string(method, href, [*oauth, *form])
        secret = f"{_escape(self._consumer.secret)}&{_escape(token.secret) if token else ''}"
        return [*oauth, ("oauth_signature", _hmac_sha1(secret, base))]


def base_string(method: str, href: str, others: Iterable[tuple[str, str]]) -> str:
    """Return what is signed: the verb, the address without its query, all parameters (section 3.4.1).

    *others* are the parameters that do not stand in the query: OAuth's own, and those of a form.
    """
    url = urlsplit(href)
    parameters = [*parse_qsl(url.query, keep_blank_values=True), *others]
    escaped = sorted((_escape(name), _escape(value)) for name, value in parameters)
    normalised = "&".join(f"{name}={value}" for name, value in escaped)
    host = _host(url.scheme.lower(), url.netloc.lower())
    address = f"{url.scheme.lower()}://{host}{url.path or '/'}"
    return "&".join((method.upper(), _escape(address), _escape(normalised)))


def _header(signed: Iterable[tuple[str, str]]) -> str:
    return "OAuth " + ", ".join(f'{name}="{_escape(value)}"' for name, value in signed)


def _host(scheme: str, netloc: str) -> str:
    """Return *netloc* without the port that is the scheme's own (section 3.4.1.2)."""
    return netloc.removesuffix({"http": ":80", "https": ":443"}.get(scheme, ""))


def _escape(text: str) -> str:
    return quote(text, safe="~")


def _hmac_sha1(secret: str, base: str) -> str:
    return base64.b64encode(hmac.digest(secret.encode(), base.encode(), "sha1")).decode()
