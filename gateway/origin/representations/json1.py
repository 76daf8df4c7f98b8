"""Documents as the JSON of 1.0 and 1.5: their XML, converted mechanically (contract 1.7). Pure."""

import re
from collections.abc import Callable
from typing import Final

import orjson

from gateway.origin.representations.elements import Element

_Scalar = Callable[[str], object]

# More digits than these would not survive a reader whose numbers are all floating.
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_WORDS: Final = {"true": True, "false": False}
_CREATED: Final = "201"


def encode(root: Element) -> bytes:
    """Return a document as JSON."""
    return orjson.dumps(mechanical(root))


def mechanical(root: Element) -> dict[str, object]:
    """Return a document as an object with one key: the name of its root.

    What occurs once is a value and what occurs twice an array; what does not occur has no key.
    """
    return {str(root.tag): _value(root, _typed if _is_typed(root) else str)}


def _is_typed(root: Element) -> bool:
    """Tell whether numbers are numbers: of subscribers and of states, but not of what was created."""
    return root.tag == "user" or (root.tag == "status" and root.findtext("status_code") != _CREATED)


def _value(element: Element, scalar: _Scalar) -> object:
    members: dict[str, object] = {str(name): scalar(str(value)) for name, value in element.attrib.items()}
    for child in element:
        _accumulate(members, str(child.tag), _value(child, scalar))
    for text in _texts(element):
        if not members:
            return scalar(text)
        _accumulate(members, "content", scalar(text))
    return members or ""


def _texts(element: Element) -> list[str]:
    """Return what is written between the children, without the blanks around it."""
    if not len(element):
        text = (element.text or "").strip()
        return [text] if text else []
    texts = ((text or "").strip() for text in (element.text, *(child.tail for child in element)))
    return [text for text in texts if text]


def _accumulate(members: dict[str, object], name: str, value: object) -> None:
    """Put *value* under *name*, beside what is there already."""
    if name not in members:
        members[name] = value
        return
    there = members[name]
    if isinstance(there, list):
        there.append(value)
    else:
        members[name] = [there, value]


def _typed(text: str) -> object:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INTEGER.fullmatch(text) else text
