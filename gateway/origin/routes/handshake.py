"""``/oauth/request_token``, ``/oauth/access_token`` and ``/oauth/clock/time``: what programs ask for."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.contract import FORM, POX
from gateway.origin.accounts import AccessToken, RequestToken
from gateway.origin.database import Database
from gateway.origin.errors import (
    DeveloperInactive,
    Malformed,
    Refusal,
    SignatureRefused,
    TokenMissing,
    TokenRefused,
    Unauthorized,
)
from gateway.origin.inquiries import Inquiry
from gateway.origin.models import Consumer
from gateway.origin.oauth import callbacks, grants, write_nonces
from gateway.origin.oauth.claims import Claims, read_claims
from gateway.origin.oauth.errors import ApplicationMismatch
from gateway.origin.oauth.known import Known, find_known
from gateway.origin.oauth.proof import check_form, is_genuine
from gateway.origin.oauth.verification import Level, Verifier
from gateway.origin.quota.gate import Gate
from gateway.origin.quota.meter import OverLimit
from gateway.origin.replies import Reply, reply_refusal
from gateway.origin.representations.elements import root
from gateway.origin.representations.rendering import PROLOG, pox
from gateway.origin.settings import CALLBACK_AT_LOGIN, OriginSettings

_JSON: Final = "application/json;charset=UTF-8"
_NOBODY: Final = "nobody has this secret"


class Handshake:
    """Gives applications request tokens, and access tokens for those that were approved."""

    def __init__(self, database: Database, settings: OriginSettings, gate: Gate) -> None:
        self._database = database
        self._gate = gate
        self._clock = settings.clock
        self._base = settings.public_url.rstrip("/")
        self._verifier = Verifier(settings)
        self._is_lenient = CALLBACK_AT_LOGIN in settings.compat

    async def request_token(self, inquiry: Inquiry) -> Reply:
        """Give a request token to who signs with a consumer's secret (contract 2.4)."""
        claims = read_claims(inquiry)
        try:
            known = await self._known(claims)
            caller = self._verifier.verify(inquiry, claims, known, level=Level.SIGNED, is_write=True)
            callback = self._callback(claims, caller.consumer)
            _check_name(inquiry, caller.consumer)
            now = self._clock()

            async def issue(session: AsyncSession) -> RequestToken:
                await write_nonces.keep(session, self._verifier.write_nonce(claims), now=now)
                return await grants.issue(session, caller.consumer.key, callback, now=int(now))

            request = await self._database.change(issue)
        except Refusal as refusal:
            return _refuse(inquiry, refusal, self._base)
        return _give(inquiry, self._request_fields(request, caller.consumer, claims))

    def _callback(self, claims: Claims, consumer: Consumer) -> str | None:
        """Return the callback, fixed from here on; None leaves it to the login page (OAuth 1.0)."""
        given = claims.signed_value("oauth_callback")
        if not given:
            return None if self._is_lenient else consumer.callback or callbacks.OUT_OF_BAND
        is_possible = given == callbacks.OUT_OF_BAND or callbacks.is_callback(given)
        if not is_possible or not callbacks.is_allowed(given, consumer.callback):
            raise Malformed("oauth_callback")
        return given

    def _request_fields(self, request: RequestToken, consumer: Consumer, claims: Claims) -> Mapping[str, str]:
        fields = {
            "oauth_token": request.token,
            "oauth_token_secret": request.secret,
            "application_name": consumer.name,
            "login_url": f"{self._base}/oauth/login?{urlencode({'oauth_token': request.token})}",
        }
        if claims.signed_value("oauth_callback"):
            fields["oauth_callback_confirmed"] = "true"
        return fields

    async def access_token(self, inquiry: Inquiry) -> Reply:
        """Give an access token for a request token that was approved (contract 2.6)."""
        claims = read_claims(inquiry)
        try:
            given = await self._exchange(inquiry, claims)
        except Refusal as refusal:
            return _refuse(inquiry, refusal, self._base)
        if isinstance(given, Refusal):
            return _refuse(inquiry, given, self._base)
        fields = {
            "oauth_token": given.token,
            "oauth_token_secret": given.secret,
            "user_id": given.subscriber_id,
        }
        return _give(inquiry, fields)

    async def _exchange(self, inquiry: Inquiry, claims: Claims) -> AccessToken | Refusal:
        consumer = (await self._known(claims)).consumers.get(claims.consumer_key)
        if not claims.token:
            raise TokenMissing
        now = self._clock()
        check_form(claims, now)
        async with self._database.read() as session:
            request = await grants.find(session, claims.token, claims.consumer_key)
        # Whatever is unknown is signed with a secret that nobody has, on the same way.
        secrets = (consumer.secret if consumer else _NOBODY, request.secret if request else _NOBODY)
        is_proven = is_genuine(inquiry, claims, *secrets)
        if consumer is None:
            raise DeveloperInactive
        if not is_proven or request is None:
            raise SignatureRefused
        return await self._database.change(lambda session: self._exchange_proven(session, claims, now))

    async def _exchange_proven(
        self, session: AsyncSession, claims: Claims, now: float
    ) -> AccessToken | Refusal:
        """Exchange the request token, unless somebody else just did; a wrong verifier is kept in mind."""
        await write_nonces.keep(session, self._verifier.write_nonce(claims), now=now)
        request = await grants.find(session, claims.token or "", claims.consumer_key)
        if request is None or not grants.is_approved(request, now):
            return TokenRefused()
        verifier = claims.signed_value("oauth_verifier")
        is_needed = request.callback is not None or not self._is_lenient
        if not verifier and is_needed:
            return SignatureRefused()
        if verifier and not grants.try_verifier(request, verifier):
            return SignatureRefused()
        return grants.exchange(session, request, now=int(now))

    async def count(self, inquiry: Inquiry) -> None:
        """Count what leads nowhere, if it says who sends it; raise when it is one too many."""
        try:
            claims = read_claims(inquiry)
        except Unauthorized:
            return
        await self._known(claims)

    async def _known(self, claims: Claims) -> Known:
        """Return what is known of who asks, and count it; raise when it is one too many."""
        async with self._database.read() as session:
            known = await find_known(session, [claims])
            (over,) = await self._gate.admit(session, [claims], known)
        if over is not None:
            raise over
        return known

    async def clock(self, inquiry: Inquiry) -> Reply:
        """Tell the time to who names a consumer key; what is wrong is a document here (contract 2.3)."""
        try:
            claims = read_claims(inquiry)
            known = await self._known(claims)
            self._verifier.verify(inquiry, claims, known, level=Level.KEY)
        except Unauthorized as refusal:
            told = Refusal(refusal.status, refusal.message)
            return _refuse(inquiry, told, self._base)
        except OverLimit as refusal:
            return _refuse(inquiry, refusal, self._base)
        now = int(self._clock())
        if _wants_json(inquiry):
            return _reply(orjson.dumps({"time": now}), _JSON)
        time = root("time")
        time.text = str(now)
        return _reply(PROLOG + pox(time), POX)


def _check_name(inquiry: Inquiry, consumer: Consumer) -> None:
    given = {value.strip() for name, value in inquiry.parameters if name == "application_name"}
    if given - {"", consumer.name}:
        raise ApplicationMismatch


def _give(inquiry: Inquiry, fields: Mapping[str, str]) -> Reply:
    if _wants_json(inquiry):
        return _reply(orjson.dumps(fields), _JSON)
    return _reply(urlencode(fields).encode(), FORM)


def _refuse(inquiry: Inquiry, refusal: Refusal, realm: str) -> Reply:
    """Reply with what is wrong: in JSON to who asked for it, if the key is known (contract 1.8 and 8, 35)."""
    plain = reply_refusal(refusal, realm)
    if not _wants_json(inquiry) or isinstance(refusal, DeveloperInactive):
        return plain
    told = {"status_code": refusal.status, "message": refusal.message}
    body = orjson.dumps({"error": refusal.message, "status": told})
    return Reply(plain.status, body, {**plain.headers, "content-type": _JSON})


def _wants_json(inquiry: Inquiry) -> bool:
    return any(name == "output" and value.lower() == "json" for name, value in inquiry.parameters)


def _reply(body: bytes, media_type: str) -> Reply:
    return Reply(200, body, {"content-type": media_type, "cache-control": "no-store"})
