"""A defect for each kind of check that looks at answers, documents, pages and conditions."""

from collections.abc import Mapping
from typing import Final

from tests.contract.defects.spoil import (
    Defect,
    Every,
    Stuck,
    body,
    by,
    ending,
    header,
    inflated,
    reversed_items,
    status,
    to,
    where,
)

ANSWERS: Final[Mapping[str, Defect]] = {
    "status": status(500),
    "content_type": header("content-type", "text/plain"),
    "xml_type": header("content-type", "text/plain"),
    "header": header("content-type", "text/html"),
    "status_document": body(rb"<sub_code>\d+</sub_code>", b""),
    "status_order": body(rb"(<status_code>\d+</status_code>)(<message>.*</message>)", rb"\2\1"),
    "plain_text": body(rb"^", b"<h1>", count=1),
    "json_error": body(rb'"status_code":(\d+)', rb'"status_code":"\1"'),
    "bad_parameter": body(rb"is invalid", b"is wrong"),
    "missing_resource": status(200),
    "verb_refused": status(404, of=405),
    "refused_kindly": status(500),
    "same_answer": Every(body(rb"</title>", b"!</title>")),
    "another_answer": Stuck(to("")),
    "parameter_ignored": Every(body(rb"</title>", b"!</title>")),
}

SHAPES: Final[Mapping[str, Defect]] = {
    "root": body(rb"catalog_titles", b"catalog_list"),
    "prolog": body(rb' standalone="yes"', b""),
    "no_namespace": body(rb"<catalog_title>", b'<catalog_title xmlns="urn:x">'),
    "utf8": body(rb"</people>", b"\xe9</people>"),
    "open_and_close": body(rb"></title>", b"/>"),
    "cdata": body(rb"<!\[CDATA\[.*?\]\]>", b"plain"),
    "children": body(rb"<results_per_page>\d+</results_per_page>", b""),
    "order": body(rb"(<id>[^<]*</id>)(<title[^>]*></title>)", rb"\2\1"),
    "only_slots": body(rb"</catalog_title>", b"<updated>1</updated></catalog_title>"),
    "attributes": body(rb'short="', b'name="'),
    "texts": body(rb"<release_year>", b"<release_year>in "),
    "values": body(rb'available_from="', b'available_from="about '),
    "present": body(rb"catalog/titles\.series", b"catalog/titles.serial"),
    "absent": body(rb"</autocomplete>", b"<autocomplete_item></autocomplete_item></autocomplete>"),
    "at_most_one": body(rb"(<release_year>[^<]*</release_year>)", rb"\1\1"),
    "alphabetical": reversed_items(b"autocomplete_item"),
    "contains_term": body(rb'short="[^"]*"', b'short="Zorro"'),
    "found_first": body(rb'regular="', b'regular="Not '),
}

HYPERMEDIA: Final[Mapping[str, Defect]] = {
    "known_rels": body(rb"/catalog/people\.cast", b"/catalog/people_cast"),
    "fixed_titles": body(rb'title="formats"', b'title="format availability"'),
    "link_title": body(rb'title="Tiny URL"', b'title="tiny URL"'),
    "link_target": body(rb'href="([^"]*)/catalog/titles/index"', rb'href="\1/catalog/index"'),
    "named_links": body(rb' title="[^"]*"', b' title=""'),
    "link_attributes": body(rb"<link ", b'<link type="text/xml" '),
    "one_host": body(rb'scheme="http://api\.netflix', b'scheme="http://api-public.netflix'),
    "outside_links": body(rb"http://www\.netflix\.com", b"http://pages.example"),
    "below_id": body(rb'href="([^"]*)/synopsis"', rb'href="\1/plot"'),
    "own_id": body(rb"</id>", b"1</id>"),
    "ids_resolve": where(to("/movies/"), body(rb"</id>", b"1</id>")),
    "items_resolve": where(
        lambda request: request.url.path[-1].isdigit(), body(rb"<updated>", b"<updated>1")
    ),
    "same_inline": where(to("/movies/"), body(rb"<release_year>", b"<release_year>1")),
    "links_lead_somewhere": where(ending("/cast"), status(404)),
    "known_schemes": body(rb"/categories/genres", b"/categories/moods"),
    "category_triples": body(rb' term="[^"]*"', b""),
    "category_terms": body(rb'label="(PG-13|PG|R|G)" term="\1"', b'label="X" term="X"'),
    "nested_categories": body(rb"/categories/languages", b"/categories/tongues"),
    "boxshots": body(rb"/boxshots/tiny/", b"/boxshots/small/"),
    "similar_to_others": body(rb"(<similars_item>.*?</similars_item>)", rb"\1\1"),
    "offered_in": body(rb'term="instant"', b'term="VHS"'),
    "expanded": body(rb"<synopsis>.*?</synopsis>", b""),
    "expanded_to_links": body(rb'"http://schemas\.netflix\.com/catalog/person"', b'"person"'),
    "expanded_like_resource": where(ending("/synopsis"), body(rb"CDATA\[", b"CDATA[Well, ")),
    "expanded_names": where(ending("/cast"), body(rb"</id>", b"1</id>")),
    "not_expanded": body(rb'title="synopsis"></link>', b'title="synopsis"><synopsis>x</synopsis></link>'),
    "only_expanded": body(rb'title="formats"></link>', b'title="formats"><x></x></link>'),
    "expanded_together": body(rb"<delivery_formats>.*?</delivery_formats>", b""),
}

PAGES: Final[Mapping[str, Defect]] = {
    "list_header": body(
        rb"(<number_of_results>\d+</number_of_results>)(<start_index>\d+</start_index>)", rb"\2\1"
    ),
    "url_template": body(rb"-join", b"-list"),
    "default_page": body(rb"<results_per_page>\d+", b"<results_per_page>10"),
    "page_size": body(rb"<results_per_page>\d+", b"<results_per_page>10"),
    "clamped": body(rb"<results_per_page>100", b"<results_per_page>101"),
    "bad_page": status(200),
    "start_echoed": body(rb"<start_index>\d+", b"<start_index>0"),
    "pages_join": where(to("start_index=3"), body(rb"</id>", b"1</id>")),
    "same_total": Every(body(rb"<number_of_results>", b"<number_of_results>1")),
    "past_the_end": body(
        rb"</results_per_page>", b"</results_per_page><catalog_title><id>x</id></catalog_title>"
    ),
    "nothing_found": body(rb"<number_of_results>0", b"<number_of_results>1"),
    "found_by_portion": where(to("max_results=500"), body(rb"</id>", b"1</id>")),
    "count_is_true": body(rb"<number_of_results>\d+", b"<number_of_results>0"),
}

CONDITIONS: Final[Mapping[str, Defect]] = {
    "etag_quoted": header("etag", "unquoted"),
    "etag_stable": lambda request, response: header("etag", f'"{request.url.params["oauth_nonce"]}"')(
        request, response
    ),
    "etag_tells_apart": header("etag", '"1"'),
    "not_modified": status(200, of=304),
    "not_modified_among": status(200, of=304),
    "etag_repeated": where(lambda request: "if-none-match" in request.headers, header("etag", None)),
    "modified": where(lambda request: "if-none-match" in request.headers, status(304)),
    "gzipped": inflated,
    "gzip_suffix": header("etag", '"1"'),
    "gzip_not_modified": status(200, of=304),
    "identity": header("content-encoding", "x-other"),
    "errors_not_cached": header("etag", '"1"'),
}

TRANSPORT: Final[Mapping[str, Defect]] = {
    "override": where(to("&method="), body(rb"</title>", b"!</title>")),
    "post_as_get": where(by("POST"), body(rb"</title>", b"!</title>")),
    "post_split": where(by("POST"), body(rb"</title>", b"!</title>")),
    "multipart": where(by("POST"), status(400)),
    "trailing_slash": where(ending("/"), status(404)),
    "exact_path": status(200),
    "absolute_form": where(lambda request: "target" in request.extensions, status(400)),
    "target_host": where(lambda request: request.headers["host"] == "evil.example", status(421)),
    "foreign_target": status(200),
    "somebody_there": status(404),
    "foreign_host": status(200),
    "forwarded_host": body(rb"http://api\.netflix\.com", b"http://host.invalid"),
    "encoded_body_refused": status(500),
    "raw_query": status(500),
    "head_like_get": body(rb"^", b"<x/>", count=1),
    "long_address": status(200),
    "unsigned_body": status(200),
}

INDEX: Final[Mapping[str, Defect]] = {
    "index_root": body(rb"catalog_title_index", b"index"),
    "index_children": body(rb"<updated>\d+</updated>", b""),
    "index_text": body(rb"<title>[^<]*", b"<title>"),
    "index_links": body(rb"person\.actor", b"person.star"),
    "index_filled": body(rb"<synopsis>.*?</synopsis>", b""),
    "index_gzipped": inflated,
    "index_stays_xml": header("content-type", "application/json"),
}
