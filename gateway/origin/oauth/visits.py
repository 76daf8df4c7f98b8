"""A visit by a browser: one cookie, which tells forms of ours from forged ones and who is signed in. Pure.

The cookie is a random mark; once somebody has signed in it is another mark with who it is, until when, and
a code made with the hash of the password. So nothing is stored, every node can tell, and a new password
ends all visits. A form carries a code made with the cookie and a salt of its own: who forges a form cannot
read the cookie, and an answer never holds the same secret twice, compressed or not.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Final

from gateway.origin.accounts import Subscriber

SECONDS: Final = 1_800
"""How long somebody stays signed in."""

_COOKIE: Final = re.compile(
    r"(?P<mark>[\w-]{43})(?:~(?P<until>[0-9]{1,11})~(?P<code>[0-9a-f]{64})~(?P<subscriber>[A-Za-z0-9_.-]{1,128}))?",
    re.ASCII,
)
_FORM: Final = re.compile(r"(?P<salt>[\w-]{22})\.(?P<code>[0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser that came back, or comes for the first time."""

    cookie: str
    is_new: bool = False
    """The browser does not have the cookie yet."""
    subscriber: Subscriber | None = None
    """Who is signed in."""

    def form_code(self) -> str:
        """Return what a form must bring back."""
        salt = secrets.token_urlsafe(16)
        return f"{salt}.{_code(self.cookie, salt)}"

    def is_own_form(self, code: str) -> bool:
        """Tell whether a form with this *code* was shown in this visit."""
        found = _FORM.fullmatch(code)
        return found is not None and hmac.compare_digest(
            _code(self.cookie, found["salt"]).encode(), found["code"].encode()
        )


def begin() -> Visit:
    """Return the visit of a browser that brought no cookie."""
    return Visit(secrets.token_urlsafe(32), is_new=True)


def sign_in(subscriber: Subscriber, *, now: float) -> Visit:
    """Return a new visit, in which *subscriber* is signed in."""
    mark, until = secrets.token_urlsafe(32), int(now) + SECONDS
    return Visit(
        f"{mark}~{until}~{_seal(mark, until, subscriber)}~{subscriber.id}", is_new=True, subscriber=subscriber
    )


def claimed_subscriber(cookie: str) -> str | None:
    """Return the id of who *cookie* says is signed in; whether it is true is another question."""
    found = _COOKIE.fullmatch(cookie)
    return found["subscriber"] if found else None


def resume(cookie: str | None, subscriber: Subscriber | None, *, now: float) -> Visit:
    """Return the visit of *cookie*; *subscriber* is whom it claims, if there is such a one."""
    found = _COOKIE.fullmatch(cookie or "")
    if cookie is None or found is None:
        return begin()
    if found["subscriber"] is None:
        return Visit(cookie)
    if subscriber is None or subscriber.id != found["subscriber"] or now >= int(found["until"]):
        return begin()
    seal = _seal(found["mark"], int(found["until"]), subscriber)
    is_true = hmac.compare_digest(seal.encode(), found["code"].encode())
    return Visit(cookie, subscriber=subscriber) if is_true else begin()


def _seal(mark: str, until: int, subscriber: Subscriber) -> str:
    return _code(subscriber.password, f"{mark}~{until}~{subscriber.id}")


def _code(key: str, text: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha256").hex()
