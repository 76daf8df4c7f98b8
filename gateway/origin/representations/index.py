"""Titles as the index files list them: all alike, each on a line of its own (contract 3.3). Pure."""

from typing import Final

from gateway.contract import Rel, Scheme, external_id_rel
from gateway.origin import models, paths
from gateway.origin.models import Kind
from gateway.origin.records import IndexRecord, TitleReference
from gateway.origin.representations.elements import Element, add, add_category, add_link, present, root
from gateway.origin.representations.facets import href
from gateway.origin.representations.maturity import add_ratings
from gateway.origin.representations.titles import catalog_title
from gateway.origin.representations.view import View

_RELATIONS: Final = {
    Kind.DISC: Rel.INDEX_DISC,
    Kind.PROGRAM: Rel.INDEX_PROGRAM,
    Kind.SEASON: Rel.INDEX_SEASON,
    Kind.SERIES: Rel.INDEX_SERIES,
}
"""How titles are related; there is no relation for a film, whose discs name it by being named."""


def title_index_item(view: View, item: IndexRecord) -> Element:
    """Represent a title as the first index did."""
    title = item.record.title
    element = root("title_index_item")
    add(element, "id", href(view.paths, title))
    add(element, "title", title.name)
    add(element, "updated", title.updated)
    for genre in title.genres:
        add_category(element, view.paths.scheme(Scheme.GENRES), genre.label)
    for rel, people in ((Rel.INDEX_ACTOR, title.cast), (Rel.INDEX_DIRECTOR, title.directors)):
        for person in people:
            add_link(element, view.paths.person(person.id), rel=rel, title=person.name)
    _add_relations(view, element, item)
    add(element, "release_year", "" if title.release_year is None else title.release_year)
    page = paths.movie_page(title.name, title.id)
    add_link(element, page, rel=Rel.ALTERNATE, title="web page")
    _add_external_ids(element, item)
    _add_formats(view, element, title)
    if title.number is not None:
        add(element, "sequence_nr_in_series", title.number)
    return element


def indexed_title(view: View, item: IndexRecord) -> Element:
    """Represent a title as 2.0 does, and what else the later index files say of it.

    What 2.0 says of a format alone stands by itself where a title has no format: an index has no
    other place for it.
    """
    record, title = item.record, item.record.title
    element = catalog_title(view, record)
    _stamp(element, title)
    if not title.availability:
        _add_bare_facts(view, element, title)
    if title.kind is Kind.DISC and title.number is not None:
        add(element, "sequence", title.number)
    if (label := _season_label(title)) is not None:
        add(element, "season_label", label)
    _add_external_ids(element, item)
    return element


def _add_relations(view: View, element: Element, item: IndexRecord) -> None:
    title = item.record.title
    parents = [title.parent] if title.series_id == title.parent_id else [title.parent, title.series]
    above = [TitleReference(up.kind, up.id, up.name, up.series_id) for up in parents if up is not None]
    for other in (*above, *item.children):
        if other.kind in _RELATIONS:
            address = view.paths.title(other.kind, other.id, series=other.series_id)
            add_link(element, address, rel=_RELATIONS[other.kind], title=other.name)


def _add_external_ids(element: Element, item: IndexRecord) -> None:
    if item.external_ids:
        ids = add(element, "external_ids")
        for system, value in item.external_ids:
            add(ids, "id", value, rel=external_id_rel(system))


def _add_formats(view: View, element: Element, title: models.Title) -> None:
    """Say the formats twice over, by today's scheme and by the one before it."""
    formats = add(element, "delivery_formats")
    deprecated = view.paths.scheme(Scheme.DEPRECATED_FORMATS)
    for offer in title.availability:
        times = present(available_from=offer.available_from, available_until=offer.available_until)
        availability = add(formats, "availability", **times)
        add_category(availability, view.paths.scheme(Scheme.TITLE_FORMATS), offer.format)
        words = {"label": offer.format, "term": offer.format, "status": "deprecated"}
        add(availability, "category", scheme=deprecated, **words)


def _stamp(element: Element, title: models.Title) -> None:
    """Say when the title was changed in milliseconds, as these files alone do."""
    stamp = element.find("updated")
    if stamp is None:
        stamp = add(element, "updated")
    stamp.text = str(title.updated * 1000)


def _add_bare_facts(view: View, element: Element, title: models.Title) -> None:
    bare = root("facts")
    add_ratings(view, bare, title)
    if title.runtime is not None:
        add(bare, "runtime", title.runtime)
    year = element.find("release_year")
    place = len(element) if year is None else element.index(year) + 1
    element[place:place] = list(bare)


def _season_label(title: models.Title) -> str | None:
    season = title.parent if title.kind is Kind.PROGRAM else title
    if season is None or season.kind is not Kind.SEASON or season.number is None:
        return None
    return season.short_name or f"Season {season.number}"
