"""Everything that signs people in, put together: the routes, and who is recognised by what they gave out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from starlette.routing import BaseRoute, Route

from gateway.auth import pages
from gateway.auth.approval import Approval
from gateway.auth.authenticator import Authenticator
from gateway.auth.browser import CALLBACK, BrowserRoutes
from gateway.auth.dance import Dance
from gateway.auth.devices import Devices
from gateway.auth.guard import Guard
from gateway.auth.logins import Logins
from gateway.auth.rate import Answer, RateLimit
from gateway.auth.sealing import Sealer
from gateway.auth.sessions import Sessions
from gateway.auth.tokens import APPROVAL, TokenRoute, slow_down
from gateway.stores.records import Records


@dataclass(frozen=True, slots=True)
class Terms:
    """What those who run the gateway decide about signing in."""

    public_url: str
    """Where browsers know us."""
    may_exchange: bool = False
    """Whether an access token of the origin can be exchanged for one of ours."""
    requests_per_minute: int = 120
    """How often one address may ask for what signs people in."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where people sign in, and where they are recognised."""

    authenticator: Authenticator
    routes: list[BaseRoute]

    @classmethod
    def over(
        cls, records: Records, sealer: Sealer, dance: Dance, terms: Terms, *, on_end: Callable[[str], None]
    ) -> Self:
        """Return one that keeps all in *records*, sealed; *on_end* is told which sessions people end."""
        url = terms.public_url
        sessions = Sessions(records, sealer, on_end=on_end)
        devices, guard = Devices(records, sealer), Guard(url)
        authenticator = Authenticator(sessions, guard)
        browser = BrowserRoutes(url, dance, Logins(records, sealer), sessions, authenticator, guard)
        tokens = TokenRoute(url, dance, devices, sessions, terms.may_exchange)
        approval = Approval(devices, sessions, guard)
        rate = RateLimit(terms.requests_per_minute)

        def page(answer: Answer) -> Answer:
            return rate.around(answer, pages.too_often)

        routes = [
            Route("/auth/login", page(browser.login), methods=["GET"]),
            Route(CALLBACK, page(browser.callback), methods=["GET"]),
            Route("/auth/logout", browser.logout, methods=["POST"]),
            Route("/auth/session", browser.session, methods=["GET"]),
            Route("/auth/token", rate.around(tokens.answer, slow_down), methods=["POST"]),
            Route(APPROVAL, page(approval.ask), methods=["GET"]),
            Route(APPROVAL, page(approval.decide), methods=["POST"]),
        ]
        return cls(authenticator, [*routes])
