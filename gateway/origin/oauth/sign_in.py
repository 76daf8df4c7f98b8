"""Who is at the door: a login and a password, or the cookie of a visit that goes on."""

from gateway.origin.accounts import Subscriber
from gateway.origin.database import Database
from gateway.origin.oauth import visits
from gateway.origin.oauth.logins import LONGEST_LOGIN, find_by_login, fold_login
from gateway.origin.oauth.passwords import Passwords
from gateway.origin.oauth.tries import Tries
from gateway.origin.oauth.visitors import Visitor
from gateway.origin.oauth.visits import Visit
from gateway.origin.settings import OriginSettings

_SECONDS = 600


class TooManyTries(Exception):
    """A login or an address was wrong too often lately."""


class Door:
    """Lets subscribers in."""

    def __init__(self, database: Database, settings: OriginSettings) -> None:
        self._database = database
        self._clock = settings.clock
        self._passwords = Passwords()
        self._by_login = Tries(most=settings.login_tries, seconds=_SECONDS, clock=settings.clock)
        self._by_address = Tries(most=settings.address_tries, seconds=_SECONDS, clock=settings.clock)

    async def visit(self, visitor: Visitor) -> Visit:
        """Return the visit that *visitor* goes on with, or a new one."""
        cookie = visitor.cookie
        claimed = visits.claimed_subscriber(cookie or "")
        subscriber = None
        if claimed is not None:
            async with self._database.read() as session:
                subscriber = await session.get(Subscriber, claimed)
        return visits.resume(cookie, subscriber, now=self._clock())

    async def subscriber(self, login: str, password: str, visitor: Visitor) -> Subscriber | None:
        """Return whose *login* and *password* these are.

        The way is the same for logins that nobody has, and so is the time that it takes.
        """
        name = fold_login(login)[:LONGEST_LOGIN]
        if not self._by_address.take(visitor.address) or not self._by_login.take(name):
            raise TooManyTries
        async with self._database.read() as session:
            found = await find_by_login(session, name)
        if not await self._passwords.is_right(found.password if found else None, password) or found is None:
            return None
        self._by_login.give_back(name)
        self._by_address.give_back(visitor.address)
        return found
