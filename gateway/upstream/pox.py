"""Takes XML from outside apart: a guard that lets only harmless documents in, and a cursor. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from gateway.resources import Href
from gateway.upstream.errors import MalformedDocument

Element = etree._Element  # noqa: SLF001 - lxml has no other name for it

LONGEST_DOCUMENT: Final = 8_000_000
LONGEST_TEXT: Final = 1_000_000
MOST_ELEMENTS: Final = 75_000
"""With comments; the largest documents of the API have 50,000, and a tree of so many takes 20 MiB."""
MOST_CHILDREN: Final = 1_000
"""Of an element; a list has 500 at most, and each becomes a record."""
DEEPEST: Final = 64
MOST_ATTRIBUTES: Final = 1_000
"""Of an element; libxml2 takes minutes for some hundred thousand."""

# What may stand before the root element, up to a DTD. Possessive, so that no input makes it go back.
_DTD: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_ENCODING: Final = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"'>]*)")
_ENCODINGS: Final = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_TOO_DEEP: Final = etree.XPath("boolean(" + "/*" * (DEEPEST + 1) + ")")

_TOO_WIDE: Final = etree.XPath(f"boolean(descendant-or-self::*[count(*) > {MOST_CHILDREN}])")

_STRETCH: Final = re.compile(rb"<[^<]{4000,}")
"""A tag, with the text after it, that is long enough to have that many."""

_INTEGER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_DECIMAL: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)
_MOMENT: Final = re.compile(r"[0-9]{1,13}", re.ASCII)
_MILLISECONDS_FROM: Final = 10**11
"""Seconds do not get there before the year 5138; the index files of 2.0 count milliseconds."""


def parse(document: bytes) -> Element:
    """Return the root element of *document*; raise MalformedDocument unless it is sound and bounded."""
    if len(document) > LONGEST_DOCUMENT:
        raise MalformedDocument("/", f"at most {LONGEST_DOCUMENT} bytes")
    if _DTD.match(document):
        raise MalformedDocument("/", "a root element without a DTD")
    declared = _ENCODING.match(document)
    if declared and declared[1].lower() not in _ENCODINGS:
        raise MalformedDocument("/", "the encoding UTF-8")
    _check_marks(document)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise MalformedDocument("/", "well-formed XML") from error
    _check_bounds(root, document)
    return root


def _check_marks(document: bytes) -> None:
    """Raise MalformedDocument for what would take too much to be parsed at all."""
    if document.count(b"<") - document.count(b"</") > MOST_ELEMENTS:
        raise MalformedDocument("/", f"at most {MOST_ELEMENTS} elements")
    if any(each[0].count(b"=") > MOST_ATTRIBUTES for each in _STRETCH.finditer(document)):
        raise MalformedDocument("/", f"at most {MOST_ATTRIBUTES} attributes of an element")


def _check_bounds(root: Element, document: bytes) -> None:
    if _TOO_DEEP(root):
        raise MalformedDocument("/", f"at most {DEEPEST} levels")
    if _TOO_WIDE(root):
        raise MalformedDocument("/", f"at most {MOST_CHILDREN} children of an element")
    if len(document) > LONGEST_TEXT and any(map(_has_long_text, root.iter())):
        raise MalformedDocument("/", f"texts of at most {LONGEST_TEXT} characters")


def _has_long_text(element: Element) -> bool:
    texts = (element.text, element.tail, *element.attrib.values())
    return any(text is not None and len(text) > LONGEST_TEXT for text in texts)


def fold(text: str | None) -> str:
    """Return *text* with single blanks and none around it; the record has doubled and leading ones."""
    return " ".join(text.split()) if text else ""


@dataclass(frozen=True, slots=True)
class Node:
    """One element together with where it was found.

    A leaf that is missing, empty or not of its type is None: one odd fact does not cost a title. Only
    what makes a record a record is demanded.
    """

    element: Element

    @property
    def where(self) -> str:
        """The way from the root to this element."""
        return self.element.getroottree().getpath(self.element)

    @property
    def name(self) -> str:
        """The name of the element."""
        return str(self.element.tag)

    def first(self, name: str) -> "Node | None":
        """Return the first child *name*."""
        for child in self.element.iterchildren(name):
            return Node(child)
        return None

    def every(self, *names: str) -> Iterator["Node"]:
        """Return the children of any of *names*, in their order."""
        return map(Node, self.element.iterchildren(*names))

    def attribute(self, name: str) -> str | None:
        """Return the attribute *name*, folded."""
        return fold(self.element.get(name)) or None

    def content(self) -> str:
        """Return the whole text as it is, without what is around it."""
        return "".join(map(str, self.element.itertext())).strip()

    def text(self, name: str) -> str | None:
        """Return the text of the first child *name*, folded."""
        for child in self.element.iterchildren(name):
            return fold(child.text) or None
        return None

    def integer(self, name: str) -> int | None:
        """Return the first child *name* as a number that is not negative."""
        return as_integer(self.text(name))

    def decimal(self, name: str) -> float | None:
        """Return the first child *name* as a decimal that is not negative."""
        text = self.text(name)
        return float(text) if text and _DECIMAL.fullmatch(text) else None

    def moment(self, name: str) -> datetime | None:
        """Return the first child *name*, in Unix seconds or milliseconds, as a time."""
        return as_moment(self.text(name))

    def demand_href(self, name: str) -> Href:
        """Return the text of the first child *name* as an address; raise MalformedDocument without one."""
        text = self.text(name)
        if text is None:
            raise MalformedDocument(f"{self.where}/{name}", "an address")
        return Href(text)


def as_integer(text: str | None) -> int | None:
    """Return *text* as a number that is not negative, if it is one."""
    return int(text) if text and _INTEGER.fullmatch(text) else None


def as_moment(text: str | None) -> datetime | None:
    """Return *text*, in Unix seconds or milliseconds, as a time, if it is one."""
    if not text or not _MOMENT.fullmatch(text):
        return None
    number = int(text)
    return datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS_FROM else number, tz=UTC)
