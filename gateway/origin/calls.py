"""What an endpoint is asked and answers: calls and documents, always as lists."""

import re
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.origin.accounts import Subscriber
from gateway.origin.callers import Caller
from gateway.origin.errors import BadPage, Invalid, Refusal, TokenMissing
from gateway.origin.negotiation import read_output
from gateway.origin.paths import Address, Paths
from gateway.origin.representations.elements import Element
from gateway.origin.representations.jsonp import is_callback
from gateway.origin.representations.lists import Page
from gateway.origin.representations.view import Output, Version, View, read_expand

LONGEST_TERM: Final = 500

_VERSIONS: Final = {
    "": Version.V1_0,
    "1": Version.V1_0,
    "1.0": Version.V1_0,
    "1.5": Version.V1_5,
    "2": Version.V2_0,
    "2.0": Version.V2_0,
}
_INTEGER: Final = re.compile(r"[0-9]+")
_MANY_DIGITS: Final = 18
"""A number that has more is above every limit."""
_LARGEST_START: Final = 2**31 - 1
_DEFAULT_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class Call:
    """One resource that is asked for."""

    address: Address
    parameters: Mapping[str, str]
    verb: str = "GET"
    body: bytes = b""
    if_match: str = ""
    """The header that names the state which a change was made for; empty where it is not sent."""
    etag: str = ""
    """The header that names the state which a document was made from."""
    caller: Caller | None = None
    """Who asks; always known where a route is protected."""

    @property
    def subscriber(self) -> Subscriber:
        """Return whose resource this is: the caller's own."""
        if self.caller is None or self.caller.subscriber is None:
            raise TokenMissing
        return self.caller.subscriber

    @property
    def term(self) -> str:
        """Return what is searched for."""
        term = self.parameters.get("term", "").strip()
        if not term or len(term) > LONGEST_TERM:
            raise Invalid("term")
        return term

    def page(self, largest: int) -> Page:
        """Return the page asked for; a page larger than *largest* is cut down to it."""
        size = self._integer("max_results", _DEFAULT_PAGE)
        if not size:
            raise BadPage("max_results")
        start = self._integer("start_index", 0)
        if start is None:
            raise Invalid("start_index")
        return Page(min(start, _LARGEST_START), min(size, largest))

    def _integer(self, name: str, default: int) -> int | None:
        text = self.parameters.get(name) or str(default)
        if not _INTEGER.fullmatch(text):
            return None
        digits = text.lstrip("0") or "0"
        return int(digits) if len(digits) <= _MANY_DIGITS else 10**_MANY_DIGITS


Parts = Callable[[], AsyncGenerator[bytes]]
"""Begins to write something long."""


@dataclass(frozen=True, slots=True)
class Document:
    """What is found: a tree, which some encoder will write."""

    root: Element
    status: int = 200
    location: str | None = None
    etag: str | None = None
    """The tag of what is represented, where it has one of its own; else the bytes tell."""
    name: str | None = None
    """What it is, where the root does not tell: the people of a title are its cast, or its directors."""
    parts: Parts | None = None
    """What follows within the root, written while it is sent: it is too much to be held, and stays XML."""


Answer = Document | Refusal


class Endpoint(Protocol):
    """Answers all calls of one view that ask for its kind of resource, each in its place."""

    async def __call__(self, session: AsyncSession, view: View, calls: Sequence[Call], /) -> list[Answer]:
        """Return the answers to *calls*, in their order."""
        ...


def read_view(
    paths: Paths, parameters: Mapping[str, str], accept: str = "", *, output: Output | None = None
) -> View:
    """Return how the answer is to be shown, by the parameters that all resources share (contract 1.5).

    An *output* that is given is the one, without a callback.
    """
    version = _VERSIONS.get(parameters.get("v", ""))
    if version is None:
        raise Invalid("v")
    asked = read_output(parameters, accept)
    callback = parameters.get("callback", "") if asked is Output.JSON and output is None else ""
    if callback and not is_callback(callback):
        raise Invalid("callback")
    expand = read_expand(parameters.get("expand", ""))
    return View(paths, version, expand, output or asked, callback or None)
