"""What an index file says of a title, whichever of the two shapes it has. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from gateway.origin.catalog.facts import OfferFacts, PersonFacts, TitleFacts
from gateway.origin.models import Kind
from gateway.origin.names import clip
from gateway.origin.paths import Address, Paths, Place

Element = etree._Element  # noqa: SLF001 - lxml has no public name for the type of its elements

_LARGEST: Final = 2**31 - 1
_LAST_MOMENT: Final = 10**15
"""In milliseconds, as some files have it."""

_PATHS: Final = Paths("")
"""Addresses are read whatever host they are on."""

_EXTERNAL_ID: Final = "/catalog/id."
_KINDS: Final = {
    Place.MOVIE: Kind.MOVIE,
    Place.SERIES: Kind.SERIES,
    Place.SEASON: Kind.SEASON,
    Place.PROGRAM: Kind.PROGRAM,
    Place.DISC: Kind.DISC,
}


class Skip(StrEnum):
    """Why an item cannot be used at all."""

    ADDRESS = "its id is no address of a title"
    NAME = "it has no name"


class Skipped(Exception):
    """An item cannot be used."""

    def __init__(self, reason: Skip) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """A title of an index file, and what is said with it of others."""

    facts: TitleFacts
    """Its parent and its series may not be there yet."""
    people: Sequence[PersonFacts] = ()
    updated: int | None = None
    """Unix seconds."""
    children: Sequence[int] = ()
    """What says that this is above it, where the other does not say so itself."""
    bonus_discs: Sequence[int] = ()
    is_mended: bool = False
    """Whether its name had to be taken from the address of its page."""


def title_of(href: str) -> tuple[Kind, Address] | None:
    """Return which title *href* is the address of."""
    address = _read(href)
    kind = _KINDS.get(address.place) if address is not None and address.part is None else None
    return None if address is None or kind is None else (kind, address)


def person_of(link: Element) -> PersonFacts | None:
    """Return the person that *link* leads to."""
    address, name = _read(link.get("href", "")), link.get("title", "")
    if address is None or address.place is not Place.PERSON or address.part is not None or not name:
        return None
    return PersonFacts(id=address.id, name=name)


def _read(href: str) -> Address | None:
    try:
        return _PATHS.read(urlsplit(href.strip()).path)
    except ValueError:
        return None


def scheme_of(category: Element) -> str:
    """Return the scheme of *category* as a path."""
    try:
        return urlsplit(category.get("scheme", "")).path
    except ValueError:
        return ""


def term_of(category: Element) -> str:
    """Return what *category* says; old files have a label alone."""
    return category.get("term") or category.get("label") or ""


def number_of(text: str | None, *, largest: int = _LARGEST) -> int | None:
    """Return the whole number that *text* is, if a column holds it."""
    if text is None or not text.strip().isdecimal() or len(text.strip()) > len(str(largest)):
        return None
    number = int(text)
    return number if number <= largest else None


def moment_of(text: str | None) -> int | None:
    """Return the moment that *text* is, in whatever unit the file counts."""
    return number_of(text, largest=_LAST_MOMENT)


def clipped(indexed: Indexed) -> Indexed:
    """Return *indexed* with names that a database can index."""
    facts = indexed.facts
    offers = [replace(offer, format=clip(offer.format)) for offer in facts.offers]
    return replace(
        indexed,
        facts=replace(
            facts,
            name=clip(facts.name),
            genres=list(dict.fromkeys(map(clip, facts.genres))),
            offers=list({offer.format: offer for offer in offers}.values()),
            external_ids=list(dict.fromkeys((clip(system), clip(id_)) for system, id_ in facts.external_ids)),
        ),
        people=[replace(person, name=clip(person.name)) for person in indexed.people],
    )


def links(element: Element, *rels: str) -> Iterator[Element]:
    """Yield the links of *element* that have one of *rels*."""
    return (link for link in element.iterfind("link") if link.get("rel") in rels)


def distinct(people: Iterator[PersonFacts | None]) -> list[PersonFacts]:
    """Return *people*, each once."""
    return list({person.id: person for person in people if person is not None}.values())


def external_ids(element: Element) -> list[tuple[str, str]]:
    """Return what other catalogs call the title."""
    found = [
        ((one.get("rel") or "").rpartition(_EXTERNAL_ID)[2], one.text or "")
        for one in element.iterfind("external_ids/id")
    ]
    return [(system, value) for system, value in dict.fromkeys(found) if system and value]


def window(availability: Element, format: str, quality: str | None = None) -> OfferFacts:
    """Return the offer that *availability* makes; an end before its beginning is no end."""
    begin = moment_of(availability.get("available_from"))
    end = moment_of(availability.get("available_until"))
    if begin is not None and end is not None and end < begin:
        end = None
    return OfferFacts(format=format, available_from=begin, available_until=end, quality=quality)
