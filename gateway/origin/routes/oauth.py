"""Everything below ``/oauth/``: for programs, and for people."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from gateway.origin.database import Database
from gateway.origin.errors import NotFound, Unauthorized, VerbRefused
from gateway.origin.inquiries import Inquiry
from gateway.origin.oauth.sign_in import Door
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.pages.results import refused_page
from gateway.origin.quota.gate import Gate
from gateway.origin.replies import Reply
from gateway.origin.routes import html
from gateway.origin.routes.authorizations import Authorizations
from gateway.origin.routes.consent import Consent
from gateway.origin.routes.handshake import Handshake
from gateway.origin.settings import OriginSettings

_Handler = Callable[[Inquiry], Awaitable[Reply]]
_PageHandler = Callable[[Inquiry, Visitor], Awaitable[Reply]]

_PREFIX: Final = "/oauth/"


class OAuthPages:
    """Answers what is below ``/oauth/``; each request by itself, never as an entry of a bulk request."""

    def __init__(self, database: Database, settings: OriginSettings, gate: Gate) -> None:
        door = Door(database, settings)
        self._handshake = handshake = Handshake(database, settings, gate)
        consent = Consent(database, door, settings)
        authorizations = Authorizations(database, door, settings)
        self._realm = settings.public_url
        self._handlers: Mapping[str, _Handler] = {
            "/oauth/request_token": handshake.request_token,
            "/oauth/access_token": handshake.access_token,
            "/oauth/clock/time": handshake.clock,
        }
        login = {"GET": consent.show, "HEAD": consent.show, "POST": consent.decide}
        self._pages: Mapping[str, Mapping[str, _PageHandler]] = {
            "/oauth/login": login,
            "/oauth/authenticate": login,
            "/oauth/authorizations": {
                "GET": authorizations.show,
                "HEAD": authorizations.show,
                "POST": authorizations.decide,
            },
        }

    def owns(self, path: str) -> bool:
        """Tell whether *path* is one of these, or looks like one."""
        return path.startswith(_PREFIX)

    async def reply(self, inquiry: Inquiry, visitor: Visitor) -> Reply:
        """Answer one request; raises the refusal if there is nothing to answer."""
        path = inquiry.path.removesuffix("/")
        if path in self._handlers:
            if inquiry.verb not in {"GET", "POST"}:
                raise VerbRefused(("GET", "POST"))
            return await self._handlers[path](inquiry)
        if path not in self._pages:
            await self._handshake.count(inquiry)
            raise NotFound
        by_verb = self._pages[path]
        if inquiry.verb not in by_verb:
            raise VerbRefused(tuple(by_verb))
        try:
            return await by_verb[inquiry.verb](inquiry, visitor)
        except Unauthorized as refusal:
            return self._refuse(refusal, visitor)

    def _refuse(self, refusal: Unauthorized, visitor: Visitor) -> Reply:
        reply = html.reply(refused_page(refusal.message), visitor, status=refusal.status)
        if refusal.status != 401:
            return reply
        return Reply(
            reply.status, reply.body, {**reply.headers, "www-authenticate": f'OAuth realm="{self._realm}"'}
        )
