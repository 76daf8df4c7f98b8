"""People: records, lists, and the links that stand for them. Pure."""

from collections.abc import Callable, Sequence

from gateway.contract import Rel
from gateway.origin import models, paths
from gateway.origin.representations.elements import Element, add, add_html, add_link, root
from gateway.origin.representations.lists import Page, add_header, template
from gateway.origin.representations.view import View

Inside = Callable[[models.Person], Element | None]
"""What is expanded inside the link to a person's filmography."""


def nothing(_who: models.Person) -> None:
    """Expand nothing."""


def person(view: View, who: models.Person, inside: Inside = nothing) -> Element:
    """Represent *who*, with links to what belongs to them (contract 3.5)."""
    element = root("person")
    href = view.paths.person(who.id)
    add(element, "id", href)
    add(element, "name", who.name)
    if who.bio:
        add_html(element, "bio", who.bio)
    films = view.paths.part(href, paths.FILMOGRAPHY)
    link = add_link(element, films, rel=Rel.FILMOGRAPHY, title="filmography")
    if (expanded := inside(who)) is not None:
        link.append(expanded)
    add_link(element, paths.role_page(who.name, who.id), rel=Rel.ALTERNATE, title="web page")
    return element


def people(view: View, members: Sequence[models.Person], inside: Inside = nothing) -> Element:
    """Represent the people of a title; they come all at once, without a header."""
    element = root("people")
    element.extend(person(view, member, inside) for member in members)
    return element


def people_found(
    view: View, found: Sequence[models.Person], page: Page, *, total: int, inside: Inside = nothing
) -> Element:
    """Represent one page of a search for people."""
    element = root("people")
    add_header(element, template(view.paths.people, "term", "start_index", "max_results"), page, total=total)
    element.extend(person(view, who, inside) for who in found)
    return element


def people_links(view: View, members: Sequence[models.Person]) -> Element:
    """Represent people by links: what is expanded inside a title (contract 1.9)."""
    element = root("people")
    for member in members:
        add_person_link(view, element, member)
    return element


def add_person_link(view: View, parent: Element, who: models.Person) -> None:
    """Append the link that stands for *who*."""
    add_link(parent, view.paths.person(who.id), rel=Rel.PERSON, title=who.name)
