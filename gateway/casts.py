"""What the text of a setting means; the default of one that is not set stays as it is. Pure."""

from enum import StrEnum
from pathlib import Path
from typing import TypeVar

Choice = TypeVar("Choice", bound=StrEnum)


def port(text: str | None) -> int | None:
    """Return the number of a port; raise ``ValueError``."""
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError
    return int(text)


def one_of(kind: type[Choice], name: str, text: str) -> Choice:
    """Return which of *kind* the setting *name* means; raise ``ValueError`` that names it."""
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f"{name} must be one of {', '.join(kind)}, not {text}.") from error


def paths(text: str | tuple[Path, ...]) -> tuple[Path, ...]:
    """Return files that are named with commas between them."""
    if not isinstance(text, str):
        return text
    return tuple(Path(each.strip()).expanduser() for each in text.split(",") if each.strip())


def words(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return words that have commas or blanks between them."""
    return tuple(text.replace(",", " ").split()) if isinstance(text, str) else text
