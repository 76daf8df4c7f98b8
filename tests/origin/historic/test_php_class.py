"""The sixteen methods of the PHP class that a blog of 2011 describes, sending what it would send."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from lxml import etree

from .conftest import Member, NewMember
from .wire import FORM, Reply, escape, links, send, signature

CALLBACK: Final = "http://localhost/index.php/example/access_netflix?next=%2Fmovies"


@dataclass
class Netflix:
    """The class: its parameters are sorted, its header begins with a blank one, its answers are XML."""

    member: Member
    token: str = ""
    secret: str = ""

    def sign(self, verb: str, url: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return *given* and what signs it, sorted as ksort does."""
        all_ = {
            **given,
            "oauth_consumer_key": self.member.consumer.key,
            "oauth_nonce": secrets.token_hex(16),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_version": "1.0",
            **({"oauth_token": self.token} if self.token else {}),
        }
        made = signature(verb, url, all_.items(), self.member.consumer.secret, self.secret)
        return dict(sorted({**all_, "oauth_signature": made}.items()))

    def connect(self, verb: str, path: str, given: Mapping[str, str]) -> Reply:
        """Sign in the query while there is no token, and in the header from then on."""
        url = self.member.base + path
        signed = self.sign(verb, url, given)
        if not self.token:
            query = "&".join(f"{name}={escape(value)}" for name, value in signed.items())
            return send(verb, f"{url}?{query}")
        own = "".join(
            f',{name}="{escape(value)}"' for name, value in signed.items() if name.startswith("oauth_")
        )
        headers = {"Authorization": f"OAuth {own}"}
        if verb in {"POST", "PUT"}:
            return send(verb, url, {**headers, "Content-Type": FORM}, urlencode(given))
        rest = urlencode([pair for pair in given.items() if not pair[0].startswith("oauth_")])
        return send(verb, f"{url}?{rest}" if rest else url, headers)

    def read(self, path: str, params: Mapping[str, str] | None = None) -> etree._Element:
        """Return the document at *path*."""
        answer = self.connect("GET", path, params or {})
        assert answer.status == 200, answer.body
        return answer.xml

    def request(self) -> str:
        """Ask for a request token, and return the login page."""
        asked = self.connect("POST", "/oauth/request_token", {"oauth_callback": CALLBACK}).form
        self.token, self.secret = asked["oauth_token"], asked["oauth_token_secret"]
        key = self.member.consumer.key
        return f"{asked['login_url']}&{urlencode({'oauth_consumer_key': key, 'oauth_callback': CALLBACK})}"

    def access(self, verifier: str) -> None:
        """Get the access token; the user's id is lost, as it was."""
        given = self.connect("GET", "/oauth/access_token", {"oauth_verifier": verifier}).form
        self.token, self.secret = given["oauth_token"], given["oauth_token_secret"]

    def search_title(self, title: str, **params: str) -> etree._Element:
        """Search titles."""
        return self.read("/catalog/titles", {"term": title, **params})

    def all_titles(self) -> etree._Element:
        """Read the index."""
        return self.read("/catalog/titles/index")

    def get_title_details(self, id_: str, type_: str, season: str = "", part: str = "") -> etree._Element:
        """Read one title, or what is similar to it."""
        seasons = f"/seasons/{season}" if season else ""
        return self.read(f"/catalog/titles/{type_}/{id_}{seasons}{part}")

    def search_people(self, name: str, **params: str) -> etree._Element:
        """Search people."""
        return self.read("/catalog/people", {"term": name, **params})

    def get_user(self, id_: str = "current") -> etree._Element:
        """Read who somebody is."""
        return self.read(f"/users/{id_}")

    def of_user(self, id_: str, part: str, **params: str) -> etree._Element:
        """Read what belongs to somebody: feeds, states, queues, history, recommendations."""
        return self.read(f"/users/{id_}/{part}", params)

    def add_queue_entry(
        self, id_: str, type_: str, ref: str, etag: str, position: str = "1"
    ) -> etree._Element:
        """Add a title, at the top unless it is told otherwise."""
        given = {"title_ref": ref, "etag": etag, "position": position}
        answer = self.connect("POST", f"/users/{id_}/queues/{type_}", given)
        assert answer.status == 201, answer.body
        return answer.xml

    def remove_queue_entry(self, id_: str, type_: str, state: str, entry: str) -> etree._Element:
        """Remove an entry."""
        answer = self.connect("DELETE", f"/users/{id_}/queues/{type_}/{state}/{entry}", {})
        assert answer.status == 200, answer.body
        return answer.xml

    def set_title_rating(self, id_: str, ref: str, rating: str, rating_id: str = "") -> Reply:
        """Rate a title, or rate it anew."""
        url = f"/users/{id_}/ratings/title/actual"
        if rating_id:
            return self.connect("PUT", f"{url}/{rating_id}", {"rating": rating})
        return self.connect("POST", url, {"title_ref": ref, "rating": rating})


@pytest.fixture(scope="module", params=["strict", "historic"])
def netflix(new_member: NewMember, request: pytest.FixtureRequest) -> Netflix:
    """Return the class with an access token, in both kinds of origin."""
    compat = () if request.param == "strict" else ("historic",)
    made = Netflix(new_member("php", *compat))
    page = made.request()
    filled = urlencode({"login": made.member.login, "password": made.member.password})
    back = send("POST", page, {"Content-Type": FORM}, filled).headers["location"]
    assert back.startswith(CALLBACK)
    told = dict(parse_qsl(urlsplit(back).query))
    assert told["oauth_token"] == made.token
    made.access(told["oauth_verifier"])
    return made


@pytest.fixture(scope="module")
def user(netflix: Netflix) -> str:
    """Return the id of the subscriber, found as the blog says: by the current user's link."""
    (href,) = links(netflix.get_user(), "user.current")
    return href.rpartition("/")[2]


def test_titles_and_people(netflix: Netflix) -> None:
    """Searches, details, similars, a season and the index are read; parameters are as they come."""
    found = netflix.search_title("Monsters, Inc. & Co: (50%) ~ café", max_result="3")
    assert found.findtext("results_per_page") == "25"
    film = netflix.search_title("jaws", max_results="1").findtext("catalog_title/id", "")
    number = film.rpartition("/")[2]
    assert netflix.get_title_details(number, "movies").findtext("id") == film
    assert netflix.get_title_details(number, "movies", part="/similars").tag == "similars"
    assert netflix.search_people("spielberg").find("person/name") is not None
    listed = [id_.text or "" for id_ in netflix.all_titles().iterfind("title_index_item/id")]
    assert film in listed
    series, season = next(id_ for id_ in listed if "/seasons/" in id_).rsplit("/seasons/", 1)
    shown = netflix.get_title_details(series.rpartition("/")[2], "series", season)
    assert shown.findtext("id") == f"{series}/seasons/{season}"


def test_the_queue_by_its_etag(netflix: Netflix, user: str) -> None:
    """Every change tells an etag that the next change is made with; entries are removed by their path."""
    assert [link.get("title") for link in netflix.of_user(user, "queues").iterfind("link")] == [
        "disc queue",
        "instant queue",
    ]
    refs = [netflix.search_title(term).findtext("catalog_title/id", "") for term in ("jaws", "fargo")]
    etag = netflix.of_user(user, "queues/disc").findtext("etag", "")
    for ref in refs:
        etag = netflix.add_queue_entry(user, "disc", ref, etag).findtext("etag", "")

    shown = netflix.of_user(user, "queues/disc/available", sort="date_added", max_results="500")
    entries = [id_.text or "" for id_ in shown.iterfind("queue_item/id")]
    named = {entry.rpartition("/")[2]: entry.partition("/available/")[2] for entry in entries}
    assert {entry.partition("/")[0] for entry in named.values()} == {"1", "2"}
    states = netflix.of_user(user, "title_states", title_refs=",".join(refs))
    assert len(states.findall("title_state")) == 2

    one = netflix.of_user(user, f"queues/disc/available/{entries[0].partition('/available/')[2]}")
    assert [id_.text for id_ in one.iterfind("queue_item/id")] == entries[:1]
    for entry in sorted(named.values(), reverse=True):
        done = netflix.remove_queue_entry(user, "disc", "available", entry)
        assert done.findtext("message") == "Title deleted from queue"
    assert netflix.of_user(user, "queues/disc").findtext("number_of_results") == "0"


def test_ratings_history_and_advice(netflix: Netflix, user: str) -> None:
    """A title is rated and rated anew; both kinds of rating, history and recommendations are read."""
    ref = netflix.search_title("jaws").findtext("catalog_title/id", "")
    number = ref.rpartition("/")[2]

    assert netflix.set_title_rating(user, ref, "4").status == 201
    assert netflix.set_title_rating(user, ref, "5").status == 422
    assert netflix.set_title_rating(user, ref, "2", number).status == 200

    both = netflix.of_user(user, "ratings/title", title_refs=ref)
    assert both.findtext("ratings_item/user_rating") == "2"
    predicted = netflix.of_user(user, "ratings/title/predicted", title_refs=ref)
    assert predicted.find("ratings_item/predicted_rating") is not None
    for part in ("rental_history", "rental_history/watched"):
        assert netflix.of_user(user, part, max_results="10").tag == "rental_history"
    advice = netflix.of_user(user, "recommendations", start_index="1", max_results="2")
    assert len(advice.findall("recommendation")) == 2


def test_feeds_in_both_forms(netflix: Netflix, user: str) -> None:
    """The feeds are listed as links and as an outline, and each opens without a signature."""
    listed = netflix.of_user(user, "feeds")
    outline = netflix.of_user(user, "feeds", output="opml")

    hrefs = links(listed, "")
    assert [one.get("xmlUrl") for one in outline.iter("outline")] == hrefs
    assert {send("GET", href).status for href in hrefs} == {200}
