"""Requests are signed by the origin's clock, once it has said that ours is wrong (contract 2.3)."""

import pytest

from gateway.resources import Href
from gateway.upstream.clock import OriginClock, read_date
from gateway.upstream.errors import OriginRefused, UpstreamError

NOON = "Sun, 06 Nov 1994 12:00:00 GMT"
OURS = 784_120_000.0
"""Our clock: two minutes before noon."""
REFUSED: OriginRefused = OriginRefused(Href("http://o.test/x"), 401, message="Timestamp Is Invalid")


def test_a_refusal_sets_the_clock() -> None:
    """By the date of the answer."""
    clock = OriginClock(lambda: OURS)

    clock.heed([object(), REFUSED], NOON)

    assert (clock(), clock.ahead) == (784_123_200.0, 3_200.0)


@pytest.mark.parametrize(
    ("answer", "date"),
    [
        (REFUSED, None),
        (REFUSED, "soon"),
        (OriginRefused(Href("http://o.test/x"), 401, message="Invalid Signature"), NOON),
        (object(), NOON),
    ],
)
def test_nothing_else_sets_it(answer: object, date: str | None) -> None:
    """A date alone is no reason, and a refusal without one is no help."""
    clock = OriginClock(lambda: OURS)

    clock.heed([answer], date)

    assert clock() == OURS


def test_it_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever runs the gateway hears of it when it is set, and not again until it differs."""
    clock = OriginClock(lambda: OURS)
    for _ in range(3):
        clock.heed([REFUSED], NOON)

    assert [record.getMessage() for record in caplog.records] == [
        "The origin's clock is +3200 s off ours; requests are signed by the origin's."
    ]


@pytest.mark.parametrize("header", [None, "", "yesterday", "Sun, 99 Nov 1994 12:00:00 GMT", "1e9"])
def test_what_is_no_date_is_none(header: str | None) -> None:
    """And no error either."""
    assert read_date(header) is None


def test_a_refusal_of_a_clock_is_an_upstream_error() -> None:
    """What an answer says of clocks is read out of the refusal."""
    assert isinstance(REFUSED, UpstreamError)
    assert REFUSED.is_clock_refused
