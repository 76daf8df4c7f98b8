"""Where a browser may be sent after signing in: a place of ours, never another site's. Pure."""

import re
from typing import Final
from urllib.parse import unquote

HOME: Final = "/"
LONGEST: Final = 2_000

_PLAIN: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
_SEGMENTS: Final = re.compile(r"[/\\]")


def safe_return(text: str | None) -> str:
    """Return *text* if it is a path of ours, with its query; else the way home.

    It starts with one slash, and holds printable ASCII without backslashes; decoded once and twice, its path
    has neither an empty segment nor one of dots at its start, so that no reader finds another host in it.
    """
    if not text or len(text) > LONGEST or not _PLAIN.fullmatch(text):
        return HOME
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    for _ in range(3):
        if not _PLAIN.fullmatch(path) or _leads_out(path):
            return HOME
        path = unquote(path)
    return text


def _leads_out(path: str) -> bool:
    _, *segments = _SEGMENTS.split(path)
    return any(segment in {".", ".."} for segment in segments) or "" in segments[:-1]
