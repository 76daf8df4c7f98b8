"""OAuth 1.0a with the origin: a request token, the login page, an access token (contract 2.4 to 2.6)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from gateway.auth.errors import NotAllowed, OriginTroubled
from gateway.contract import Path, Rel
from gateway.resources import Href
from gateway.upstream.alarm import Alarm
from gateway.upstream.client import Client, Response
from gateway.upstream.errors import ForeignLink, InvalidId, MalformedDocument, OriginRefused, UpstreamError
from gateway.upstream.href import Origin, path_of, with_parameters
from gateway.upstream.hypermedia import read_refusal
from gateway.upstream.identity import PUBLIC, Identity, subscriber
from gateway.upstream.pox import Node, parse
from gateway.upstream.quota.budget import Budget
from gateway.upstream.quota.meter import Account
from gateway.upstream.signing import Credentials, Signer

_LONGEST: Final = 1_000
_NOES: Final = frozenset({400, 401})
"""Anything else is not about the token: a key that is locked out, a quota that is used up, a fault."""
_OF_US: Final = frozenset({401, 403})
"""Where no token is sent, these are about our own key; with one, anybody could have made it up."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that the origin knows of: what it gave us, and where the person goes."""

    request: Credentials
    login_url: str


@dataclass(frozen=True, slots=True)
class Person:
    """A subscriber who allowed us to act for them."""

    user_id: str
    name: str | None
    token: Credentials = field(repr=False)


class Dance:
    """Asks the origin; each request within *seconds*."""

    def __init__(
        self, client: Client, signer: Signer, budget: Budget, origin: Origin, *, seconds: float
    ) -> None:
        self._client = client
        self._budget = budget
        self._signer = signer
        self._origin = origin
        self._seconds = seconds
        self._alarm = Alarm()

    async def begin(self, callback: str) -> Begun:
        """Ask for a request token whose *callback* nobody can change any more; raise ``OriginTroubled``."""
        fields = await self._step(Path.REQUEST_TOKEN, {"oauth_callback": callback})
        if fields.get("oauth_callback_confirmed") != "true":
            raise OriginTroubled
        return Begun(_credentials(fields), self._login_url(fields))

    async def finish(self, request: Credentials, verifier: str) -> Person:
        """Exchange an allowed request token; raise ``NotAllowed`` or ``OriginTroubled``."""
        fields = await self._step(Path.ACCESS_TOKEN, {"oauth_verifier": verifier}, request)
        token = _credentials(fields)
        user_id = fields.get("user_id") or await self._current(token)
        return Person(user_id, await self._name(user_id, token), token)

    async def recognise(self, token: Credentials) -> Person:
        """Ask whose *token* is; raise ``NotAllowed`` if nobody's, or ``OriginTroubled``."""
        user_id = await self._current(token)
        return Person(user_id, await self._name(user_id, token), token)

    async def _step(
        self, path: str, protocol: Mapping[str, str], token: Credentials | None = None
    ) -> Mapping[str, str]:
        href = self._origin.expand_path(path)
        response = await self._send(
            href, lambda: self._signer.handshake("GET", href, protocol, token), PUBLIC
        )
        if response.status in _NOES and token is not None:
            raise NotAllowed
        if response.status in _OF_US and token is None:
            self._alarm.hear([read_refusal(response.body, href, status=response.status)])
        return _form(response)

    async def _current(self, token: Credentials) -> str:
        node = await self._read(self._origin.expand_path(Path.CURRENT_USER), token, PUBLIC)
        for link in node.every("link"):
            if link.attribute("rel") == Rel.CURRENT_USER:
                return self._user_id(link.attribute("href") or "")
        raise OriginTroubled

    def _user_id(self, href: str) -> str:
        try:
            path = path_of(self._origin.resolve(href)).removeprefix(self._origin.base_path)
        except ForeignLink as error:
            raise OriginTroubled from error
        return path.removeprefix(Path.USER.partition("{")[0])

    async def _name(self, user_id: str, token: Credentials) -> str | None:
        """Return what to call the subscriber, which is also the proof that the token is theirs."""
        try:
            href = self._origin.expand_path(Path.USER, id=user_id)
        except InvalidId as error:
            raise OriginTroubled from error
        node = await self._read(href, token, subscriber(user_id))
        names = filter(None, (node.text("first_name"), node.text("last_name")))
        return (node.text("nickname") or " ".join(names))[:_LONGEST_NAME] or None

    async def _read(self, href: Href, token: Credentials, whose: Identity) -> Node:
        href = with_parameters(href, {"v": "1.5"})
        response = await self._send(href, lambda: self._signer.authorization("GET", href, token), whose)
        if response.status != 200:
            refusal = read_refusal(response.body, href, status=response.status)
            raise NotAllowed if response.status in _NOES else OriginTroubled from refusal
        try:
            return Node(parse(response.body))
        except MalformedDocument as error:
            raise OriginTroubled from error

    async def _send(self, href: Href, sign: Callable[[], str], whose: Identity) -> Response:
        """Return the answer of *href*; ask once more, by the origin's clock, where ours was wrong."""
        response = await self._send_once(href, sign(), whose)
        if response.status not in _NOES:
            return response
        refusal = read_refusal(response.body, href, status=response.status)
        if not (isinstance(refusal, OriginRefused) and refusal.is_clock_refused):
            return response
        self._signer.clock.heed([refusal], response.headers.get("date"))
        return await self._send_once(href, sign(), whose)

    async def _send_once(self, href: Href, authorization: str, whose: Identity) -> Response:
        deadline = asyncio.get_running_loop().time() + self._seconds
        try:
            async with (
                self._budget.call(Account(whose), deadline=deadline),
                self._client.get(href, authorization=authorization, deadline=deadline) as response,
            ):
                return response
        except UpstreamError as error:
            raise OriginTroubled from error

    def _login_url(self, fields: Mapping[str, str]) -> Href:
        """Return the page that the origin names: on its own host, or wherever TLS protects it."""
        url = fields.get("login_url", "")
        is_plain = len(url) <= _LONGEST and url.isascii() and url.isprintable() and " " not in url
        if not is_plain or not (url.startswith(f"{self._origin.root}/") or urlsplit(url).scheme == "https"):
            raise OriginTroubled
        named = {"oauth_token": fields["oauth_token"], "oauth_consumer_key": self._signer.consumer_key}
        return with_parameters(Href(url), named)


def _form(response: Response) -> Mapping[str, str]:
    if response.status != 200:
        raise OriginTroubled
    try:
        return dict(parse_qsl(response.body.decode("ascii"), strict_parsing=True, max_num_fields=20))
    except ValueError as error:
        raise OriginTroubled from error


def _credentials(fields: Mapping[str, str]) -> Credentials:
    key, secret = fields.get("oauth_token", ""), fields.get("oauth_token_secret", "")
    if not 0 < len(key) <= _LONGEST or not 0 < len(secret) <= _LONGEST:
        raise OriginTroubled
    return Credentials(key, secret)
