"""Ids for what an import adds: made from what a thing is, so that every machine makes the same. Pure."""

from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from itertools import count
from typing import Final

from gateway.origin import names
from gateway.origin.models import Kind

LOWEST: Final = 1_000_000_000
"""Below are the ids of the catalog that comes with the program."""

HIGHEST: Final = 2**31 - 1
"""What a client of the old API keeps an id in."""


def title_key(kind: Kind, name: str, year: int | None) -> str:
    """Return what makes a title that title."""
    return f"{kind}|{_name(name)}|{'' if year is None else year}"


def season_key(series: str, number: int) -> str:
    """Return what makes a season that season, given the key of its series."""
    return f"{Kind.SEASON}|{series}|{number}"


def person_key(name: str) -> str:
    """Return what makes a person that person: here, nothing but the name."""
    return _name(name)


def assign(keys: Iterable[str], *, taken: Collection[int]) -> dict[str, int]:
    """Return an id for each of *keys*, whatever their order, none of them *taken*."""
    used = set(taken)
    ids: dict[str, int] = {}
    for key in sorted(set(keys)):
        ids[key] = next(id_ for id_ in _probes(key) if id_ not in used)
        used.add(ids[key])
    return ids


def _probes(key: str) -> Iterator[int]:
    """Yield the ids to try for *key*; the first is nearly always free."""
    for attempt in count():
        digest = blake2b(f"{attempt}|{key}".encode(), digest_size=8).digest()
        yield LOWEST + int.from_bytes(digest) % (HIGHEST - LOWEST)


def _name(name: str) -> str:
    """Return *name* as search compares it; a name of signs alone is compared as it is."""
    return names.fold(name) or name.casefold()
