"""Writes the document of a new order of the instant queue (contract 3.12). Pure."""

from collections.abc import Iterable
from typing import Final

from lxml import etree

from gateway.contract import Rel
from gateway.resources import Href

_INSTANT: Final = "Instant"


def write_order(titles: Iterable[Href], *, etag: str, available: Href, formats: Href) -> bytes:
    """Return the document that puts *titles* into their order in place of the queue that *etag* names.

    *available* is where what is available stands, and *formats* the scheme of the formats of titles.
    """
    root = etree.Element("queue")
    etree.SubElement(root, "etag").text = etag
    for title in titles:
        item = etree.SubElement(root, "queue_item")
        etree.SubElement(item, "link", rel=Rel.AVAILABLE_QUEUE, href=available)
        etree.SubElement(item, "category", scheme=formats, label=_INSTANT, term=_INSTANT)
        etree.SubElement(item, "link", rel=Rel.TITLE, href=title)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
