"""Bulk requests: many signed URLs in one (contract 3.18)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from gateway.origin.errors import AddressTooLong, Invalid, Refusal
from gateway.origin.forms import read_pairs
from gateway.origin.inquiries import Inquiry
from gateway.origin.representations.view import Output

PREFIX: Final = "entry_"
LONGEST_NAME: Final = 200

_URL: Final = re.compile(r"(https?)://([^/?#\s]+)([^?#\s]*)(?:\?([^#]*))?", re.IGNORECASE)

Bases = Callable[[str, str], tuple[str, ...]]
"""From a scheme and an authority to what may have been signed; nothing if we are not meant."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request of many: what it is called, and what it asks for."""

    name: str
    inquiry: Inquiry | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many entries there may be, and how long the URL of one."""

    entries: int
    url_bytes: int


def read_entries(
    parameters: Iterable[tuple[str, str]], bases: Bases, limits: Limits, output: Output = Output.POX
) -> list[Entry]:
    """Return the entries in the order they were sent, to be answered in *output*.

    One that is no good fails by itself.
    A name that is used twice is answered once: nobody could tell the two answers apart.
    """
    sent = [(name, url) for name, url in parameters if name.startswith(PREFIX)]
    if len(sent) > limits.entries:
        raise Invalid("entry", f"at most {limits.entries} of them, not {len(sent)}")
    times = Counter(name for name, _ in sent)
    if any(len(name) > LONGEST_NAME for name in times):
        raise Invalid("entry", f"a name is limited to {LONGEST_NAME} characters")
    twice = Invalid("entry", "its name is used twice")
    return [
        Entry(name, twice if times[name] > 1 else _read(url, bases, limits, output))
        for name, url in dict(sent).items()
    ]


def _read(url: str, bases: Bases, limits: Limits, output: Output) -> Inquiry | Refusal:
    if len(url) > limits.url_bytes:
        return AddressTooLong(limits.url_bytes)
    found = _URL.fullmatch(url)
    signed_for = bases(found[1].lower(), found[2]) if found else ()
    if found is None or not signed_for:
        return Invalid("entry", "it must be a URL of this service")
    try:
        query = read_pairs((found[4] or "").encode())
    except Refusal as refusal:
        return refusal
    return Inquiry(verb="GET", bases=signed_for, path=found[3] or "/", query=query, output=output)
