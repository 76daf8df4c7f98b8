"""A place for entries in a store that all nodes share."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Final, Protocol

from gateway.upstream.caching.codec import Codec
from gateway.upstream.caching.entries import Entry, Key, Scope
from gateway.upstream.caching.turns import Turns

GENERATION_KEPT: Final = 30 * 24 * 3600
"""Seconds for which a generation is remembered: longer than anything personal is."""


class ByteStore(Protocol):
    """Bytes and numbers under names, on a server; without it nothing is found, and nothing fails."""

    async def get(self, names: Sequence[str]) -> Sequence[bytes | None]:
        """Return what is there under each of *names*."""
        ...

    async def put(self, values: Mapping[str, tuple[bytes, int]]) -> None:
        """Keep each value for its number of seconds."""
        ...

    async def increase(self, names: Collection[str], seconds: int) -> None:
        """Add one to the number under each of *names*, now or as soon as the server is there again."""
        ...


class Shared:
    """Keeps entries in *store*, sealed with *secret*, under names that tell nothing."""

    def __init__(self, store: ByteStore, secret: bytes, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._codec = Codec(secret)
        self._secret = secret
        self._clock = clock

    async def get(self, keys: Collection[Key]) -> Mapping[Key, Entry]:
        """Return the entries that are there and whole."""
        names: dict[Key, str] = {}
        turns = Turns()
        for key in keys:
            names[key] = self._name("entry", *map(str, key))
            await turns.spend(len(names[key]))
        values = await self._store.get(list(names.values()))
        found: dict[Key, Entry] = {}
        for (key, name), value in zip(names.items(), values, strict=True):
            entry = await self._codec.read(name, value, turns)
            if entry is not None:
                found[key] = entry
        return found

    async def put(self, entries: Mapping[Key, Entry]) -> None:
        """Keep *entries* for as long as they may be used."""
        values: dict[str, tuple[bytes, int]] = {}
        turns = Turns()
        for key, entry in entries.items():
            name = self._name("entry", *map(str, key))
            seconds = int(entry.fetched + entry.usable_for - self._clock())
            data = await self._codec.write(name, entry, turns) if seconds > 0 else None
            if data is not None:
                values[name] = data, seconds
        await self._store.put(values)

    async def generations(self, scopes: Collection[Scope]) -> Mapping[Scope, int]:
        """Return the generation of each of *scopes*."""
        names = {scope: self._name("scope", *scope) for scope in scopes}
        values = await self._store.get(list(names.values()))
        return {scope: _number(value) for scope, value in zip(names, values, strict=True)}

    async def renew(self, scopes: Collection[Scope]) -> None:
        """Begin a new generation of each of *scopes*, on every node."""
        await self._store.increase([self._name("scope", *scope) for scope in scopes], GENERATION_KEPT)

    def _name(self, *parts: str) -> str:
        """Return a name that tells neither whose it is nor what was looked for."""
        digest = blake2b("\n".join(parts).encode(), key=self._secret[:64], digest_size=20)
        return f"gateway:cache:{digest.hexdigest()}"


def _number(value: bytes | None) -> int:
    return int(value) if value is not None and value.isdigit() else 0
