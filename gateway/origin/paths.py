"""Every address the origin hands out or answers, from one table. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gateway.contract import Path


class Place(StrEnum):
    """What an address names; the kinds of title are named as the tables name them."""

    SEARCH = "search"
    AUTOCOMPLETE = "autocomplete"
    PEOPLE = "people"
    BULK = "bulk"
    INDEX = "index"
    PICTURE = "picture"
    MOVIE = "movie"
    SERIES = "series"
    SEASON = "season"
    PROGRAM = "program"
    DISC = "disc"
    PERSON = "person"
    CATEGORY = "category"
    CURRENT_USER = "current user"
    USER = "user"
    FEEDS = "feeds"
    TITLE_STATES = "title states"
    QUEUES = "queues"
    QUEUE = "queue"
    QUEUE_PART = "queue part"
    QUEUE_ENTRY = "queue entry"
    AT_HOME = "at home"
    RENTAL_HISTORY = "rental history"
    RENTALS = "rentals"
    RATING_KINDS = "rating kinds"
    RATINGS = "ratings"
    ACTUAL_RATINGS = "actual ratings"
    ACTUAL_RATING = "actual rating"
    PREDICTED_RATINGS = "predicted ratings"
    REVIEWS = "reviews"
    RECOMMENDATIONS = "recommendations"
    LISTS = "lists"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Address:
    """A path, read: a place, the ids in it, and the part of it that is asked for."""

    place: Place
    id: int = 0
    series: int | None = None
    """The series that the path names beside the title itself."""
    part: str | None = None
    user: str | None = None
    """Whose it is: a subscriber's id, as the path has it."""
    kind: str | None = None
    """Which queue: ``disc`` or ``instant``."""
    state: str | None = None
    """Which part of a queue: ``available`` or ``saved``."""
    item: int | None = None
    """Which title of a subscriber's list is asked for; 0, which none has, where no column could hold it."""
    position: int | None = None
    name: str | None = None
    """What else the path names: a scheme, a list, ``shipped``, an index file, the size of a picture."""


FILMOGRAPHY: Final = "filmography"

SEGMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        part: part
        for part in (
            "synopsis",
            "short_synopsis",
            "box_art",
            "cast",
            "directors",
            "awards",
            "format_availability",
            "screen_formats",
            "languages_and_audio",
            "subtitle_languages",
            "bonus_materials",
            "similars",
            "seasons",
            "episodes",
            "discs",
            FILMOGRAPHY,
        )
    }
)
"""What a part of a title or a person is called in a path."""

_TEMPLATES: Final = (
    (Place.SEARCH, Path.TITLES),
    (Place.AUTOCOMPLETE, Path.AUTOCOMPLETE),
    (Place.INDEX, "/catalog/titles/{index}"),
    (Place.PICTURE, "/boxshots/{size}/{id}[.]jpg"),
    (Place.MOVIE, Path.MOVIE),
    (Place.SERIES, Path.SERIES),
    (Place.SEASON, Path.SEASON),
    (Place.PROGRAM, Path.PROGRAM_OF_SERIES),
    (Place.PROGRAM, Path.PROGRAM),
    (Place.DISC, Path.DISC),
    (Place.PEOPLE, Path.PEOPLE),
    (Place.PERSON, Path.PERSON),
    (Place.BULK, Path.BULK),
    (Place.BULK, "/bulk"),
    (Place.CATEGORY, "/categories/{scheme}"),
    (Place.CURRENT_USER, "/users/current"),
    (Place.USER, "/users/{user}"),
    (Place.FEEDS, "/users/{user}/feeds"),
    (Place.TITLE_STATES, "/users/{user}/title_states"),
    (Place.QUEUES, "/users/{user}/queues"),
    (Place.QUEUE, "/users/{user}/queues/{kind}"),
    (Place.QUEUE_PART, "/users/{user}/queues/{kind}/{state}"),
    (Place.QUEUE_ENTRY, "/users/{user}/queues/{kind}/{state}/{position}/{id}"),
    (Place.QUEUE_ENTRY, "/users/{user}/queues/{kind}/{state}/{id}"),
    (Place.AT_HOME, "/users/{user}/at_home"),
    (Place.AT_HOME, "/users/{user}/at_home/{item}"),
    (Place.RENTAL_HISTORY, "/users/{user}/rental_history"),
    (Place.RENTALS, "/users/{user}/rental_history/{rentals}"),
    (Place.RENTALS, "/users/{user}/rental_history/{rentals}/{item}"),
    (Place.RATING_KINDS, "/users/{user}/ratings"),
    (Place.RATINGS, "/users/{user}/ratings/title"),
    (Place.RATINGS, "/users/{user}/ratings/title/{item}"),
    (Place.ACTUAL_RATINGS, "/users/{user}/ratings/title/actual"),
    (Place.ACTUAL_RATING, "/users/{user}/ratings/title/actual/{id}"),
    (Place.PREDICTED_RATINGS, "/users/{user}/ratings/title/predicted"),
    (Place.REVIEWS, "/users/{user}/reviews"),
    (Place.REVIEWS, "/users/{user}/reviews/{item}"),
    (Place.RECOMMENDATIONS, "/users/{user}/recommendations"),
    (Place.RECOMMENDATIONS, "/users/{user}/recommendations/{item}"),
    (Place.LISTS, "/users/{user}/lists"),
    (Place.LIST, "/users/{user}/lists/{name}"),
)

_NUMBER: Final = "[1-9][0-9]{0,17}"
_SLOTS: Final = {
    "id": _NUMBER,
    "series": _NUMBER,
    "item": _NUMBER,
    "user": "[A-Za-z0-9_.~-]{1,128}",
    "kind": "disc|instant",
    "state": "available|saved",
    "position": "[0-9]{1,9}",
    "name": "[a-z0-9_-]{1,64}",
    "scheme": "[a-z0-9_-]{1,64}(?:/[a-z0-9_-]{1,64})?",
    "rentals": "shipped|returned|watched",
    "index": "index|full|streaming|dvd",
    "size": "tiny|small|large|[1-9][0-9]{1,2}pix_w",
}
"""What may stand where a template has a name."""

_NAMES: Final = ("name", "scheme", "rentals", "index", "size")
"""The slots that an address keeps as its name."""

_LARGEST_ID: Final = 2**31 - 1
"""What an integer column of any database holds."""

_INDEX: Final = "/catalog/titles/index"
_WEB: Final = "http://www.netflix.com"


class Paths:
    """The addresses of one origin: its public base URL, and what it calls the parts of a title."""

    def __init__(self, base: str, segments: Mapping[str, str] = SEGMENTS) -> None:
        self.base = base.rstrip("/")
        self._segments = {**SEGMENTS, **segments}
        self._parts = {segment: part for part, segment in self._segments.items()}
        self._patterns = [(place, _pattern(template)) for place, template in _TEMPLATES]

    @property
    def index(self) -> str:
        """The address of the catalog's index."""
        return self.base + _INDEX

    @property
    def search(self) -> str:
        """The address that titles are searched at."""
        return self.base + Path.TITLES

    @property
    def autocomplete(self) -> str:
        """The address that suggests names."""
        return self.base + Path.AUTOCOMPLETE

    @property
    def people(self) -> str:
        """The address that people are searched at."""
        return self.base + Path.PEOPLE

    def title(self, kind: str, id: int, *, series: int | None = None) -> str:
        """Return the address of a title; a season's needs its series."""
        return self.base + _TITLES[kind].format(id=id, series=series)

    def person(self, id: int) -> str:
        """Return the address of a person."""
        return self.base + Path.PERSON.format(id=id)

    def user(self, id: str) -> str:
        """Return the address of a subscriber."""
        return f"{self.base}/users/{id}"

    def part(self, href: str, part: str) -> str:
        """Return the address of a *part* of what is at *href*."""
        return f"{href}/{self._segments[part]}"

    def scheme(self, path: str) -> str:
        """Return a category scheme as an address."""
        return self.base + path

    def box_art(self, size: str, id: int) -> str:
        """Return the address of a picture."""
        return f"{self.base}/boxshots/{size}/{id}.jpg"

    def read(self, path: str) -> Address | None:
        """Return what *path* names; one trailing slash is forgiven, everything else is exact."""
        path = path.removesuffix("/")
        for place, pattern in self._patterns:
            if found := pattern.fullmatch(path):
                return self._address(place, found.groupdict())
        return None

    def _address(self, place: Place, found: Mapping[str, str | None]) -> Address | None:
        segment = found.get("segment")
        part = self._parts.get(segment) if segment else None
        if segment and part is None:
            return None
        return Address(
            place,
            _id(found.get("id")) or 0,
            series=_id(found.get("series")),
            part=part,
            user=found.get("user"),
            kind=found.get("kind"),
            state=found.get("state"),
            item=_id(found.get("item")),
            position=int(found["position"] or 0) if "position" in found else None,
            name=next((found[slot] for slot in _NAMES if slot in found), None),
        )


def _id(digits: str | None) -> int | None:
    """Return the number that *digits* are, or 0, which nothing has, where no column could hold it."""
    number = int(digits) if digits else None
    return 0 if number is not None and number > _LARGEST_ID else number


_TITLES: Final[Mapping[str, str]] = {
    Place.MOVIE: Path.MOVIE,
    Place.SERIES: Path.SERIES,
    Place.SEASON: Path.SEASON,
    Place.PROGRAM: Path.PROGRAM,
    Place.DISC: Path.DISC,
}


def _pattern(template: str) -> re.Pattern[str]:
    """Return what reads the paths of *template*; a title or a person may be followed by one part."""
    pattern = re.sub(r"\{(\w+)\}", lambda slot: f"(?P<{slot[1]}>{_SLOTS[slot[1]]})", template)
    has_parts = template.startswith("/catalog/") and "{id}" in template
    return re.compile(pattern + (r"(?:/(?P<segment>[^/]+))?" if has_parts else ""))


def movie_page(name: str, id: int) -> str:
    """Return the web page of a title, in the form that was recorded."""
    return f"{_WEB}/Movie/{_slug(name)}/{id}"


def role_page(name: str, id: int) -> str:
    """Return the web page of a person, in the form that was recorded."""
    return f"{_WEB}/RoleDisplay/{_slug(name)}/{id}"


def tiny_page(id: int) -> str:
    """Return the shortest web address of a title; the recordings show none."""
    return f"{_WEB}/Movie/{id}"


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", name).strip("_") or "_"
