"""Writes entries as bytes for a store that other nodes share, and reads them back. Pure.

JSON, and no pickle: what comes back from a store is data from outside. Every entry is sealed with a secret
that all nodes have, so what was damaged or made by somebody else reads as nothing; and so does what a
program with other resources wrote, for their fields are part of the seal.

There may be many items in a list, so they are written and read in turns; all else is in one go.
"""

import hmac
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import blake2b
from typing import Any, Final

import orjson

from gateway import resources, subscriber
from gateway.resources import Content
from gateway.upstream.caching.entries import Entry
from gateway.upstream.caching.turns import Turns

_CLASSES: Final[Mapping[str, type[Any]]] = {
    name: kind
    for module in (resources, subscriber)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and (is_dataclass(kind) or issubclass(kind, Enum))
}
_FIELDS: Final = {
    name: tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    for name, kind in _CLASSES.items()
}

VERSION: Final = blake2b(repr(sorted(_FIELDS.items())).encode(), digest_size=8).digest()
"""What is written by programs whose resources have the same fields."""

_SEAL_BYTES: Final = 16
_MOMENT: Final = "@"
_TUPLE: Final = ""


class Codec:
    """Writes and reads entries, sealed with *secret*."""

    def __init__(self, secret: bytes) -> None:
        self._secret = blake2b(secret, key=VERSION, digest_size=32).digest()

    async def write(self, place: str, entry: Entry, turns: Turns) -> bytes | None:
        """Return *entry* as bytes that are good at *place* only; nothing where JSON cannot say it."""
        try:
            content = await _plain_content(entry.content, turns)
            body = orjson.dumps([content, entry.fetched, entry.fresh_for, entry.usable_for, entry.generation])
        except orjson.JSONEncodeError:
            return None
        await turns.spend(len(body))
        return self._seal(place, body) + body

    async def read(self, place: str, data: bytes | None, turns: Turns) -> Entry | None:
        """Return the entry in *data* from *place*; nothing where it is not what was written there."""
        if data is None or not hmac.compare_digest(data[:_SEAL_BYTES], self._seal(place, data[_SEAL_BYTES:])):
            return None
        await turns.spend(len(data))
        content, fetched, fresh_for, usable_for, generation = orjson.loads(data[_SEAL_BYTES:])
        await turns.spend(len(data))
        return Entry(
            await _rich_content(content, len(data), turns), fetched, fresh_for, usable_for, generation
        )

    def _seal(self, place: str, body: bytes) -> bytes:
        sealed = blake2b(key=self._secret, digest_size=_SEAL_BYTES)
        sealed.update(place.encode())
        sealed.update(body)
        return sealed.digest()


async def _plain_content(content: Content | None, turns: Turns) -> object:
    """Return *content* as JSON has it, with the items of its lists already written."""
    if content is None:
        return None
    name = content.__class__.__name__
    return [name, *[await _plain_part(getattr(content, field), turns) for field in _FIELDS[name]]]


async def _plain_part(value: object, turns: Turns) -> object:
    if not isinstance(value, tuple):
        return _plain(value)
    items: list[object] = [_TUPLE]
    for item in value:
        written = orjson.dumps(_plain(item))
        items.append(orjson.Fragment(written))
        await turns.spend(len(written))
    return items


def _plain(value: Any) -> Any:  # noqa: ANN401 - a representation is made of many types
    """Return *value* as JSON has it: a record is a list that begins with its name."""
    if isinstance(value, Enum):
        return [value.__class__.__name__, value.value]
    if isinstance(value, tuple):
        return [_TUPLE, *map(_plain, value)]
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, datetime):
        return [_MOMENT, value.timestamp()]
    if is_dataclass(value):
        name = value.__class__.__name__
        return [name, *(_plain(getattr(value, field)) for field in _FIELDS[name])]
    return value


async def _rich_content(value: Any, size: int, turns: Turns) -> Content | None:  # noqa: ANN401
    """Return what ``_plain_content`` was given, out of *size* bytes."""
    if value is None:
        return None
    name, *rest = value
    content: Content = _CLASSES[name](*[await _rich_part(each, size, turns) for each in rest])
    return content


async def _rich_part(value: Any, size: int, turns: Turns) -> object:  # noqa: ANN401
    if not isinstance(value, list) or value[0] != _TUPLE:
        return _rich(value)
    _, *items = value
    rich: list[object] = []
    for item in items:
        rich.append(_rich(item))
        await turns.spend(size // len(items))
    return tuple(rich)


def _rich(value: Any) -> Any:  # noqa: ANN401
    """Return what ``_plain`` was given."""
    if isinstance(value, dict):
        return {key: _rich(each) for key, each in value.items()}
    if not isinstance(value, list):
        return value
    name, *rest = value
    if name == _TUPLE:
        return tuple(map(_rich, rest))
    if name == _MOMENT:
        return datetime.fromtimestamp(rest[0], UTC)
    return _CLASSES[name](*map(_rich, rest))
