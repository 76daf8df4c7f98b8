"""Who sends a request: by a bearer token, or by the cookie of a browser."""

from contextlib import suppress
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from gateway.auth import cookies
from gateway.auth.guard import Guard
from gateway.auth.sessions import Session, Sessions, Sort
from gateway.loaders.viewer import Viewer
from gateway.stores.records import StoreUnavailable

_CHALLENGE: Final = 'Bearer error="invalid_token"'
_LONGEST: Final = 200


class BearerRefused(Exception):
    """A bearer token is none of ours, or no longer good; or something else is in its place."""

    def __init__(self, detail: str = "The bearer token is not good, or no longer.") -> None:
        super().__init__(detail)


class Authenticator:
    """Finds the session of whoever asks."""

    def __init__(self, sessions: Sessions, guard: Guard) -> None:
        self._sessions = sessions
        self._guard = guard

    async def viewer(self, connection: HTTPConnection) -> Viewer | None:
        """Return who opened *connection*; nobody if it has neither a bearer token nor a session's cookie.

        Raises what ``recognise`` raises.
        """
        session = await self.recognise(connection)
        return session.viewer if session else None

    async def recognise(self, connection: HTTPConnection) -> Session | None:
        """Return the session of who opened *connection*.

        Raises ``HTTPException``: 401 for a bearer token that is not good or something else in its place, 403
        for a change that another site may have made a browser send.
        """
        try:
            return await self.session(connection)
        except BearerRefused as error:
            raise HTTPException(401, str(error), {"www-authenticate": _CHALLENGE}) from error

    async def session(self, connection: HTTPConnection) -> Session | None:
        """Return the session of whoever opened *connection*; raise ``BearerRefused`` or ``HTTPException``.

        A bearer token counts before a cookie. A cookie that is not good, or no longer, is none. Another
        scheme than ``Bearer`` may be for a proxy before us: it counts as nothing beside a good cookie, and is
        refused where nobody would be signed in.
        """
        authorization = connection.headers.get("authorization")
        if authorization is not None and is_bearer(authorization):
            return await self.of_bearer(authorization)
        secret = cookies.read(connection, cookies.SESSION)
        session = await self._sessions.find(secret, Sort.COOKIE) if secret else None
        if session is not None:
            self._guard.check(connection)
        elif authorization is not None:
            raise BearerRefused("`Authorization` must be `Bearer …`, with a token of ours.")
        return session

    async def of_bearer(self, authorization: str) -> Session:
        """Return the session of ``Bearer …``; raise ``BearerRefused``."""
        secret = bearer(authorization)
        session = await self._sessions.find(secret, Sort.BEARER) if secret else None
        if session is None:
            raise BearerRefused
        return session

    async def forget(self, viewer: Viewer) -> None:
        """End the session of *viewer*, whose token the origin takes no more.

        Where sessions cannot be changed now it goes on: the origin will refuse the token again.
        """
        with suppress(StoreUnavailable):
            await self._sessions.forget(viewer.session)


def is_bearer(authorization: str) -> bool:
    """Whether an ``Authorization`` header is meant for us."""
    return authorization.partition(" ")[0].lower() == "bearer"


def bearer(authorization: str) -> str | None:
    """Return the token of ``Bearer …``, if it may be one."""
    scheme, _, secret = authorization.partition(" ")
    is_one = scheme.lower() == "bearer" and secret.isascii() and 0 < len(secret.strip()) <= _LONGEST
    return secret.strip() if is_one else None
