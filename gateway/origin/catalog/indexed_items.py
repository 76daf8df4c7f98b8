"""Items of the first index, ``title_index_item``: what they say, and what they leave out. Pure."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from gateway.contract import Rel, Scheme
from gateway.origin.catalog.facts import OfferFacts, TitleFacts
from gateway.origin.catalog.indexed import (
    Element,
    Indexed,
    Skip,
    Skipped,
    distinct,
    external_ids,
    links,
    moment_of,
    number_of,
    person_of,
    scheme_of,
    term_of,
    title_of,
    window,
)
from gateway.origin.models import Kind
from gateway.origin.paths import Address

_PAGE: Final = re.compile(r"/Movie/([^/]+)/\d+")
_FORMATS: Final = frozenset({Scheme.TITLE_FORMATS, "/categories/title_format"})
"""Both spellings occur."""

_BELOW: Final = {
    Kind.MOVIE: frozenset({Kind.DISC}),
    Kind.SERIES: frozenset({Kind.SEASON, Kind.PROGRAM, Kind.DISC}),
    Kind.SEASON: frozenset({Kind.PROGRAM, Kind.DISC}),
    Kind.PROGRAM: frozenset({Kind.DISC}),
    Kind.DISC: frozenset[Kind](),
}
"""What may hang below what."""


def read_item(element: Element) -> Indexed:
    """Return what a ``title_index_item`` says; raise why it says nothing."""
    identity = title_of(element.findtext("id", ""))
    if identity is None:
        raise Skipped(Skip.ADDRESS)
    kind, address = identity
    name = element.findtext("title")
    related = _related(element)
    actors, directors = (
        distinct(person_of(link) for link in links(element, rel))
        for rel in (Rel.INDEX_ACTOR, Rel.INDEX_DIRECTOR)
    )
    parent, series = _above(kind, address, related)
    facts = TitleFacts(
        id=address.id,
        kind=kind,
        name=name or _name_of_page(element),
        release_year=number_of(element.findtext("release_year")),
        parent_id=parent,
        series_id=series,
        number=number_of(element.findtext("sequence_nr_in_series")),
        genres=_genres(element),
        cast=[person.id for person in actors],
        directors=[person.id for person in directors],
        offers=list({offer.format: offer for offer in _offers(element)}.values()),
        external_ids=external_ids(element),
    )
    return Indexed(
        facts=facts,
        people=[*actors, *directors],
        updated=moment_of(element.findtext("updated")),
        children=[other.id for below, other in related if below in _BELOW[kind]],
        is_mended=not name,
    )


def _related(element: Element) -> list[tuple[Kind, Address]]:
    rels = (Rel.INDEX_DISC, Rel.INDEX_PROGRAM, Rel.INDEX_SEASON, Rel.INDEX_SERIES)
    return [found for link in links(element, *rels) if (found := title_of(link.get("href", "")))]


def _above(
    kind: Kind, address: Address, related: list[tuple[Kind, Address]]
) -> tuple[int | None, int | None]:
    """Return the parent and the series; what is above a disc of a film is told by the film alone."""
    above = {other: place.id for other, place in related if kind in _BELOW[other]}
    series = address.series or above.get(Kind.SERIES)
    nearest = (above.get(place) for place in (Kind.PROGRAM, Kind.SEASON) if kind is not Kind.SEASON)
    return next((place for place in nearest if place is not None), series), series


def _name_of_page(element: Element) -> str:
    """Return the name that the web address of the title has; the oldest files have no other."""
    for link in links(element, Rel.ALTERNATE):
        if found := _PAGE.fullmatch(unquote(urlsplit(link.get("href", "")).path)):
            return found[1].replace("_", " ").strip()
    raise Skipped(Skip.NAME)


def _genres(element: Element) -> list[str]:
    terms = (term_of(one) for one in element.iterfind("category") if scheme_of(one) == Scheme.GENRES)
    return [term for term in dict.fromkeys(terms) if term]


def _offers(element: Element) -> Iterator[OfferFacts]:
    for availability in element.iterfind("delivery_formats/availability"):
        terms = (term_of(one) for one in availability.iterfind("category") if scheme_of(one) in _FORMATS)
        if format_ := next(terms, ""):
            yield window(availability, format_)
