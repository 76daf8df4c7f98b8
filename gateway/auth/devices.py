"""Devices that wait for somebody to approve them in a browser (RFC 8628).

A device has a long code that it keeps to itself, and a short one that it shows. Who is signed in looks up the
short one and decides, once; the device asks with the long one until it is told.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.auth.dance import Person
from gateway.auth.sealing import Sealer, fingerprint, new_secret
from gateway.auth.sessions import pack, unpack
from gateway.stores.records import Kind, Records

LIFETIME: Final = 600
"""Seconds that a device waits."""
INTERVAL: Final = 5
"""Seconds that a device leaves between two questions; as many more each time it does not."""

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no code is a word, and none that looks like another (RFC 8628 section 6.1)."""
_DEVICE: Final = Kind("device", limit=10_000)
_USER_CODE: Final = Kind("user code", limit=10_000)
_GUESSES: Final = Kind("guesses", limit=10_000)
_TRIES: Final = 5

MOST_GUESSES: Final = 10
"""How many codes that no device shows somebody may try within ten minutes (RFC 8628 section 5.1)."""


class NotYet(Exception):
    """A device is told nothing; ``error`` says why, in the words of RFC 8628 section 3.5."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class GuessedTooOften(Exception):
    """Somebody has tried too many codes that no device shows."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that begins to wait."""

    device_code: str = field(repr=False)
    user_code: str


class Devices:
    """Lets devices wait, and people decide about them."""

    def __init__(self, records: Records, sealer: Sealer, *, clock: Callable[[], float] = time.time) -> None:
        self._records = records
        self._sealer = sealer
        self._clock = clock

    async def start(self) -> Waiting:
        """Let a device wait."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        waiting = Waiting(new_secret(), f"{letters[:4]}-{letters[4:]}")
        name = _name(waiting.device_code)
        value = {"person": None, "denied": False, "interval": INTERVAL, "asked": 0}
        await self._records.put(_DEVICE, name, self._sealer.seal(value), lifetime=LIFETIME)
        code = fingerprint("user code", letters)
        await self._records.put(_USER_CODE, code, self._sealer.seal(name), lifetime=LIFETIME)
        return waiting

    async def is_waiting(self, user_code: str, *, asker: str) -> bool:
        """Tell *asker*, a session's name, whether a device shows *user_code*; raise ``GuessedTooOften``."""
        guesses = self._sealer.unseal(await self._records.get(_GUESSES, asker)) or 0
        if guesses >= MOST_GUESSES:
            raise GuessedTooOften
        if await self._records.get(_USER_CODE, _code(user_code)) is not None:
            return True
        await self._records.put(_GUESSES, asker, self._sealer.seal(guesses + 1), lifetime=LIFETIME)
        return False

    async def decide(self, user_code: str, person: Person | None) -> bool:
        """Let the device that shows *user_code* act for *person*, or for nobody; say whether one waited."""
        name = self._sealer.unseal(await self._records.take(_USER_CODE, _code(user_code)))
        if name is None:
            return False
        # The device may ask meanwhile, which is noted in the same place.
        for _ in range(_TRIES):
            sealed = await self._records.get(_DEVICE, name)
            value = self._sealer.unseal(sealed)
            if sealed is None or value is None:
                return False
            decided = {**value, "denied": person is None, "person": pack(person) if person else None}
            if await self._records.change(_DEVICE, name, sealed, self._sealer.seal(decided)):
                return True
        return False

    async def ask(self, device_code: str) -> Person:
        """Return for whom the device may act, once; raise ``NotYet``."""
        name = _name(device_code)
        sealed = await self._records.get(_DEVICE, name)
        value = self._sealer.unseal(sealed)
        if sealed is None or value is None:
            raise NotYet("expired_token")
        if value["person"] is None and not value["denied"]:
            raise NotYet(await self._note(name, sealed, value))
        if await self._records.take(_DEVICE, name) is None:
            raise NotYet("expired_token")
        if value["denied"]:
            raise NotYet("access_denied")
        return unpack(value["person"])

    async def _note(self, name: str, sealed: bytes, value: dict[str, Any]) -> str:
        """Note that a device asks, and return what it is told."""
        now = self._clock()
        is_too_soon = now - value["asked"] < value["interval"]
        noted = {**value, "asked": now, "interval": value["interval"] + (INTERVAL if is_too_soon else 0)}
        await self._records.change(_DEVICE, name, sealed, self._sealer.seal(noted))
        return "slow_down" if is_too_soon else "authorization_pending"


def shown(user_code: str) -> str:
    """Return *user_code*, however it was typed, as the device shows it; nothing if it cannot be one."""
    letters = _letters(user_code)
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == 8 else ""


def _letters(user_code: str) -> str:
    return "".join(letter for letter in user_code[:20].upper() if letter in _LETTERS)


def _code(user_code: str) -> str:
    return fingerprint("user code", _letters(user_code))


def _name(device_code: str) -> str:
    return fingerprint("device", device_code)
