"""Documents as the JSON of 2.0, which is designed and not converted (contract 1.8). Pure.

Every root element has a shape in ``SHAPES``; one that has none is shown by the rules of ``objects``.
"""

from collections.abc import Callable, Mapping
from typing import Final

import orjson

from gateway.contract import Rel
from gateway.origin.representations import json1
from gateway.origin.representations.contents import NAMED_BY_LINK
from gateway.origin.representations.elements import Element
from gateway.origin.representations.objects import HEADER, META, Members, links_of, object_of, value_of
from gateway.origin.representations.scalars import scalar
from gateway.origin.representations.view import View

Shape = Callable[[View, Element, str], Members]
"""Makes a document of a root element and the key that it is to be under."""

_TEMPLATE: Final = "url_template"
_ETAG: Final = "etag"
_NO_ITEMS: Final = HEADER | {"link", _ETAG}


def encode(view: View, root: Element, name: str | None = None) -> bytes:
    """Return a document as JSON; *name* is what it is, where its root does not tell."""
    return orjson.dumps(designed(view, root, name))


def designed(view: View, root: Element, name: str | None = None) -> Members:
    """Return a document as an object."""
    tag = str(root.tag)
    key = str(name) if name and tag in NAMED_BY_LINK else _KEYS.get(tag, tag)
    return SHAPES.get(tag, _value)(view, root, key)


def _value(view: View, root: Element, key: str) -> Members:
    return {key: value_of(view, root)}


def _record(view: View, root: Element, key: str) -> Members:
    """Show one record; what it links to is beside it."""
    record = object_of(view, root)
    return {key: record, META: record.pop(META, {"links": {}})}


def _list(view: View, root: Element, key: str) -> Members:
    """Show a list: an array, and beside it which stretch of what it is."""
    shown: Members = {key: [object_of(view, item) for item in root if item.tag not in _NO_ITEMS]}
    shown.update((str(part.tag), scalar(str(part.tag), part.text or "")) for part in root if _counts(part))
    meta = _about(view, root)
    return {**shown, META: meta} if meta else shown


def _counts(part: Element) -> bool:
    return part.tag in HEADER and part.tag != _TEMPLATE


def _about(view: View, root: Element) -> Members:
    """Return what a list says of itself, but not of what it shows."""
    meta: Members = {}
    etag = root.findtext(_ETAG)
    if etag is not None:
        meta.update({_ETAG: etag, "queue_length": root.findtext("number_of_results", "0")})
    template = root.findtext(_TEMPLATE)
    if template:
        meta[_TEMPLATE] = template
    links = links_of(view, root)
    return {**meta, "links": links} if links else meta


def _autocomplete(_view: View, root: Element, key: str) -> Members:
    names = [title.get("short", "") for title in root.iterfind("autocomplete_item/title")]
    return {key: {"title": names} if names else ""}


def _resource(_view: View, root: Element, _key: str) -> Members:
    """Show the way to the current user by its relation, and all other ways as 1.0 does."""
    for link in root.iterfind("link"):
        if link.get("rel") == Rel.CURRENT_USER:
            return {Rel.CURRENT_USER: link.get("href", "")}
    return json1.mechanical(root)


_KEYS: Final[Mapping[str, str]] = {"catalog_titles": "catalog"}
"""What a list is under where that is not the name of its root."""

SHAPES: Final[Mapping[str, Shape]] = {
    "catalog_titles": _list,
    "people": _list,
    "filmography": _list,
    "catalog_title": _record,
    "person": _record,
    "autocomplete": _autocomplete,
    "categories": _list,
    "user": _record,
    "resource": _resource,
    "lists": _list,
    "queue": _list,
    "title_states": _list,
    "at_home": _list,
    "rental_history": _list,
    "ratings": _list,
    "reviews": _list,
    "recommendations": _list,
}
