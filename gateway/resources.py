"""The nouns, as typed values read from the origin's documents: frozen, without behaviour. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, NewType, TypeVar

Href = NewType("Href", str)
"""An absolute URL as a document gave it; only ``upstream`` decides whether it may be followed."""


class Kind(StrEnum):
    """The five kinds of title."""

    MOVIE = "movie"
    SERIES = "series"
    SEASON = "season"
    PROGRAM = "program"
    DISC = "disc"


class Content:
    """What a document, an entry of a bulk answer or an expanded link may hold."""

    __slots__ = ()


Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Listing(Content, Generic[Item_co]):
    """A list, or a page of one; the paging header where the origin sent one."""

    items: tuple[Item_co, ...]
    total: int | None = None
    start: int = 0
    size: int | None = None
    """How many items a page of it has at most, where the origin says so."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a document: where it leads, its relation, its title, and the content expanded inside it."""

    rel: str
    href: Href
    title: str
    content: Content | None = None


Links = Mapping[str, Link]
"""The links of a document by relation; the first of each relation counts."""


@dataclass(frozen=True, slots=True)
class Category:
    """A category: its scheme without the host, its label, and the categories nested in it."""

    scheme: str
    label: str
    term: str
    nested: tuple["Category", ...] = ()


@dataclass(frozen=True, slots=True)
class BoxArt:
    """Picture addresses by size, as a 1.x title carries them."""

    small: str | None = None
    medium: str | None = None
    large: str | None = None


@dataclass(frozen=True, slots=True)
class Title(Content):
    """A title of any kind."""

    href: Href
    name: str
    short_name: str
    episode_name: str | None = None
    release_year: int | None = None
    runtime: int | None = None
    """Seconds."""
    average_rating: float | None = None
    categories: tuple[Category, ...] = ()
    """Maturity ratings, genres and (from 1.5) the maturity level."""
    box_art: BoxArt | None = None
    updated: datetime | None = None
    season_number: int | None = None
    sequence: int | None = None
    links: Links = field(default_factory=dict)

    @classmethod
    def of_link(cls, link: Link) -> "Title":
        """Return as much of a title as a link to it says: where it is and how it is called."""
        return cls(link.href, link.title, link.title)


@dataclass(frozen=True, slots=True)
class Person(Content):
    """Someone who played in a title or directed it."""

    href: Href
    name: str
    bio: str | None = None
    """HTML."""
    links: Links = field(default_factory=dict)

    @classmethod
    def of_link(cls, link: Link) -> "Person":
        """Return as much of a person as a link to them says: where they are and what their name is."""
        return cls(link.href, link.title)


@dataclass(frozen=True, slots=True)
class Text(Content):
    """A synopsis or a short synopsis, as HTML."""

    html: str


@dataclass(frozen=True, slots=True)
class LinkList(Content):
    """Links in place of records: what expansion yields for people and titles."""

    links: tuple[Link, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class People(Listing[Person]):
    """A list of people."""


@dataclass(frozen=True, slots=True)
class Titles(Listing[Title]):
    """A list of titles."""

    links: Links = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Award:
    """An award won, or a nomination."""

    name: str
    body: str
    """The last segment of the category's scheme, as ``academy_awards``."""
    is_won: bool
    year: int | None = None
    person: Link | None = None


@dataclass(frozen=True, slots=True)
class Awards(Content):
    """The awards of a title."""

    items: tuple[Award, ...]


@dataclass(frozen=True, slots=True)
class Availability:
    """A format a title is to be had in; a missing bound is open."""

    format: str
    available_from: datetime | None = None
    available_until: datetime | None = None
    quality: str | None = None
    runtime: int | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFormats(Content):
    """The formats a title is to be had in."""

    items: tuple[Availability, ...]


@dataclass(frozen=True, slots=True)
class ScreenFormat:
    """A picture shape of one delivery format."""

    format: str
    label: str


@dataclass(frozen=True, slots=True)
class ScreenFormats(Content):
    """The picture shapes of a title."""

    items: tuple[ScreenFormat, ...]


@dataclass(frozen=True, slots=True)
class LanguageAudio:
    """A language of one delivery format, with its sound tracks."""

    format: str
    language: str
    audio: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LanguagesAndAudio(Content):
    """The languages and sound tracks of a title."""

    items: tuple[LanguageAudio, ...]


@dataclass(frozen=True, slots=True)
class Suggestions(Content):
    """Names that complete what was typed."""

    names: tuple[str, ...]
