"""JSON as the argument of a function of the caller's, for pages of other sites (contract 8, 29). Pure."""

import re
from typing import Final

LONGEST_CALLBACK: Final = 128

_CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$.]*", re.ASCII)
# Line ends of JavaScript before 2019, which JSON allows inside strings.
_LINE_ENDS: Final = {"\u2028".encode(): b"\\u2028", "\u2029".encode(): b"\\u2029"}


def is_callback(name: str) -> bool:
    """Tell whether *name* can only be that of a function."""
    return len(name) <= LONGEST_CALLBACK and _CALLBACK.fullmatch(name) is not None


def wrap(callback: str, json: bytes) -> bytes:
    """Return the script that calls *callback* with a document."""
    for sign, escaped in _LINE_ENDS.items():
        json = json.replace(sign, escaped)
    return b"%s(%s);" % (callback.encode(), json)
