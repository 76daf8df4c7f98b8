"""Moments as programs write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.origin.subscribers.moments import read_moment

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(9000, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(MOMENTS)
def test_any_moment_of_rfc_3339_is_read(moment: datetime) -> None:
    """Whatever its zone, a moment is the first whole second that is not before it."""
    read = read_moment(moment.isoformat())

    whole = moment.replace(microsecond=0)
    later = whole if whole == moment else whole + timedelta(seconds=1)
    assert read == int(later.timestamp())


@given(st.text(max_size=40))
def test_no_text_is_too_odd(text: str) -> None:
    """What is no moment is none, and nothing breaks."""
    read = read_moment(text)

    assert read is None or read >= -(10**12)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-5",
        "1e9",
        "1_000",
        "٣",
        "1234567890123",
        "2011-01-01",
        "2011-01-01T00:00:00",
        "2011-02-30T00:00:00Z",
        "2011-01-01T00:00:60Z",
        "2011-01-01T00:00:00+25:00",
        "2011-01-01T00:00:00Z ",
    ],
)
def test_what_is_neither_is_none(text: str) -> None:
    """Neither a number of seconds nor a whole moment with its zone."""
    assert read_moment(text) is None


def test_the_forms_that_programs_send() -> None:
    """Small letters, a blank between date and time, and a plus that arrived as a blank."""
    expected = int(datetime(2011, 3, 13, 7, 6, 40, tzinfo=UTC).timestamp())
    forms = ["2011-03-13t07:06:40z", "2011-03-13 07:06:40Z", "2011-03-13T08:06:40 01:00", str(expected)]

    assert [read_moment(form) for form in forms] == [expected] * 4
