"""The words of the contract's section 4, written out once more so that a slip elsewhere shows. Pure."""

from typing import Final

S: Final = "http://schemas.netflix.com"

LINK_TITLES: Final = {
    f"{S}/catalog/titles/index": "index",
    f"{S}/catalog/titles/autocomplete": "autocomplete",
    f"{S}/catalog/titles/synopsis": "synopsis",
    f"{S}/catalog/titles/synopsis.short": "short synopsis",
    f"{S}/catalog/titles/bonus_materials": "bonus materials",
    f"{S}/catalog/titles/format_availability": "formats",
    f"{S}/catalog/titles/screen_formats": "screen formats",
    f"{S}/catalog/titles/languages_and_audio": "languages and audio",
    f"{S}/catalog/titles/awards": "awards",
    f"{S}/catalog/titles/official_url": "official webpage",
    f"{S}/catalog/titles/box_art": "box art",
    f"{S}/catalog/title/ref.tiny": "Tiny URL",
    f"{S}/catalog/people.cast": "cast",
    f"{S}/catalog/people.directors": "directors",
    f"{S}/catalog/titles.filmography": "filmography",
    f"{S}/catalog/titles.similars": "similars",
    f"{S}/catalog/titles.seasons": "seasons",
    f"{S}/catalog/titles.discs": "discs",
    f"{S}/catalog/titles.programs": "episodes",
    f"{S}/queues": "queues",
    f"{S}/queues.disc": "disc queue",
    f"{S}/queues.instant": "instant queue",
    f"{S}/queues.available": "available queue",
    f"{S}/queues.saved": "saved queue",
    f"{S}/rental_history": "rental history",
    f"{S}/recommendations": "recommendations",
    f"{S}/title_states": "title states",
    f"{S}/ratings": "ratings",
    f"{S}/reviews": "reviews",
    f"{S}/at_home": "at home",
    f"{S}/feeds": "feeds",
    f"{S}/user.current": "current user",
    "alternate": "web page",
}
"""The title of each link whose title is a fixed word (contract 4.1)."""

NAMED_RELS: Final = frozenset(
    f"{S}/catalog/{tail}"
    for tail in (
        "title",
        "person",
        "person.actor",
        "person.director",
        "titles.series",
        "titles.season",
        "title.season",
        "title.series",
        "title.disc",
        "title.movie",
        "titles/previews",
        "titles/subtitle_languages",
        "disc",
        "program",
        "season",
        "series",
    )
)
"""Relations whose link carries a name for a title, or has none that is fixed."""

WIDTHS: Final = (38, 64, 88, 110, 124, 150, 166, 176, 197, 210, 284)

BOX_ART_RELS: Final = frozenset(f"{S}/catalog/titles/box_art/{width}pix_w" for width in WIDTHS)

FEED_TITLES: Final = {
    "queues.disc": "DVD Queue",
    "queues.disc.recent": "Recent Additions to DVD Queue",
    "queues.instant": "Instant Queue",
    "queues.instant.recent": "Recent Additions to Instant Queue",
    "rental_history": "Recent Rental Activity",
    "rental_history.shipped": "Titles Shipped",
    "rental_history.watched": "Titles Watched Recently",
    "rental_history.returned": "Titles Returned Recently",
    "at_home": "Titles At Home",
    "reviews": "Reviews",
    "recommendations": "Recommendations",
    "ratings": "Ratings",
}
"""The title of each feed by the tail of its relation (contract 3.9)."""

FEED_PATHS: Final = {
    "queues.disc": "/queues/disc",
    "queues.disc.recent": "/queues/disc",
    "queues.instant": "/queues/instant",
    "queues.instant.recent": "/queues/instant",
    "rental_history": "/rental_history",
    "rental_history.shipped": "/rental_history/shipped",
    "rental_history.watched": "/rental_history/watched",
    "rental_history.returned": "/rental_history/returned",
    "at_home": "/at_home",
    "reviews": "/reviews",
    "recommendations": "/recommendations",
    "ratings": "/ratings/title/actual",
}

ALL_RELS: Final = (
    frozenset(LINK_TITLES) | NAMED_RELS | BOX_ART_RELS | {f"{S}/feed.{tail}" for tail in FEED_TITLES}
)

AWARD_BODIES: Final = (
    "academy_awards",
    "golden_globe_awards",
    "baftas",
    "afi",
    "razzie",
    "time",
    "sundance_film_festival",
    "independent_spirit_awards",
)

SCHEMES: Final = frozenset(
    (
        "genres",
        "mpaa_ratings",
        "tv_ratings",
        "ca_movie_ratings",
        "title_formats",
        "title_formats/quality",
        "title_states",
        "queue_availability",
        "rental_states",
        "screen_formats",
        "languages",
        "audio",
        "subtitle_languages",
        "bcp47_codes",
        "is_language_native",
        "narrative",
        "maturity_level",
        *(f"award_types/{body}" for body in AWARD_BODIES),
    )
)
"""The schemes of categories, below ``{b}/categories/`` (contract 4.2)."""

ALIAS_RELS: Final = {
    "synopsis": f"{S}/catalog/titles/synopsis",
    "short_synopsis": f"{S}/catalog/titles/synopsis.short",
    "cast": f"{S}/catalog/people.cast",
    "directors": f"{S}/catalog/people.directors",
    "awards": f"{S}/catalog/titles/awards",
    "formats": f"{S}/catalog/titles/format_availability",
    "screen_formats": f"{S}/catalog/titles/screen_formats",
    "languages_and_audio": f"{S}/catalog/titles/languages_and_audio",
    "bonus_materials": f"{S}/catalog/titles/bonus_materials",
    "similars": f"{S}/catalog/titles.similars",
    "seasons": f"{S}/catalog/titles.seasons",
    "episodes": f"{S}/catalog/titles.programs",
    "discs": f"{S}/catalog/titles.discs",
    "filmography": f"{S}/catalog/titles.filmography",
    "box_art": f"{S}/catalog/titles/box_art",
    "official": f"{S}/catalog/titles/official_url",
    "webpage": "alternate",
}
"""The relation behind each word that audits use for a link."""
