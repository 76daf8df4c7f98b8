"""The documents that those who run the gateway trust, and what they mean for all others."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from gateway.edge.document_ids import bare, hash_of
from gateway.edge.documents import Documents
from gateway.edge.persisted import manifest
from gateway.edge.persisted.manifest import Listed, ManifestUnusable


class Mode(StrEnum):
    """What comes of a list; each does what the one before it does, and one thing more."""

    OFF = "off"
    """Nothing."""
    AUDIT = "audit"
    """The log says of each operation whether its document is listed."""
    ALLOW = "allow"
    """Listed documents can be asked by their ids."""
    ENFORCE = "enforce"
    """No other documents are answered."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """A list of documents, and what comes of it."""

    mode: Mode = Mode.OFF
    listed: tuple[Listed, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    """The documents by their ids, and by their hashes."""
    hashes: AbstractSet[str] = frozenset()
    """The hashes of the documents; an id that looks like one need not be it."""

    @classmethod
    def read(cls, mode: Mode, paths: Iterable[Path]) -> Self:
        """Read the lists at *paths*; raise ``ManifestUnusable``."""
        if mode is Mode.OFF:
            return cls()
        listed = tuple(each for path in paths for each in manifest.read(path))
        return cls(mode, listed, _by_name(listed), frozenset(hash_of(each.text) for each in listed))

    @property
    def is_enforced(self) -> bool:
        """Whether only documents of the list are answered."""
        return self.mode is Mode.ENFORCE

    @property
    def are_asked_by_id(self) -> bool:
        """Whether documents of the list can be asked by their ids."""
        return self.mode in {Mode.ALLOW, Mode.ENFORCE}

    def holds(self, hash: str) -> bool | None:
        """Return whether the document with *hash* is listed; nothing where there is no list."""
        return None if self.mode is Mode.OFF else hash in self.hashes

    def called(self, id: str) -> str | None:
        """Return the document that may be asked by *id*."""
        return self.texts.get(id) if self.are_asked_by_id else None


def _by_name(listed: Iterable[Listed]) -> dict[str, str]:
    found: dict[str, Listed] = {}
    for each in listed:
        for name in (bare(each.id), hash_of(each.text)):
            other = found.setdefault(name, each)
            if other.text != each.text:
                raise ManifestUnusable(f"{each.place} has the id of another document: {other.place}.")
    return {name: each.text for name, each in found.items()}


async def faults(listed: Iterable[Listed], documents: Documents) -> list[str]:
    """Say what is wrong with each of *listed* that would not be answered, in one sentence each."""
    found = []
    for each in listed:
        errors = (await documents.admit(each.text, {})).errors
        if errors:
            more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
            found.append(f"{each.place}: {errors[0].message}{more}")
    return found
