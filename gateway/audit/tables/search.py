"""The search for titles, and the completion of a term (contract 3.1, 3.2)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import get
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import answers, expansion, hypermedia, paging, shape
from gateway.audit.vocabulary import S

FOUND: Final = get("/catalog/titles", term="{term}")
FEW: Final = FOUND.but(max_results=4)
NONE: Final = get("/catalog/titles", term="{nowhere}")
NAMED: Final = get("/catalog/titles", term="{name}")
COMPLETED: Final = get("/catalog/titles/autocomplete", term="{term}")
INSTANT: Final = "{b}/categories/title_formats/instant"
FILTERED: Final = FOUND.but(v="1.5", filters=INSTANT)
BARE_URL: Final = "api.netflix.com/categories/title_formats/instant"

SEARCH: Final = (
    Audit("SEARCH-01", MUST, "3.1", "A search answers 200.", answers.status(FOUND, 200)),
    Audit("SEARCH-02", MUST, "3.1", "A search is a catalog_titles.", shape.root(FOUND, "catalog_titles")),
    Audit("SEARCH-03", MUST, "3.1", "It links to the index.",
          hypermedia.link_target(FOUND, f"{S}/catalog/titles/index", "{b}/catalog/titles/index")),
    Audit("SEARCH-04", MUST, "3.1", "It links to the completion of terms.",
          hypermedia.link_target(FOUND, f"{S}/catalog/titles/autocomplete",
              "{b}/catalog/titles/autocomplete")),
    Audit("SEARCH-05", MUST, "1.10", "The list's header has its order.", paging.list_header(FOUND)),
    Audit("SEARCH-06", MUST, "1.11", "The template is the recorded one.",
          paging.url_template(FOUND, "{b}/catalog/titles?{-join|&|term|start_index|max_results}")),
    Audit("SEARCH-07", MUST, "1.10", "A page has 25 titles.", paging.default_page(FOUND, 25)),
    Audit("SEARCH-08", MUST, "1.10", "A page may have 2 titles.", paging.page_size(FOUND, 2)),
    Audit("SEARCH-09", MUST, "1.10", "A page has 100 titles at most.", paging.clamped(FOUND, 100)),
    Audit("SEARCH-48", MUST, "1.10", "A page of any number is cut, however long the number.",
          paging.clamped(FOUND, 100, asked=10**30)),
    Audit("SEARCH-49", MUST, "1.10", "Far behind the end there is an empty page.",
          paging.past_the_end(FOUND, start=10**30)),
    Audit("SEARCH-10", MUST, "1.10", "A page of 0 is 400/120.", paging.bad_page(FOUND, "0")),
    Audit("SEARCH-11", MUST, "1.10", "A page of -1 is 400/120.", paging.bad_page(FOUND, "-1")),
    Audit("SEARCH-12", MUST, "1.10", "A page of abc is 400/120.", paging.bad_page(FOUND, "abc")),
    Audit("SEARCH-13", SHOULD, "1.10", "A page of 1.5 is 400/120.", paging.bad_page(FOUND, "1.5")),
    Audit("SEARCH-14", MUST, "1.10", "A page says where it starts.", paging.start_echoed(FOUND, 3)),
    Audit("SEARCH-15", MUST, "1.10", "Pages join without gap or overlap.", paging.pages_join(FOUND, 3)),
    Audit("SEARCH-16", MUST, "1.10", "The number of results is that of the whole.", paging.same_total(FOUND)),
    Audit("SEARCH-17", MUST, "1.10", "Behind the end there is an empty page.", paging.past_the_end(FOUND)),
    Audit("SEARCH-18", MUST, "3.1", "Nothing found is a list of none.", paging.nothing_found(NONE)),
    Audit("SEARCH-19", MUST, "5", "A negative start is an error of its name.",
          answers.bad_parameter(FOUND.but(start_index="-1"), "start_index")),
    Audit("SEARCH-20", MUST, "5", "A start that is no number is an error of its name.",
          answers.bad_parameter(FOUND.but(start_index="x"), "start_index")),
    Audit("SEARCH-21", MUST, "3.1", "A search needs a term.",
          answers.bad_parameter(get("/catalog/titles"), "term")),
    Audit("SEARCH-22", MUST, "3.1", "An empty term is none.",
          answers.bad_parameter(get("/catalog/titles", term=""), "term")),
    Audit("SEARCH-23", MUST, "8", "A whole name is found first.",
          shape.found_first(NAMED, "catalog_title/title")),
    Audit("SEARCH-24", MUST, "3.1", "A found title is the title itself.",
          hypermedia.same_inline(FEW, "catalog_title")),
    Audit("SEARCH-25", MUST, "3.4", "The id of a found title leads to it.",
          hypermedia.ids_resolve(FOUND.but(start_index=4, max_results=2), "catalog_title")),
    Audit("SEARCH-26", MUST, "1.1", "Addresses are absolute, on one host.", hypermedia.one_host(FOUND)),
    Audit("SEARCH-27", MUST, "4.1", "Relations are those of the table.", hypermedia.known_rels(FOUND)),
    Audit("SEARCH-28", MUST, "4.1", "Links have the titles of the table.", hypermedia.fixed_titles(FOUND)),
    Audit("SEARCH-29", MUST, "4.1", "Links have href, rel and title.", hypermedia.link_attributes(FOUND)),
    Audit("SEARCH-30", MUST, "4.2", "Schemes are those of the table.", hypermedia.known_schemes(FOUND)),
    Audit("SEARCH-31", MUST, "4.2", "Categories have scheme, label and term.",
          hypermedia.category_triples(FOUND)),
    Audit("SEARCH-32", MUST, "1.9", "Nothing is expanded unasked.", expansion.not_expanded(FOUND)),
    Audit("SEARCH-33", MUST, "1.9", "A search expands synopses.",
          expansion.expanded(FEW.but(expand="synopsis"), "synopsis", "synopsis")),
    Audit("SEARCH-34", MUST, "1.5", "Filters keep what may be watched instantly.",
          hypermedia.offered_in(FILTERED.but(max_results=100), ("instant",))),
    Audit("SEARCH-47", MUST, "1.5", "Filters keep what may be sent on discs.",
          hypermedia.offered_in(FILTERED.but(max_results=100, filters="{b}/categories/title_formats/disc"),
              ("DVD", "Blu-ray", "HD DVD"))),
    Audit("SEARCH-35", MUST, "1.5", "Filters may name the historic host.",
          answers.same_answer(FILTERED, FILTERED.but(filters=f"http://{BARE_URL}"))),
    Audit("SEARCH-36", MUST, "9", "Filters may name the later historic host.",
          answers.same_answer(FILTERED,
              FILTERED.but(filters="http://api-public.netflix.com/categories/title_formats/instant"))),
    Audit("SEARCH-37", MUST, "9", "Filters may lack http://.",
          answers.same_answer(FILTERED, FILTERED.but(filters=BARE_URL))),
    Audit("SEARCH-38", MUST, "6.1", "1.0 knows no filters.",
          answers.parameter_ignored(FOUND, "filters", INSTANT)),
    Audit("SEARCH-39", MUST, "1.5", "A filter that is none is an error of its name.",
          answers.bad_parameter(FOUND.but(v="1.5", filters="nonsense"), "filters")),
    Audit("SEARCH-40", MUST, "1.5", "An unknown parameter is ignored.",
          answers.parameter_ignored(FEW, "movie_id", "7")),
    Audit("SEARCH-41", MUST, "9", "An empty parameter is ignored.",
          answers.parameter_ignored(FEW, "expand", "")),
    Audit("SEARCH-42", MUST, "1.5", "The misspelt max_result is ignored.",
          answers.parameter_ignored(FOUND, "max_result", "2")),
    Audit("SEARCH-43", MUST, "1.5", "The parameter client is ignored.",
          answers.parameter_ignored(FEW, "client", "plex")),
    Audit("SEARCH-44", SHOULD, "1.5", "The letter case of a term does not matter.",
          answers.same_answer(get("/catalog/titles", term="the"), get("/catalog/titles", term="THE"))),
    Audit("SEARCH-45", MUST, "3.0", "Nobody deletes a search.", answers.verb_refused(FOUND.via("DELETE"))),
    Audit("SEARCH-46", MUST, "3.1", "A search holds its header and titles, nothing else.",
          shape.children(FOUND, ".", ("link+", "url_template+", "number_of_results+", "start_index+",
              "results_per_page+", "catalog_title+"))),
)

AUTOCOMPLETE: Final = (
    Audit("AUTO-01", MUST, "3.2", "A completion is an autocomplete.", shape.root(COMPLETED, "autocomplete")),
    Audit("AUTO-02", MUST, "3.2", "It holds a template and items.",
          shape.children(COMPLETED, ".", ("url_template+", "autocomplete_item+"))),
    Audit("AUTO-03", MUST, "3.2", "An item holds a title alone.",
          shape.children(COMPLETED, "autocomplete_item", ("title+",))),
    Audit("AUTO-04", MUST, "3.2", "A title has its short name alone.",
          shape.attributes(COMPLETED, "autocomplete_item/title", ("short",))),
    Audit("AUTO-05", MUST, "1.11", "The template is the recorded one.",
          paging.url_template(COMPLETED, "{b}/catalog/titles/autocomplete?{-join|&|term}")),
    Audit("AUTO-06", SHOULD, "3.2", "Names come in the order of the alphabet.",
          shape.alphabetical(COMPLETED, "autocomplete_item/title", "short")),
    Audit("AUTO-07", MUST, "3.2", "Names match the term.",
          shape.contains_term(COMPLETED, "autocomplete_item/title", "short")),
    Audit("AUTO-08", MUST, "3.2", "A completion needs a term.",
          answers.bad_parameter(get("/catalog/titles/autocomplete"), "term")),
    Audit("AUTO-09", MUST, "3.2", "Nothing found has no item.",
          shape.absent(get("/catalog/titles/autocomplete", term="{nowhere}"), "autocomplete_item")),
    Audit("AUTO-10", MUST, "1.5", "1.5 knows filters here.",
          answers.status(COMPLETED.but(v="1.5", filters=INSTANT), 200)),
    Audit("AUTO-11", MUST, "3.0", "Nobody deletes a completion.",
          answers.verb_refused(COMPLETED.via("DELETE"))),
)
