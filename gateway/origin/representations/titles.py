"""A title: its facts and its links, in the order that was recorded (contract 3.4). Pure."""

from collections.abc import Callable, Mapping
from typing import Final

from gateway.contract import Rel, Scheme
from gateway.origin import models, paths
from gateway.origin.models import Kind
from gateway.origin.records import Facet, TitleRecord
from gateway.origin.representations import formats
from gateway.origin.representations.elements import Element, add, add_category, add_link, root
from gateway.origin.representations.facets import EXPANSIONS, SIGNPOSTS, href
from gateway.origin.representations.maturity import add_level, add_ratings
from gateway.origin.representations.view import Version, View

_Step = Callable[[View, Element, TitleRecord], None]
"""Appends one kind of fact to a title."""


def catalog_title(view: View, record: TitleRecord, tag: str = "catalog_title") -> Element:
    """Represent a title; as an item of a list it has the list's own *tag*."""
    element = root(tag)
    for step in _LAYOUTS[view.version]:
        step(view, element, record)
    return element


def _add_id(view: View, element: Element, record: TitleRecord) -> None:
    add(element, "id", href(view.paths, record.title))


def _add_names(_view: View, element: Element, record: TitleRecord) -> None:
    title = record.title
    names = {"short": title.short_name or title.name, "regular": title.name}
    if title.kind is Kind.PROGRAM:
        names["episode_short"] = names["short"]
    add(element, "title", **names)


def _add_numbered_names(_view: View, element: Element, record: TitleRecord) -> None:
    """Name a title as 2.0 does: the short name of an episode says which one it is."""
    title = record.title
    short = title.short_name or title.name
    names = {"regular": title.name, "short": short}
    if title.kind is Kind.PROGRAM:
        season, number = _season_number(title), title.number
        is_numbered = season is not None and number is not None
        names["episode_short"] = f"S{season}:E{number} - {short}" if is_numbered else short
    add(element, "title", **names)


def _add_box_art(view: View, element: Element, record: TitleRecord) -> None:
    add(element, "box_art", **formats.box_art_attributes(view, record.title))


def _facets(*order: Facet) -> _Step:
    """Return the step that links to those of *order* that the title has, and expands what is asked for."""

    def add_facets(view: View, element: Element, record: TitleRecord) -> None:
        here = href(view.paths, record.title)
        for facet in order:
            if not _has(view, record, facet):
                continue
            signpost = SIGNPOSTS[facet]
            link = add_link(element, view.paths.part(here, facet), rel=signpost.rel, title=signpost.title)
            if facet in view.expand:
                link.append(EXPANSIONS[facet](view, record))

    return add_facets


def _has(view: View, record: TitleRecord, facet: Facet) -> bool:
    return view.shows(facet) and (facet in record.facets or facet is Facet.BOX_ART)


def _add_year(_view: View, element: Element, record: TitleRecord) -> None:
    year = record.title.release_year
    add(element, "release_year", "" if year is None else year)


def _add_ratings(view: View, element: Element, record: TitleRecord) -> None:
    add_ratings(view, element, record.title)


def _add_genres(view: View, element: Element, record: TitleRecord) -> None:
    for genre in record.title.genres:
        add_category(element, view.paths.scheme(Scheme.GENRES), genre.label)
    add_level(view, element, record.title)


def _add_runtime(_view: View, element: Element, record: TitleRecord) -> None:
    if record.title.runtime is not None:
        add(element, "runtime", record.title.runtime)


def _add_parents(view: View, element: Element, record: TitleRecord) -> None:
    """Link to what the title is a part of; the title of such a link is the parent's name."""
    title = record.title
    if title.parent is not None:
        rel = _PARENT_RELS.get(title.parent.kind, Rel.PARENT_MOVIE)
        add_link(element, href(view.paths, title.parent), rel=rel, title=title.parent.name)
    if title.series is not None and title.series_id != title.parent_id:
        add_link(element, href(view.paths, title.series), rel=Rel.SERIES, title=title.series.name)


_PARENT_RELS: Final = {Kind.SERIES: Rel.SERIES, Kind.SEASON: Rel.SEASON}


def _add_numbers(view: View, element: Element, record: TitleRecord) -> None:
    """Say which season it is, and which episode (contract 6.3)."""
    title = record.title
    if not view.has_extras:
        return
    if title.kind is Kind.PROGRAM and title.number is not None:
        add(element, "sequence", title.number)
    if (number := _season_number(title)) is not None:
        add(element, "season_number", number)


def _season_number(title: models.Title) -> int | None:
    """Return the number of the season that *title* is, or is an episode of."""
    season = title.parent if title.kind is Kind.PROGRAM else title
    return season.number if season is not None and season.kind is Kind.SEASON else None


def _add_average(_view: View, element: Element, record: TitleRecord) -> None:
    if record.title.shown_rating is not None:
        add(element, "average_rating", f"{record.title.shown_rating:.1f}")


def _add_pages(view: View, element: Element, record: TitleRecord) -> None:
    title = record.title
    if title.official_url:
        add_link(element, title.official_url, rel=Rel.OFFICIAL_URL, title="official webpage")
    page = paths.movie_page(title.name, title.id)
    add_link(element, page, rel=Rel.ALTERNATE, title="web page")
    if view.has_extras:
        add_link(element, paths.tiny_page(title.id), rel=Rel.TINY_URL, title="Tiny URL")
        add(element, "updated", title.updated)


_RICH: Final[tuple[_Step, ...]] = (
    _add_id,
    _add_names,
    _add_box_art,
    _facets(Facet.BOX_ART, Facet.SYNOPSIS, Facet.SHORT_SYNOPSIS, Facet.BONUS_MATERIALS),
    _add_year,
    _add_ratings,
    _add_genres,
    _add_runtime,
    _facets(
        Facet.CAST,
        Facet.DIRECTORS,
        Facet.FORMATS,
        Facet.AWARDS,
        Facet.SCREEN_FORMATS,
        Facet.LANGUAGES_AND_AUDIO,
    ),
    _add_parents,
    _add_numbers,
    _add_average,
    _facets(Facet.DISCS, Facet.SEASONS, Facet.EPISODES, Facet.SIMILARS),
    _add_pages,
)
"""What was recorded of 1.0; 1.5 has more at some of the steps."""

_LEAN: Final[tuple[_Step, ...]] = (
    _add_id,
    _add_numbered_names,
    _facets(Facet.BOX_ART, Facet.SYNOPSIS, Facet.SHORT_SYNOPSIS),
    _add_year,
    _add_genres,
    _facets(
        Facet.FORMATS,
        Facet.SCREEN_FORMATS,
        Facet.CAST,
        Facet.DIRECTORS,
        Facet.LANGUAGES_AND_AUDIO,
        Facet.SUBTITLES,
        Facet.AWARDS,
        Facet.BONUS_MATERIALS,
    ),
    _facets(Facet.SEASONS, Facet.EPISODES, Facet.DISCS),
    _add_parents,
    _add_numbers,
    _add_average,
    _facets(Facet.SIMILARS),
    _add_pages,
)
"""What 2.0 shows: rating, runtime and quality are facts of a format, and the box is behind a link."""

_LAYOUTS: Final[Mapping[Version, tuple[_Step, ...]]] = {
    Version.V1_0: _RICH,
    Version.V1_5: _RICH,
    Version.V2_0: _LEAN,
}
