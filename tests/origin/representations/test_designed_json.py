"""The JSON of 2.0 for what belongs to subscribers: its shape for each root (contract 1.8)."""

import pytest
from lxml import etree

from gateway.origin.paths import Paths
from gateway.origin.representations import json2
from gateway.origin.representations.view import Version, View

B = "http://api.netflix.com"
S = "http://schemas.netflix.com"
USER = f"{B}/users/T1-"
TITLE = f"{B}/catalog/titles/movies/1"

HEADER = """<url_template>TEMPLATE</url_template><number_of_results>7</number_of_results>
<start_index>0</start_index><results_per_page>25</results_per_page>"""
PAGE = {"number_of_results": 7, "start_index": 0, "results_per_page": 25}


def designed(xml: str, *expand: str) -> object:
    """Return the JSON of a document of 2.0."""
    view = View(Paths(B), Version.V2_0, frozenset(expand))
    return json2.designed(view, etree.fromstring(xml, etree.XMLParser(remove_blank_text=True)))


def link(rel: str, href: str, title: str, inner: str = "") -> str:
    """Return a link."""
    return f'<link href="{href}" rel="{rel}" title="{title}">{inner}</link>'


def category(scheme: str, term: str, text: str = "") -> str:
    """Return a category."""
    return f'<category scheme="{B}/categories/{scheme}" label="{term}" term="{term}">{text}</category>'


SYNOPSIS = link(f"{S}/catalog/titles/synopsis", f"{TITLE}/synopsis", "synopsis")
FILM = f"""<catalog_title><id>{TITLE}</id><title regular="Jaws" short="Jaws"/>
<release_year>1975</release_year><average_rating>3.9</average_rating>{SYNOPSIS}</catalog_title>"""
FILM_SHOWN = {
    "id": TITLE,
    "title": {"regular": "Jaws", "short": "Jaws"},
    "release_year": 1975,
    "average_rating": 3.9,
    "genres": [],
    "meta": {"links": {"synopsis": f"{TITLE}/synopsis"}},
}


def queue(inner: str = "") -> str:
    """Return a queue with one entry."""
    here = f"{USER}/queues/instant"
    return f"""<queue><etag>0123</etag>
        {link(f"{S}/queues.available", f"{here}/available", "available queue")}
        {link(f"{S}/queues.saved", f"{here}/saved", "saved queue")}{HEADER}
        <queue_item><id>{here}/available/1/1</id><position>1</position>
        {link(f"{S}/queues.available", f"{here}/available", "available queue")}
        {category("queue_availability", "available now", "Available Now")}
        <updated>12</updated>{category("title_formats", "Instant")}
        {link(f"{S}/catalog/title", TITLE, "Jaws", inner)}</queue_item></queue>"""


QUEUED = {
    "id": f"{USER}/queues/instant/available/1/1",
    "position": 1,
    "queue_availability": "available now",
    "updated": 12,
    "title_formats": "Instant",
    "meta": {"links": {"available_queue": f"{USER}/queues/instant/available", "title": TITLE}},
}


@pytest.mark.parametrize(
    ("inner", "expand", "shown"),
    [
        ("", (), {"title": "Jaws"}),
        (FILM, ("title",), {"title": {"regular": "Jaws", "short": "Jaws"}, "item": FILM_SHOWN}),
    ],
)
def test_a_queue_is_an_array_with_its_tag_beside_it(
    inner: str, expand: tuple[str, ...], shown: dict[str, object]
) -> None:
    """An entry names its title, and holds it where it is expanded; tag and length are texts."""
    assert designed(queue(inner), *expand) == {
        "queue": [{**QUEUED, **shown}],
        **PAGE,
        "meta": {
            "etag": "0123",
            "queue_length": "7",
            "url_template": "TEMPLATE",
            "links": {
                "available_queue": f"{USER}/queues/instant/available",
                "saved_queue": f"{USER}/queues/instant/saved",
            },
        },
    }


@pytest.mark.parametrize(
    ("root", "item", "facts", "shown"),
    [
        (
            "recommendations",
            "recommendation",
            "<predicted_rating>4.2</predicted_rating>",
            {"predicted_rating": 4.2},
        ),
        (
            "rental_history",
            "rental_history_item",
            f"<watched_date>5</watched_date><viewed_time>1:02</viewed_time>{category('x', 'Watched')}",
            {"watched_date": 5, "viewed_time": "1:02", "x": "Watched"},
        ),
        ("at_home", "at_home_item", "<shipped_date>5</shipped_date>", {"shipped_date": 5}),
        ("ratings", "ratings_item", "<user_rating>4</user_rating>", {"user_rating": 4}),
        (
            "ratings",
            "ratings_item",
            "<user_rating value='not_interested'/>",
            {"user_rating": {"value": "not_interested"}},
        ),
        ("reviews", "review", "<write-up>7</write-up>", {"write-up": "7"}),
    ],
)
def test_lists_of_subscribers_have_one_shape(
    root: str, item: str, facts: str, shown: dict[str, object]
) -> None:
    """An array under the name of the list, and the numbers of its page beside it."""
    named = link(f"{S}/catalog/title", TITLE, "Jaws")
    xml = f"<{root}>{HEADER}<{item}><id>{USER}/1</id>{named}{facts}</{item}></{root}>"

    assert designed(xml) == {
        root: [{"id": f"{USER}/1", "title": "Jaws", **shown, "meta": {"links": {"title": TITLE}}}],
        **PAGE,
        "meta": {"url_template": "TEMPLATE"},
    }


def test_a_disc_keeps_its_name() -> None:
    """The link to the title that it belongs to is an address like any other."""
    film = link(f"{S}/catalog/title", TITLE, "Jaws")
    xml = f"<catalog_title><id>{TITLE}2</id><title regular='Disc 1' short='1'/>{film}</catalog_title>"

    assert designed(xml) == {
        "catalog_title": {
            "id": f"{TITLE}2",
            "title": "Disc 1",
            "release_year": None,
            "average_rating": None,
            "genres": [],
        },
        "meta": {"links": {"title": TITLE}},
    }


def test_a_subscriber_is_an_object_with_links_beside_it() -> None:
    """Formats are an array even of one, and what is true is true."""
    xml = f"""<user><user_id>T1-</user_id><first_name>007</first_name>
        <can_instant_watch>true</can_instant_watch><is_account_owner>false</is_account_owner>
        <account_max_number_of_discs>3</account_max_number_of_discs>
        {category("maturity_level", "1000000")}{category("title_formats", "DVD")}
        {link(f"{S}/queues", f"{USER}/queues", "queues")}
        {link(f"{S}/rental_history", f"{USER}/rental_history", "rental history")}</user>"""

    assert designed(xml) == {
        "user": {
            "user_id": "T1-",
            "first_name": "007",
            "can_instant_watch": True,
            "is_account_owner": False,
            "account_max_number_of_discs": 3,
            "maturity_level": "1000000",
            "title_formats": ["DVD"],
        },
        "meta": {"links": {"queues": f"{USER}/queues", "rental_history": f"{USER}/rental_history"}},
    }


def test_the_current_user_is_under_the_relation() -> None:
    """An object with one member leads to the subscriber."""
    xml = f"<resource>{link(f'{S}/user.current', USER, 'current user')}</resource>"

    assert designed(xml) == {f"{S}/user.current": USER}


def test_other_ways_are_those_of_version_10() -> None:
    """Feeds are read alike in all versions."""
    xml = f"<resource>{link(f'{S}/feed.reviews', USER, 'Reviews')}</resource>"

    assert designed(xml) == {
        "resource": {"link": {"href": USER, "rel": f"{S}/feed.reviews", "title": "Reviews"}}
    }


def test_states_are_arrays_all_the_way() -> None:
    """One title in one queue in one format with one label is four arrays."""
    xml = f"""<title_states><url_template>TEMPLATE</url_template><title_state>
        {link(f"{S}/catalog/title", TITLE, "Jaws")}<title_state_item>
        {link(f"{S}/queues.instant", f"{USER}/queues/instant", "instant queue")}
        <format><preferred_format>true</preferred_format>{category("title_formats", "Instant")}
        {category("title_states", "Play")}<playback_bookmark>0</playback_bookmark></format>
        </title_state_item></title_state></title_states>"""

    assert designed(xml) == {
        "title_states": [
            {
                "title": "Jaws",
                "title_state_item": [
                    {
                        "format": [
                            {
                                "preferred_format": True,
                                "title_formats": "Instant",
                                "title_states": ["Play"],
                                "playback_bookmark": 0,
                            }
                        ],
                        "meta": {"links": {"instant_queue": f"{USER}/queues/instant"}},
                    }
                ],
                "meta": {"links": {"title": TITLE}},
            }
        ],
        "meta": {"url_template": "TEMPLATE"},
    }


def test_what_was_created_is_shown_as_it_is_read() -> None:
    """Entries are an array of what a queue shows, titles that could not be added are links."""
    item = queue()[queue().index("<queue_item>") : -len("</queue>")]
    failed = link(f"{S}/catalog/title", TITLE, "Jaws")
    xml = f"""<status><status_code>201</status_code><sub_code>640</sub_code><message>Some</message>
        <etag>0123</etag><resources_created>{item}</resources_created>
        <failed_title_refs>{failed}</failed_title_refs></status>"""

    assert designed(xml) == {
        "status": {
            "status_code": 201,
            "sub_code": 640,
            "message": "Some",
            "etag": "0123",
            "resources_created": [{**QUEUED, "title": "Jaws"}],
            "failed_title_refs": [{"id": TITLE, "title": "Jaws"}],
        }
    }


def test_lists_of_lists_and_terms_are_arrays() -> None:
    """What else a subscriber may look through."""
    lists = f"<lists><list>{link(f'{S}/list', f'{USER}/lists/1', 'Dramas')}</list></lists>"
    terms = "<categories><category_item scheme='s' label='DVD' term='DVD'/></categories>"

    assert [designed(lists), designed(terms)] == [
        {"lists": [{"id": f"{USER}/lists/1", "title": "Dramas"}]},
        {"categories": [{"scheme": "s", "label": "DVD", "term": "DVD"}]},
    ]


def test_what_has_no_shape_is_shown_by_the_rules() -> None:
    """An unknown document loses nothing: what repeats is an array, what has parts an object."""
    xml = "<thing size='2'><part>a</part><part>b</part><whole><half>c</half></whole></thing>"

    assert designed(xml) == {"thing": {"size": "2", "part": ["a", "b"], "whole": {"half": "c"}}}
