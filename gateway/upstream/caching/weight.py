"""Estimates how many bytes of memory a representation takes. Pure."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final

_OBJECT: Final = 64
"""Bytes of a value besides what it refers to, about."""


def weigh(value: Any) -> int:  # noqa: ANN401 - a representation is made of many types
    """Return about how many bytes *value* takes, with all that is in it."""
    if isinstance(value, str):
        return _OBJECT + len(value)
    if isinstance(value, tuple):
        return _OBJECT + sum(map(weigh, value))
    if isinstance(value, Mapping):
        return _OBJECT + sum(weigh(key) + weigh(each) for key, each in value.items())
    if is_dataclass(value):
        return _OBJECT + sum(weigh(getattr(value, name)) for name in _names(value.__class__))
    return 0 if value is None else _OBJECT


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
