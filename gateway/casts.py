"""Reads the fields of a dataclass from environment variables, each as its type says. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from enum import StrEnum
from pathlib import Path
from types import NoneType
from typing import Any, ClassVar, Final, Protocol, TypeGuard, get_args, get_type_hints


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]


def read_fields(kind: type[_Dataclass], environ: Mapping[str, str], prefix: str) -> dict[str, Any]:
    """Return what *environ* says, in variables with *prefix*, of those fields of *kind* that a text can say.

    Raise ``ValueError``, which names the variable, for a text that means nothing of the field's type.
    """
    hints = get_type_hints(kind)
    named = ((each.name, f"{prefix}{each.name.upper()}") for each in fields(kind))
    return {
        field: _cast(meant, name, environ[name])
        for field, name in named
        if ((meant := _meant(hints[field])) in _CASTS or _is_choice(meant)) and name in environ
    }


def _meant(kind: Any) -> Any:  # noqa: ANN401 - a type, or one with None beside it
    return get_args(kind)[0] if NoneType in get_args(kind) else kind


def _is_choice(meant: Any) -> TypeGuard[type[StrEnum]]:  # noqa: ANN401 - a type
    return isinstance(meant, type) and issubclass(meant, StrEnum)


def _cast(meant: Any, name: str, text: str) -> object:  # noqa: ANN401 - a type
    cast, described = (meant, f"one of {', '.join(meant)}") if _is_choice(meant) else _CASTS[meant]
    try:
        return cast(text)
    except ValueError as error:
        raise ValueError(f"{name} must be {described}, not {text}.") from error


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "1", "false", "0"}:
        raise ValueError(text)
    return text.lower() in {"true", "1"}


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


def _paths(text: str) -> tuple[Path, ...]:
    return tuple(Path(each.strip()).expanduser() for each in text.split(",") if each.strip())


_CASTS: Final[Mapping[Any, tuple[Callable[[str], object], str]]] = {
    str: (str, "a text"),
    int: (int, "a whole number"),
    float: (float, "a number"),
    bool: (_boolean, "true or false"),
    Path: (Path, "a path"),
    tuple[str, ...]: (_words, "words"),
    tuple[Path, ...]: (_paths, "files"),
}
