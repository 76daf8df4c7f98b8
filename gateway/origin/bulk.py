"""Bulk requests: many signed URLs in, one document with all their answers out (contract 3.18)."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.origin.answers import Rendered
from gateway.origin.errors import AddressTooLong, Invalid, Refusal
from gateway.origin.forms import read_pairs
from gateway.origin.inquiries import Inquiry
from gateway.origin.representations.rendering import pox, text
from gateway.origin.representations.status import status

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


def read_entries(parameters: Iterable[tuple[str, str]], bases: Bases, limits: Limits) -> list[Entry]:
    """Return the entries in the order they were sent; one that is no good fails by itself.

    A name that is used twice is answered once: nobody could tell the two answers apart.
    """
    sent = [(name, url) for name, url in parameters if name.startswith(PREFIX)]
    if len(sent) > limits.entries:
        raise Invalid("entry", f"at most {limits.entries} of them, not {len(sent)}")
    times = Counter(name for name, _ in sent)
    if any(len(name) > LONGEST_NAME for name in times):
        raise Invalid("entry", f"a name is limited to {LONGEST_NAME} characters")
    return [
        Entry(
            name, Invalid("entry", "its name is used twice") if times[name] > 1 else _read(url, bases, limits)
        )
        for name, url in dict(sent).items()
    ]


def _read(url: str, bases: Bases, limits: Limits) -> Inquiry | Refusal:
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
    return Inquiry(verb="GET", bases=signed_for, path=found[3] or "/", query=query)


def write_answer(entries: Sequence[Entry], answers: Sequence[Rendered | Refusal]) -> bytes:
    """Return the document that holds *answers* under the names of *entries*.

    The documents are written already, each with its own tag, so the wrapper goes around their bytes.
    """
    parts = [
        b"<entry><id>%s</id><body>%s</body></entry>" % (text(entry.name), _body(answer))
        for entry, answer in zip(entries, answers, strict=True)
    ]
    return b"<response>%s</response>" % b"".join(parts)


def _body(answer: Rendered | Refusal) -> bytes:
    if isinstance(answer, Refusal):
        return pox(status(answer))
    headers = _header("ETag", f'"{answer.etag}"')
    if answer.location is not None:
        headers += _header("Location", answer.location)
    return b"<status>%d</status>%s%s" % (answer.status, headers, answer.body)


def _header(name: str, value: str) -> bytes:
    return b'<header name="%s" value="%s"></header>' % (name.encode(), text(value))
