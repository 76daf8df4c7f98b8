"""Everything that signs people in, put together: the routes, and who is recognised by what they gave out."""

from dataclasses import dataclass
from typing import Self

from starlette.routing import BaseRoute, Route

from gateway.auth.authenticator import Authenticator
from gateway.auth.browser import CALLBACK, BrowserRoutes
from gateway.auth.dance import Dance
from gateway.auth.guard import Guard
from gateway.auth.logins import Logins
from gateway.auth.sealing import Sealer
from gateway.auth.sessions import Sessions
from gateway.stores.records import Records


@dataclass(frozen=True, slots=True)
class Desk:
    """Where people sign in, and where they are recognised."""

    authenticator: Authenticator
    routes: list[BaseRoute]

    @classmethod
    def over(cls, records: Records, sealer: Sealer, dance: Dance, *, public_url: str) -> Self:
        """Return one that keeps all in *records*, sealed; browsers know it by *public_url*."""
        sessions, guard = Sessions(records, sealer), Guard(public_url)
        authenticator = Authenticator(sessions, guard)
        browser = BrowserRoutes(public_url, dance, Logins(records, sealer), sessions, authenticator, guard)
        routes = [
            Route("/auth/login", browser.login, methods=["GET"]),
            Route(CALLBACK, browser.callback, methods=["GET"]),
            Route("/auth/logout", browser.logout, methods=["POST"]),
            Route("/auth/session", browser.session, methods=["GET"]),
        ]
        return cls(authenticator, [*routes])
