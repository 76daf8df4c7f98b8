"""What headers say about how long an answer may be kept."""

import pytest

from gateway.upstream.freshness import FORBIDDEN, fresh_for


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("private", None),
        ("max-age=60", 60),
        ("private, Max-Age = 60", 60),
        ('max-age="60"', 60),
        ("max-age=60, max-age=5", 5),
        ("max-age=-1", None),
        ("max-age=x", None),
        ("max-age=99999999999", None),
        ("no-cache, max-age=60", 0),
        ("max-age=60, no-store", FORBIDDEN),
    ],
)
def test_a_header_says_for_how_long(header: str | None, seconds: float | None) -> None:
    """What cannot be read says nothing; what forbids to keep goes before what allows it."""
    assert fresh_for(header) == seconds
