"""Version 2.0: its documents, and its JSON (contract 1.8, 3.4, 6.1)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import get
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import answers, expansion, hypermedia, jsons, paging, queues, shape
from gateway.audit.vocabulary import WIDTHS, S

FOUND: Final = get("/catalog/titles", term="{term}", v="2.0")
MOVIE: Final = get("{movie}", v="2.0")
SERIES: Final = get("{series}", v="2.0")
FORMATS: Final = get("{movie.formats}", v="2.0")
COMPLETED: Final = get("/catalog/titles/autocomplete", term="{term}", v="2.0")
PICTURES: Final = MOVIE.but(expand="@box_art")
INSTANT: Final = get("/users/{u}/queues/instant", v="2.0")
SLOTS: Final = (
    "id",
    "title",
    "link:/catalog/titles/box_art",
    "link:/catalog/titles/synopsis",
    "link:/catalog/titles/synopsis.short",
    "release_year",
    "category:genres",
    "category:maturity_level",
    "link:/catalog/titles/format_availability",
)
NEW: Final = (
    "id+",
    "title+",
    "link+",
    "release_year",
    "category",
    "sequence",
    "season_number",
    "average_rating",
    "updated",
)
JSON_TITLE: Final = MOVIE.but(output="json")
JSON_FOUND: Final = FOUND.but(output="json")

SECOND: Final = (
    Audit("SECOND-01", MUST, "6.1", "v=2 is v=2.0.", answers.same_answer(MOVIE, get("{movie}", v="2"))),
    Audit("SECOND-02", MUST, "6.1", "2.0 is another document.",
          answers.another_answer(MOVIE, get("{movie}"))),
    Audit("SECOND-03", MUST, "3.4", "A title has what 2.0 knows.", shape.children(MOVIE, ".", NEW)),
    Audit("SECOND-04", MUST, "3.4", "Children come in 2.0's order.",
          shape.order(FOUND, "catalog_title", SLOTS)),
    Audit("SECOND-05", MUST, "6.1", "Pictures are no attributes.", shape.absent(MOVIE, "box_art")),
    Audit("SECOND-06", MUST, "6.1", "The running time is gone.", shape.absent(MOVIE, "runtime")),
    Audit("SECOND-07", MUST, "6.1", "Film ratings are gone.",
          shape.only_slots(FOUND, "catalog_title", (*SLOTS, "sequence", "season_number", "average_rating",
              "updated", "season_label", *(f"link:/catalog/{tail}" for tail in ("titles/screen_formats",
              "people.cast", "people.directors", "titles/languages_and_audio", "titles/awards",
              "titles.seasons", "titles.programs", "titles.discs", "titles.similars", "title/ref.tiny",
              "titles.series", "titles.season", "title.series", "title.season", "title.disc",
              "titles/bonus_materials", "titles/official_url")), "link:alternate"))),
    Audit("SECOND-08", MUST, "3.4", "The maturity level comes last of the categories.",
          shape.order(FOUND, "catalog_title", ("category:genres", "category:maturity_level"))),
    Audit("SECOND-09", MUST, "3.4", "There is a tiny address.",
          hypermedia.link_title(MOVIE, f"{S}/catalog/title/ref.tiny", "Tiny URL")),
    Audit("SECOND-10", MUST, "1.9", "Pictures stand inside their link.",
          expansion.expanded(PICTURES, "box_art", "box_art")),
    Audit("SECOND-11", MUST, "4.1", "Pictures have the widths of the table.",
          shape.only_slots(PICTURES, "link/box_art",
              tuple(f"link:/catalog/titles/box_art/{width}pix_w" for width in WIDTHS))),
    Audit("SECOND-12", MUST, "3.5", "Formats hold availabilities.",
          shape.children(FORMATS, ".", ("availability+",))),
    Audit("SECOND-13", MUST, "3.5", "An availability holds its category and running time.",
          shape.children(FORMATS, "availability", ("category+", "runtime"))),
    Audit("SECOND-14", MUST, "3.5", "Ratings and quality are inside the format.",
          shape.present(FORMATS, "availability/category/category")),
    Audit("SECOND-15", MUST, "1.9", "@episodes fills a series.",
          expansion.expanded_to_links(SERIES.but(expand="@episodes"), "episodes", f"{S}/catalog/title")),
    Audit("SECOND-16", MUST, "8", "Similars are catalog_titles.",
          shape.root(get("{movie.similars}", v="2.0"), "catalog_titles")),
    Audit("SECOND-17", MUST, "1.10", "A search has a list's header.", paging.list_header(FOUND)),
    Audit("SECOND-18", MUST, "1.5", "2.0 knows filters.",
          hypermedia.offered_in(FOUND.but(max_results=100, filters="{b}/categories/title_formats/instant"),
              ("instant",))),
    Audit("SECOND-19", MUST, "3.6", "A filmography pages in 2.0.",
          paging.list_header(get("{person.filmography}", v="2.0"))),
    Audit("SECOND-20", MUST, "3.11", "A queue's entries are thin.", queues.thin_items(INSTANT, "queue_item")),
    Audit("SECOND-21", MUST, "1.9", "@title puts the title inside.",
          queues.title_inside(INSTANT.but(expand="@title"), "queue_item")),
    Audit("SECOND-22", MUST, "3.8", "A user's categories are below the user.",
          shape.present(get("/users/{u}", v="2.0"), "category")),
    Audit("SECOND-23", SHOULD, "3.8", "A user says who owns the account.",
          shape.present(get("/users/{u}", v="2.0"), "is_account_owner")),
    Audit("SECOND-24", MUST, "1.1", "2.0 stays on one host.", hypermedia.one_host(FOUND)),
    Audit("SECOND-25", MUST, "4.1", "2.0's relations are of the table.", hypermedia.known_rels(PICTURES)),
    Audit("SECOND-26", MUST, "1.8", "A search in JSON is a catalog.",
          jsons.json2_list(JSON_FOUND, "catalog")),
    Audit("SECOND-27", MUST, "1.8", "One title found is an array.",
          jsons.json2_always_array(JSON_FOUND, "catalog")),
    Audit("SECOND-28", MUST, "1.8", "JSON lists what XML lists.",
          jsons.json2_same_titles(FOUND.but(max_results=5), "catalog", "catalog_title")),
    Audit("SECOND-29", MUST, "1.8", "A title in JSON is a catalog_title.",
          jsons.json2_key(JSON_TITLE, "catalog_title", wanted="dict")),
    Audit("SECOND-30", MUST, "1.8", "A title's links are in meta.",
          jsons.json2_links(JSON_TITLE, ("synopsis", "format_availability", "similars"))),
    Audit("SECOND-31", MUST, "1.8", "A title's name is a text.",
          jsons.json2_field(JSON_TITLE, "catalog_title/title", wanted="str")),
    Audit("SECOND-32", MUST, "1.8", "A title's id is a text.",
          jsons.json2_field(JSON_TITLE, "catalog_title/id", wanted="str")),
    Audit("SECOND-33", MUST, "1.8", "@title splits the name.",
          jsons.json2_field(JSON_TITLE.but(expand="@title"), "catalog_title/title/regular", wanted="str")),
    Audit("SECOND-34", MUST, "1.8", "A completion in JSON is texts.",
          jsons.json2_field(COMPLETED.but(output="json"), "autocomplete/title/0", wanted="str")),
    Audit("SECOND-35", MUST, "1.8", "A cast in JSON is an array.",
          jsons.json2_key(get("{movie.cast}", v="2.0", output="json"), "cast", wanted="list")),
    Audit("SECOND-36", MUST, "1.8", "Directors in JSON are an array.",
          jsons.json2_key(get("{movie.directors}", v="2.0", output="json"), "directors", wanted="list")),
    Audit("SECOND-37", MUST, "1.8", "A synopsis in JSON is regular.",
          jsons.json2_field(get("{movie.synopsis}", v="2.0", output="json"), "synopsis/regular",
              wanted="str")),
    Audit("SECOND-38", MUST, "1.8", "Formats in JSON are keyed.",
          jsons.json2_key(FORMATS.but(output="json"), "delivery_formats", wanted="dict")),
    Audit("SECOND-39", MUST, "1.8", "A person in JSON links to the filmography.",
          jsons.json2_links(get("{person}", v="2.0", output="json"), ("filmography",))),
    Audit("SECOND-40", MUST, "1.8", "A filmography in JSON is an array.",
          jsons.json2_key(get("{person.filmography}", v="2.0", output="json"), "filmography", wanted="list")),
    Audit("SECOND-41", MUST, "1.8", "A queue in JSON is an array.",
          jsons.json2_key(INSTANT.but(output="json"), "queue", wanted="list")),
    Audit("SECOND-42", MUST, "1.8", "A queue's etag is in meta.",
          jsons.json2_field(INSTANT.but(output="json"), "meta/etag", wanted="str")),
    Audit("SECOND-43", MUST, "1.8", "Recommendations in JSON are an array.",
          jsons.json2_list(get("/users/{u}/recommendations", v="2.0", output="json"), "recommendations")),
    Audit("SECOND-44", MUST, "1.8", "A history in JSON is an array.",
          jsons.json2_list(get("/users/{u}/rental_history", v="2.0", output="json"), "rental_history")),
    Audit("SECOND-45", MUST, "1.8", "/users/current in JSON is keyed by relation.",
          jsons.json2_key(get("/users/current", v="2.0", output="json"), f"{S}/user.current", wanted="str")),
    Audit("SECOND-46", MUST, "1.8", "A user in JSON is a user.",
          jsons.json2_key(get("/users/{u}", v="2.0", output="json"), "user", wanted="dict")),
    Audit("SECOND-47", MUST, "1.8", "Feeds keep the shape of 1.0.",
          jsons.json_one_key(get("/users/{u}/feeds", v="2.0", output="json"), "resource")),
)
