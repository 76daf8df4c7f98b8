"""``/oauth/login``: a subscriber decides whether an application may use the account.

What protects the decision, and why programs can still make it (contract 9, 11):

* A form that brings a login and a password is its own proof: who forges forms on other sites does not know
  them. So it is taken from anybody, with or without a cookie. It makes a browser signed in only when it
  also brings the code of a form that we showed to that browser; else another site could sign somebody in
  as somebody else.
* A form without a password counts only in a visit that is signed in, and with the code of our own form.
* To deny needs no proof: whoever knows the request token may give it up.
* A form that a browser says another site sent is refused before anything else; no page can be framed.
* What is allowed goes to the callback that was fixed, under the consumer's signature, before the page was
  opened; what else the address of the page says about it is not read, except in OAuth 1.0 as it was
  (``callback-at-login``), and even there only where the consumer has registered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import RequestToken, Subscriber
from gateway.origin.database import Database
from gateway.origin.inquiries import Inquiry
from gateway.origin.models import Consumer
from gateway.origin.oauth import callbacks, grants, visits
from gateway.origin.oauth.errors import ApplicationMismatch, ConsumerMismatch, ForeignForm, RequestTokenEnded
from gateway.origin.oauth.sign_in import Door, TooManyTries
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.oauth.visits import Visit
from gateway.origin.pages import results
from gateway.origin.pages.consent import Question, consent_page
from gateway.origin.pages.forms import TOO_OFTEN, WRONG
from gateway.origin.replies import Reply
from gateway.origin.routes import html
from gateway.origin.settings import CALLBACK_AT_LOGIN, OriginSettings

_CARRIED: Final = ("oauth_token", "oauth_consumer_key", "oauth_callback")
_READ: Final = (*_CARRIED, "application_name", "status", "as")
_PATH: Final = "/oauth/login"


@dataclass(frozen=True, slots=True)
class _Case:
    """What is to be decided, about which application, and where the decision goes."""

    request: RequestToken
    consumer: Consumer
    callback: str | None


class Consent:
    """Asks subscribers, and notes what they decide."""

    def __init__(self, database: Database, door: Door, settings: OriginSettings) -> None:
        self._database = database
        self._door = door
        self._clock = settings.clock
        self._is_lenient = CALLBACK_AT_LOGIN in settings.compat

    async def show(self, inquiry: Inquiry, visitor: Visitor) -> Reply:
        """Show what is to be decided."""
        asked = html.read_fields(inquiry, _READ)
        async with self._database.read() as session:
            case = await self._case(session, asked)
        visit = await self._door.visit(visitor)
        carried = {name: asked[name] for name in _CARRIED if name in asked}
        subscriber = None if "as" in asked else visit.subscriber
        question = Question(
            application=case.consumer.name,
            fields={**carried, "csrf": visit.form_code()},
            returns_to=callbacks.shown(case.callback) if case.callback else None,
            signed_in_as=subscriber.login if subscriber else None,
            another=f"{_PATH}?{urlencode({**carried, 'as': 'another'})}",
            status=asked.get("status", ""),
        )
        return html.reply(consent_page(question), visitor, visit, leads_away=case.callback is not None)

    async def decide(self, inquiry: Inquiry, visitor: Visitor) -> Reply:
        """Take note of a decision, and lead on to what comes after it."""
        if visitor.is_sent_from_elsewhere:
            raise ForeignForm
        asked = html.read_fields(inquiry, _READ)
        filled = html.read_form(inquiry)
        async with self._database.read() as session:
            await self._case(session, asked)
        if filled.get("decision") == "deny":
            return await self._deny(asked, visitor)
        visit = await self._door.visit(visitor)
        try:
            subscriber = await self._who(filled, visit, visitor)
        except TooManyTries:
            return self._again(asked, visitor, TOO_OFTEN)
        if subscriber is None:
            return self._again(asked, visitor, WRONG)
        has_come_in = visit.subscriber is None and visit.is_own_form(filled.get("csrf", ""))
        begun = visits.sign_in(subscriber, now=self._clock()) if has_come_in else None
        return await self._allow(asked, visitor, begun, subscriber)

    async def _who(self, filled: Mapping[str, str], visit: Visit, visitor: Visitor) -> Subscriber | None:
        if "login" in filled or "password" in filled:
            return await self._door.subscriber(filled.get("login", ""), filled.get("password", ""), visitor)
        return visit.subscriber if visit.is_own_form(filled.get("csrf", "")) else None

    async def _case(self, session: AsyncSession, asked: Mapping[str, str]) -> _Case:
        request = await grants.find(session, asked.get("oauth_token", ""))
        if request is None or not grants.is_open(request, self._clock()):
            raise RequestTokenEnded
        if asked.get("oauth_consumer_key", request.consumer_key) != request.consumer_key:
            raise ConsumerMismatch
        consumer = await session.get_one(Consumer, request.consumer_key)
        if not consumer.is_enabled:
            raise RequestTokenEnded
        if asked.get("application_name", consumer.name).strip() != consumer.name:
            raise ApplicationMismatch
        return _Case(request, consumer, self._callback(request, consumer, asked))

    def _callback(self, request: RequestToken, consumer: Consumer, asked: Mapping[str, str]) -> str | None:
        """Return where the decision goes; nowhere if somebody carries a code."""
        if request.callback is not None:
            return None if request.callback == callbacks.OUT_OF_BAND else request.callback
        given = asked.get("oauth_callback", "") if self._is_lenient else ""
        is_good = callbacks.is_callback(given) and callbacks.is_allowed(given, consumer.callback)
        return given if is_good else consumer.callback

    async def _allow(
        self, asked: Mapping[str, str], visitor: Visitor, visit: Visit | None, subscriber: Subscriber
    ) -> Reply:
        async def approve(session: AsyncSession) -> tuple[_Case, str]:
            case = await self._case(session, asked)
            return case, grants.approve(case.request, subscriber.id)

        case, verifier = await self._database.change(approve)
        name = case.consumer.name
        if case.callback is None:
            is_awaited = case.request.callback == callbacks.OUT_OF_BAND
            return html.reply(results.allowed_page(name, verifier, is_awaited=is_awaited), visitor, visit)
        told = {"oauth_token": case.request.token}
        if case.request.callback is not None:
            told["oauth_verifier"] = verifier
        text = f"{name} was successfully linked to your account."
        return html.lead_to(callbacks.with_parameters(case.callback, told), text, visitor, visit)

    async def _deny(self, asked: Mapping[str, str], visitor: Visitor) -> Reply:
        async def end(session: AsyncSession) -> _Case:
            case = await self._case(session, asked)
            grants.end(case.request)
            return case

        case = await self._database.change(end)
        if case.callback is None:
            return html.reply(results.denied_page(case.consumer.name), visitor)
        told = {"oauth_token": case.request.token, "oauth_problem": "permission_denied"}
        return html.lead_to(callbacks.with_parameters(case.callback, told), "You denied it.", visitor)

    def _again(self, asked: Mapping[str, str], visitor: Visitor, status: str) -> Reply:
        carried = {name: asked[name] for name in _CARRIED if name in asked}
        address = f"{visitor.base}{_PATH}?{urlencode({**carried, 'status': status})}"
        return html.lead_to(address, "Sign-in failed.", visitor)
