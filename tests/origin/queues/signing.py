"""A program that signs what it sends, for a subscriber who allowed it to."""

import itertools
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlencode

import httpx
from oauthlib.oauth1 import SIGNATURE_TYPE_AUTH_HEADER, SIGNATURE_TYPE_QUERY, Client

from .shop import ANN, BASE, NOW

FORM = "application/x-www-form-urlencoded"
KEY, SECRET, TOKEN_SECRET = "key", "secret", "hidden"

Verb = Literal["GET", "POST", "PUT", "DELETE"]


def token_of(who: str) -> str:
    """Return the access token that a subscriber has given."""
    return f"token-of-{who}"


@dataclass
class Signing:
    """Sends requests that are signed for a subscriber, or for nobody."""

    client: httpx.AsyncClient
    who: str | None = ANN
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def __call__(  # One argument a part of the request.
        self,
        verb: Verb,
        path: str,
        *,
        form: dict[str, str] | None = None,
        document: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> httpx.Response:
        """Send a request; what it asks may be in the query, in a form, or be a document."""
        url = BASE + path + (f"?{urlencode(query)}" if query else "")
        kind = {"Content-Type": FORM} if form is not None else {}
        fields = None if form is None else urlencode(form)
        url, signed, body = self._signer().sign(url, verb, body=fields, headers=kind)
        content = body if document is None else document
        return await self.client.request(verb, url, headers={**signed, **(headers or {})}, content=content)

    def address(self, path: str) -> str:
        """Return the address of *path*, signed in its query, as an entry of a bulk request is."""
        return str(self._signer(SIGNATURE_TYPE_QUERY).sign(BASE + path)[0])

    def _signer(self, type_: str = SIGNATURE_TYPE_AUTH_HEADER) -> Client:
        return Client(
            KEY,
            SECRET,
            resource_owner_key=self.who and token_of(self.who),
            resource_owner_secret=self.who and TOKEN_SECRET,
            signature_type=type_,
            nonce=f"{next(self.numbers)}-of-{self.who}",
            timestamp=str(NOW),
        )
