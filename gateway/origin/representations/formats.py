"""How a title is to be had: formats, picture shapes, languages, box art. Pure."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from gateway.contract import BOX_ART_WIDTHS, Rel, Scheme, box_art_rel
from gateway.origin import models
from gateway.origin.records import Facet
from gateway.origin.representations.elements import Element, add, add_category, add_link, present, root
from gateway.origin.representations.maturity import add_ratings
from gateway.origin.representations.view import View

_Tracks = Sequence[models.LanguageAudio]


def delivery_formats(view: View, title: models.Title) -> Element:
    """Represent the formats of *title*: in 1.5 with quality and runtime, in 2.0 with all that differs."""
    element = root("delivery_formats")
    for offer in title.availability:
        times = present(
            available_from=offer.available_from, available_until=view.until(offer.available_until)
        )
        availability = add(element, "availability", **times)
        category = add_category(availability, view.paths.scheme(Scheme.TITLE_FORMATS), offer.format)
        if view.is_thin:
            add_ratings(view, category, title)
        if view.has_extras and offer.quality:
            add_category(category, view.paths.scheme(Scheme.QUALITY), offer.quality)
        if view.is_thin:
            _add_spoken(view, category, title, offer.format)
            _add_subtitles(view, category, title, offer.format)
        if view.has_extras and title.runtime is not None:
            add(availability, "runtime", title.runtime)
    return element


def _add_spoken(view: View, category: Element, title: models.Title, format: str) -> None:
    """Append the link to the languages, expanded to those that *format* has, if it has any."""
    tracks = [track for track in title.languages if track.format.casefold() == format.casefold()]
    if not tracks:
        return
    here = view.paths.title(title.kind, title.id, series=title.series_id)
    address = view.paths.part(here, Facet.LANGUAGES_AND_AUDIO)
    link = add_link(category, address, rel=Rel.LANGUAGES_AND_AUDIO, title="languages and audio")
    for language, spoken in _by_language(tracks):
        _add_language(view, add(link, "language_audio_format"), language, spoken)


def _add_subtitles(view: View, category: Element, title: models.Title, format: str) -> None:
    """Append the link to the languages of the subtitles that *format* has, if it has any."""
    rows = [row for row in title.subtitles if row.format.casefold() == format.casefold()]
    if not rows:
        return
    here = view.paths.title(title.kind, title.id, series=title.series_id)
    address = view.paths.part(here, Facet.SUBTITLES)
    link = add_link(category, address, rel=Rel.SUBTITLE_LANGUAGES, title="subtitle languages")
    link.append(subtitle_languages(view, rows))


def subtitle_languages(view: View, rows: Sequence[models.SubtitleLanguage]) -> Element:
    """Represent the languages that there are subtitles in, each once."""
    element = root("subtitle_languages")
    for language in dict.fromkeys(row.language for row in rows):
        add_category(element, view.paths.scheme(Scheme.LANGUAGES), language)
    return element


def screen_formats(view: View, title: models.Title) -> Element:
    """Represent the picture shapes of *title*."""
    element = root("screen_formats")
    for shape in title.screen_formats:
        screen_format = add(element, "screen_format")
        add_category(screen_format, view.paths.scheme(Scheme.TITLE_FORMATS), shape.format)
        add_category(screen_format, view.paths.scheme(Scheme.SCREEN_FORMATS), shape.label)
    return element


def languages_and_audio(view: View, title: models.Title) -> Element:
    """Represent the sound tracks of *title*: below each format its languages, below those the audio."""
    element = root("languages_and_audio")
    for name, tracks in _by_format(title.languages):
        wrapper = add(element, "language_audio_format")
        format_ = add_category(wrapper, view.paths.scheme(Scheme.TITLE_FORMATS), name)
        for language, spoken in _by_language(tracks):
            _add_language(view, format_, language, spoken)
    return element


def _add_language(view: View, parent: Element, language: str, tracks: _Tracks) -> None:
    category = add_category(parent, view.paths.scheme(Scheme.LANGUAGES), language)
    for audio in filter(None, (track.audio for track in tracks)):
        add_category(category, view.paths.scheme(Scheme.AUDIO), audio)


_FOLDERS: Final = {"small": "tiny", "medium": "small", "large": "large"}


def box_art_attributes(view: View, title: models.Title) -> dict[str, str]:
    """Return the pictures of *title* by size; the folders' names are shifted by one (contract 3.4)."""
    return {size: view.paths.box_art(folder, title.id) for size, folder in _FOLDERS.items()}


def box_art(view: View, title: models.Title) -> Element:
    """Represent the pictures of *title* in every width."""
    element = root("box_art")
    for width in BOX_ART_WIDTHS:
        href = view.paths.box_art(f"{width}pix_w", title.id)
        add_link(element, href, rel=box_art_rel(width), title=f"{width}pix width box art")
    return element


def _by_format(tracks: _Tracks) -> Iterator[tuple[str, _Tracks]]:
    for name, group in groupby(tracks, key=lambda track: track.format):
        yield name, list(group)


def _by_language(tracks: _Tracks) -> Iterator[tuple[str, _Tracks]]:
    for name, group in groupby(tracks, key=lambda track: track.language):
        yield name, list(group)
