"""Reads the origin's documents into resources. Pure.

What belongs to the contract is read, anything else is passed over. A record without its id fails its
document, for nobody could ask again for what is in it; one without its name is no record: alone it
fails, in a list it is left out. What is expanded inside a link and cannot be read counts as not expanded.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from gateway import resources, subscriber
from gateway.contract import Rel
from gateway.resources import Href
from gateway.upstream import facets, subscribers
from gateway.upstream.errors import MalformedDocument, OriginRefused, UpstreamError
from gateway.upstream.href import path_of, place_of
from gateway.upstream.pox import Element, Node, fold, parse

_LONGEST_STATUS: Final = 100_000
"""Bytes of a status document."""
_LONGEST_MESSAGE: Final = 200
_MARKUP: Final = re.compile(r"<[^>]*>")
_HEADLINE: Final = re.compile(r"<h1[^>]*>([^<]*)", re.IGNORECASE)

_C = TypeVar("_C", bound=resources.Content)


def read_document(document: bytes, href: Href) -> resources.Content:
    """Read what *href* answered with 200; raise OriginRefused if it is a refusal all the same."""
    return read_answer(parse(document), href)


def read_answer(element: Element, href: Href) -> resources.Content:
    """Read what *href* answered; raise OriginRefused for a refusal, and fail another one's record."""
    if element.tag == "status":
        raise refusal(Node(element), href)
    content = read(element)
    if isinstance(content, resources.Title | resources.Person) and place_of(content.href) != place_of(href):
        raise MalformedDocument(f"{Node(element).where}/id", "the id that was asked for")
    if isinstance(content, subscriber.User) and content.user_id != path_of(href).rpartition("/")[2]:
        raise MalformedDocument(f"{Node(element).where}/user_id", "the user that was asked for")
    return content


def read(element: Element) -> resources.Content:
    """Read *element* as what its name says; raise MalformedDocument if it is none of the contract's."""
    reader = _READERS.get(element.tag)
    if reader is None:
        raise MalformedDocument(Node(element).where, "a document of the API")
    return reader(Node(element))


def expect(content: resources.Content, found: type[_C]) -> _C:
    """Return *content* if it is a *found*; raise MalformedDocument otherwise."""
    if not isinstance(content, found):
        raise MalformedDocument("/", f"the content of {found.__name__}")
    return content


def read_refusal(document: bytes, href: Href, *, status: int) -> UpstreamError:
    """Return what an answer with an error *status* says: a status document, or a bare sentence.

    What is longer than a status document can be is not taken apart, which would hold up all others.
    """
    try:
        node = Node(parse(document)) if len(document) <= _LONGEST_STATUS else None
    except MalformedDocument:
        node = None
    if node is not None and node.name == "status":
        return OriginRefused(href, status, sub_code=node.integer("sub_code"), message=_message(node))
    if status == 404:
        # Whoever has no such resource says so in a status document; a bare page is not the service's.
        return MalformedDocument("/", "a status document")
    text = document[: 10 * _LONGEST_MESSAGE].decode(errors="replace")
    headline = _HEADLINE.search(text)
    return OriginRefused(href, status, message=sentence(headline[1] if headline else _MARKUP.sub(" ", text)))


def refusal(node: Node, href: Href) -> UpstreamError:
    """Return what a status document says by itself."""
    code = node.integer("status_code")
    if code is None or not 400 <= code <= 599:
        return MalformedDocument(f"{node.where}/status_code", "an error status")
    return OriginRefused(href, code, sub_code=node.integer("sub_code"), message=_message(node))


def sentence(text: str) -> str | None:
    """Return *text* from outside as a sentence fit to be shown: folded, printable, not long."""
    printable = "".join(character for character in fold(text) if character.isprintable())
    return printable[:_LONGEST_MESSAGE] or None


def _message(node: Node) -> str | None:
    return sentence(node.text("message") or "")


def _demand_title(node: Node) -> resources.Title:
    title = _read_record(node)
    if title is None:
        raise MalformedDocument(f"{node.where}/title", "a name")
    return title


def _read_record(node: Node) -> resources.Title | None:
    return _read_title(node, node.demand_href("id"))


def _read_title(node: Node, href: Href) -> resources.Title | None:
    title = node.first("title")
    if title is None:
        return None
    regular, short = title.attribute("regular") or fold(title.element.text), title.attribute("short")
    if not (regular or short):
        return None
    rating = node.decimal("average_rating")
    year = node.integer("release_year")
    return resources.Title(
        href=href,
        name=regular or short or "",
        short_name=short or regular or "",
        episode_name=title.attribute("episode_short"),
        release_year=year if year and year <= 9999 else None,
        runtime=node.integer("runtime"),
        average_rating=rating if rating and 1 <= rating <= 5 else None,
        categories=tuple(facets.read_categories(node)),
        box_art=_read_box_art(node.first("box_art")),
        updated=node.moment("updated"),
        season_number=node.integer("season_number"),
        sequence=node.integer("sequence"),
        links=_read_links(node),
    )


def _read_box_art(node: Node | None) -> resources.BoxArt | None:
    if node is None:
        return None
    art = resources.BoxArt(node.attribute("small"), node.attribute("medium"), node.attribute("large"))
    return art if art != resources.BoxArt() else None


def _demand_person(node: Node) -> resources.Person:
    person = _read_person(node)
    if person is None:
        raise MalformedDocument(f"{node.where}/name", "a name")
    return person


def _read_person(node: Node) -> resources.Person | None:
    href, name, bio = node.demand_href("id"), node.text("name"), node.first("bio")
    if name is None:
        return None
    return resources.Person(href, name, (bio and bio.content()) or None, _read_links(node))


def _read_links(node: Node) -> resources.Links:
    """Read the links of a record; the first of each relation counts."""
    return facets.by_rel(_all_links(node))


def _read_link(node: Node) -> resources.Link | None:
    return facets.read_link(node, _read_expanded(node) if len(node.element) else None)


def _read_expanded(node: Node) -> resources.Content | None:
    for child in node.element:
        if child.tag in _READERS:
            try:
                return read(child)
            except MalformedDocument:
                return None
    return None


def _read_people(node: Node) -> resources.People | resources.LinkList:
    people = tuple(filter(None, map(_read_person, node.every("person"))))
    links = _links_of(node, Rel.PERSON) if not people else ()
    if links:
        return resources.LinkList(links, node.integer("number_of_results"))
    return resources.People(people, *facets.read_header(node))


def _read_titles(node: Node) -> resources.Titles | resources.LinkList:
    children = node.every("catalog_title", "similars_item", "filmography_item")
    titles = tuple(filter(None, map(_read_record, children)))
    links = _links_of(node, Rel.TITLE) if not titles else ()
    if links:
        return resources.LinkList(links, node.integer("number_of_results"))
    return resources.Titles(titles, *facets.read_header(node), links=_read_links(node))


def _links_of(node: Node, rel: str) -> tuple[resources.Link, ...]:
    return tuple(link for link in _all_links(node) if link.rel == rel)


def _read_link_list(node: Node) -> resources.LinkList:
    return resources.LinkList(tuple(_all_links(node)), node.integer("number_of_results"))


def _all_links(node: Node) -> Iterable[resources.Link]:
    return filter(None, map(_read_link, node.every("link")))


_READERS: Final[Mapping[str, Callable[[Node], resources.Content]]] = {
    "catalog_title": _demand_title,
    "catalog_titles": _read_titles,
    "similars": _read_titles,
    "filmography": _read_titles,
    "person": _demand_person,
    "people": _read_people,
    "synopsis": facets.read_text,
    "short_synopsis": facets.read_text,
    "bonus_materials": _read_link_list,
    "box_art": _read_link_list,
    "awards": facets.read_awards,
    "delivery_formats": facets.read_delivery_formats,
    "screen_formats": facets.read_screen_formats,
    "languages_and_audio": facets.read_languages_and_audio,
    "autocomplete": facets.read_autocomplete,
    "user": subscribers.read_user,
    "resource": subscribers.read_resource,
    "title_states": subscribers.read_title_states,
    **subscribers.list_readers(_read_title, _read_links),
}
