"""Sign-ins under way: each is bound to the browser that began it, and ends once."""

import hmac
from dataclasses import dataclass
from typing import Final

from gateway.auth.dance import Begun
from gateway.auth.errors import NotBegunHere
from gateway.auth.sealing import Sealer, fingerprint, new_secret
from gateway.stores.records import Kind, Records
from gateway.upstream.signing import Credentials

LIFETIME: Final = 600
"""Seconds that somebody may take to sign in; the origin's request tokens live as long."""

_KIND: Final = Kind("login", limit=10_000)


@dataclass(frozen=True, slots=True)
class Login:
    """A sign-in that came back from the origin."""

    request: Credentials
    return_to: str


class Logins:
    """Keeps sign-ins by browser and state, so that several tabs of one browser may sign in at once."""

    def __init__(self, records: Records, sealer: Sealer) -> None:
        self._records = records
        self._sealer = sealer

    async def keep(self, browser: str, state: str, begun: Begun, return_to: str) -> None:
        """Keep a sign-in that *browser* has begun."""
        value = {"request": [begun.request.key, begun.request.secret], "return_to": return_to}
        await self._records.put(_KIND, _name(browser, state), self._sealer.seal(value), lifetime=LIFETIME)

    async def take(self, browser: str | None, state: str, token: str) -> Login:
        """Return the sign-in that *browser* began with *state*, once; raise ``NotBegunHere`` otherwise.

        *token* is the request token that the origin says it is about.
        """
        if not browser or not state:
            raise NotBegunHere
        value = self._sealer.unseal(await self._records.take(_KIND, _name(browser, state)))
        if value is None or not hmac.compare_digest(value["request"][0].encode(), token.encode()):
            raise NotBegunHere
        return Login(Credentials(*value["request"]), value["return_to"])


def new_state() -> str:
    """Return what nobody guesses, to go with a sign-in to the origin and back."""
    return new_secret()


def _name(browser: str, state: str) -> str:
    return fingerprint(browser, state)
