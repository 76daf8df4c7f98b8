"""The wire contract both towers share: media types, link relations, category schemes. Strings only.

The names follow the recorded traffic (contract sections 4.1 and 4.2); a changed character breaks clients.
"""

from typing import Final

POX: Final = "text/xml;charset=UTF-8"
JSON: Final = "application/json;charset=UTF-8"
JAVASCRIPT: Final = "application/javascript;charset=UTF-8"
ATOM: Final = "application/atom+xml"
OPML: Final = "text/x-opml"
FORM: Final = "application/x-www-form-urlencoded"

SCHEMAS: Final = "http://schemas.netflix.com"
"""The fixed base of link relations; it never changes host (contract 1.1)."""


class Rel:
    """Link relations (contract 4.1)."""

    ALTERNATE = "alternate"
    INDEX = f"{SCHEMAS}/catalog/titles/index"
    AUTOCOMPLETE = f"{SCHEMAS}/catalog/titles/autocomplete"
    TITLE = f"{SCHEMAS}/catalog/title"
    PERSON = f"{SCHEMAS}/catalog/person"
    SYNOPSIS = f"{SCHEMAS}/catalog/titles/synopsis"
    SHORT_SYNOPSIS = f"{SCHEMAS}/catalog/titles/synopsis.short"
    BOX_ART = f"{SCHEMAS}/catalog/titles/box_art"
    CAST = f"{SCHEMAS}/catalog/people.cast"
    DIRECTORS = f"{SCHEMAS}/catalog/people.directors"
    AWARDS = f"{SCHEMAS}/catalog/titles/awards"
    FORMATS = f"{SCHEMAS}/catalog/titles/format_availability"
    SCREEN_FORMATS = f"{SCHEMAS}/catalog/titles/screen_formats"
    SUBTITLE_LANGUAGES = f"{SCHEMAS}/catalog/titles/subtitle_languages"
    LANGUAGES_AND_AUDIO = f"{SCHEMAS}/catalog/titles/languages_and_audio"
    BONUS_MATERIALS = f"{SCHEMAS}/catalog/titles/bonus_materials"
    SIMILARS = f"{SCHEMAS}/catalog/titles.similars"
    FILMOGRAPHY = f"{SCHEMAS}/catalog/titles.filmography"
    SERIES = f"{SCHEMAS}/catalog/titles.series"
    SEASON = f"{SCHEMAS}/catalog/titles.season"
    SEASONS = f"{SCHEMAS}/catalog/titles.seasons"
    EPISODES = f"{SCHEMAS}/catalog/titles.programs"
    DISCS = f"{SCHEMAS}/catalog/titles.discs"
    PARENT_MOVIE = f"{SCHEMAS}/catalog/title.movie"
    """From a disc to its film; ours, for the record shows none, and an item's own link is S/catalog/title."""
    PARENT_DISC = f"{SCHEMAS}/catalog/title.disc"
    PARENT_SERIES = f"{SCHEMAS}/catalog/title.series"
    PARENT_SEASON = f"{SCHEMAS}/catalog/title.season"
    OFFICIAL_URL = f"{SCHEMAS}/catalog/titles/official_url"
    TINY_URL = f"{SCHEMAS}/catalog/title/ref.tiny"
    DISC_QUEUE = f"{SCHEMAS}/queues.disc"
    INSTANT_QUEUE = f"{SCHEMAS}/queues.instant"
    AVAILABLE_QUEUE = f"{SCHEMAS}/queues.available"
    SAVED_QUEUE = f"{SCHEMAS}/queues.saved"
    CURRENT_USER = f"{SCHEMAS}/user.current"
    QUEUES = f"{SCHEMAS}/queues"
    RENTAL_HISTORY = f"{SCHEMAS}/rental_history"
    RECOMMENDATIONS = f"{SCHEMAS}/recommendations"
    TITLE_STATES = f"{SCHEMAS}/title_states"
    RATINGS = f"{SCHEMAS}/ratings"
    TITLE_RATINGS = f"{SCHEMAS}/ratings.title"
    """From a subscriber's ratings to those of titles, given and predicted; ours, like the next two."""
    ACTUAL_RATINGS = f"{SCHEMAS}/ratings.actual"
    PREDICTED_RATINGS = f"{SCHEMAS}/ratings.predicted"
    REVIEWS = f"{SCHEMAS}/reviews"
    AT_HOME = f"{SCHEMAS}/at_home"
    FEEDS = f"{SCHEMAS}/feeds"
    LIST = f"{SCHEMAS}/list"
    INDEX_ACTOR = f"{SCHEMAS}/catalog/person.actor"
    INDEX_DIRECTOR = f"{SCHEMAS}/catalog/person.director"
    INDEX_DISC = f"{SCHEMAS}/catalog/disc"
    INDEX_PROGRAM = f"{SCHEMAS}/catalog/program"
    INDEX_SEASON = f"{SCHEMAS}/catalog/season"
    INDEX_SERIES = f"{SCHEMAS}/catalog/series"


def box_art_rel(width: int) -> str:
    """Return the relation of the box art that is *width* pixels wide."""
    return f"{Rel.BOX_ART}/{width}pix_w"


def feed_rel(name: str) -> str:
    """Return the relation of a subscriber's feed, as ``queues.disc.recent`` (contract 3.9)."""
    return f"{SCHEMAS}/feed.{name}"


def external_id_rel(system: str) -> str:
    """Return the relation of what another catalog, as ``upc``, calls a title."""
    return f"{SCHEMAS}/catalog/id.{system}"


BOX_ART_WIDTHS: Final = (38, 64, 88, 110, 124, 150, 166, 176, 197, 210, 284)


class Scheme:
    """Category schemes, as the path below the serving host's base URL (contract 4.2)."""

    GENRES = "/categories/genres"
    MPAA_RATINGS = "/categories/mpaa_ratings"
    TV_RATINGS = "/categories/tv_ratings"
    CA_MOVIE_RATINGS = "/categories/ca_movie_ratings"
    MATURITY_LEVEL = "/categories/maturity_level"
    TITLE_FORMATS = "/categories/title_formats"
    INSTANT = "/categories/title_formats/instant"
    DISC = "/categories/title_formats/disc"
    QUALITY = "/categories/title_formats/quality"
    DEPRECATED_FORMATS = "/catalog/titles/formats"
    """What a format was called first; the index says both (contract 3.3)."""
    SCREEN_FORMATS = "/categories/screen_formats"
    LANGUAGES = "/categories/languages"
    AUDIO = "/categories/audio"
    AWARD_TYPES = "/categories/award_types"
    RENTAL_STATES = "/categories/rental_states"
    QUEUE_AVAILABILITY = "/categories/queue_availability"
    TITLE_STATES = "/categories/title_states"


class Path:
    """Where the API starts, and the addresses that hold an id; every other address comes out of a link."""

    TITLES = "/catalog/titles"
    AUTOCOMPLETE = "/catalog/titles/autocomplete"
    INDEX_FILE = "/catalog/titles/{file}"
    """One of ``index``, ``full``, ``streaming`` and ``dvd`` (contract 3.3)."""
    PEOPLE = "/catalog/people"
    BULK = "/utility/bulk"
    REQUEST_TOKEN = "/oauth/request_token"  # noqa: S105 - a path
    ACCESS_TOKEN = "/oauth/access_token"  # noqa: S105
    CURRENT_USER = "/users/current"
    MOVIE = "/catalog/titles/movies/{id}"
    SERIES = "/catalog/titles/series/{id}"
    SEASON = "/catalog/titles/series/{series}/seasons/{id}"
    PROGRAM = "/catalog/titles/programs/{id}"
    PROGRAM_OF_SERIES = "/catalog/titles/programs/{series}/{id}"
    DISC = "/catalog/titles/discs/{id}"
    PERSON = "/catalog/people/{id}"
    USER = "/users/{id}"
