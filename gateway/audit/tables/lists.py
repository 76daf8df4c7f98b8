"""At home, history, ratings, reviews, recommendations and lists (contract 3.13-3.17)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import Who, delete, get, put
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import answers, caching, expansion, hypermedia, jsons, paging, queues, ratings, shape

HOME: Final = get("/users/{u}/at_home")
HISTORY: Final = get("/users/{u}/rental_history")
RATINGS: Final = get("/users/{u}/ratings/title", title_refs="{movie}")
ACTUAL: Final = get("/users/{u}/ratings/title/actual")
PREDICTED: Final = get("/users/{u}/ratings/title/predicted", title_refs="{movie}")
REVIEWS: Final = get("/users/{u}/reviews")
ADVICE: Final = get("/users/{u}/recommendations")
LISTS: Final = get("/users/{u}/lists", v="2", client="plex")
TEMPLATE: Final = "?{-join|&|start_index|max_results}"
HALVES: Final = ("shipped", "returned", "watched")
STATES: Final = ("Shipped", "Returned", "Watched", "At Home")

RENTALS: Final = (
    Audit("HOME-01", MUST, "3.13", "What is at home is at_home.", shape.root(HOME, "at_home")),
    Audit("HOME-02", MUST, "1.10", "It has a list's header.", paging.list_header(HOME)),
    Audit("HOME-03", MUST, "1.10", "A page has 25.", paging.page_size(HOME, 25)),
    Audit("HOME-04", MUST, "1.10", "A page of 0 is 400/120.", paging.bad_page(HOME, "0")),
    Audit("HOME-05", MUST, "3.13", "The ids of items.", queues.item_ids(HOME, "at_home_item", "/at_home/#")),
    Audit("HOME-06", MUST, "3.13", "Items say when they were shipped.",
          shape.texts(HOME, "at_home_item/shipped_date", r"\d{9,10}")),
    Audit("HOME-07", MUST, "3.13", "Items carry their title.",
          queues.items_carry_title(HOME, "at_home_item")),
    Audit("HOME-08", MUST, "2.8", "Another's is 401.", answers.status(get("/users/{other}/at_home"), 401)),
    Audit("HOME-09", MUST, "3.0", "Nobody deletes it.", answers.verb_refused(HOME.via("DELETE"))),
    Audit("HOME-11", SHOULD, "3.13", "The id of a disc at home leads to it.",
          hypermedia.items_resolve(HOME, "at_home_item")),
    Audit("HOME-10", MUST, "1.10", "A page has 500 at most.", paging.clamped(HOME, 500)),
    Audit("HISTORY-01", MUST, "3.13", "A history is rental_history.", shape.root(HISTORY, "rental_history")),
    *(
        Audit(f"HISTORY-{number:02}", MUST, "3.13", f"/{half} is rental_history.",
              shape.root(get(f"/users/{{u}}/rental_history/{half}"), "rental_history"))
        for number, half in enumerate(HALVES, start=2)
    ),
    Audit("HISTORY-05", MUST, "1.10", "It has a list's header.", paging.list_header(HISTORY)),
    Audit("HISTORY-06", MUST, "1.11", "The template of what came back.",
          paging.url_template(get("/users/{u}/rental_history/returned"),
              "{b}/users/{u}/rental_history/returned" + TEMPLATE)),
    *(
        Audit(f"HISTORY-{number:02}", MUST, "3.13", f"The ids of what was {half}.",
              queues.item_ids(get(f"/users/{{u}}/rental_history/{half}"), "rental_history_item",
                  f"/rental_history/{half}/#"))
        for number, half in enumerate(HALVES, start=7)
    ),
    *(
        Audit(f"HISTORY-{number:02}", MUST, "3.13", f"What was {half} says when.",
              shape.texts(get(f"/users/{{u}}/rental_history/{half}"), f"rental_history_item/{half}_date",
                  r"\d{9,10}"))
        for number, half in enumerate(HALVES, start=10)
    ),
    Audit("HISTORY-13", MUST, "4.2", "States are those of the table.",
          hypermedia.category_terms(HISTORY, "rental_states", STATES)),
    Audit("HISTORY-14", MUST, "3.13", "It is made of its three lists.",
          queues.lists_concatenated(HISTORY, "rental_history_item",
              parts=tuple(f"/{half}" for half in HALVES))),
    Audit("HISTORY-15", MUST, "3.13", "Items carry their title.",
          queues.items_carry_title(HISTORY, "rental_history_item")),
    Audit("HISTORY-16", MUST, "1.5", "updated_min keeps what is later.",
          queues.updated_since(HISTORY, "rental_history_item", form="unix")),
    Audit("HISTORY-17", MUST, "1.10", "Pages join.", paging.pages_join(HISTORY, 2)),
    Audit("HISTORY-18", MUST, "3.13", "A time of viewing is hours, minutes, seconds.",
          shape.texts(HISTORY, "rental_history_item/viewed_time", r"\d\d:\d\d:\d\d")),
    Audit("HISTORY-19", MUST, "1.7", "A history in JSON is its XML.", jsons.json_mirrors_xml(HISTORY)),
    Audit("HISTORY-22", SHOULD, "3.13", "The id of a rental leads to it.",
          hypermedia.items_resolve(HISTORY, "rental_history_item")),
    Audit("HISTORY-20", MUST, "2.8", "Another's is 401.",
          answers.status(get("/users/{other}/rental_history"), 401)),
    Audit("HISTORY-21", MUST, "8", "A page has 25.", paging.page_size(HISTORY, 25)),
)

RATING: Final = (
    Audit("RATING-01", MUST, "3.14", "Ratings are ratings.", shape.root(RATINGS, "ratings")),
    Audit("RATING-02", MUST, "1.11", "The template is the recorded one.",
          paging.url_template(RATINGS, "{b}/users/{u}/ratings/title?{-join|&|title_refs}")),
    Audit("RATING-03", MUST, "3.14", "There is one item a title.",
          ratings.one_per_reference("/users/{u}/ratings/title", "ratings_item", 4)),
    Audit("RATING-04", MUST, "3.14", "The ids of ratings.",
          queues.item_ids(RATINGS, "ratings_item", "/ratings/title/#")),
    Audit("RATING-05", MUST, "3.14", "An item carries its title.",
          queues.items_carry_title(RATINGS, "ratings_item")),
    Audit("RATING-06", MUST, "3.14", "A prediction is a number.",
          shape.texts(PREDICTED, "ratings_item/predicted_rating", r"[1-5](\.\d+)?")),
    Audit("RATING-07", MUST, "3.14", "Predictions lie between 1 and 5.",
          queues.predicted_order(PREDICTED, "ratings_item/predicted_rating")),
    Audit("RATING-08", MUST, "3.14", "The actual list is ratings.", shape.root(ACTUAL, "ratings")),
    Audit("RATING-09", MUST, "8", "The actual list begins with the latest.",
          queues.newest_first(ACTUAL, "ratings_item")),
    *(
        Audit(f"RATING-{number:02}", MUST, "3.14", f"{value} is a rating.", ratings.rates(value))
        for number, value in enumerate(("1", "2", "3", "4", "5"), start=10)
    ),
    Audit("RATING-15", MUST, "3.14", "not_interested is one, too.", ratings.rates("not_interested")),
    Audit("RATING-16", MUST, "8", "not_interested is an attribute.", ratings.not_interested()),
    Audit("RATING-17", MUST, "5", "A second POST is 422.", ratings.rates_again()),
    Audit("RATING-18", MUST, "3.14", "PUT changes a rating.", ratings.rerates("2", way="PUT")),
    Audit("RATING-19", MUST, "1.3", "GET with method=PUT changes one.", ratings.rerates("5", way="put")),
    Audit("RATING-20", MUST, "8", "no_opinion clears.", ratings.clears()),
    Audit("RATING-21", MUST, "3.14", "A rating may be posted to its address.", ratings.rates_item()),
    Audit("RATING-22", MUST, "3.14", "title_refs may name the title.", ratings.rates_by_refs()),
    *(
        Audit(f"RATING-{number:02}", MUST, "3.14", f"{value!r} is no rating.", ratings.bad_rating(value))
        for number, value in enumerate(("0", "6", "good", ""), start=23)
    ),
    Audit("RATING-27", MUST, "3.14", "Actual and predicted keep apart.", ratings.actual_only()),
    Audit("RATING-28", MUST, "3.14", "An unknown title is 400/130.",
          answers.status_document(get("/users/{u}/ratings/title/actual", rating="3", method="POST",
              title_ref="{b}/catalog/titles/movies/999999999999"), 400, sub_code=130)),
    Audit("RATING-29", MUST, "3.14", "An unknown rating is 404.",
          answers.missing_resource(get("/users/{u}/ratings/title/actual/999999999999"))),
    Audit("RATING-30", MUST, "3.14", "PUT to an unknown rating is 404.",
          answers.status_document(put("/users/{u}/ratings/title/actual/999999999999", rating="3"), 404)),
    Audit("RATING-31", MUST, "9", "References may name api.netflix.com.",
          ratings.references_of_hosts("/users/{u}/ratings/title", "http://api.netflix.com")),
    Audit("RATING-32", MUST, "9", "References may be relative.",
          ratings.references_of_hosts("/users/{u}/ratings/title", "")),
    Audit("RATING-33", MUST, "1.7", "Ratings in JSON are their XML.", jsons.json_mirrors_xml(RATINGS)),
    Audit("RATING-38", SHOULD, "3.14", "The id of a rating leads to what is rated and predicted.",
          hypermedia.items_resolve(RATINGS, "ratings_item")),
    Audit("RATING-34", MUST, "2.8", "Another's are 401.",
          answers.status(get("/users/{other}/ratings/title"), 401)),
    Audit("RATING-35", SHOULD, "3.14", "Nobody deletes all ratings.",
          answers.verb_refused(delete("/users/{u}/ratings/title/actual"))),
    Audit("RATING-36", MUST, "3.14", "501 references are refused.",
          ratings.too_many_references("/users/{u}/ratings/title", 501)),
    Audit("RATING-37", MUST, "1.9", "Ratings expand synopses.",
          expansion.expanded(RATINGS.but(expand="synopsis"), "synopsis", "synopsis")),
)

OTHERS: Final = (
    Audit("REVIEW-01", MUST, "3.15", "Reviews are reviews.", shape.root(REVIEWS, "reviews")),
    Audit("REVIEW-02", MUST, "3.15", "A review has what is known.",
          shape.present(REVIEWS, "review/write-up")),
    Audit("REVIEW-03", MUST, "3.15", "A review has a rating.",
          shape.texts(REVIEWS, "review/user_rating", "[1-5]?")),
    Audit("REVIEW-04", MUST, "3.15", "A review has a time.",
          shape.texts(REVIEWS, "review/updated", r"\d{9,10}")),
    Audit("REVIEW-05", MUST, "1.10", "Reviews have a list's header.", paging.list_header(REVIEWS)),
    Audit("REVIEW-06", MUST, "1.10", "A page has 25.", paging.page_size(REVIEWS, 25)),
    Audit("REVIEW-07", MUST, "8", "Nobody writes reviews.", answers.verb_refused(REVIEWS.via("POST"))),
    Audit("REVIEW-08", MUST, "1.5", "updated_min keeps what is later.",
          queues.updated_since(REVIEWS, "review", form="unix")),
    Audit("REVIEW-10", SHOULD, "3.15", "The id of a review leads to it.",
          hypermedia.items_resolve(REVIEWS, "review")),
    Audit("REVIEW-09", MUST, "1.7", "Reviews in JSON are their XML.", jsons.json_mirrors_xml(REVIEWS)),
    Audit("ADVICE-01", MUST, "3.16", "Recommendations are recommendations.",
          shape.root(ADVICE, "recommendations")),
    Audit("ADVICE-02", MUST, "1.10", "They have a list's header.", paging.list_header(ADVICE)),
    Audit("ADVICE-03", MUST, "1.11", "The template is the recorded one.",
          paging.url_template(ADVICE, "{b}/users/{u}/recommendations" + TEMPLATE)),
    Audit("ADVICE-04", MUST, "1.10", "A page has 25.", paging.page_size(ADVICE, 25)),
    Audit("ADVICE-05", MUST, "1.10", "A page has 500 at most.", paging.clamped(ADVICE, 500)),
    Audit("ADVICE-06", MUST, "3.16", "The ids of recommendations.",
          queues.item_ids(ADVICE, "recommendation", "/recommendations/#")),
    Audit("ADVICE-07", MUST, "3.16", "Each has a prediction.",
          shape.children(ADVICE, "recommendation", ("id+", "link+", "title+", "box_art", "release_year",
              "category", "runtime", "average_rating", "predicted_rating+"))),
    Audit("ADVICE-08", MUST, "3.16", "They carry their title.",
          queues.items_carry_title(ADVICE, "recommendation")),
    Audit("ADVICE-09", MUST, "1.10", "Pages join.", paging.pages_join(ADVICE, 3)),
    Audit("ADVICE-10", MUST, "1.9", "They expand synopses.",
          expansion.expanded(ADVICE.but(expand="synopsis"), "synopsis", "synopsis")),
    Audit("ADVICE-11", MUST, "1.7", "They are mechanical in JSON.", jsons.json_mirrors_xml(ADVICE)),
    Audit("ADVICE-12", MUST, "1.12", "304 where they are unchanged.", caching.not_modified(ADVICE)),
    Audit("ADVICE-15", SHOULD, "3.16", "The id of what is recommended leads to it.",
          hypermedia.items_resolve(ADVICE, "recommendation")),
    Audit("ADVICE-13", MUST, "2.8", "They need a token.",
          answers.plain_text(ADVICE.by(Who.APP), 400, "Missing Required Access Token")),
    Audit("ADVICE-14", MUST, "4.1", "Their links have their titles.", hypermedia.fixed_titles(ADVICE)),
    Audit("LIST-01", SHOULD, "3.17", "Lists are lists.", shape.root(LISTS, "lists")),
    Audit("LIST-02", SHOULD, "3.17", "A list is a link.", shape.children(LISTS, "list", ("link+",))),
    Audit("LIST-03", SHOULD, "3.17", "A list's link has a title and an address.",
          shape.attributes(LISTS, "list/link", ("href", "title", "rel?"))),
)
