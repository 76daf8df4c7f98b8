"""What parts of a title hold, as the values of 2.0's JSON (contract 1.8). Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gateway.contract import Scheme
from gateway.origin.representations.elements import Element
from gateway.origin.representations.scalars import scalar

NAMED_BY_LINK: Final = frozenset({"people", "catalog_titles"})
"""Elements that do not say what they are to the title: the link does."""


def _text(element: Element) -> object:
    return {"regular": element.text or ""}


def _box_art(element: Element) -> object:
    """Return the addresses of the pictures by size."""
    return {link.get("rel", "").rpartition("/")[2]: link.get("href") for link in element.iterfind("link")}


def _delivery_formats(element: Element) -> object:
    """Return what is to be known of each format, by format."""
    formats: dict[str, object] = {}
    for availability in element.iterfind("availability"):
        for category in availability.iterfind("category"):
            formats[category.get("term", "")] = _offer(availability, category)
    return formats


def _offer(availability: Element, category: Element) -> Mapping[str, object]:
    return {
        **{name: scalar(name, availability.get(name, "")) for name in ("available_from", "available_until")},
        "runtime": scalar("runtime", availability.findtext("runtime", "")),
        **{_tail(nested): nested.get("term", "") for nested in category.iterfind("category")},
        "languages_and_audio": _spoken(category.iterfind("link/language_audio_format/category")),
        **_subtitles(category),
    }


def _subtitles(category: Element) -> Mapping[str, object]:
    found = category.find("link/subtitle_languages")
    return {} if found is None else {"subtitle_languages": _subtitle_languages(found)}


def _subtitle_languages(element: Element) -> object:
    """Return the languages."""
    return [category.get("term", "") for category in element.iterfind("category")]


def _languages_and_audio(element: Element) -> object:
    """Return the languages of each format, by format."""
    formats = element.iterfind("language_audio_format/category")
    return {category.get("term", ""): _spoken(category.iterfind("category")) for category in formats}


def _spoken(categories: Iterable[Element]) -> Mapping[str, object]:
    """Return the sound of each language, by language."""
    return {
        language.get("term", ""): {
            "audio": [{"label": audio.get("label", "")} for audio in language.iterfind("category")]
        }
        for language in categories
        if language.get("scheme", "").endswith(Scheme.LANGUAGES)
    }


def _tail(category: Element) -> str:
    return category.get("scheme", "").rpartition("/")[2]


READERS: Final[Mapping[str, Callable[[Element], object]]] = {
    "synopsis": _text,
    "box_art": _box_art,
    "delivery_formats": _delivery_formats,
    "languages_and_audio": _languages_and_audio,
    "subtitle_languages": _subtitle_languages,
}
"""What is not read by the rules that hold for all elements."""
