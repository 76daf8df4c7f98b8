"""How documents looked in 2008: other names for links and categories, and no terms (contract 8, 1). Pure."""

from typing import Final

from gateway.contract import SCHEMAS, Rel, Scheme
from gateway.origin.paths import Paths
from gateway.origin.representations.elements import Element

_QUEUE_REF: Final = "queue_ref"
_RELS: Final = {
    Rel.AVAILABLE_QUEUE: _QUEUE_REF,
    Rel.SAVED_QUEUE: _QUEUE_REF,
    Rel.DISC_QUEUE: f"{SCHEMAS}/queues/disc",
    Rel.INSTANT_QUEUE: f"{SCHEMAS}/queues/instant",
}
_TITLE: Final = f"{SCHEMAS}/id"
"""What the link from an item to its title was called; its title was the word itself."""
_SCHEMES: Final = {
    Scheme.TITLE_FORMATS: "/catalog/titles/format",
    Scheme.TITLE_STATES: "/catalog/titles/title_states",
}
_UNDERSCORED: Final = frozenset({Scheme.QUEUE_AVAILABILITY})


def dated(document: Element, paths: Paths) -> Element:
    """Return *document*, changed to what it would have been in 2008."""
    for link in document.iter("link"):
        _date_link(link)
    for category in document.iter("category"):
        _date_category(category, paths)
    return document


def _date_link(link: Element) -> None:
    rel = link.get("rel", "")
    parent = link.getparent()
    if rel in _RELS:
        link.set("rel", _RELS[rel])
    elif rel == Rel.ALTERNATE:
        link.set("title", "webpage")
    elif rel == Rel.TITLE and parent is not None and parent.find("id") is not None:
        link.set("rel", _TITLE)
        link.set("title", "title")


def _date_category(category: Element, paths: Paths) -> None:
    category.attrib.pop("term", "")
    path = category.get("scheme", "").removeprefix(paths.base)
    if path in _SCHEMES:
        category.set("scheme", paths.scheme(_SCHEMES[path]))
    if path in _UNDERSCORED:
        category.set("label", category.get("label", "").replace(" ", "_"))
        category.text = ""
