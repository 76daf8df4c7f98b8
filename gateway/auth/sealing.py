"""Keeps secrets unreadable where they are stored: sealed with a key that may be replaced by another."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

FILE: Final = "session.key"


class KeyUnusable(Exception):
    """A key is not one, or cannot be kept; the message says which, and never what it is."""


class Sealer:
    """Seals with the first of its keys, and opens with all of them: so a key can be replaced in peace."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([_fernet(number, key) for number, key in enumerate(keys, 1)])

    @classmethod
    def kept_in(cls, home: Path) -> Self:
        """Return one whose key lies in *home*, where it is made if need be, for its owner's eyes."""
        file = home / FILE
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make(file)
            return cls([file.read_text("ascii").strip()])
        except (OSError, ValueError, KeyUnusable) as error:
            raise KeyUnusable(f"The key of the sessions, {file}, cannot be used: {error}.") from error

    @classmethod
    def passing(cls) -> Self:
        """Return one whose key ends with the process."""
        return cls([Fernet.generate_key().decode()])

    def seal(self, content: object) -> bytes:
        """Return *content*, of JSON's types, so that only we can read it or make it."""
        return self._fernet.encrypt(orjson.dumps(content))

    def unseal(self, sealed: bytes | None) -> Any:  # noqa: ANN401 - what was sealed
        """Return what was sealed; nothing if there is nothing, or none of our keys opens it."""
        if sealed is None:
            return None
        try:
            return orjson.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            return None


def new_secret() -> str:
    """Return 256 bits that nobody guesses, fit for a cookie."""
    return secrets.token_urlsafe(32)


def fingerprint(*parts: str) -> str:
    """Return what stands for a secret where it is stored: the way back takes 2^256 tries."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def check(keys: Iterable[str]) -> None:
    """Raise ``KeyUnusable`` unless each of *keys* is one."""
    for number, key in enumerate(keys, 1):
        _fernet(number, key)


def _fernet(number: int, key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as error:
        raise KeyUnusable(f"Key {number} is not 32 bytes in URL-safe base64.") from error


def _make(file: Path) -> None:
    """Make the key unless it is there; of several processes at once, one makes it, whole."""
    if file.exists():
        return
    draft = file.with_suffix(f".{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(Fernet.generate_key())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
