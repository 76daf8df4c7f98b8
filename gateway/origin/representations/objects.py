"""Elements as the objects of 2.0's JSON: designed for programs, where 1.0's only mirrors the XML. Pure.

The rules of contract 1.8 and 8, 26: attributes are members, whatever may repeat is an array, a category is
under the last segment of its scheme, a link under its alias in ``meta.links``, what is expanded beside it.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.contract import Rel
from gateway.origin.representations import contents
from gateway.origin.representations.elements import Element
from gateway.origin.representations.scalars import scalar
from gateway.origin.representations.view import TITLE, View

Members = dict[str, object]

META: Final = "meta"
_LINKS: Final = "links"

HEADER: Final = frozenset({"url_template", "number_of_results", "start_index", "results_per_page"})
"""Elements that say which stretch of a list is shown."""

_COLLECTIONS: Final = frozenset({"award_winner", "award_nominee", "title_state_item", "format"})
"""Elements that are in an array even when they are alone."""

_GENRES: Final = "genres"

_ALIASES: Final = {
    Rel.SHORT_SYNOPSIS: "short_synopsis",
    Rel.EPISODES: "episodes",
    Rel.DISC_QUEUE: "disc_queue",
    Rel.INSTANT_QUEUE: "instant_queue",
    Rel.AVAILABLE_QUEUE: "available_queue",
    Rel.SAVED_QUEUE: "saved_queue",
}
"""What a link is called where the last word of its relation is not it."""

_PAGES: Final = {
    Rel.ALTERNATE: "web_page",
    Rel.OFFICIAL_URL: "official_webpage",
    Rel.TINY_URL: "tiny_url",
}
"""Links to pages for people, which are facts like any other."""

_DEFAULTS: Final[Mapping[str, Callable[[], Members]]] = {
    "catalog_title": lambda: {"release_year": None, "average_rating": None, _GENRES: []},
    "user": lambda: {"title_formats": []},
    "format": lambda: {"title_states": []},
    "awards": lambda: {"award_winner": [], "award_nominee": []},
}
"""Members that are there even when there is nothing to put into them; an array stays one."""


def object_of(view: View, element: Element) -> Members:
    """Return *element* as an object; its links are in its own ``meta``."""
    members: Members = _DEFAULTS.get(str(element.tag), Members)()
    links: dict[str, str] = {}
    for name, value in element.attrib.items():
        members[str(name)] = scalar(str(name), str(value))
    for child in element:
        if child.tag == "link":
            _take_link(view, members, links, child)
        elif child.tag == "category":
            _take_category(members, child)
        else:
            _put(members, str(child.tag), value_of(view, child))
    if links:
        members[META] = {_LINKS: links}
    return members


def value_of(view: View, element: Element) -> object:
    """Return *element* as a value: as what it is known to hold, as an object, or as a scalar."""
    tag = str(element.tag)
    if tag == TITLE:
        return _names(view, element)
    if tag in _LISTS:
        return [_listed(view, child) for child in element if child.tag not in HEADER]
    if tag in contents.READERS:
        return contents.READERS[tag](element)
    if len(element) or element.attrib:
        return object_of(view, element)
    return scalar(tag, element.text or "")


_LISTS: Final = frozenset(
    {
        "people",
        "catalog_titles",
        "filmography",
        "bonus_materials",
        "screen_formats",
        "resources_created",
        "failed_title_refs",
        "already_in_queue",
    }
)
"""Elements that are nothing but a list, of records or of links to them."""


def links_of(view: View, element: Element) -> dict[str, str]:
    """Return the addresses that *element* links to, by alias."""
    links: dict[str, str] = {}
    for link in element.iterfind("link"):
        _take_link(view, {}, links, link)
    return links


def _listed(view: View, element: Element) -> object:
    if element.tag != "link":
        return value_of(view, element)
    name = "name" if element.get("rel") == Rel.PERSON else TITLE
    return {"id": element.get("href"), name: element.get("title")}


def _names(view: View, element: Element) -> object:
    """Return the names of a title, or only the regular one where the title is not expanded."""
    if TITLE not in view.expand:
        return element.get("regular")
    return {str(name): str(value) for name, value in element.attrib.items()}


def _take_link(view: View, members: Members, links: dict[str, str], link: Element) -> None:
    rel, href, name = (link.get(attribute, "") for attribute in ("rel", "href", "title"))
    if rel in _PAGES:
        members[_PAGES[rel]] = href
    elif rel == Rel.PERSON:
        members["person"] = {"id": href, "name": name}
    elif rel == Rel.LIST:
        members.update(id=href, title=name)
    elif rel == Rel.TITLE:
        links[TITLE] = href
        _take_title(view, members, link)
    else:
        alias = _ALIASES.get(rel) or rel.rpartition("/")[2].rpartition(".")[2]
        links[alias] = href
        for content in link:
            key = alias if content.tag in contents.NAMED_BY_LINK else str(content.tag)
            members[key] = value_of(view, content)


def _take_title(view: View, members: Members, link: Element) -> None:
    """Name the title that an item is about; where it is expanded it is there as a whole, too.

    A disc has a name, and keeps it: what it links to is the title that it belongs to.
    """
    members.setdefault(TITLE, link.get("title", ""))
    for title in link.iterfind("catalog_title"):
        members["item"] = object_of(view, title)
        members.update((TITLE, _names(view, names)) for names in title.iterfind(TITLE))


def _take_category(members: Members, category: Element) -> None:
    tail, term = category.get("scheme", "").rpartition("/")[2], category.get("term", "")
    if tail == _GENRES:
        _append(members, tail, {"name": term})
    else:
        _put(members, tail, term)


def _put(members: Members, name: str, value: object) -> None:
    if name in _COLLECTIONS:
        _append(members, name, value)
    elif name in members and members[name] is not None:
        there = members[name]
        members[name] = [*there, value] if isinstance(there, list) else [there, value]
    else:
        members[name] = value


def _append(members: Members, name: str, value: object) -> None:
    there = members.get(name)
    members[name] = [*there, value] if isinstance(there, list) else [value]
