"""A document as bytes, and the tag that tells two of them apart. Pure."""

import hashlib
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from gateway.contract import ATOM, JAVASCRIPT, JSON, OPML, POX
from gateway.origin.errors import Invalid
from gateway.origin.representations import json1, json2, jsonp
from gateway.origin.representations.elements import Element, legal
from gateway.origin.representations.view import Output, View

PROLOG: Final = b'<?xml version="1.0" standalone="yes"?>\n'

_FEEDS: Final = {Output.ATOM: ("{http://www.w3.org/2005/Atom}feed", ATOM), Output.OPML: ("opml", OPML)}
"""The root that a document must have to be sent as one of these."""

_JSON: Final = frozenset({JSON, JAVASCRIPT})


@dataclass(frozen=True, slots=True)
class Encoded:
    """A document as it is sent; XML without its prolog."""

    body: bytes
    media: str = POX


def encode(view: View, root: Element, name: str | None = None) -> Encoded:
    """Return a document as *view* wants it; *name* is what it is, where its root does not tell."""
    if view.output is Output.JSON:
        return _json(view, root, name)
    if view.output is Output.POX or root.tag == "status":
        return Encoded(pox(root))
    tag, media = _FEEDS[view.output]
    if root.tag != tag:
        raise Invalid("output")
    return Encoded(pox(root), media)


def prolog(media: str) -> bytes:
    """Return what a document of *media* begins with."""
    return b"" if media in _JSON else PROLOG


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


def _json(view: View, root: Element, name: str | None) -> Encoded:
    body = json2.encode(view, root, name) if view.is_thin else json1.encode(root)
    if view.callback is None:
        return Encoded(body, JSON)
    return Encoded(jsonp.wrap(view.callback, body), JAVASCRIPT)
