"""A place for entries in this process, bounded in bytes: what was not used for longest goes first."""

import itertools
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Final

from gateway.upstream.caching.entries import Entry, Key, Scope
from gateway.upstream.caching.turns import Turns
from gateway.upstream.caching.weight import weigh, weights

MOST_SCOPES: Final = 100_000
"""Scopes whose generation is remembered."""


class Memory:
    """Keeps entries in memory, up to *limit* bytes of them, about."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[Key, tuple[Entry, int]] = OrderedDict()
        self._scopes: dict[Scope, int] = {}
        self._oldest = 0
        self._numbers = itertools.count(1)
        self.size = 0
        """Bytes, about."""

    async def get(self, keys: Collection[Key]) -> Mapping[Key, Entry]:
        """Return the entries that are there."""
        found: dict[Key, Entry] = {}
        for key in keys:
            if key in self._entries:
                self._entries.move_to_end(key)
                found[key] = self._entries[key][0]
        return found

    async def put(self, entries: Mapping[Key, Entry]) -> None:
        """Keep *entries*, and forget others where there is no room."""
        turns = Turns()
        for key, entry in entries.items():
            weight = weigh(key)
            for piece in weights(entry):
                weight += piece
                await turns.spend(piece)
            self._forget(key)
            if weight <= self._limit:
                self._entries[key] = entry, weight
                self.size += weight
            while self.size > self._limit:
                self._forget(next(iter(self._entries)))

    async def generations(self, scopes: Collection[Scope]) -> Mapping[Scope, int]:
        """Return the generation of each of *scopes*."""
        return {scope: self._scopes.get(scope, self._oldest) for scope in scopes}

    async def renew(self, scopes: Collection[Scope]) -> None:
        """Begin a new generation of each of *scopes*."""
        for scope in scopes:
            # Numbers never come again.
            self._scopes[scope] = next(self._numbers)
        if len(self._scopes) > MOST_SCOPES:
            # Who is forgotten must not find what was there before they wrote: so nobody does, once.
            self._scopes.clear()
            self._oldest = next(self._numbers)

    def _forget(self, key: Key) -> None:
        held = self._entries.pop(key, None)
        if held is not None:
            self.size -= held[1]
