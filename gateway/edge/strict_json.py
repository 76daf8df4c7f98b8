"""JSON as strictly as it can be read: what two readers could take for two things is refused. Pure."""

import re
from typing import Final

import orjson

MOST_DEPTH: Final = 64
"""Objects and arrays within each other."""
MOST_DIGITS: Final = 400
"""Digits of a number in a row."""

_MARK: Final = re.compile(rb'"(?:[^"\\]+|\\.)*"|:|[0-9]{%d,}' % (MOST_DIGITS + 1))


class NotJSON(ValueError):
    """A text is not JSON, or not strictly; says why."""


def loads(text: bytes) -> object:
    """Return what *text* says; raise ``NotJSON``.

    Refused beside what is no JSON: other encodings than UTF-8, numbers that are none or are very long, great
    depth, and a name that is twice in an object.
    """
    try:
        value: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotJSON(f"is not JSON ({error.msg}, at line {error.lineno}, column {error.colno})") from error
    names = _names(value)
    marks = 0
    for match in _MARK.finditer(text):
        if match[0] == b":":
            marks += 1
        elif match[0][0] != ord(b'"'):
            raise NotJSON(f"may have at most {MOST_DIGITS} digits in a row, not {len(match[0])}")
    if marks > names:
        raise NotJSON("has a name twice in one object")
    return value


def _names(value: object) -> int:
    """Return how many names the objects in *value* have; raise ``NotJSON`` where it is too deep."""
    names = 0
    level: list[object] = [value]
    for _ in range(MOST_DEPTH):
        below: list[object] = []
        for each in level:
            if isinstance(each, dict):
                names += len(each)
                below.extend(each.values())
            elif isinstance(each, list):
                below.extend(each)
        level = [each for each in below if isinstance(each, dict | list)]
        if not level:
            return names
    raise NotJSON(f"may be at most {MOST_DEPTH} levels deep, not {MOST_DEPTH + 1}")
