"""What an upstream error says, and what it keeps to itself."""

import pytest

from gateway.resources import Href
from gateway.upstream import errors
from gateway.upstream.errors import UpstreamError

SIGNED = Href("http://o.test/catalog/titles?term=jaws&oauth_signature=CANARY#CANARY")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            errors.OriginUnreachable(SIGNED),
            "The origin could not be reached for http://o.test/catalog/titles.",
        ),
        (
            errors.OriginTimedOut(SIGNED, 2.5),
            "The origin did not answer within 2.5 s for http://o.test/catalog/titles.",
        ),
        (errors.DeadlineExceeded(), "The time for the whole operation is over."),
        (
            errors.DeadlineExceeded(10.0),
            "The time for the whole operation is over: it may take at most 10 s.",
        ),
        (
            errors.OriginBusy("The requests to the origin at once for one subscriber", 10),
            "The requests to the origin at once for one subscriber may be at most 10, not 11.",
        ),
        (
            errors.RateLimited(1.5, 4),
            "The origin's allowance of 4 calls a second is used up for the next 1.5 s.",
        ),
        (errors.RateLimited(1.5), "The origin's allowance of calls a second is used up for the next 1.5 s."),
        (
            errors.QuotaExhausted(1.5, 5_000),
            "The origin's allowance of 5000 calls a day is used up until midnight, UTC.",
        ),
        (
            errors.OriginRefused(SIGNED, 404, sub_code=610, message="CANARY"),
            "The origin answered 404/610 for http://o.test/catalog/titles.",
        ),
        (errors.OriginRefused(SIGNED, 401), "The origin answered 401 for http://o.test/catalog/titles."),
        (
            errors.ResponseTooLarge(SIGNED, 8),
            "The origin's answer is larger than 8 bytes for http://o.test/catalog/titles.",
        ),
        (
            errors.MalformedDocument("/person/id", "an address"),
            "The origin's document does not have an address at /person/id.",
        ),
        (
            errors.MissingEntry(SIGNED),
            "The origin's bulk answer has no entry for http://o.test/catalog/titles.",
        ),
        (
            errors.DuplicateEntry(SIGNED),
            "The origin's bulk answer has more than one entry for http://o.test/catalog/titles.",
        ),
        (errors.ForeignLink(SIGNED), "The link http://o.test/catalog/titles does not lead to the origin."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_message_names_the_address_without_its_query(error: UpstreamError, message: str) -> None:
    """An error says in one sentence what happened where, and shows no query and no foreign words."""
    assert str(error) == message


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("http://user:CANARY@o.test/a", "http://o.test/a"),
        ("//user:CANARY@o.test/a", "//o.test/a"),
        ("http://o.test/a\r\nX: y", "http://o.test/a\ufffd\ufffdX:\ufffdy"),
        ("http://o.test/?oauth_token=CANARY", "http://o.test/"),
        ("http://o.test/" + "a" * 10_000, "http://o.test/" + "a" * 186),
        ("nothing like it", "nothing\ufffdlike\ufffdit"),
    ],
)
def test_shown_address_is_short_printable_and_without_secrets(href: str, expected: str) -> None:
    """An address in a message has no query, user or control character, and is not long."""
    assert errors.shown(href) == expected


def test_only_404_says_that_nothing_is_there() -> None:
    """A look-up that found nothing can be told from a refusal."""
    statuses = [400, 401, 403, 404, 410, 500]

    found_nothing = [status for status in statuses if errors.OriginRefused(SIGNED, status).is_not_found]

    assert found_nothing == [404]
