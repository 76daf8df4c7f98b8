"""Passwords: hashed by argon2, and compared in the same time whether the login is known or not."""

import asyncio
import secrets
import unicodedata
from base64 import b64encode
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST: Final = 1_024
_AT_ONCE: Final = 2


def _hasher() -> PasswordHasher:
    # The smaller of the two settings that OWASP names: 19 MiB a login, so that a crowd at the door does
    # not take the memory that readers need.
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Return what is stored of *password*."""
    return _hasher().hash(_normal(password))


class Passwords:
    """Compares passwords beside the event loop, a few at once."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or _hasher()
        self._lanes = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = _hash_of_nothing(self._hasher)

    async def is_right(self, stored: str | None, given: str) -> bool:
        """Tell whether *given* is the password that *stored* was made of; without one, take as long."""
        if len(given) > LONGEST:
            return False
        async with self._lanes:
            return await asyncio.to_thread(self._compare, stored or self._nobodys, _normal(given))

    def _compare(self, stored: str, given: str) -> bool:
        try:
            return self._hasher.verify(stored, given)
        except (VerificationError, InvalidHashError):
            return False


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """Return a hash that takes as long as any other, and that no password has."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).rstrip(b"=").decode()
        for size in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${cost}${salt}${digest}"


def _normal(password: str) -> str:
    # Keyboards differ in how they compose letters (RFC 8265, 4.2).
    return unicodedata.normalize("NFC", password)
