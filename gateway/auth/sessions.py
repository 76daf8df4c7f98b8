"""Sessions: who is signed in with which secret, and until when.

A browser holds the secret in a cookie, everything else sends it as a bearer token; a secret of one sort is
no good as the other. Only its fingerprint is stored, with what it stands for, sealed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gateway.auth.dance import Person
from gateway.auth.sealing import Sealer, fingerprint, new_secret
from gateway.loaders.viewer import Viewer
from gateway.stores.records import Kind, Records
from gateway.upstream.signing import Credentials

IDLE: Final = 30 * 86_400
"""Seconds without use after which a session ends."""
ABSOLUTE: Final = 180 * 86_400
"""Seconds after which a session ends however much it is used."""

_TOUCH_AFTER: Final = 3_600
"""Seconds for which a use is not noted again."""
_KIND: Final = Kind("session", limit=1_000_000)


class Sort(StrEnum):
    """How a secret is carried."""

    COOKIE = "cookie"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in; times in Unix seconds."""

    name: str
    """What it is called where it is kept."""
    person: Person
    since: int
    until: int
    """When it ends if it is not used again."""

    @property
    def viewer(self) -> Viewer:
        """Return the subscriber, as the graph knows them."""
        return Viewer(self.person.user_id, self.person.token, self.name)


class Sessions:
    """Begins sessions, finds them, and ends them; *on_end* is told the name of one that its holder ends."""

    def __init__(
        self,
        records: Records,
        sealer: Sealer,
        *,
        clock: Callable[[], float] = time.time,
        on_end: Callable[[str], None] = lambda _name: None,
    ) -> None:
        self._records = records
        self._sealer = sealer
        self._clock = clock
        self._on_end = on_end

    async def begin(self, person: Person, sort: Sort) -> str:
        """Begin a session, and return its secret."""
        secret, now = new_secret(), int(self._clock())
        value = {"person": pack(person), "since": now, "used": now}
        name = _name(secret, sort)
        await self._records.put(_KIND, name, self._sealer.seal(value), lifetime=IDLE)
        return secret

    async def find(self, secret: str, sort: Sort) -> Session | None:
        """Return the session of *secret*, and note that it is used."""
        name = _name(secret, sort)
        sealed = await self._records.get(_KIND, name)
        value = self._sealer.unseal(sealed)
        now = int(self._clock())
        if sealed is None or value is None:
            return None
        if now - value["used"] >= _TOUCH_AFTER:
            value["used"] = now
            # If somebody else was faster, that use is noted.
            await self._records.change(_KIND, name, sealed, self._sealer.seal(value))
            await self._records.extend(_KIND, name, lifetime=min(IDLE, value["since"] + ABSOLUTE - now))
        until = min(value["used"] + IDLE, value["since"] + ABSOLUTE)
        return Session(name, unpack(value["person"]), value["since"], until)

    async def end(self, secret: str, sort: Sort) -> None:
        """End the session of *secret*, if there is one, and whatever is open in it."""
        name = _name(secret, sort)
        await self.forget(name)
        self._on_end(name)

    async def forget(self, name: str) -> None:
        """End the session that is kept as *name*."""
        await self._records.forget(_KIND, name)


def pack(person: Person) -> list[str | None]:
    """Return *person* as it is sealed."""
    return [person.user_id, person.name, person.token.key, person.token.secret]


def unpack(packed: Sequence[str]) -> Person:
    """Return whom ``pack`` has packed."""
    user_id, name, key, secret = packed
    return Person(user_id, name, Credentials(key, secret))


def _name(secret: str, sort: Sort) -> str:
    return fingerprint(sort, secret)
