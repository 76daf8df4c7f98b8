"""The origin says when it wants to be asked again, in several ways, not all of them of use."""

import time
from email.utils import formatdate

import pytest

from gateway.upstream.retries import pause, wanted_pause


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("2", 2.0),
        ("86400", 86_400.0),
        ("9" * 5_000, 999_999_999.0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1.5", None),
        ("\N{SUPERSCRIPT TWO}", None),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
    ],
)
def test_it_is_a_number_or_a_date(header: str | None, seconds: float | None) -> None:
    """What is neither says nothing."""
    assert wanted_pause(header) == seconds


def test_a_date_is_a_wait_from_now() -> None:
    """As long as until then."""
    seconds = wanted_pause(formatdate(time.time() + 100, usegmt=True))

    assert seconds is not None
    assert 95 < seconds <= 100


def test_what_the_origin_wants_goes_first() -> None:
    """Before chance."""
    assert pause(1, 7.0) == 7.0
    assert pause(1) <= 0.1
