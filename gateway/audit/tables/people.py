"""People, their filmographies, and the resources of category schemes (contract 3.6, 3.7, 6.4)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import get
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import answers, expansion, hypermedia, paging, searching, shape
from gateway.audit.vocabulary import S

FOUND: Final = get("/catalog/people", term="{people_term}")
PERSON: Final = get("{person}")
FILMS: Final = get("{person.filmography}")
NAMES: Final = ("id+", "name+", "bio", "link+")

PEOPLE: Final = (
    Audit("PEOPLE-01", MUST, "3.6", "A search for people is people.", shape.root(FOUND, "people")),
    Audit("PEOPLE-02", MUST, "1.10", "It has a list's header.", paging.list_header(FOUND)),
    Audit("PEOPLE-03", MUST, "3.6", "It holds its header and persons alone.",
          shape.children(FOUND, ".", ("url_template+", "number_of_results+", "start_index+",
              "results_per_page+", "person+"))),
    Audit("PEOPLE-04", MUST, "3.6", "A person has id, name, bio and links.",
          shape.children(FOUND, "person", NAMES)),
    Audit("PEOPLE-05", MUST, "1.10", "A page has 25 persons.", paging.default_page(FOUND, 25)),
    Audit("PEOPLE-06", MUST, "1.10", "A page has 500 persons at most.", paging.clamped(FOUND, 500)),
    Audit("PEOPLE-07", MUST, "1.10", "A page of 0 is 400/120.", paging.bad_page(FOUND, "0")),
    Audit("PEOPLE-08", MUST, "1.10", "Pages join.", paging.pages_join(FOUND, 2)),
    Audit("PEOPLE-09", MUST, "1.10", "Behind the end there is an empty page.", paging.past_the_end(FOUND)),
    Audit("PEOPLE-10", MUST, "3.6", "Nobody found is a list of none.",
          paging.nothing_found(get("/catalog/people", term="{nowhere}"))),
    Audit("PEOPLE-34", SHOULD, "3.6", "A portion of a name finds the person.",
          searching.found_by_portion(FOUND)),
    Audit("PEOPLE-11", MUST, "3.6", "A search for people needs a term.",
          answers.bad_parameter(get("/catalog/people"), "term")),
    Audit("PEOPLE-12", MUST, "1.11", "The template is of the recorded form.",
          paging.url_template(FOUND, "{b}/catalog/people?{-join|&|term|start_index|max_results}")),
    Audit("PEOPLE-13", MUST, "3.6", "A person is a person.", shape.root(PERSON, "person")),
    Audit("PEOPLE-14", MUST, "3.6", "A person's id is the address.", hypermedia.own_id(PERSON)),
    Audit("PEOPLE-15", MUST, "3.6", "A person holds id, name, bio and links.",
          shape.children(PERSON, ".", NAMES)),
    Audit("PEOPLE-16", MUST, "8", "The filmography has its right relation and place.",
          hypermedia.link_target(PERSON, f"{S}/catalog/titles.filmography",
              "{b}/catalog/people/{person_number}/filmography")),
    Audit("PEOPLE-17", MUST, "3.5", "The web page of a person is a RoleDisplay.",
          hypermedia.outside_links(FOUND, "alternate", r"https?://www\.netflix\.com/RoleDisplay/")),
    Audit("PEOPLE-18", MUST, "1.6", "A life is CDATA.", shape.cdata(FOUND, "bio")),
    Audit("PEOPLE-19", MUST, "3.6", "A found person is the person.",
          hypermedia.same_inline(FOUND.but(max_results=2), "person")),
    Audit("PEOPLE-20", MUST, "5", "An unknown person is 404.",
          answers.missing_resource(get("/catalog/people/999999999999"))),
    Audit("PEOPLE-21", MUST, "3.6", "A filmography is a filmography.", shape.root(FILMS, "filmography")),
    Audit("PEOPLE-22", MUST, "6.4", "It has a list's header.", paging.list_header(FILMS)),
    Audit("PEOPLE-23", MUST, "6.4", "A page of it has 25 titles.", paging.default_page(FILMS, 25)),
    Audit("PEOPLE-24", MUST, "6.4", "A page of it has 500 titles at most.", paging.clamped(FILMS, 500)),
    Audit("PEOPLE-25", MUST, "6.4", "Its items are whole titles.",
          hypermedia.same_inline(FILMS, "filmography_item")),
    Audit("PEOPLE-26", MUST, "6.4", "expand=filmography puts links inside the link.",
          expansion.expanded_to_links(PERSON.but(expand="filmography"), "filmography", f"{S}/catalog/title")),
    Audit("PEOPLE-27", MUST, "6.4", "They stand inside a filmography.",
          expansion.expanded(PERSON.but(expand="filmography"), "filmography", "filmography")),
    Audit("PEOPLE-28", MUST, "6.4", "Their number comes first.",
          shape.order(PERSON.but(expand="filmography"), "link/filmography", ("number_of_results",
              "link:/catalog/title"))),
    Audit("PEOPLE-29", MUST, "6.4", "They are the filmography, in its order.",
          expansion.expanded_names(PERSON.but(expand="filmography"), "filmography", "filmography_item")),
    Audit("PEOPLE-30", MUST, "6.4", "@filmography is the same in 1.0.",
          answers.same_answer(PERSON.but(expand="filmography"), PERSON.but(expand="@filmography"))),
    Audit("PEOPLE-31", MUST, "5", "The films of an unknown person are 404.",
          answers.missing_resource(get("/catalog/people/999999999999/filmography"))),
    Audit("PEOPLE-32", MUST, "3.0", "Nobody puts a person.", answers.verb_refused(PERSON.via("PUT"))),
    Audit("PEOPLE-33", SHOULD, "6.4", "The number of films is true.",
          paging.count_is_true(FILMS.but(max_results=500))),
)

SCHEMES: Final = (
    "title_formats",
    "award_types",
    "screen_formats",
    "rental_states",
    "title_video_formats",
    "languages",
    "subtitle_languages",
    "audio",
    "genres",
    "queue_availability",
    "title_states",
    "mpaa_ratings",
    "tv_ratings",
    "ca_movie_ratings",
    "container_formats",
    "video_formats",
    "audio_formats",
)

CATEGORIES: Final = (
    *(
        Audit(f"CATEGORY-{number:02}", MUST, "3.7", f"The scheme {scheme} is a resource.",
              shape.root(get(f"/categories/{scheme}"), "categories"))
        for number, scheme in enumerate(SCHEMES, start=1)
    ),
    Audit("CATEGORY-18", MUST, "3.7", "Its items have scheme, label and term.",
          shape.attributes(get("/categories/genres"), ".//category_item", ("scheme", "label", "term"))),
    Audit("CATEGORY-19", MUST, "3.7", "Its items are of its scheme.",
          shape.values(get("/categories/title_formats"), ".//category_item", name="scheme",
              pattern=r"{b}/categories/title_formats(/.*)?")),
    Audit("CATEGORY-20", MUST, "5", "An unknown scheme is 404.",
          answers.missing_resource(get("/categories/nonsense"))),
)
