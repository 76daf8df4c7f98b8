"""Lists of trusted documents, as clients' build tools write them.

Apollo's manifest (``"format": "apollo-persisted-query-manifest"``), and the map from ids to texts that the
compiler of Relay and GraphQL Code Generator write.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_APOLLOS: Final = "apollo-persisted-query-manifest"


class ManifestUnusable(Exception):
    """A file is no list of documents; the message names the file and the place in it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A document of a list."""

    id: str
    text: str
    place: str
    """Where it stands: the file, and the place in it."""


def read(path: Path) -> list[Listed]:
    """Return the documents of the list at *path*; raise ``ManifestUnusable``."""
    try:
        content = json.loads(path.read_bytes(), object_pairs_hook=_object)
    except OSError as error:
        raise ManifestUnusable(f"{path} cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        why = f"line {error.lineno}, column {error.colno}: {error.msg}"
        raise ManifestUnusable(f"{path} is not JSON ({why}).") from error
    except (UnicodeDecodeError, RecursionError, _Twice) as error:
        raise ManifestUnusable(f"{path} is not JSON that can be used ({error}).") from error
    if not isinstance(content, dict):
        raise ManifestUnusable(f"{path} must be a JSON object: a manifest, or a map from ids to documents.")
    found = _apollos(path, content) if "format" in content else _relays(path, content)
    return list(found)


class _Twice(ValueError):
    """A name is in an object twice."""


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in pairs:
        if name in made:
            raise _Twice(f"the name {name!r} is twice in one object")
        made[name] = value
    return made


def _relays(path: Path, content: Mapping[str, object]) -> Iterator[Listed]:
    for name, text in content.items():
        if not name or not isinstance(text, str) or not text:
            raise ManifestUnusable(f"{path}: under {name!r} there must be a document, as a string.")
        yield Listed(name, text, f"{path}: {name!r}")


def _apollos(path: Path, content: Mapping[str, object]) -> Iterator[Listed]:
    for name, value in (("format", _APOLLOS), ("version", 1)):
        if content.get(name) != value:
            raise ManifestUnusable(f"{path}: `{name}` must be {value!r}, not {content.get(name)!r}.")
    operations = content.get("operations")
    if not isinstance(operations, list):
        raise ManifestUnusable(f"{path}: `operations` must be a list.")
    for number, operation in enumerate(operations):
        place = f"{path}: operations[{number}]"
        if not isinstance(operation, dict):
            raise ManifestUnusable(f"{place} must be an object.")
        for name in ("id", "body"):
            if not isinstance(operation.get(name), str) or not operation[name]:
                raise ManifestUnusable(f"{place}.{name} must be a string, and not empty.")
        named = f" ({operation['name']})" if operation.get("name") else ""
        yield Listed(operation["id"], operation["body"], f"{place}{named}")
