"""Lists of titles: a search, similars, a filmography, children. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.contract import Rel
from gateway.origin import models, paths
from gateway.origin.records import Facet, TitleRecord
from gateway.origin.representations.elements import Element, add, add_link, root
from gateway.origin.representations.facets import href, title_links
from gateway.origin.representations.items import add_title
from gateway.origin.representations.lists import Page, add_header, template
from gateway.origin.representations.people import Inside
from gateway.origin.representations.titles import catalog_title
from gateway.origin.representations.view import View

LARGEST_EXPANDED: Final = 500
"""Links inside a link to a filmography (contract 6.4)."""


def titles_found(view: View, found: Sequence[TitleRecord], page: Page, *, total: int) -> Element:
    """Represent one page of a search for titles (contract 3.1)."""
    element = root("catalog_titles")
    add_link(element, view.paths.index, rel=Rel.INDEX, title="index")
    add_link(element, view.paths.autocomplete, rel=Rel.AUTOCOMPLETE, title="autocomplete")
    add_header(element, template(view.paths.search, "term", "start_index", "max_results"), page, total=total)
    element.extend(catalog_title(view, record) for record in found)
    return element


def catalog_titles(view: View, children: Sequence[TitleRecord]) -> Element:
    """Represent seasons, episodes or discs as 1.0 and 1.5 do: all at once, without a header."""
    element = root("catalog_titles")
    element.extend(catalog_title(view, child) for child in children)
    return element


def titles_page(
    view: View, place: tuple[models.Title, Facet], shown: Sequence[TitleRecord], page: Page, *, total: int
) -> Element:
    """Represent one page of them, as 2.0 does, or of similars; *place* is whose they are, and what."""
    owner, facet = place
    element = root("catalog_titles")
    here = view.paths.part(href(view.paths, owner), facet)
    add_header(element, template(here, "start_index", "max_results"), page, total=total)
    element.extend(catalog_title(view, record) for record in shown)
    return element


def similars(
    view: View, title: models.Title, alike: Sequence[TitleRecord], page: Page, *, total: int
) -> Element:
    """Represent one page of what is similar to *title*; in 2.0 the names are those of any list."""
    if view.is_thin:
        return titles_page(view, (title, Facet.SIMILARS), alike, page, total=total)
    element = root("similars")
    here = view.paths.part(href(view.paths, title), Facet.SIMILARS)
    add_header(element, template(here, "start_index", "max_results"), page, total=total)
    element.extend(catalog_title(view, record, "similars_item") for record in alike)
    return element


def filmography(
    view: View, who: models.Person, films: Sequence[TitleRecord], page: Page, *, total: int
) -> Element:
    """Represent one page of the titles that *who* had a part in (contract 6.4)."""
    element = root("filmography")
    here = view.paths.part(view.paths.person(who.id), paths.FILMOGRAPHY)
    add_header(element, template(here, "start_index", "max_results"), page, total=total)
    element.extend(_filmography_item(view, record) for record in films)
    return element


def _filmography_item(view: View, record: TitleRecord) -> Element:
    if not view.is_thin:
        return catalog_title(view, record, "filmography_item")
    item = root("filmography_item")
    add(item, "id", href(view.paths, record.title))
    add_title(view, item, record)
    return item


def films_inside(view: View, films: Mapping[int, Sequence[models.Title]]) -> Inside:
    """Return what puts links to the *films* of each person, by id, into the link to them (contract 6.4)."""

    def inside(who: models.Person) -> Element:
        shown = films[who.id]
        return title_links(view, "filmography", shown[:LARGEST_EXPANDED], total=len(shown))

    return inside


def autocomplete(view: View, names: Sequence[str]) -> Element:
    """Represent names that complete what was typed (contract 3.2)."""
    element = root("autocomplete")
    add(element, "url_template", template(view.paths.autocomplete, "term"))
    for name in names:
        add(add(element, "autocomplete_item"), "title", short=name)
    return element
