"""What the reader makes of single facts that may be odd."""

from datetime import UTC, datetime

import pytest

from gateway.resources import Title
from gateway.upstream import hypermedia
from gateway.upstream.pox import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.3", 4.3),
        ("5", 5.0),
        ("1", 1.0),
        ("0", None),
        ("0.9", None),
        ("5.1", None),
        ("-4.3", None),
        ("NaN", None),
        ("inf", None),
        ("1e0", None),
        ("4,3", None),
        ("", None),
        ("4.3.2", None),
        ("٤", None),
    ],
)
def test_rating_is_a_number_in_range_or_nothing(text: str, expected: float | None) -> None:
    """An average rating is between one and five; anything else costs only itself."""
    document = f"""<catalog_title><id>http://o.test/1</id><title short="M"/>
        <average_rating>{text}</average_rating></catalog_title>"""

    title = hypermedia.expect(hypermedia.read(parse(document.encode())), Title)

    assert title.average_rating == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("1306911600", datetime(2011, 6, 1, 7, tzinfo=UTC)),
        ("100000000000", datetime(5138, 11, 16, 9, 46, 40, tzinfo=UTC)),
        ("100000000001", datetime(1973, 3, 3, 9, 46, 40, 1000, tzinfo=UTC)),
        ("1306911600123", datetime(2011, 6, 1, 7, 0, 0, 123000, tzinfo=UTC)),
        ("99999999999999", None),
        ("-1", None),
        ("2011-06-01", None),
        ("", None),
    ],
)
def test_time_is_in_seconds_or_milliseconds(text: str, expected: datetime | None) -> None:
    """A time beyond ten to the eleventh counts milliseconds; what is no time is nothing."""
    document = f"""<catalog_title><id>http://o.test/1</id><title short="M"/>
        <updated>{text}</updated></catalog_title>"""

    title = hypermedia.expect(hypermedia.read(parse(document.encode())), Title)

    assert title.updated == expected
