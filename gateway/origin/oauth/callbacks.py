"""Where a subscriber is sent back to: which addresses are allowed, and what is added to them. Pure."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

OUT_OF_BAND: Final = "oob"
LONGEST: Final = 2_048

_PLAIN: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]+\]")
_PORTS: Final = {"http": 80, "https": 443}


def is_callback(text: str) -> bool:
    """Tell whether *text* is an address that a browser may be sent to: http or https, and nothing odd."""
    if len(text) > LONGEST or not _PLAIN.fullmatch(text) or any(sign in text for sign in '\\"<>'):
        return False
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return False
    host = url.netloc.rpartition(":")[0] if url.port is not None else url.netloc
    has_form = url.scheme in _PORTS and _HOST.fullmatch(host) is not None
    return has_form and not url.fragment and "#" not in text and not _has_dots(url.path)


def is_allowed(callback: str, registered: str | None) -> bool:
    """Tell whether *callback* may be used by who registered another, or none: it may only extend it."""
    if not registered or callback == OUT_OF_BAND:
        return True
    given, known = urlsplit(callback), urlsplit(registered)
    if _place(given) != _place(known):
        return False
    if known.query:
        return given.path == known.path and _extends(given.query, known.query, "&")
    return _extends(given.path or "/", known.path or "/", "/")


def with_parameters(callback: str, parameters: Mapping[str, str]) -> str:
    """Return *callback* with *parameters* at its end."""
    return f"{callback}{'&' if '?' in callback else '?'}{urlencode(parameters)}"


def shown(callback: str) -> str:
    """Return what a person can judge of *callback*: scheme, host and port."""
    url = urlsplit(callback)
    return f"{url.scheme}://{url.netloc}"


def _extends(longer: str, shorter: str, separator: str) -> bool:
    return longer == shorter or longer.startswith(shorter.removesuffix(separator) + separator)


def _place(url: SplitResult) -> tuple[str, str | None, int | None]:
    return url.scheme, url.hostname, url.port or _PORTS.get(url.scheme)


def _has_dots(path: str) -> bool:
    """Whether *path* has a segment that leads elsewhere, decoded as often as somebody might."""
    return any(part in {".", ".."} for part in re.split(r"[/\\]", unquote(unquote(path))))
