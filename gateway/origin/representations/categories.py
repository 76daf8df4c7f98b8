"""The terms of a category scheme (contract 3.7 and 8, 32). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gateway.origin.representations.elements import Element, add, root
from gateway.origin.representations.history import RENTAL_STATES
from gateway.origin.representations.view import View

FIXED: Final[Mapping[str, Sequence[str]]] = {
    "rental_states": RENTAL_STATES,
    "queue_availability": (
        "available now",
        "saved",
        "awaiting release",
        "possible short wait",
        "short wait",
        "long wait",
        "very long wait",
        "available soon",
        "not rentable",
    ),
    "title_states": ("Play", "Add", "Add All", "Save", "Save All", "In Queue", "At Home"),
    # What these held is not known, and nothing of ours has any.
    "container_formats": (),
    "video_formats": (),
    "audio_formats": (),
}
"""The terms of the schemes that the catalog does not bring along."""


def categories(view: View, scheme: str, terms: Iterable[str]) -> Element:
    """Represent the *terms* of a scheme; the label of each is the term."""
    element = root("categories")
    address = view.paths.scheme(f"/categories/{scheme}")
    for term in terms:
        add(element, "category_item", scheme=address, label=term, term=term)
    return element
