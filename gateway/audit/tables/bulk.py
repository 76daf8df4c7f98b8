"""Bulk requests (contract 3.18, 11)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import Who, get
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import answers, bulk

MOVIE: Final = get("{movie}")
FOUND: Final = get("/catalog/titles", term="{term}", max_results=2)
PEOPLE: Final = get("/catalog/people", term="{people_term}", max_results=2)
PERSON: Final = get("{person}")
COMPLETED: Final = get("/catalog/titles/autocomplete", term="{term}")
UNKNOWN: Final = get("/catalog/titles/movies/999999999999")
THREE: Final = (("a", MOVIE), ("12", FOUND), ("search_monty", PEOPLE))

BULK: Final = (
    Audit("BULK-01", MUST, "3.18", "Each entry is answered under its name.",
          bulk.bulk_answers(THREE, verb="POST", path="/utility/bulk")),
    Audit("BULK-02", MUST, "3.18", "GET does it too.",
          bulk.bulk_answers(THREE, verb="GET", path="/utility/bulk")),
    Audit("BULK-03", MUST, "8", "/bulk is the same.", bulk.bulk_answers(THREE, verb="POST", path="/bulk")),
    Audit("BULK-04", MUST, "3.18", "An entry's title is the title.", bulk.bulk_like_single(MOVIE)),
    Audit("BULK-05", MUST, "3.18", "An entry's search is the search.", bulk.bulk_like_single(FOUND)),
    Audit("BULK-06", MUST, "3.18", "An entry's people are the people.", bulk.bulk_like_single(PEOPLE)),
    Audit("BULK-07", MUST, "3.18", "An entry may be a completion.", bulk.bulk_like_single(COMPLETED)),
    Audit("BULK-08", MUST, "3.18", "An entry may be a part.", bulk.bulk_like_single(get("{movie.cast}"))),
    Audit("BULK-09", MUST, "6.4", "An entry may expand a filmography.",
          bulk.bulk_like_single(PERSON.but(expand="filmography"))),
    Audit("BULK-10", MUST, "3.18", "An entry may speak 1.5.",
          bulk.bulk_like_single(MOVIE.but(v="1.5", expand="@cast,@synopsis"))),
    Audit("BULK-11", MUST, "3.18", "A body is status, headers, document.", bulk.bulk_body_order(MOVIE)),
    Audit("BULK-12", MUST, "3.18", "An entry is id and body.", bulk.bulk_entry_order(MOVIE)),
    Audit("BULK-13", SHOULD, "3.18", "An entry carries its ETag.", bulk.bulk_etag(MOVIE)),
    Audit("BULK-14", MUST, "3.18", "An unknown title fails alone.", bulk.bulk_failure(MOVIE, UNKNOWN, 404)),
    Audit("BULK-15", MUST, "3.18", "A bad page fails alone.",
          bulk.bulk_failure(MOVIE, FOUND.but(max_results=0), 400)),
    Audit("BULK-16", MUST, "3.18", "An old timestamp fails alone.",
          bulk.bulk_failure(MOVIE, get("{movie}", v="1.0").by(Who.KEY), 401)),
    Audit("BULK-17", MUST, "3.18", "An entry without a signature fails.", bulk.bulk_unsigned_entry(FOUND)),
    Audit("BULK-18", MUST, "3.18", "Another host is not asked.",
          bulk.bulk_refused_entry(MOVIE, "http://evil.example/catalog/titles?term=a")),
    Audit("BULK-19", MUST, "3.18", "Another scheme is not asked.",
          bulk.bulk_refused_entry(MOVIE, "file:///etc/passwd")),
    Audit("BULK-20", MUST, "3.18", "Nonsense is no address.", bulk.bulk_refused_entry(MOVIE, "nonsense")),
    Audit("BULK-21", MUST, "3.18", "An empty entry is no address.", bulk.bulk_refused_entry(MOVIE, "")),
    Audit("BULK-22", MUST, "3.18", "A bulk request holds no bulk request.",
          bulk.bulk_refused_entry(MOVIE, "{b}/utility/bulk?entry_x=%7Bb%7D")),
    Audit("BULK-23", MUST, "3.18", "An address that hides another host is not asked.",
          bulk.bulk_refused_entry(MOVIE, "{b}@evil.example/catalog/titles")),
    Audit("BULK-24", MUST, "3.18", "A path alone is no complete address.", bulk.bulk_relative_entry(MOVIE)),
    Audit("BULK-25", MUST, "3.18", "GET may have 4000 bytes.", bulk.bulk_get_limit(3999, accepted=True)),
    Audit("BULK-26", MUST, "3.18", "GET may not have more.", bulk.bulk_get_limit(4200, accepted=False)),
    Audit("BULK-27", MUST, "11", "A hundred entries are answered.", bulk.bulk_many(PERSON, 100)),
    Audit("BULK-28", MUST, "3.18", "output=json is JSON.", bulk.bulk_json(MOVIE)),
    Audit("BULK-29", MUST, "3.18", "A parameter that is no entry is ignored.",
          bulk.bulk_ignores(MOVIE, "foo")),
    Audit("BULK-30", MUST, "3.18", "Nobody deletes a bulk.",
          answers.verb_refused(get("/utility/bulk").via("DELETE"))),
    Audit("BULK-31", MUST, "3.18", "Two people's entries keep apart.",
          bulk.bulk_identities(get("/users/{u}"), get("/users/{other}").by(Who.OTHER))),
    Audit("BULK-32", MUST, "3.18", "A stranger's entry fails alone.",
          bulk.bulk_failure(get("/users/{u}"), get("/users/{other}"), 401)),
    Audit("BULK-33", MUST, "3.18", "A queue may be an entry.",
          bulk.bulk_like_single(get("/users/{u}/queues/instant"))),
    Audit("BULK-34", MUST, "3.18", "Ratings may be an entry.",
          bulk.bulk_like_single(get("/users/{u}/ratings/title/actual"))),
    Audit("BULK-35", MUST, "3.18", "A queue's entry carries its ETag.",
          bulk.bulk_etag(get("/users/{u}/queues/instant"))),
    Audit("BULK-36", SHOULD, "3.18", "Very many entries are no error of the server.",
          bulk.bulk_over_limit(MOVIE, 1200)),
)
