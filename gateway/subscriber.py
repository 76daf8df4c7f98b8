"""What belongs to a subscriber, as typed values read from the origin's documents: frozen. Pure.

An item of a list is about a title: it holds the link there, with the title's record inside the link where
the document says all of it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gateway.resources import Content, Href, Link, Links, Listing


class QueueKind(StrEnum):
    """The two queues of a subscriber."""

    INSTANT = "instant"
    DISC = "disc"


class QueueList(StrEnum):
    """The two parts of a queue."""

    AVAILABLE = "available"
    SAVED = "saved"


class RentalKind(StrEnum):
    """The three lists of the rental history."""

    SHIPPED = "shipped"
    RETURNED = "returned"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True)
class User(Content):
    """A subscriber."""

    user_id: str
    first_name: str | None = None
    last_name: str | None = None
    nickname: str | None = None
    can_instant_watch: bool = False
    max_maturity_level: int | None = None
    preferred_formats: tuple[str, ...] = ()
    links: Links = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource(Content):
    """A document that only leads on: to the queues, to the kinds of ratings, to the feeds."""

    links: Links


@dataclass(frozen=True, slots=True)
class QueueItem(Content):
    """An entry of a queue; its address moves with its position."""

    href: Href
    list: QueueList
    format: str
    availability: str
    position: int | None = None
    """From 1; only what is available has one."""
    available_on: datetime | None = None
    updated: datetime | None = None
    title: Link | None = None


@dataclass(frozen=True, slots=True)
class Queue(Listing[QueueItem]):
    """A page of a queue or of one of its parts; which queue it is, whoever followed the link knows."""

    etag: str = ""
    """As it stands in the document; ``0`` when the queue is empty, nothing when it was not said."""
    links: Links = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormatState:
    """What a subscriber can do with a title in one format, as ``Play`` or ``In Queue``."""

    format: str
    states: tuple[str, ...]
    is_preferred: bool = False


@dataclass(frozen=True, slots=True)
class QueueState:
    """How a title stands with one of the queues."""

    queue: QueueKind
    formats: tuple[FormatState, ...]


@dataclass(frozen=True, slots=True)
class TitleState(Content):
    """What a subscriber can do with a title."""

    title: Link
    queues: tuple[QueueState, ...]


@dataclass(frozen=True, slots=True)
class TitleStates(Listing[TitleState]):
    """What a subscriber can do with the titles asked about."""


@dataclass(frozen=True, slots=True)
class Rating(Content):
    """What a subscriber thinks of a title, or may come to think of it."""

    title: Link
    predicted: float | None = None
    user: int | None = None
    """1 to 5, where it was given."""
    is_not_interested: bool = False
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ratings(Listing[Rating]):
    """The ratings of the titles asked about, or those that were given."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A title that a subscriber may like."""

    title: Link | None
    predicted: float | None = None


@dataclass(frozen=True, slots=True)
class Recommendations(Listing[Recommendation]):
    """What a subscriber may like."""


@dataclass(frozen=True, slots=True)
class Rental:
    """A rental of the past, or one that is not over."""

    state: RentalKind
    title: Link | None
    shipped: datetime | None = None
    returned: datetime | None = None
    watched: datetime | None = None
    viewed_time: int | None = None
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Rentals(Listing[Rental]):
    """The rental history, or one of its lists."""


@dataclass(frozen=True, slots=True)
class AtHomeItem:
    """A disc that a subscriber has at home, or that is on its way."""

    title: Link | None
    shipped: datetime | None = None
    estimated_arrival: datetime | None = None


@dataclass(frozen=True, slots=True)
class AtHome(Listing[AtHomeItem]):
    """What a subscriber has at home."""


@dataclass(frozen=True, slots=True)
class Review:
    """A review that a subscriber wrote."""

    title: Link | None
    text: str
    rating: int | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reviews(Listing[Review]):
    """The reviews that a subscriber wrote."""
