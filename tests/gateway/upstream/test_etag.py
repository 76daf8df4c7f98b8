"""The many spellings of an entity tag."""

import pytest

from gateway.upstream import etag


@pytest.mark.parametrize(
    "value",
    [
        '"794408712429"',
        "794408712429",
        'W/"794408712429"',
        "W/794408712429",
        '"794408712429"-gzip',
        '"794408712429-gzip"',
        'W/"794408712429-gzip"',
        "794408712429-gzip",
        ' "794408712429" ',
    ],
)
def test_every_spelling_is_the_same_tag(value: str) -> None:
    """Quotes, weakness and compression do not make another tag."""
    assert etag.normalise(value) == "794408712429"


@pytest.mark.parametrize("value", ["", " ", '""', '"', 'W/""', '"x', 'x"', '"a"b"', "a b", "a\x00", "é"])
def test_what_is_no_tag_is_none(value: str) -> None:
    """A tag that is empty or badly quoted is not made up."""
    assert etag.normalise(value) is None
