"""Estimates how many bytes of memory a representation takes. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import chain
from typing import Any, Final

_OBJECT: Final = 64
"""Bytes of a value besides what it refers to, about."""


def weigh(value: Any) -> int:  # noqa: ANN401 - a representation is made of many types
    """Return about how many bytes *value* takes, with all that is in it."""
    if value is None:
        return 0
    if isinstance(value, str):
        return _OBJECT + len(value)
    return _OBJECT + sum(weigh(each) for each in _inside(value))


def weights(value: Any) -> Iterator[int]:  # noqa: ANN401
    """Give the weight of *value* in pieces: the items of its lists one by one, for there may be many."""
    if not is_dataclass(value):
        yield weigh(value)
        return
    yield _OBJECT
    for part in _inside(value):
        if isinstance(part, tuple):
            yield _OBJECT
            yield from map(weigh, part)
        else:
            yield from weights(part)


def _inside(value: Any) -> Iterable[Any]:  # noqa: ANN401
    if isinstance(value, tuple):
        return value
    if is_dataclass(value):
        return (getattr(value, name) for name in _names(value.__class__))
    return chain.from_iterable(value.items()) if isinstance(value, Mapping) else ()


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
