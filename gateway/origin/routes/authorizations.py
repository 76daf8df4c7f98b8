"""``/oauth/authorizations``: a subscriber sees what applications are allowed, and takes it back.

Nothing here is for programs, so every form needs the code of our own page, signing in too: else another
site could sign somebody in as somebody else.
"""

from collections.abc import Mapping
from typing import Final

from gateway.origin.accounts import Subscriber
from gateway.origin.database import Database
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth import grants, visits
from gateway.origin.oauth.errors import ForeignForm
from gateway.origin.oauth.sign_in import Door, TooManyTries
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.oauth.visits import Visit
from gateway.origin.pages.authorizations import Allowed, authorizations_page, sign_in_page
from gateway.origin.pages.forms import TOO_OFTEN, WRONG
from gateway.origin.replies import Reply
from gateway.origin.routes import html
from gateway.origin.settings import OriginSettings

_PATH: Final = "/oauth/authorizations"
_REVOKED: Final = "revoked"


class Authorizations:
    """Shows subscribers what they allowed."""

    def __init__(self, database: Database, door: Door, settings: OriginSettings) -> None:
        self._database = database
        self._door = door
        self._clock = settings.clock

    async def show(self, inquiry: Inquiry, visitor: Visitor) -> Reply:
        """Show the list to who is signed in, and the way in to others."""
        status = html.read_fields(inquiry, ("status",)).get("status", "")
        visit = await self._door.visit(visitor)
        if visit.subscriber is None:
            return html.reply(sign_in_page(visit.form_code(), status), visitor, visit)
        async with self._database.read() as session:
            found = await grants.authorizations(session, visit.subscriber.id)
        allowed = [Allowed(one.consumer.key, one.consumer.name, one.since) for one in found]
        page = authorizations_page(
            visit.subscriber.login, allowed, visit.form_code(), is_revoked=status == _REVOKED
        )
        return html.reply(page, visitor, visit)

    async def decide(self, inquiry: Inquiry, visitor: Visitor) -> Reply:
        """Sign in or out, or take back what an application was allowed."""
        if visitor.is_sent_from_elsewhere:
            raise ForeignForm
        filled = html.read_form(inquiry)
        visit = await self._door.visit(visitor)
        if not visit.is_own_form(filled.get("csrf", "")):
            return self._lead_back(visitor, "Nothing was changed; open the page again.", visit)
        if visit.subscriber is None:
            return await self._sign_in(filled, visitor)
        if filled.get("decision") == "sign-out":
            return self._lead_back(visitor, "You are signed out.", visits.begin())
        return await self._revoke(filled, visitor, visit.subscriber)

    async def _sign_in(self, filled: Mapping[str, str], visitor: Visitor) -> Reply:
        try:
            subscriber = await self._door.subscriber(
                filled.get("login", ""), filled.get("password", ""), visitor
            )
        except TooManyTries:
            return self._lead_back(visitor, "Sign-in failed.", status=TOO_OFTEN)
        if subscriber is None:
            return self._lead_back(visitor, "Sign-in failed.", status=WRONG)
        visit = visits.sign_in(subscriber, now=self._clock())
        return self._lead_back(visitor, "You are signed in.", visit)

    async def _revoke(self, filled: Mapping[str, str], visitor: Visitor, subscriber: Subscriber) -> Reply:
        consumer = filled.get("consumer_key")
        if filled.get("decision") != "revoke" or consumer is None:
            return self._lead_back(visitor, "Nothing was changed.")
        now = int(self._clock())
        await self._database.change(lambda session: grants.revoke(session, subscriber.id, consumer, now=now))
        return self._lead_back(visitor, "Taken back.", status=_REVOKED)

    def _lead_back(
        self, visitor: Visitor, text: str, visit: Visit | None = None, *, status: str = ""
    ) -> Reply:
        address = f"{visitor.base}{_PATH}" + (f"?status={status}" if status else "")
        return html.lead_to(address, text, visitor, visit)
