"""The bricks of a document: elements, links, categories. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of its elements

# What XML cannot hold at all, escaped or not.
_ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def root(tag: str) -> Element:
    """Return the first element of a document; it is written open and closed even when it stays empty."""
    element = etree.Element(tag)
    element.text = ""
    return element


def add(parent: Element, tag: str, text: object = "", **attributes: str) -> Element:
    """Append an element; attributes are written in the order given."""
    element = etree.SubElement(parent, tag, {name: legal(value) for name, value in attributes.items()})
    # An empty text, unlike none, is written as an opening and a closing tag (contract 1.6).
    element.text = legal(str(text))
    return element


def add_html(parent: Element, tag: str, html: str) -> Element:
    """Append an element that holds rich text."""
    element = etree.SubElement(parent, tag)
    write_html(element, html)
    return element


def write_html(element: Element, html: str) -> None:
    """Make *html* the text of *element*, as the recordings have it."""
    element.text = etree.CDATA(legal(html))


def add_link(parent: Element, href: str, *, rel: str, title: str) -> Element:
    """Append a link."""
    return add(parent, "link", href=href, rel=rel, title=title)


def add_category(parent: Element, scheme: str, term: str) -> Element:
    """Append a category; its label is its term."""
    return add(parent, "category", scheme=scheme, label=term, term=term)


def present(**attributes: object) -> Mapping[str, str]:
    """Return the attributes that have a value."""
    return {name: str(value) for name, value in attributes.items() if value is not None}


def legal(text: str) -> str:
    """Return *text* without the characters that no XML document can hold."""
    # Printable is legal, and quicker to tell.
    return text if text.isprintable() else _ILLEGAL.sub("", text)
