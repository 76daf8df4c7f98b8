"""A request as an audit describes it: verb, place, parameters, and who signs where. Pure.

Texts hold places such as ``{movie.cast}`` or ``{u}``, which the session fills from what it finds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

Pairs = tuple[tuple[str, str], ...]


class Who(StrEnum):
    """In whose name a request is made (contract 2.1)."""

    NOBODY = "nobody"
    KEY = "key"
    APP = "app"
    ME = "me"
    OTHER = "other"


class Place(StrEnum):
    """Where the OAuth parameters travel (contract 1.4)."""

    QUERY = "query"
    HEADER = "header"
    FORM = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, before places are filled and a signature is made."""

    path: str
    verb: str = "GET"
    query: Pairs = ()
    form: Pairs | None = None
    content: bytes | None = None
    headers: Pairs = ()
    who: Who = Who.APP
    place: Place = Place.QUERY
    oauth: Pairs = ()
    """What replaces an OAuth parameter before signing; an empty value leaves it out."""
    signature: str | None = None
    """What is sent instead of the right signature."""
    token: tuple[str, str] | None = None
    """A token and its secret, in place of the one that *who* has."""
    skew: int = 0
    absolute: bool = False
    """Whether the request line names the whole address."""
    target_host: str = ""
    """The host in that address, where it is not the one that is asked."""

    def but(self, **query: object) -> Self:
        """Return the same request with these query parameters, ``None`` for none."""
        return replace(self, query=_merged(self.query, query))

    def headed(self, name: str, value: str) -> Self:
        """Return the same request with one more header."""
        return replace(self, headers=(*self.headers, (name, value)))

    def by(self, who: Who) -> Self:
        """Return the same request in the name of *who*."""
        return replace(self, who=who)

    def via(self, verb: str) -> Self:
        """Return the same request with another verb."""
        return replace(self, verb=verb)

    def at(self, path: str) -> Self:
        """Return the same request to another place."""
        return replace(self, path=path)


def get(path: str, **query: object) -> Ask:
    """Return a GET, signed for a subscriber where the place is one's own."""
    return Ask(path=path, query=_merged((), query), who=_owner(path))


def post(path: str, **form: object) -> Ask:
    """Return a POST of a form."""
    return Ask(path=path, verb="POST", form=_merged((), form), who=_owner(path))


def put(path: str, **form: object) -> Ask:
    """Return a PUT of a form."""
    return post(path, **form).via("PUT")


def delete(path: str, **query: object) -> Ask:
    """Return a DELETE."""
    return get(path, **query).via("DELETE")


def _owner(path: str) -> Who:
    return Who.ME if path.startswith("/users/") else Who.APP


def _merged(pairs: Pairs, changes: Mapping[str, object]) -> Pairs:
    merged = dict(pairs) | {name: None if value is None else str(value) for name, value in changes.items()}
    return tuple((name, value) for name, value in merged.items() if value is not None)
