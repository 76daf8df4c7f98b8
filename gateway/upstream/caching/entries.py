"""What lies in the cache, and what a place for it has to offer. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from gateway.resources import Content, Href
from gateway.upstream.identity import Identity


class Form(StrEnum):
    """How much of a resource is there: all of it, or links where it has records (contract 1.9)."""

    FULL = "full"
    LINKS = "links"


class Key(NamedTuple):
    """An entry's place: who may see it, which resource it is, in which form."""

    identity: Identity
    href: Href
    form: Form = Form.FULL
    title: Href | None = None
    """What the resource is asked about, where it is asked about titles."""


class Scope(NamedTuple):
    """What a write of one subscriber makes stale: all of a family that is theirs."""

    identity: Identity
    family: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A representation without what was expanded in it; times in Unix seconds."""

    content: Content | None
    """None says that the origin has no such resource."""
    fetched: float
    fresh_for: float
    """Seconds from ``fetched``."""
    usable_for: float
    """Seconds from ``fetched`` after which nothing may use it any more, whatever has gone wrong."""
    generation: int = 0
    """Of its scope when it was asked for; a write begins a new one."""


class Place(Protocol):
    """Where entries lie. What cannot be read or written is a miss, and no error."""

    async def get(self, keys: Collection[Key]) -> Mapping[Key, Entry]:
        """Return the entries that are there."""
        ...

    async def put(self, entries: Mapping[Key, Entry]) -> None:
        """Keep *entries* at least for a while."""
        ...

    async def generations(self, scopes: Collection[Scope]) -> Mapping[Scope, int]:
        """Return the generation of each of *scopes*."""
        ...

    async def renew(self, scopes: Collection[Scope]) -> None:
        """Begin a new generation of each of *scopes*, at once and on every node."""
        ...
