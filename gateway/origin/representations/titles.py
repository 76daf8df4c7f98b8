"""A title: its facts and its links, in the order that was recorded (contract 3.4). Pure."""

from typing import Final

from gateway.contract import Rel, Scheme
from gateway.origin import models, paths
from gateway.origin.models import Kind, RatingSystem
from gateway.origin.records import Facet, TitleRecord
from gateway.origin.representations import formats
from gateway.origin.representations.elements import Element, add, add_category, add_link, root
from gateway.origin.representations.facets import EXPANSIONS, SIGNPOSTS, href
from gateway.origin.representations.view import View

_BEFORE_YEAR: Final = (Facet.BOX_ART, Facet.SYNOPSIS, Facet.SHORT_SYNOPSIS, Facet.BONUS_MATERIALS)
_BEFORE_RATING: Final = (
    Facet.CAST,
    Facet.DIRECTORS,
    Facet.FORMATS,
    Facet.AWARDS,
    Facet.SCREEN_FORMATS,
    Facet.LANGUAGES_AND_AUDIO,
)
_AFTER_RATING: Final = (Facet.DISCS, Facet.SEASONS, Facet.EPISODES, Facet.SIMILARS)

_RATING_SCHEMES: Final = {
    RatingSystem.MPAA: Scheme.MPAA_RATINGS,
    RatingSystem.TV: Scheme.TV_RATINGS,
    RatingSystem.CA: Scheme.CA_MOVIE_RATINGS,
}


def catalog_title(view: View, record: TitleRecord, tag: str = "catalog_title") -> Element:
    """Represent a title; as an item of a list it has the list's own *tag*."""
    title = record.title
    element = root(tag)
    add(element, "id", href(view.paths, title))
    _add_names(element, title)
    add(element, "box_art", **formats.box_art_attributes(view, title))
    _add_facets(view, element, record, _BEFORE_YEAR)
    add(element, "release_year", "" if title.release_year is None else title.release_year)
    _add_categories(view, element, title)
    if title.runtime is not None:
        add(element, "runtime", title.runtime)
    _add_facets(view, element, record, _BEFORE_RATING)
    _add_parents(view, element, title)
    if view.has_extras:
        _add_numbers(element, title)
    if title.shown_rating is not None:
        add(element, "average_rating", f"{title.shown_rating:.1f}")
    _add_facets(view, element, record, _AFTER_RATING)
    _add_pages(view, element, title)
    return element


def _add_names(element: Element, title: models.Title) -> None:
    names = {"short": title.short_name or title.name, "regular": title.name}
    if title.kind is Kind.PROGRAM:
        names["episode_short"] = names["short"]
    add(element, "title", **names)


def _add_facets(view: View, element: Element, record: TitleRecord, order: tuple[Facet, ...]) -> None:
    here = href(view.paths, record.title)
    for facet in order:
        if not _has(view, record, facet):
            continue
        signpost = SIGNPOSTS[facet]
        link = add_link(element, view.paths.part(here, facet), rel=signpost.rel, title=signpost.title)
        if facet in view.expand:
            link.append(EXPANSIONS[facet](view, record))


def _has(view: View, record: TitleRecord, facet: Facet) -> bool:
    return view.shows(facet) and (facet in record.facets or facet is Facet.BOX_ART)


def _add_categories(view: View, element: Element, title: models.Title) -> None:
    labels = {rating.system: rating.label for rating in title.ratings}
    for system, scheme in _RATING_SCHEMES.items():
        if system in labels:
            add_category(element, view.paths.scheme(scheme), labels[system])
    for genre in title.genres:
        add_category(element, view.paths.scheme(Scheme.GENRES), genre.label)
    if view.has_extras and title.maturity_level is not None:
        add_category(element, view.paths.scheme(Scheme.MATURITY_LEVEL), str(title.maturity_level))


def _add_parents(view: View, element: Element, title: models.Title) -> None:
    """Link to what the title is a part of; the title of such a link is the parent's name."""
    if title.parent is not None:
        rel = _PARENT_RELS.get(title.parent.kind, Rel.TITLE)
        add_link(element, href(view.paths, title.parent), rel=rel, title=title.parent.name)
    if title.series is not None and title.series_id != title.parent_id:
        add_link(element, href(view.paths, title.series), rel=Rel.SERIES, title=title.series.name)


_PARENT_RELS: Final = {Kind.SERIES: Rel.SERIES, Kind.SEASON: Rel.SEASON}


def _add_numbers(element: Element, title: models.Title) -> None:
    """Say which season it is, and which episode (contract 6.3)."""
    if title.kind is Kind.PROGRAM and title.number is not None:
        add(element, "sequence", title.number)
    season = title if title.kind is Kind.SEASON else title.parent
    is_numbered = title.kind in (Kind.SEASON, Kind.PROGRAM) and season is not None
    if is_numbered and season is not None and season.kind is Kind.SEASON and season.number is not None:
        add(element, "season_number", season.number)


def _add_pages(view: View, element: Element, title: models.Title) -> None:
    if title.official_url:
        add_link(element, title.official_url, rel=Rel.OFFICIAL_URL, title="official webpage")
    page = paths.movie_page(title.name, title.id)
    add_link(element, page, rel=Rel.ALTERNATE, title="web page")
    if view.has_extras:
        add_link(element, paths.tiny_page(title.id), rel=Rel.TINY_URL, title="Tiny URL")
        add(element, "updated", title.updated)
