"""What the mechanical JSON of 1.0 must be for a document in XML (contract 1.7). Pure."""

import re
from typing import Final

from gateway.audit.documents import Element

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)")
_WORDS: Final = {"true": True, "false": False}


def mechanical(root: Element, *, typed: bool) -> dict[str, object]:
    """Return the document as JSON: one key, the root's name; scalars as strings unless *typed*."""
    return {str(root.tag): _value(root, typed=typed)}


def _value(element: Element, *, typed: bool) -> object:
    members: dict[str, object] = {
        str(name): _scalar(str(value), typed=typed) for name, value in element.attrib.items()
    }
    for child in element:
        _add(members, str(child.tag), _value(child, typed=typed))
    text = (element.text or "").strip()
    if not members:
        return _scalar(text, typed=typed)
    if text:
        members["content"] = _scalar(text, typed=typed)
    return members


def _add(members: dict[str, object], name: str, value: object) -> None:
    """Put *value* under *name*: alone, or beside what is there already."""
    if name not in members:
        members[name] = value
        return
    there = members[name]
    members[name] = [*there, value] if isinstance(there, list) else [there, value]


def _scalar(text: str, *, typed: bool) -> object:
    if not typed:
        return text
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _NUMBER.fullmatch(text) else text
