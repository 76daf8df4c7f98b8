"""What the origin answers instead of a document. Pure.

Refusal
├── NotFound
├── Invalid
├── BadPage
├── VerbRefused
├── TooLarge
├── AddressTooLong
├── HeadersTooLarge
├── BodyTooSlow
├── EncodingRefused
├── Misdirected
├── AnotherUser
├── NoRoom
├── Late
├── Unavailable
├── Broken
└── Unauthorized
    ├── MissingConsumerKey
    ├── TimestampRefused
    ├── SignatureRefused
    ├── TokenMissing
    ├── TokenRefused
    ├── FeedRefused
    ├── DeveloperInactive
    └── Malformed

A refusal is raised while a request is read; inside a batch it is an answer like any other.
"""

from collections.abc import Mapping, Sequence
from typing import Final

RETRY_SECONDS: Final = 5
"""When to come again after something that passes."""


class Refusal(Exception):
    """The origin does not answer as asked (contract 1.15 and 5)."""

    def __init__(self, status: int, message: str, *, sub_code: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.sub_code = sub_code
        self.headers: Mapping[str, str] = {}


class NotFound(Refusal):
    """Nothing is at this address."""

    def __init__(self) -> None:
        super().__init__(404, "Resource not found")


class Invalid(Refusal):
    """A parameter has a value that means nothing."""

    def __init__(self, parameter: str, reason: str = "") -> None:
        super().__init__(400, f"{parameter} is invalid" + (f": {reason}" if reason else ""))
        self.parameter = parameter


class BadPage(Refusal):
    """The size of a page is no number of items."""

    def __init__(self, parameter: str) -> None:
        super().__init__(400, f"{parameter} must be a positive integer", sub_code=120)


class VerbRefused(Refusal):
    """The resource does not know this verb."""

    def __init__(self, allowed: Sequence[str]) -> None:
        super().__init__(405, "Method not allowed")
        self.allowed = tuple(allowed)


class TooLarge(Refusal):
    """The body is longer than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(413, f"The body is limited to {limit} bytes")


class AddressTooLong(Refusal):
    """The request target is longer than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(414, f"The URL is limited to {limit} bytes")


class HeadersTooLarge(Refusal):
    """The headers are longer than the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(431, f"The headers are limited to {limit} bytes")


class BodyTooSlow(Refusal):
    """The body did not arrive in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(408, f"The body did not arrive within {seconds:g} seconds")


class EncodingRefused(Refusal):
    """The body is compressed."""

    def __init__(self) -> None:
        super().__init__(415, "Content-Encoding is invalid")


class Misdirected(Refusal):
    """The request names a host that is not ours; the name is not repeated."""

    def __init__(self) -> None:
        super().__init__(421, "Host is invalid")


class AnotherUser(Refusal):
    """The access token is another subscriber's, or nobody's."""

    def __init__(self) -> None:
        super().__init__(401, "User ID access token mismatch")


class Late(Refusal):
    """The answer was not ready in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(504, f"The answer took longer than {seconds:g} seconds")


class NoRoom(Refusal):
    """A bulk answer is full; the entry can be asked for again."""

    def __init__(self, limit: int) -> None:
        super().__init__(503, f"A bulk answer is limited to {limit} bytes")


class Unavailable(Refusal):
    """The database cannot be used just now; the log says why."""

    def __init__(self) -> None:
        super().__init__(503, "Service is temporarily unavailable")
        self.headers = {"retry-after": str(RETRY_SECONDS)}


class Broken(Refusal):
    """Something is wrong with the origin itself; the log says what."""

    def __init__(self) -> None:
        super().__init__(500, "Internal error")


class Unauthorized(Refusal):
    """The security layer turned the request away, in a bare sentence (contract 2.8)."""


class MissingConsumerKey(Unauthorized):
    """The request says not which application sends it."""

    def __init__(self) -> None:
        super().__init__(401, "Missing Required Consumer Key")


class TimestampRefused(Unauthorized):
    """The timestamp is no number of seconds, or too far from our clock."""

    def __init__(self) -> None:
        super().__init__(401, "Timestamp Is Invalid")


class SignatureRefused(Unauthorized):
    """The signature does not verify, for a reason that is not told."""

    def __init__(self) -> None:
        super().__init__(401, "Invalid Signature")


class TokenMissing(Unauthorized):
    """A subscriber's resource was asked for without an access token."""

    def __init__(self) -> None:
        super().__init__(400, "Missing Required Access Token")


class TokenRefused(Unauthorized):
    """The signature verifies, but the access token was revoked."""

    def __init__(self) -> None:
        super().__init__(401, "Invalid Or Expired Token")


class FeedRefused(Unauthorized):
    """The feed token is unknown, was revoked, or opens something else."""

    def __init__(self) -> None:
        super().__init__(403, "Invalid feed token")


class DeveloperInactive(Unauthorized):
    """The consumer key is unknown or disabled."""

    def __init__(self) -> None:
        super().__init__(403, "Developer Inactive")


class Malformed(Unauthorized):
    """A part of the OAuth parameters cannot be read."""

    def __init__(self, part: str) -> None:
        super().__init__(400, f"{part} is invalid")
