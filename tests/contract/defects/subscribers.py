"""A defect for each kind of check that looks at what belongs to a subscriber."""

from collections.abc import Mapping
from typing import Final

import httpx

from tests.contract.defects.spoil import (
    Counted,
    Defect,
    Every,
    Lost,
    body,
    by,
    ending,
    header,
    reversed_items,
    status,
    to,
    where,
)

TITLE_LINK: Final = rb'(<link [^>]*"http://schemas\.netflix\.com/catalog/title"[^>]*></link>)'


def _writes(request: httpx.Request) -> bool:
    return request.method != "GET" and "/queues/" in request.url.path


def _rates(request: httpx.Request) -> bool:
    return request.method == "POST" and "/ratings/" in request.url.path


def _disguised(request: httpx.Request) -> bool:
    return "method=delete" in str(request.url)


def _with_etag(request: httpx.Request) -> bool:
    return b"etag=" in request.content


LOST: Final = Lost(_writes, 201)
LOST_PUT: Final = Lost(lambda request: request.method == "PUT", 200)
LOST_DELETE: Final = Lost(lambda request: request.method == "DELETE", 200)

FEEDS: Final[Mapping[str, Defect]] = {
    "feed_listed": body(rb"output=atom", b"output=pox"),
    "feed_opens": where(to("feed_token="), header("content-type", "text/xml")),
    "feed_as_xml": where(to("feed_token="), body(rb"queue>", b"list>")),
    "feed_as_json": where(to("feed_token="), body(rb'"queue":', b'"list":')),
    "feed_extended": where(to("feed_token="), status(400)),
    "feed_forged": status(200, of=4),
    "feed_elsewhere": status(200, of=4),
    "feed_read_only": status(200, of=4),
    "feed_private": where(to("feed_token="), header("cache-control", "public")),
    "atom_head": where(to("feed_token="), body(rb"<updated>", b"<updated>on ")),
    "atom_entries": where(to("output=atom"), body(rb"<entry>.*?</entry>", b"", count=1)),
    "opml": body(rb'version="2\.0"', b'version="1.0"'),
    "opml_like_links": where(to("output=opml"), body(rb"<outline .*?</outline>", b"", count=1)),
}

READING: Final[Mapping[str, Defect]] = {
    "one_per_reference": body(rb"<title_state>.*?</title_state>", b"", count=1),
    "state_rules": body(rb'term="Play"', b'term="Watch"'),
    "too_many_references": status(200),
    "references_of_hosts": Every(body(rb'term="(Play|Add|In Queue)"', b'term="Save"')),
    "states_agree": body(rb'term="In Queue"', b'term="Add"'),
    "etag_in_both": header("etag", '"1"'),
    "positions_dense": body(rb"<position>2<", b"<position>3<"),
    "saved_last": body(rb"<position>1</position>", b""),
    "halves_add_up": where(ending("/available"), body(rb"<number_of_results>", b"<number_of_results>1")),
    "sorted_by": reversed_items(b"queue_item"),
    "updated_since": where(to("updated_min="), body(rb"<updated>\d+", b"<updated>1")),
    "entry_opens": where(to("/available/"), body(rb"<position>", b"<position>9")),
    "item_ids": body(rb"/available/(\d)", rb"/available/0\1"),
    "one_title_link": body(TITLE_LINK, rb"\1\1"),
    "empty_queue": body(rb"<etag>0<", b"<etag>5<"),
    "items_carry_title": where(to("/queues/"), body(rb"<release_year>", b"<release_year>1")),
    "thin_items": body(rb"</queue_item>", b"<title></title></queue_item>"),
    "title_inside": body(rb"<catalog_title>.*?</catalog_title>", b""),
    "newest_first": reversed_items(b"ratings_item"),
    "predicted_order": body(rb"<predicted_rating>", b"<predicted_rating>9"),
    "lists_concatenated": where(
        ending("/rental_history"), body(rb"<rental_history_item>.*</rental_history_item>", b"")
    ),
}

QUEUEING: Final[Mapping[str, Defect]] = {
    **dict.fromkeys(
        ("adds", "adds_at", "adds_past_end", "moves", "add_put_otherwise", "reference_of_host"), LOST
    ),
    "add_answer": body(rb"Move successful", b"Done"),
    "add_location": header("location", None),
    "add_refused": status(201, of=400),
    "duplicate": body(rb">710<", b">711<"),
    "stale": status(201, of=412),
    "fresh": where(_with_etag, status(412)),
    "etag_moves": body(rb"<etag>\d+", b"<etag>7"),
    "one_wins": status(201, of=412),
    "replayed_write": status(201, of=401),
    "stranger_refused": status(201, of=401),
    "state_follows": body(rb'term="In Queue"', b'term="Add"'),
    "other_queue_untouched": where(to("/queues/disc"), Counted(rb"<etag>\d+", b"<etag>#")),
    "set_adds_discs": where(
        by("POST"), body(rb"<resources_created><queue_item>.*?</queue_item>", b"<resources_created>")
    ),
    "set_added_partly": body(rb"<sub_code>640</sub_code>", b""),
    "default_format": where(by("POST"), body(rb'term="(DVD|Blu-ray)"', b'term="VHS"')),
    "deletes": LOST_DELETE,
    "delete_answer": body(rb"Title deleted from queue", b"Gone"),
    "delete_closes_gap": where(by("GET"), body(rb"<position>3<", b"<position>4<")),
    "delete_absent": body(rb">610<", b">611<"),
    "delete_disguised": Lost(_disguised, 200),
    "delete_with_form": LOST_DELETE,
    "put_reorders": LOST_PUT,
    "put_adds_and_removes": LOST_PUT,
    "put_identical": status(200, of=304),
    "put_refused": status(200, of=400),
    "put_stale": status(200, of=412),
    "put_fresh_header": LOST_PUT,
    "put_malformed": status(200, of=400),
    "put_too_large": status(200, of=4),
}

RATINGS: Final[Mapping[str, Defect]] = {
    **dict.fromkeys(("rates", "rates_item", "rates_by_refs"), Lost(_rates, 201)),
    "not_interested": body(rb'value="not_interested"', b'value="no"'),
    "rates_again": status(201, of=422),
    "rerates": Lost(lambda request: b"rating=2" in request.content, 200),
    "clears": LOST_PUT,
    "bad_rating": status(201, of=400),
    "actual_only": where(
        ending("/predicted"),
        body(rb"<predicted_rating>", b"<user_rating>4</user_rating><predicted_rating>"),
    ),
}

LIMITS: Final[Mapping[str, Defect]] = {
    "over_limit": body(rb"queries per", b"calls per"),
    "over_limit_passes": status(403),
    "over_limit_json": body(rb'"message":', b'"text":'),
}
