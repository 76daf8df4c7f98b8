"""Takes out of a text what must not be in a log: secrets by what stands before them, and by what they are.

Pure. It cuts too much rather than too little: what follows a name is cut up to the next sign that no
encoding of a value has.
"""

import re
from collections.abc import Iterable
from typing import Final

GONE: Final = "…"

_SEPARATOR: Final = r"""(?:["'\\]*\s*(?:[:=,]|%(?:25)*3[Dd])\s*b?)"""
_HEADERS: Final = r"(?:proxy-)?authorization|(?:set-)?cookie"
_NAMES: Final = (
    r"oauth_\w+|feed_token|entry_\w+|device_code|user_code|code|state"
    r"|[\w-]*(?:secret|password|passwd|verifier|signature|access_token|refresh_token|session_keys?)"
)

_QUERY: Final = re.compile(r"""((?:[a-z][a-z0-9+.-]*:/)?/[^\s?'"<>\\]*)\?[^\s'"<>\\]+""", re.IGNORECASE)
_USER: Final = re.compile(r"(?<=://)[^\s'\"@]+@")
_QUOTED_HEADER: Final = re.compile(
    rf"""\b({_HEADERS})({_SEPARATOR})\\?(["'])(?:\\.|(?!\3).)*(?:\3|$)""", re.IGNORECASE | re.DOTALL
)
_PLAIN_HEADER: Final = re.compile(rf"""\b({_HEADERS})(["'\\]*\s*[:=]\s*+)(?!["'…])[^\r\n]+""", re.IGNORECASE)
_SCHEME: Final = re.compile(r"""\b(bearer|basic|oauth)(\s+|%20|\+)[^\s"',;&\\]{6,}""", re.IGNORECASE)
_NAMED: Final = re.compile(
    rf"""(?<![A-Za-z0-9])({_NAMES})({_SEPARATOR})\\?(?:(["'])(?:\\.|(?!\3).)*(?:\3|$)|[^\s"'&,;)}}\]\\]+)""",
    re.IGNORECASE | re.DOTALL,
)
_SUSPICIOUS: Final = re.compile(r"[?@:=,%]|bearer|basic|oauth", re.IGNORECASE)
"""What a text has at least in which one of the above is found: most words have none of it."""

_SHORTEST: Final = 6
"""Characters from which a secret is looked for by what it is; shorter ones are parts of words."""


class Redaction:
    """Redacts texts; *secrets* are cut out wherever they stand."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        """Return *text* without what is secret."""
        if self._secrets is not None:
            text = self._secrets.sub(GONE, text)
        if not _SUSPICIOUS.search(text):
            return text
        text = _QUERY.sub(rf"\1?{GONE}", text)
        text = _USER.sub("", text)
        text = _QUOTED_HEADER.sub(rf"\1\2{GONE}", text)
        text = _PLAIN_HEADER.sub(rf"\1\2{GONE}", text)
        text = _NAMED.sub(rf"\1\2{GONE}", text)
        return _SCHEME.sub(rf"\1 {GONE}", text)
