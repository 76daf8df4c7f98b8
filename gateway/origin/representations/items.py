"""Items of subscribers' lists: each is about a title, whose own facts stand inside in 1.0 and 1.5. Pure."""

from typing import Final

from gateway.origin.records import TitleRecord
from gateway.origin.representations.elements import Element
from gateway.origin.representations.facets import add_title_link
from gateway.origin.representations.titles import catalog_title
from gateway.origin.representations.view import TITLE, View

_ITEMS_OWN: Final = frozenset({"id", "updated"})
"""What an item says of itself, and not of its title."""


def add_title(view: View, item: Element, record: TitleRecord) -> None:
    """Append the link to the title, and what the title's own document says.

    In 2.0 the link is all there is, unless ``expand`` asks for the title inside it.
    """
    link = add_title_link(view.paths, item, record.title)
    if not view.is_thin:
        item.extend([fact for fact in catalog_title(view, record) if fact.tag not in _ITEMS_OWN])
    elif TITLE in view.expand:
        link.append(catalog_title(view, record))
