"""A program in the manner of Python's early ones: a header with a realm, and the token for a user id."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import pytest

from gateway.origin.start import DEMO

from .conftest import Member, NewMember
from .wire import FORM, Reply, escape, links, send, signature

CALLBACK: Final = "http://localhost:9/done?who=me"


@dataclass
class Library:
    """What such a library did: parameters of the call in the URL or a form, the rest in the header."""

    member: Member
    token: str = ""
    secret: str = ""

    def header(self, verb: str, url: str, given: Mapping[str, str]) -> str:
        """Return the header, in the order in which a dictionary happened to be."""
        own = {
            "oauth_nonce": f"{secrets.randbelow(10**8):08d}",
            "oauth_timestamp": str(int(time.time())),
            "oauth_consumer_key": self.member.consumer.key,
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_version": "1.0",
            **({"oauth_token": self.token} if self.token else {}),
        }
        pairs = [*own.items(), *given.items()]
        own["oauth_signature"] = signature(verb, url, pairs, self.member.consumer.secret, self.secret)
        return 'OAuth realm="", ' + ", ".join(f'{name}="{escape(value)}"' for name, value in own.items())

    def call(self, verb: str, path: str, **given: str) -> Reply:
        """Call the origin as it is."""
        url = path if path.startswith("http") else self.member.base + path
        headers = {"Authorization": self.header(verb, url, given)}
        if verb == "GET":
            # urlencode wrote blanks as plus signs.
            return send(verb, f"{url}?{urlencode(given)}" if given else url, headers)
        return send(verb, url, {**headers, "Content-Type": FORM}, urlencode(given))

    def sign_in(self) -> str:
        """Go the way of OAuth 1.0; return where the browser was sent."""
        asked = self.call("GET", "/oauth/request_token", application_name=DEMO).form
        told = {"oauth_callback": CALLBACK, "oauth_consumer_key": self.member.consumer.key}
        page = f"{asked['login_url']}&{urlencode({**told, 'application_name': asked['application_name']})}"
        assert send("GET", page).status == 200
        filled = urlencode({"login": self.member.login, "password": self.member.password})
        sent = send("POST", page, {"Content-Type": FORM}, filled)
        self.token, self.secret = asked["oauth_token"], asked["oauth_token_secret"]
        given = self.call("GET", "/oauth/access_token").form
        self.token, self.secret = given["oauth_token"], given["oauth_token_secret"]
        return sent.headers["location"]


@pytest.fixture
def library(new_member: NewMember, request: pytest.FixtureRequest) -> Library:
    """Return the library, signed in at an origin that is lenient."""
    made = Library(new_member(request.node.name.replace("_", "-"), "historic"))
    assert made.sign_in().startswith(f"{CALLBACK}&oauth_token=")
    return made


def test_the_token_stands_for_the_user_id(library: Library) -> None:
    """Everything of the subscriber is found below the token, and documents tell the real id."""
    user = f"/users/{library.token}"

    answers = [library.call("GET", user + part) for part in ("", "/queues", "/queues/disc/", "/feeds")]

    assert [answer.status for answer in answers] == [200] * 4
    assert answers[0].xml.findtext("user_id", "").startswith("T1")


def test_a_search_and_what_the_links_lead_to(library: Library) -> None:
    """Blanks are plus signs in the URL; every link of a title leads to something."""
    found = library.call("GET", "/catalog/titles", term="the terminator", expand="").xml
    film = found.find("catalog_title")
    assert film is not None

    hrefs = [href for href in links(film, "") if href.startswith(library.member.base)]
    answers = {href: library.call("GET", href) for href in hrefs}

    assert {answer.status for answer in answers.values()} == {200}
    assert len(hrefs) >= 6


def test_a_life_of_writes(library: Library) -> None:
    """A title is queued, moved by the id of its entry and deleted; rated and rated again by override."""
    user = f"/users/{library.token}"
    film, other = (
        library.call("GET", "/catalog/titles", term=term, max_results="1").xml.findtext(
            "catalog_title/id", ""
        )
        for term in ("jaws", "fargo")
    )
    tag = library.call("GET", f"{user}/queues/instant").xml.findtext("etag", "")
    statuses = []
    for given in (
        {"title_ref": film},
        {"title_ref": other, "position": "1"},
        {"title_ref": film, "position": "1"},
    ):
        done = library.call("POST", f"{user}/queues/instant", etag=tag, **given)
        tag = done.xml.findtext("etag", "")
        statuses.append((done.status, done.xml.findtext("message")))
    assert statuses == [(201, "Move successful")] * 3

    shown = library.call("GET", f"{user}/queues/instant", max_results="1").xml
    assert shown.findtext("queue_item/id", "").endswith(film.rpartition("/")[2])
    entry = shown.findtext("queue_item/id", "")
    assert library.call("GET", entry, method="DELETE").status == 200

    library.call("POST", f"{user}/ratings/title/actual", title_ref=film, rating="4")
    number = film.rpartition("/")[2]
    again = library.call("GET", f"{user}/ratings/title/actual/{number}", method="PUT", rating="no_opinion")
    assert again.status == 200
    rated = json.loads(library.call("GET", f"{user}/ratings/title", title_refs=film, output="json").body)
    assert "user_rating" not in rated["ratings"]["ratings_item"]


def test_an_api_host_in_the_signature(library: Library) -> None:
    """A program behind a proxy signs for the host that it knows; the request may say so, or not."""
    known = "http://api.netflix.com"
    path = "/catalog/titles"
    headers = {"Authorization": library.header("GET", known + path, {"term": "jaws"})}
    direct = send("GET", f"{library.member.base}{path}?term=jaws", headers)
    headers = {
        "Authorization": library.header("GET", known + path, {"term": "jaws"}),
        "Host": "api.netflix.com",
    }
    proxied = send("GET", f"{library.member.base}{path}?term=jaws", headers)

    assert (direct.status, proxied.status) == (200, 200)
