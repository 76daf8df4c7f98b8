"""A program that can be told where each parameter goes."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .conftest import Member
from .wire import FORM, Reply, escape, send, signature

Pairs = Sequence[tuple[str, str]]


@dataclass
class Habit:
    """A program that can be told where each parameter goes."""

    member: Member
    token: str = ""
    secret: str = ""

    def oauth(self, verb: str, path: str, signed: Pairs, **more: str) -> dict[str, str]:
        """Return the OAuth parameters of a request whose others are *signed*."""
        own = {
            "oauth_consumer_key": self.member.consumer.key,
            "oauth_nonce": secrets.token_hex(8),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_version": "1.0",
            **({"oauth_token": self.token} if self.token else {}),
            **more,
        }
        url = self.member.base + path
        pairs = [*own.items(), *signed]
        return {
            **own,
            "oauth_signature": signature(verb, url, pairs, self.member.consumer.secret, self.secret),
        }

    def query(self, path: str, pairs: Pairs = (), verb: str = "GET", **more: str) -> Reply:
        """Send everything in the query, with an empty body."""
        own = self.oauth(verb, path, pairs, **more)
        joined = urlencode([*pairs, *own.items()], quote_via=quote)
        return send(verb, f"{self.member.base}{path}?{joined}")

    def form(self, path: str, pairs: Pairs = (), verb: str = "POST", **more: str) -> Reply:
        """Send everything in a form."""
        own = self.oauth(verb, path, pairs, **more)
        return send(verb, self.member.base + path, {"Content-Type": FORM}, urlencode([*pairs, *own.items()]))

    def header(self, verb: str, path: str, signed: Pairs, **more: str) -> str:
        """Return the parameters as a header."""
        own = self.oauth(verb, path, signed, **more)
        return "OAuth " + ", ".join(f'{name}="{escape(value)}"' for name, value in own.items())

    def sign_in(self) -> None:
        """Get an access token, by a callback."""
        asked = self.query("/oauth/request_token", oauth_callback="http://localhost/back").form
        self.token, self.secret = asked["oauth_token"], asked["oauth_token_secret"]
        filled = urlencode({"login": self.member.login, "password": self.member.password})
        back = send("POST", asked["login_url"], {"Content-Type": FORM}, filled).headers["location"]
        verifier = dict(parse_qsl(urlsplit(back).query))["oauth_verifier"]
        given = self.form("/oauth/access_token", oauth_verifier=verifier).form
        self.token, self.secret = given["oauth_token"], given["oauth_token_secret"]
