"""What can go wrong between us and the origin. Pure.

UpstreamError
├── OriginUnreachable     no connection, or it broke
├── OriginLeftAlone       it failed so often that nothing is sent to it for some seconds
├── OriginBusy            as many requests are under way to it, or answers held, as may be
├── OriginTimedOut        connected, but the answer was not there in time
├── DeadlineExceeded      the time of the whole operation is over
├── OriginRefused         an answer with an error status; 404 too, see ``is_not_found``
├── Redirected            sent on to another of its addresses, once too often where nobody goes there
├── RateLimited           no call is free in time: the allowance of the second is used
├── QuotaExhausted        no call is free today
├── ResponseTooLarge      more bytes than we read
├── MalformedDocument     not the document that the contract promises
├── MissingEntry          a bulk answer without an entry that was asked for
├── MissingTitle          an answer about several titles that says nothing of one
├── DuplicateEntry        a bulk answer with an entry more than once
└── ForeignLink           a link that does not lead to the origin; never followed

ValueError
└── InvalidId             an id that cannot be part of an address; the caller's mistake, not the origin's

Messages show an address without its query: a query may hold a signature or a feed token.
"""

import re
from typing import Final, Self

from gateway.resources import Href

_LONGEST_SHOWN: Final = 200
_TOKEN_REFUSALS: Final = frozenset(
    {
        "Invalid Or Expired Token",
        "Access Token Validation Failed",
        "Access token is invalid",
        "User ID is invalid",
        "User ID access token mismatch",
        "user_id is invalid",
    }
)
_UNPRINTABLE: Final = re.compile(r"[^\x21-\x7e]")


class UpstreamError(Exception):
    """Something went wrong between us and the origin."""

    def bare(self) -> Self:
        """Return it without the frames that it came through: they would keep whole documents in memory."""
        self.__traceback__ = self.__cause__ = self.__context__ = None
        return self


class OriginUnreachable(UpstreamError):
    """There was no connection to the origin, or it broke."""

    def __init__(self, href: Href, *, never_left: bool = False) -> None:
        super().__init__(f"The origin could not be reached for {shown(href)}.")
        self.href = href
        self.never_left = never_left
        """Whether the request certainly did not leave: there was no connection that it could have left by."""


class OriginLeftAlone(UpstreamError):
    """The origin has failed so often that nothing is sent to it for some seconds."""

    def __init__(self) -> None:
        super().__init__("The origin fails, and is left alone for some seconds.")


class OriginBusy(UpstreamError):
    """As many requests are under way to the origin as may be, or as many of its large answers are held.

    None of them came to an end in time; the origin may be as well as ever.
    """

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(f"{what} may be at most {limit}, not {limit + 1}.")
        self.limit = limit


class OriginTimedOut(UpstreamError):
    """The origin did not answer in time."""

    def __init__(self, href: Href, seconds: float) -> None:
        super().__init__(f"The origin did not answer within {seconds:g} s for {shown(href)}.")
        self.href = href
        self.seconds = seconds


class DeadlineExceeded(UpstreamError):
    """The time of the whole operation was over before the origin had answered."""

    def __init__(self, seconds: float | None = None) -> None:
        most = "" if seconds is None else f": it may take at most {seconds:g} s"
        super().__init__(f"The time for the whole operation is over{most}.")
        self.seconds = seconds
        """How long it was; None for what is not about one operation alone."""


class OriginRefused(UpstreamError):
    """The origin answered with an error status."""

    def __init__(
        self, href: Href, status: int, *, sub_code: int | None = None, message: str | None = None
    ) -> None:
        code = str(status) if sub_code is None else f"{status}/{sub_code}"
        super().__init__(f"The origin answered {code} for {shown(href)}.")
        self.href = href
        self.status = status
        self.sub_code = sub_code
        # The origin's own words stay out of ours: they are text from outside.
        self.message = message
        self.retry_after: float | None = None
        """Seconds after which the origin wants to be asked again, where it says so."""
        self.is_personal = True
        """Whether it was said of what is asked on behalf of one subscriber alone."""

    @property
    def is_not_found(self) -> bool:
        """Whether the origin says that there is no such resource: null for a look-up, no failure."""
        return self.status == 404

    @property
    def is_clock_refused(self) -> bool:
        """Whether the origin says that our clock is wrong (contract 2.3)."""
        return self.status == 401 and self.message == "Timestamp Is Invalid"

    @property
    def is_consumer_refused(self) -> bool:
        """Whether the origin does not know us: by our key, or by our signature (contract 2.8)."""
        words = "Developer Inactive" if self.status == 403 else "Invalid Signature"
        return self.status in {401, 403} and words in (self.message or "")

    @property
    def is_about_a_token(self) -> bool:
        """Whether the origin says that a token is no good, be there one or not (contract 2.8)."""
        return self.status == 401 and self.message in _TOKEN_REFUSALS

    @property
    def is_token_refused(self) -> bool:
        """Whether the subscriber's token is good no more: revoked, or not for them.

        A signature that is refused is another matter: then it is our secret or our clock that is wrong. And
        what is asked on nobody's behalf, or on that of several, says nothing of anybody's token.
        """
        return self.is_about_a_token and self.is_personal


class Redirected(UpstreamError):
    """The origin sends us on to another of its addresses."""

    def __init__(self, href: Href, to: Href) -> None:
        super().__init__(f"The origin sends us on from {shown(href)} to {shown(to)}.")
        self.href = href
        self.to = to


class RateLimited(UpstreamError):
    """The origin's allowance of calls a second is used up for longer than there is time."""

    def __init__(self, retry_after: float, limit: int | None = None) -> None:
        what = _allowance(limit, "a second")
        super().__init__(f"{what} is used up for the next {max(retry_after, 0.1):.1f} s.")
        self.retry_after = retry_after


class QuotaExhausted(UpstreamError):
    """The origin's allowance of calls is used up for today."""

    def __init__(self, retry_after: float, limit: int | None = None) -> None:
        super().__init__(f"{_allowance(limit, 'a day')} is used up until midnight, UTC.")
        self.retry_after = retry_after


class ResponseTooLarge(UpstreamError):
    """The origin sent more bytes than we read."""

    def __init__(self, href: Href, limit: int) -> None:
        super().__init__(f"The origin's answer is larger than {limit} bytes for {shown(href)}.")
        self.href = href
        self.limit = limit


class MalformedDocument(UpstreamError):
    """The origin sent something that is not the document the contract promises."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"The origin's document does not have {expected} at {where}.")
        self.where = where
        self.expected = expected


class MissingEntry(UpstreamError):
    """A bulk answer lacks an entry that was asked for."""

    def __init__(self, href: Href) -> None:
        super().__init__(f"The origin's bulk answer has no entry for {shown(href)}.")
        self.href = href


class MissingTitle(UpstreamError):
    """An answer about several titles says nothing of one that was asked about."""

    def __init__(self, title: Href) -> None:
        super().__init__(f"The origin's answer says nothing of {shown(title)}.")
        self.title = title


class DuplicateEntry(UpstreamError):
    """A bulk answer has an entry more than once, so that neither can be trusted."""

    def __init__(self, href: Href) -> None:
        super().__init__(f"The origin's bulk answer has more than one entry for {shown(href)}.")
        self.href = href


class ForeignLink(UpstreamError):
    """A link does not lead to the configured origin, so it is not followed."""

    def __init__(self, href: str) -> None:
        super().__init__(f"The link {shown(href)} does not lead to the origin.")
        self.href = href


class InvalidId(ValueError):
    """A caller's id cannot be part of an address."""

    def __init__(self, value: str) -> None:
        super().__init__("An id is 1 to 128 letters, digits and characters of _.~-, and not . or .. alone.")
        self.value = value


def _allowance(limit: int | None, during: str) -> str:
    """Return what is used up; nobody knows the *limit* where it is the origin that says so."""
    return f"The origin's allowance of {'' if limit is None else f'{limit} '}calls {during}"


def shown(href: str) -> str:
    """Return *href* fit for a message or a log line: no query, no user, no control characters, not long."""
    address = href[: _LONGEST_SHOWN * 8].partition("?")[0].partition("#")[0]
    scheme, mark, rest = address.partition("//")
    authority, slash, path = rest.partition("/")
    address = scheme + mark + authority.rpartition("@")[2] + slash + path
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", address)[:_LONGEST_SHOWN]
