"""The subscriber, the feeds and the title states (contract 3.8-3.10)."""
# A table stays a table: an audit is a row or two.
# fmt: off

from typing import Final

from gateway.audit.asking import Who, get
from gateway.audit.audit import MUST, SHOULD, Audit
from gateway.audit.kinds import answers, caching, feeds, hypermedia, jsons, paging, ratings, shape, transport
from gateway.audit.vocabulary import FEED_TITLES, S

USER: Final = get("/users/{u}")
CURRENT: Final = get("/users/current")
FEEDS: Final = get("/users/{u}/feeds")
PATH: Final = "/users/{u}/title_states"
STATES: Final = get(PATH, title_refs="{movie}")
LINKS: Final = {
    "queues": "queues",
    "rental_history": "rental_history",
    "recommendations": "recommendations",
    "title_states": "title_states",
    "ratings": "ratings",
    "reviews": "reviews",
    "at_home": "at_home",
    "feeds": "feeds",
}
FORMATS: Final = ("Instant", "DVD", "Blu-ray")
STATE_TERMS: Final = ("Play", "Add", "Add All", "Save", "Save All", "In Queue", "At Home", "unavailable")

USERS: Final = (
    Audit("USER-01", MUST, "3.8", "A subscriber is a user.", shape.root(USER, "user")),
    Audit("USER-02", MUST, "3.8", "A user holds what was recorded.",
          shape.children(USER, ".", ("user_id+", "first_name+", "last_name+", "nickname",
              "can_instant_watch+", "max_maturity_level", "preferred_formats+", "link+"))),
    Audit("USER-03", MUST, "3.8", "The children have their order.",
          shape.order(USER, ".", ("user_id", "first_name", "last_name", "nickname", "can_instant_watch",
              "max_maturity_level", "preferred_formats", *(f"link:/{name}" for name in LINKS)))),
    Audit("USER-04", MUST, "3.8", "user_id is the id in the address.", shape.texts(USER, "user_id", r"{u}")),
    Audit("USER-05", MUST, "3.8", "can_instant_watch is true or false.",
          shape.texts(USER, "can_instant_watch", "true|false")),
    Audit("USER-06", MUST, "4.2", "Preferred formats are written with capitals.",
          hypermedia.category_terms(USER, "title_formats", FORMATS)),
    Audit("USER-07", MUST, "8", "The maturity level is a number.",
          shape.values(USER, "max_maturity_level/category", name="term", pattern=r"\d+")),
    *(
        Audit(f"USER-{number:02}", MUST, "3.8", f"A user links to {name}.",
              hypermedia.link_target(USER, f"{S}/{name}", f"{{b}}/users/{{u}}/{path}"))
        for number, (name, path) in enumerate(LINKS.items(), start=8)
    ),
    Audit("USER-16", MUST, "4.1", "The links have the titles of the table.", hypermedia.fixed_titles(USER)),
    Audit("USER-17", MUST, "3.8", "/users/current is a resource.", shape.root(CURRENT, "resource")),
    Audit("USER-18", MUST, "3.8", "It links to the subscriber.",
          hypermedia.link_target(CURRENT, f"{S}/user.current", "{b}/users/{u}")),
    Audit("USER-19", MUST, "3.8", "The link is called current user.",
          hypermedia.link_title(CURRENT, f"{S}/user.current", "current user")),
    Audit("USER-20", MUST, "1.7", "A user in JSON is typed.", jsons.json_mirrors_xml(USER, typed=True)),
    Audit("USER-21", MUST, "1.7", "can_instant_watch is a boolean in JSON.",
          jsons.json_typed(USER.but(output="json"), "user", "can_instant_watch", wanted="bool")),
    Audit("USER-22", MUST, "1.7", "/users/current in JSON has one key.",
          jsons.json_one_key(CURRENT.but(output="json"), "resource")),
    Audit("USER-23", MUST, "2.8", "Another's user id is 401.", answers.status(get("/users/{other}"), 401)),
    Audit("USER-24", SHOULD, "3.8", "Another's user id has its sentence.",
          answers.status_document(get("/users/{other}"), 401, message="User ID access token mismatch")),
    Audit("USER-25", MUST, "2.8", "A user id that nobody has is 401.",
          answers.status(get("/users/T1nobody-at-all-"), 401)),
    Audit("USER-26", MUST, "2.8", "A user needs a token.",
          answers.plain_text(get("/users/{u}").by(Who.APP), 400, "Missing Required Access Token")),
    Audit("USER-27", MUST, "1.1", "One slash after a user is tolerated.", transport.trailing_slash(USER)),
    Audit("USER-28", MUST, "8", "A user's JSON is never a script.", jsons.jsonp_never(USER)),
    Audit("USER-29", MUST, "1.12", "304 where a user is unchanged.", caching.not_modified(USER)),
    Audit("USER-30", MUST, "5", "An unknown part of a user is 404.",
          answers.missing_resource(get("/users/{u}/nonsense"))),
    Audit("USER-31", MUST, "3.0", "Nobody deletes a user.", answers.verb_refused(USER.via("DELETE"))),
    Audit("USER-32", MUST, "1.3", "method=GET reads a user.", transport.override(USER, "GET", verb="GET")),
)

ROOTS: Final = {
    "queues.disc": "queue",
    "queues.disc.recent": "queue",
    "queues.instant": "queue",
    "queues.instant.recent": "queue",
    "rental_history": "rental_history",
    "rental_history.shipped": "rental_history",
    "rental_history.watched": "rental_history",
    "rental_history.returned": "rental_history",
    "at_home": "at_home",
    "reviews": "reviews",
    "recommendations": "recommendations",
    "ratings": "ratings",
}

FEED: Final = (
    Audit("FEED-01", MUST, "3.9", "Feeds are a resource of links.", shape.children(FEEDS, ".", ("link+",))),
    Audit("FEED-02", MUST, "3.9", "The root is a resource.", shape.root(FEEDS, "resource")),
    *(
        Audit(f"FEED-{number:02}", MUST, "3.9", f"The feed {tail} is listed.", feeds.feed_listed(tail))
        for number, tail in enumerate(FEED_TITLES, start=3)
    ),
    *(
        Audit(f"FEED-{number:02}", MUST, "3.9", f"The feed {tail} opens unsigned.", feeds.feed_opens(tail))
        for number, tail in enumerate(FEED_TITLES, start=15)
    ),
    *(
        Audit(f"FEED-{number:02}", MUST, "2.7", f"The feed {tail} is the resource.",
              feeds.feed_as_xml(tail, root))
        for number, (tail, root) in enumerate(ROOTS.items(), start=27)
    ),
    Audit("FEED-39", MUST, "2.7", "A feed may be JSON.", feeds.feed_as_json("queues.instant", "queue")),
    Audit("FEED-40", MUST, "2.7", "A feed may be longer.",
          feeds.feed_extended("queues.instant", "max_results", "500")),
    Audit("FEED-41", MUST, "2.7", "A feed may be expanded.",
          feeds.feed_extended("queues.instant", "expand", "synopsis")),
    Audit("FEED-42", MUST, "2.8", "A made-up token opens nothing.", feeds.feed_forged("queues.instant", "x")),
    Audit("FEED-43", MUST, "2.8", "A token opens its own feed alone.",
          feeds.feed_elsewhere("queues.instant", "/queues/disc")),
    Audit("FEED-44", MUST, "2.8", "A token opens nothing but feeds.",
          feeds.feed_elsewhere("queues.instant", "")),
    Audit("FEED-45", MUST, "2.7", "A token posts nothing.", feeds.feed_read_only("queues.instant", "POST")),
    Audit("FEED-46", MUST, "2.7", "A token deletes nothing.",
          feeds.feed_read_only("queues.instant", "DELETE")),
    Audit("FEED-47", SHOULD, "2.7", "A feed is private.", feeds.feed_private("queues.instant")),
    Audit("FEED-48", MUST, "3.9", "An Atom feed has id, title and time.", feeds.atom_head("queues.instant")),
    Audit("FEED-49", MUST, "3.9", "An Atom feed has an entry an item.", feeds.atom_entries("queues.instant")),
    Audit("FEED-50", MUST, "3.9", "output=opml is OPML.", feeds.opml()),
    Audit("FEED-51", MUST, "3.9", "OPML lists the same.", feeds.opml_like_links()),
    Audit("FEED-52", MUST, "2.8", "The list of feeds needs a token.",
          answers.plain_text(FEEDS.by(Who.APP), 400, "Missing Required Access Token")),
)

TITLE_STATES: Final = (
    Audit("STATE-01", MUST, "3.10", "Title states are title_states.", shape.root(STATES, "title_states")),
    Audit("STATE-02", MUST, "1.11", "The template is the recorded one.",
          paging.url_template(STATES, "{b}/users/{u}/title_states?{-join|&|title_refs}")),
    Audit("STATE-03", MUST, "3.10", "There is one state a title.",
          ratings.one_per_reference(PATH, "title_state", 5)),
    Audit("STATE-04", MUST, "3.10", "A state is a link and an item a queue.",
          shape.children(STATES, "title_state", ("link+", "title_state_item+"))),
    Audit("STATE-05", MUST, "3.10", "An item is a link and formats.",
          shape.children(STATES, "title_state/title_state_item", ("link+", "format+"))),
    Audit("STATE-06", MUST, "3.10", "A format is its preference and its categories.",
          shape.children(STATES, "title_state/title_state_item/format", ("preferred_format", "category+"))),
    Audit("STATE-07", MUST, "4.2", "States are those of the table.",
          hypermedia.category_terms(STATES, "title_states", STATE_TERMS)),
    Audit("STATE-08", MUST, "4.2", "Formats are written with capitals.",
          hypermedia.category_terms(STATES, "title_formats", FORMATS)),
    Audit("STATE-09", MUST, "11", "Instant titles play and add, or are queued.",
          ratings.state_rules("instant", (("Play", "Add"), ("In Queue",), ("Play", "In Queue"), ("Play",),
              ("In Queue", "Play"), ("Add",)))),
    Audit("STATE-10", MUST, "11", "Discs have one state a format.",
          ratings.state_rules("disc", tuple((term,) for term in STATE_TERMS))),
    Audit("STATE-11", MUST, "8", "Without references there is the template.",
          shape.children(get(PATH), ".", ("url_template+",))),
    Audit("STATE-12", MUST, "3.10", "501 references are refused.", ratings.too_many_references(PATH, 501)),
    Audit("STATE-13", MUST, "9", "References may name api.netflix.com.",
          ratings.references_of_hosts(PATH, "http://api.netflix.com")),
    Audit("STATE-14", MUST, "9", "References may name api-public.netflix.com.",
          ratings.references_of_hosts(PATH, "http://api-public.netflix.com")),
    Audit("STATE-15", MUST, "9", "References may be relative.", ratings.references_of_hosts(PATH, "")),
    Audit("STATE-16", MUST, "3.10", "What is in the instant queue is called so.",
          ratings.states_agree("instant")),
    Audit("STATE-17", MUST, "3.10", "What is in the disc queue is called so.", ratings.states_agree("disc")),
    Audit("STATE-18", MUST, "3.10", "The queues' links have their titles.", hypermedia.fixed_titles(STATES)),
    Audit("STATE-19", MUST, "6.1", "1.0 tells nothing of playing.",
          shape.absent(STATES, ".//playback_bookmark")),
    Audit("STATE-20", MUST, "3.10", "1.5 tells of playing where it was.",
          shape.order(STATES.but(v="1.5"), "title_state/title_state_item/format", ("preferred_format",
              "category:title_formats", "category:title_states", "playback_bookmark", "watched_date",
              "watched_to_end"))),
    Audit("STATE-21", MUST, "1.7", "States in JSON are their XML.", jsons.json_mirrors_xml(STATES)),
    Audit("STATE-22", MUST, "1.3", "References may be posted.", transport.post_as_get(STATES)),
)
