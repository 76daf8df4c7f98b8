"""Which addresses are the origin's, and how they are written. Pure.

A link is data from outside. It is followed only after ``Origin.resolve`` has let it through, and what
comes out is written anew from the configured base: no other parser's idea of the authority matters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self
from urllib.parse import parse_qsl, quote

from gateway.contract import Path
from gateway.resources import Href, Kind
from gateway.upstream.errors import ForeignLink, InvalidId

_LONGEST: Final = 8192
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

# No blanks, control characters, backslashes or other letters than ASCII's anywhere; no user, no fragment.
_ADDRESS: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[!$&'()*+,;=:@a-z0-9._~%/-]*)?(?:\?(?P<query>[!-\"$-\[\]-~]*))?",
    re.IGNORECASE | re.ASCII,
)
_ESCAPE: Final = re.compile(r"%([0-9a-f]{2})?", re.IGNORECASE)
_ID: Final = re.compile(r"[A-Za-z0-9_.~-]{1,128}", re.ASCII)
_PROGRAM_OF_SERIES: Final = re.compile(r"(/programs)/[^/]+(/[^/]+)\Z")


Noun = Kind | Literal["person"]


@dataclass(frozen=True, slots=True)
class Address:
    """What an address stands for: a title of some kind or a person, and the ids that name it."""

    noun: Noun
    ids: tuple[str, ...]


_TEMPLATES: Final[tuple[tuple[Noun, str], ...]] = (
    (Kind.MOVIE, Path.MOVIE),
    (Kind.SERIES, Path.SERIES),
    (Kind.SEASON, Path.SEASON),
    (Kind.PROGRAM, Path.PROGRAM),
    (Kind.PROGRAM, Path.PROGRAM_OF_SERIES),
    (Kind.DISC, Path.DISC),
    ("person", Path.PERSON),
)
_TEMPLATE_BY_SHAPE: Final[Mapping[tuple[str, int], str]] = {
    (noun, template.count("{")): template for noun, template in _TEMPLATES
}
_PATTERNS: Final = tuple(
    (noun, re.compile(re.sub(r"\{\w+\}", r"([A-Za-z0-9_.~-]{1,128})", template), re.ASCII))
    for noun, template in _TEMPLATES
)


@dataclass(frozen=True, slots=True)
class Origin:
    """The configured origin: the one place where links may lead."""

    root: str
    """Scheme, host and port, as every address of it starts."""
    base_path: str
    """The path that all resources lie under, without a slash at the end; mostly empty."""

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the origin at *url*; raise ValueError unless that is a plain http(s) address."""
        match = _ADDRESS.fullmatch(url)
        root = match and _root(match)
        if match is None or root is None or match["query"] is not None:
            raise ValueError("The origin's address is http or https, a host, and at most a port and a path.")
        try:
            path = _canonical_path(match["path"] or "")
        except ValueError as error:
            raise ValueError("The path of the origin's address is not a plain one.") from error
        return cls(root, path.rstrip("/"))

    def resolve(self, href: str) -> Href:
        """Return *href* written canonically if it leads to this origin; raise ForeignLink otherwise."""
        match = _ADDRESS.fullmatch(href) if len(href) <= _LONGEST else None
        if match is None or _root(match) != self.root:
            raise ForeignLink(href)
        try:
            path = _canonical_path(match["path"] or "/")
            query = _canonical_query(_pairs(match["query"] or ""))
        except ValueError as error:
            raise ForeignLink(href) from error
        if path != self.base_path and not path.startswith(self.base_path + "/"):
            raise ForeignLink(href)
        return Href(self.root + path + query)

    def expand_path(self, template: str, **ids: str) -> Href:
        """Return the address of *template* with each of *ids* as one segment; raise InvalidId."""
        segments = {name: _segment(value) for name, value in ids.items()}
        return Href(self.root + self.base_path + template.format_map(segments))

    def address(self, href: str) -> Address | None:
        """Return what *href* stands for, or nothing if it is foreign or not a title or person itself."""
        try:
            path = path_of(self.resolve(href)).removeprefix(self.base_path)
        except ForeignLink:
            return None
        for noun, pattern in _PATTERNS:
            if match := pattern.fullmatch(path):
                return Address(noun, match.groups())
        return None

    def href_of(self, address: Address) -> Href:
        """Return where *address* is to be found; raise InvalidId if there is no such address."""
        template = _TEMPLATE_BY_SHAPE.get((address.noun, len(address.ids)))
        if template is None:
            raise InvalidId("/".join(address.ids))
        segments = iter([_segment(value) for value in address.ids])
        return Href(self.root + self.base_path + re.sub(r"\{\w+\}", lambda _: next(segments), template))


def with_parameters(href: Href, parameters: Mapping[str, str | int | None]) -> Href:
    """Return *href* with *parameters* added or replaced, or removed where None; sorted by name.

    Two ways to the same query give the same text, so that it can be a key; a blank is ``%20``.
    """
    path, _, query = href.partition("?")
    kept = [(name, value) for name, value in _pairs(query) if name not in parameters]
    new = [(name, str(value)) for name, value in parameters.items() if value is not None]
    return Href(path + _canonical_query(kept + new))


def path_of(href: str) -> str:
    """Return the path of *href*, without host and query, with its escapes written canonically."""
    path = re.sub(r"\A[a-z]+://[^/?#]*", "", href, flags=re.IGNORECASE)
    path = path.partition("#")[0].partition("?")[0]
    return _ESCAPE.sub(lambda escape: _canonical_escape(escape[1]) if escape[1] else "%", path)


def place_of(href: str) -> str:
    """Return what two addresses of one resource have in common, whatever host and query they have.

    A program has two, with and without its series (contract 3.4).
    """
    return _PROGRAM_OF_SERIES.sub(r"\1\2", path_of(href).rstrip("/"))


def _root(match: re.Match[str]) -> str | None:
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"] or _DEFAULT_PORTS[scheme])
    if host.endswith(".") or not 0 < port < 65_536:
        return None
    return f"{scheme}://{host}" if port == _DEFAULT_PORTS[scheme] else f"{scheme}://{host}:{port}"


def _canonical_path(path: str) -> str:
    canonical = _ESCAPE.sub(_plain_escape, path)
    *segments, last = canonical.split("/")
    # Dots are unreserved, so %2e has become one by now. An empty segment is one that proxies fold away.
    if "" in segments[1:] or any(segment in {".", ".."} for segment in (*segments, last)):
        raise ValueError("dot or empty segment")
    return canonical


def _plain_escape(escape: re.Match[str]) -> str:
    """Write an escape of a path canonically; raise ValueError where another reader may see structure."""
    if escape[1] is None or (byte := int(escape[1], 16)) < 0x20 or byte in b"/\\%\x7f":
        raise ValueError("escape")
    return _canonical_escape(escape[1])


def _canonical_escape(digits: str) -> str:
    character = chr(int(digits, 16))
    return character if character in _UNRESERVED else f"%{digits.upper()}"


def _pairs(query: str) -> list[tuple[str, str]]:
    if any(escape[1] is None for escape in _ESCAPE.finditer(query)):
        raise ValueError("escape")
    return parse_qsl(query, keep_blank_values=True, errors="strict")


def _canonical_query(pairs: list[tuple[str, str]]) -> str:
    # By name alone: several values of one name keep their order.
    ordered = sorted(pairs, key=lambda pair: pair[0])
    text = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in ordered)
    return f"?{text}" if text else ""


def _segment(value: str) -> str:
    if not _ID.fullmatch(value) or value in {".", ".."}:
        raise InvalidId(value)
    # The pattern lets nothing through that needs an escape; should it be widened one day, this still holds.
    return quote(value, safe="")
