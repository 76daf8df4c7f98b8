"""The index files (contract 3.3)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import get
from gateway.audit.audit import MUST, Audit
from gateway.audit.kinds import answers, limits

FIRST: Final = get("/catalog/titles/index")
FULL: Final = get("/catalog/titles/full", v="2.0")
STREAMING: Final = get("/catalog/titles/streaming", v="2.0")
DVD: Final = get("/catalog/titles/dvd", v="2.0")
ITEM, TITLE = "title_index_item", "catalog_title"
RELS: Final = (
    "/catalog/person.actor",
    "/catalog/person.director",
    "/catalog/disc",
    "/catalog/program",
    "/catalog/season",
    "/catalog/series",
    "alternate",
)
NAMES: Final = ("id", "title", "updated", "link")

INDEX: Final = (
    Audit("INDEX-01", MUST, "3.3", "The index is a catalog_title_index.",
          limits.index_root(FIRST, "catalog_title_index", ITEM)),
    Audit("INDEX-02", MUST, "3.3", "/full is catalog_titles.",
          limits.index_root(FULL, "catalog_titles", TITLE)),
    Audit("INDEX-03", MUST, "3.3", "/full speaks 1.5, too.",
          limits.index_root(get("/catalog/titles/full", v="1.5"), "catalog_titles", TITLE)),
    Audit("INDEX-04", MUST, "3.3", "/streaming is catalog_titles.",
          limits.index_root(STREAMING, "catalog_titles", TITLE)),
    Audit("INDEX-05", MUST, "3.3", "/dvd is catalog_titles.",
          limits.index_root(DVD, "catalog_titles", TITLE)),
    Audit("INDEX-06", MUST, "3.3", "An item has id, title, time and links.",
          limits.index_children(FIRST, ITEM, names=NAMES)),
    Audit("INDEX-07", MUST, "3.3", "An item of /full has id, title, time and links.",
          limits.index_children(FULL, TITLE, names=NAMES)),
    Audit("INDEX-08", MUST, "3.3", "A title is plain text.",
          limits.index_text(FIRST, ITEM, path="title", pattern=".+")),
    Audit("INDEX-09", MUST, "3.3", "Times are seconds.",
          limits.index_text(FIRST, ITEM, path="updated", pattern=r"\d{9,10}")),
    Audit("INDEX-10", MUST, "8", "Times of /full are milliseconds.",
          limits.index_text(FULL, TITLE, path="updated", pattern=r"\d{12,13}")),
    Audit("INDEX-11", MUST, "3.3", "Ids are addresses.",
          limits.index_text(FIRST, ITEM, path="id", pattern=r"{b}/catalog/titles/.+")),
    Audit("INDEX-12", MUST, "4.1", "Items link to people and to titles.",
          limits.index_links(FIRST, ITEM, rels=RELS)),
    Audit("INDEX-13", MUST, "3.3", "Synopses of /full stand inside their links.",
          limits.index_filled(FULL, TITLE, rel="/catalog/titles/synopsis")),
    Audit("INDEX-14", MUST, "3.3", "Casts of /full stand inside their links.",
          limits.index_filled(FULL, TITLE, rel="/catalog/people.cast")),
    Audit("INDEX-15", MUST, "3.3", "Pictures of /full stand inside their links.",
          limits.index_filled(FULL, TITLE, rel="/catalog/titles/box_art")),
    Audit("INDEX-16", MUST, "3.3", "Formats of /streaming stand inside their links.",
          limits.index_filled(STREAMING, TITLE, rel="/catalog/titles/format_availability")),
    Audit("INDEX-17", MUST, "1.13", "The index is compressed.", limits.index_gzipped(FIRST, ITEM)),
    Audit("INDEX-18", MUST, "1.13", "/full is compressed.", limits.index_gzipped(FULL, TITLE)),
    Audit("INDEX-19", MUST, "1.5", "The index stays XML.", limits.index_stays_xml(FIRST, ITEM)),
    Audit("INDEX-20", MUST, "3.0", "Nobody deletes the index.", answers.verb_refused(FIRST.via("DELETE"))),
)
