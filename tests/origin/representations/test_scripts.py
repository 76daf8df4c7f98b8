"""JSON as the argument of a call."""

import pytest

from gateway.origin.representations.jsonp import is_callback, wrap


@pytest.mark.parametrize("name", ["a", "_", "$", "jQuery17_1", "a.b.c", "a..b", "a" * 128])
def test_a_name_is_a_callback(name: str) -> None:
    """Letters, digits, dollars, underscores and dots make a name."""
    assert is_callback(name)


@pytest.mark.parametrize("name", ["", "1", ".a", "a b", "a(", "a[0]", "a;b", "é", "aé", "a\n", "a" * 129])
def test_anything_else_is_no_callback(name: str) -> None:
    """What could be more than a name is none."""
    assert not is_callback(name)


def test_line_ends_of_scripts_are_escaped() -> None:
    """What JSON allows in a string and older scripts do not is written otherwise."""
    script = wrap("show", '{"a":"one\u2028two\u2029three é"}'.encode())

    assert script.decode() == 'show({"a":"one\\u2028two\\u2029three é"});'
