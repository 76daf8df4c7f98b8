"""Signing in and out by browser: ``/auth/login``, ``/auth/callback``, ``/auth/logout``, ``/auth/session``."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.auth import cookies, pages
from gateway.auth.authenticator import Authenticator, bearer, is_bearer
from gateway.auth.dance import Dance
from gateway.auth.errors import NotAllowed, NotBegunHere, OriginTroubled, SignInFailed
from gateway.auth.guard import Guard
from gateway.auth.logins import LIFETIME, Logins, new_state
from gateway.auth.redirects import HOME, safe_return
from gateway.auth.sealing import new_secret
from gateway.auth.sessions import ABSOLUTE, Session, Sessions, Sort

CALLBACK: Final = "/auth/callback"
"""Where the origin sends people back to, below our public address."""

_NO_STORE: Final = {"cache-control": "no-store"}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_STATUSES: Final = {NotBegunHere: 400, NotAllowed: 403, OriginTroubled: 502}


@dataclass(frozen=True, slots=True)
class BrowserRoutes:
    """Answers what browsers ask to get a session, to see it and to end it."""

    public_url: str
    dance: Dance
    logins: Logins
    sessions: Sessions
    authenticator: Authenticator
    guard: Guard

    async def login(self, request: Request) -> Response:
        """``GET /auth/login?return_to=/…``: send the browser to the origin's login page."""
        return_to = safe_return(request.query_params.get("return_to"))
        if self._knows_us_otherwise(request):
            return _lead_to(f"{self.public_url}/auth/login?{urlencode({'return_to': return_to})}")
        browser = cookies.read(request, cookies.LOGIN) or new_secret()
        state = new_state()
        try:
            begun = await self.dance.begin(f"{self.public_url}{CALLBACK}?state={quote(state)}")
            await self.logins.keep(browser, state, begun, return_to)
        except SignInFailed as error:
            return _failed(error, return_to)
        answer = _lead_to(begun.login_url)
        answer.headers.append("set-cookie", cookies.keep(cookies.LOGIN, browser, seconds=LIFETIME))
        return answer

    async def callback(self, request: Request) -> Response:
        """``GET /auth/callback``: exchange what the origin gave the browser for a session."""
        given = request.query_params
        return_to = HOME
        try:
            login = await self.logins.take(
                cookies.read(request, cookies.LOGIN), given.get("state", ""), given.get("oauth_token", "")
            )
            return_to = login.return_to
            if not given.get("oauth_verifier"):
                raise NotAllowed
            person = await self.dance.finish(login.request, given["oauth_verifier"])
            old = cookies.read(request, cookies.SESSION)
            if old is not None:
                await self.sessions.end(old, Sort.COOKIE)
            secret = await self.sessions.begin(person, Sort.COOKIE)
        except SignInFailed as error:
            return _failed(error, return_to)
        answer = _lead_to(return_to)
        answer.headers.append("set-cookie", cookies.keep(cookies.SESSION, secret, seconds=ABSOLUTE))
        answer.headers.append("set-cookie", cookies.drop(cookies.LOGIN))
        return answer

    async def logout(self, request: Request) -> Response:
        """``POST /auth/logout``: end the session of a bearer token, or of a cookie that our page sends."""
        authorization = request.headers.get("authorization", "")
        if is_bearer(authorization):
            if secret := bearer(authorization):
                await self.sessions.end(secret, Sort.BEARER)
            return Response(status_code=204, headers=_NO_STORE)
        self.guard.check(request)
        if secret := cookies.read(request, cookies.SESSION):
            await self.sessions.end(secret, Sort.COOKIE)
        return Response(status_code=204, headers={**_NO_STORE, "set-cookie": cookies.drop(cookies.SESSION)})

    async def session(self, request: Request) -> Response:
        """``GET /auth/session``: say who is signed in, and until when."""
        session = await self.authenticator.recognise(request)
        return JSONResponse({"session": _shown(session) if session else None}, headers=_NO_STORE)

    def _knows_us_otherwise(self, request: Request) -> bool:
        """Whether the browser is at another of this machine's names, where our cookie would not count."""
        ours, theirs = urlsplit(self.public_url).netloc, request.headers.get("host", "")
        return ours != theirs and _host(ours) in _LOOPBACK and _host(theirs) in _LOOPBACK


def _host(netloc: str) -> str:
    return netloc if netloc.endswith("]") else netloc.rpartition(":")[0] or netloc


def _shown(session: Session) -> dict[str, object]:
    return {
        "user": {"id": session.person.user_id, "name": session.person.name},
        "since": datetime.fromtimestamp(session.since, UTC).isoformat(),
        "until": datetime.fromtimestamp(session.until, UTC).isoformat(),
    }


def _lead_to(address: str) -> Response:
    headers = {"location": address, "referrer-policy": "no-referrer", **_NO_STORE}
    return Response(status_code=303, headers=headers)


def _failed(error: SignInFailed, return_to: str) -> Response:
    return pages.sign_in_failed(str(error), return_to, status=_STATUSES[type(error)])
