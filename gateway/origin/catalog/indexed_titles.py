"""Titles of the later index files, ``catalog_title`` as 2.0 shows it with its links expanded. Pure."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from gateway.contract import Rel, Scheme
from gateway.origin.catalog.facts import AwardFacts, OfferFacts, PersonFacts, TitleFacts
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
from gateway.origin.models import Kind, RatingSystem
from gateway.origin.paths import Address

_SYSTEMS: Final = {
    Scheme.MPAA_RATINGS: RatingSystem.MPAA,
    Scheme.TV_RATINGS: RatingSystem.TV,
    Scheme.CA_MOVIE_RATINGS: RatingSystem.CA,
}
_NO_LABEL: Final = frozenset({"", "null"})
_MILLISECONDS: Final = 100_000_000_000
"""From here on a moment is not in seconds: these would be of the year 5138."""


def read_title(element: Element) -> Indexed:
    """Return what a ``catalog_title`` says; raise why it says nothing."""
    identity, names = title_of(element.findtext("id", "")), element.find("title")
    if identity is None:
        raise Skipped(Skip.ADDRESS)
    regular, short = ("", "") if names is None else (names.get("regular", ""), names.get("short", ""))
    name = regular or short
    if not name:
        raise Skipped(Skip.NAME)
    kind, address = identity
    facts = TitleFacts(id=address.id, kind=kind, name=name, short_name=None if short in {"", name} else short)
    facts = _with_texts(_with_numbers(facts, element), element)
    facts = _with_family(facts, element, address)
    people = _people(element, Rel.CAST), _people(element, Rel.DIRECTORS), _awarded(element)
    facts = replace(
        _with_formats(facts, element),
        cast=[person.id for person in people[0]],
        directors=[person.id for person in people[1]],
        awards=list(_awards(element)),
        external_ids=external_ids(element),
    )
    return Indexed(
        facts=facts,
        people=[person for group in people for person in group],
        updated=_seconds(element.findtext("updated")),
        bonus_discs=_bonus_discs(element),
    )


def _with_texts(facts: TitleFacts, element: Element) -> TitleFacts:
    terms = (term_of(one) for one in element.iterfind("category") if _is_genre(scheme_of(one)))
    pages = [link.get("href") for link in links(element, Rel.OFFICIAL_URL)]
    return replace(
        facts,
        synopsis=_inside(element, Rel.SYNOPSIS, "synopsis"),
        short_synopsis=_inside(element, Rel.SHORT_SYNOPSIS, "short_synopsis"),
        official_url=pages[0] if pages else None,
        genres=[term for term in dict.fromkeys(terms) if term],
    )


def _is_genre(scheme: str) -> bool:
    """Tell whether *scheme* is that of genres, each of which may have its own."""
    return scheme == Scheme.GENRES or scheme.startswith(f"{Scheme.GENRES}/")


def _inside(element: Element, rel: str, tag: str) -> str | None:
    texts = (link.findtext(tag) for link in links(element, rel))
    return next((text for text in texts if text), None)


def _with_numbers(facts: TitleFacts, element: Element) -> TitleFacts:
    levels = (term_of(one) for one in element.iterfind("category") if scheme_of(one) == Scheme.MATURITY_LEVEL)
    runtimes = (number_of(runtime.text) for runtime in element.iter("runtime"))
    number = element.findtext("season_number" if facts.kind is Kind.SEASON else "sequence")
    return replace(
        facts,
        release_year=number_of(element.findtext("release_year")),
        runtime=next((runtime for runtime in runtimes if runtime is not None), None),
        average_rating=_average(element.findtext("average_rating")),
        maturity_level=number_of(next(levels, None)),
        number=number_of(number),
        ratings=_ratings(element),
    )


def _ratings(element: Element) -> dict[RatingSystem, str]:
    """Return the ratings, which every format repeats."""
    ratings: dict[RatingSystem, str] = {}
    for category in element.iter("category"):
        system, label = _SYSTEMS.get(scheme_of(category)), term_of(category)
        if system is not None and label not in _NO_LABEL:
            ratings.setdefault(system, label)
    return ratings


def _average(text: str | None) -> float | None:
    try:
        average = float(text or "")
    except ValueError:
        return None
    return average if math.isfinite(average) else None


def _with_family(facts: TitleFacts, element: Element, address: Address) -> TitleFacts:
    above = _above(element, Rel.SEASON, Rel.PARENT_SEASON) or _above(
        element, Rel.PARENT_MOVIE, Rel.PARENT_DISC
    )
    series = address.series or _above(element, Rel.SERIES, Rel.PARENT_SERIES)
    return replace(facts, parent_id=above or series, series_id=series)


def _above(element: Element, *rels: str) -> int | None:
    found = (title_of(link.get("href", "")) for link in links(element, *rels))
    return next((place[1].id for place in found if place is not None), None)


def _people(element: Element, rel: str) -> list[PersonFacts]:
    return distinct(person_of(one) for link in links(element, rel) for one in link.iterfind("people/link"))


def _awarded(element: Element) -> list[PersonFacts]:
    return distinct(
        person_of(one) for link in links(element, Rel.AWARDS) for one in link.iterfind("awards/*/link")
    )


def _awards(element: Element) -> Iterator[AwardFacts]:
    for award in (one for link in links(element, Rel.AWARDS) for one in link.iterfind("awards/*")):
        category = award.find("category")
        body = "" if category is None else scheme_of(category).removeprefix(f"{Scheme.AWARD_TYPES}/")
        if category is None or not body or "/" in body or not term_of(category):
            continue
        people = distinct(person_of(link) for link in award.iterfind("link"))
        yield AwardFacts(
            body=body,
            name=term_of(category),
            year=number_of(award.get("year")),
            is_won=award.tag == "award_winner",
            person_id=people[0].id if people else None,
        )


def _with_formats(facts: TitleFacts, element: Element) -> TitleFacts:
    return replace(
        facts,
        offers=list({offer.format: offer for offer in _offers(element)}.values()),
        screen_formats=list(_screen_formats(element)),
        languages=list(_languages(element)),
        subtitles=list(dict.fromkeys(_subtitles(element))),
    )


def _offers(element: Element) -> Iterator[OfferFacts]:
    for link in links(element, Rel.FORMATS):
        for availability in link.iterfind("delivery_formats/availability"):
            for category in _of(availability, Scheme.TITLE_FORMATS):
                quality = next((term_of(one) for one in _of(category, Scheme.QUALITY)), None)
                yield window(availability, term_of(category), quality or None)


def _screen_formats(element: Element) -> Iterator[tuple[str, str]]:
    for link in links(element, Rel.SCREEN_FORMATS):
        for shape in link.iterfind("screen_formats/screen_format"):
            for format_ in _of(shape, Scheme.TITLE_FORMATS):
                for label in _of(shape, Scheme.SCREEN_FORMATS):
                    yield term_of(format_), term_of(label)


def _languages(element: Element) -> Iterator[tuple[str, str, str | None]]:
    for link in links(element, Rel.LANGUAGES_AND_AUDIO):
        for spoken in link.iterfind("languages_and_audio/language_audio_format"):
            for format_ in _of(spoken, Scheme.TITLE_FORMATS):
                for language in _of(format_, Scheme.LANGUAGES):
                    tracks: list[str | None] = [term_of(one) for one in _of(language, Scheme.AUDIO)]
                    for audio in tracks or [None]:
                        yield term_of(format_), term_of(language), audio


def _subtitles(element: Element) -> Iterator[tuple[str, str]]:
    for link in links(element, Rel.FORMATS):
        for availability in link.iterfind("delivery_formats/availability"):
            for format_ in _of(availability, Scheme.TITLE_FORMATS):
                for inner in links(format_, Rel.SUBTITLE_LANGUAGES):
                    for category in inner.iterfind("subtitle_languages/category"):
                        if scheme_of(category) == Scheme.LANGUAGES and term_of(category):
                            yield term_of(format_), term_of(category)


def _of(parent: Element, scheme: str) -> Iterator[Element]:
    """Yield the categories of *scheme* right below *parent* that say something."""
    return (one for one in parent.iterfind("category") if scheme_of(one) == scheme and term_of(one))


def _bonus_discs(element: Element) -> list[int]:
    found = (
        title_of(one.get("href", ""))
        for link in links(element, Rel.BONUS_MATERIALS)
        for one in link.iterfind("bonus_materials/link")
    )
    return [address.id for kind, address in filter(None, found) if kind is Kind.DISC]


def _seconds(text: str | None) -> int | None:
    moment = moment_of(text)
    return moment // 1000 if moment is not None and moment >= _MILLISECONDS else moment
