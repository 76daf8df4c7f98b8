"""A document as bytes, and the tag that tells two of them apart. Pure."""

import hashlib
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from gateway.origin.representations.elements import Element, legal

PROLOG: Final = b'<?xml version="1.0" standalone="yes"?>\n'


def pox(root: Element) -> bytes:
    """Return a tree as plain old XML, without the prolog (contract 1.6)."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=False)


def text(value: str) -> bytes:
    """Return *value* as it stands in an element or an attribute."""
    return escape(legal(value), {'"': "&quot;"}).encode()


def entity_tag(body: bytes) -> str:
    """Return the twelve digits that stand for *body*."""
    digest = hashlib.blake2b(body, digest_size=8).digest()
    return f"{int.from_bytes(digest) % 10**12:012d}"
