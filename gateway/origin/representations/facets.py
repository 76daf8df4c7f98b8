"""What a title may have: by which link it is reached, and what is found there. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.contract import Rel
from gateway.origin import models
from gateway.origin.paths import Paths
from gateway.origin.records import Facet, TitleRecord
from gateway.origin.representations.awards import awards
from gateway.origin.representations.elements import Element, add, add_link, root, write_html
from gateway.origin.representations.formats import (
    box_art,
    delivery_formats,
    languages_and_audio,
    screen_formats,
    subtitle_languages,
)
from gateway.origin.representations.people import people_links
from gateway.origin.representations.view import View


@dataclass(frozen=True, slots=True)
class Signpost:
    """The relation and the title of the link that leads to a facet; clients break if either changes."""

    rel: str
    title: str


SIGNPOSTS: Final[Mapping[Facet, Signpost]] = {
    Facet.SYNOPSIS: Signpost(Rel.SYNOPSIS, "synopsis"),
    Facet.SHORT_SYNOPSIS: Signpost(Rel.SHORT_SYNOPSIS, "short synopsis"),
    Facet.BOX_ART: Signpost(Rel.BOX_ART, "box art"),
    Facet.CAST: Signpost(Rel.CAST, "cast"),
    Facet.DIRECTORS: Signpost(Rel.DIRECTORS, "directors"),
    Facet.AWARDS: Signpost(Rel.AWARDS, "awards"),
    Facet.FORMATS: Signpost(Rel.FORMATS, "formats"),
    Facet.SCREEN_FORMATS: Signpost(Rel.SCREEN_FORMATS, "screen formats"),
    Facet.LANGUAGES_AND_AUDIO: Signpost(Rel.LANGUAGES_AND_AUDIO, "languages and audio"),
    Facet.SUBTITLES: Signpost(Rel.SUBTITLE_LANGUAGES, "subtitle languages"),
    Facet.BONUS_MATERIALS: Signpost(Rel.BONUS_MATERIALS, "bonus materials"),
    Facet.DISCS: Signpost(Rel.DISCS, "discs"),
    Facet.SEASONS: Signpost(Rel.SEASONS, "seasons"),
    Facet.EPISODES: Signpost(Rel.EPISODES, "episodes"),
    Facet.SIMILARS: Signpost(Rel.SIMILARS, "similars"),
}


def href(paths: Paths, title: models.Title) -> str:
    """Return the address of *title*."""
    return paths.title(title.kind, title.id, series=title.series_id)


def add_title_link(paths: Paths, parent: Element, title: models.Title) -> Element:
    """Append the link that stands for *title*."""
    return add_link(parent, href(paths, title), rel=Rel.TITLE, title=title.name)


def title_links(view: View, tag: str, titles: Sequence[models.Title], *, total: int | None = None) -> Element:
    """Represent *titles* by links, and say how many there are (contract 1.9 and 6.4)."""
    element = root(tag)
    add(element, "number_of_results", len(titles) if total is None else total)
    for title in titles:
        add_title_link(view.paths, element, title)
    return element


Content = Callable[[View, TitleRecord], Element]


def _text(tag: str) -> Content:
    def text(_view: View, record: TitleRecord) -> Element:
        element = root(tag)
        html: str | None = getattr(record.title, tag)
        write_html(element, html or "")
        return element

    return text


def _bonus_materials(view: View, record: TitleRecord) -> Element:
    element = root("bonus_materials")
    for child in record.children.get(Facet.BONUS_MATERIALS, ()):
        add_title_link(view.paths, element, child.title)
    return element


def _children(facet: Facet) -> Content:
    def children(view: View, record: TitleRecord) -> Element:
        titles = [child.title for child in record.children.get(facet, ())]
        return title_links(view, "catalog_titles", titles)

    return children


DOCUMENTS: Final[Mapping[Facet, Content]] = {
    Facet.SYNOPSIS: _text("synopsis"),
    Facet.SHORT_SYNOPSIS: _text("short_synopsis"),
    Facet.BOX_ART: lambda view, record: box_art(view, record.title),
    Facet.AWARDS: lambda view, record: awards(view, record.title.awards),
    Facet.FORMATS: lambda view, record: delivery_formats(view, record.title),
    Facet.SCREEN_FORMATS: lambda view, record: screen_formats(view, record.title),
    Facet.LANGUAGES_AND_AUDIO: lambda view, record: languages_and_audio(view, record.title),
    Facet.SUBTITLES: lambda view, record: subtitle_languages(view, record.title.subtitles),
    Facet.BONUS_MATERIALS: _bonus_materials,
}
"""What is at the address of a facet, and the same expanded inside the link there."""

EXPANSIONS: Final[Mapping[Facet, Content]] = {
    **DOCUMENTS,
    Facet.CAST: lambda view, record: people_links(view, record.title.cast),
    Facet.DIRECTORS: lambda view, record: people_links(view, record.title.directors),
    **{facet: _children(facet) for facet in (Facet.SIMILARS, Facet.SEASONS, Facet.EPISODES, Facet.DISCS)},
}
"""What ``expand`` puts into the link: of people and titles only links."""
