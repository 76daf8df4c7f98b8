"""A gem in the manner of Ruby's of 2010: OAuth by a library, answers as version 1.0 in JSON."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from .conftest import Member, NewMember
from .wire import FORM, Reply, escape, send, signature

CALLBACK: Final = "http://localhost:3000/netflix/callback"
AGENT: Final = "OAuth gem v0.4.5"


@dataclass
class Gem:
    """The gem: it adds a hash of the body to what it signs, and a host's port to what it says."""

    member: Member
    token: str = ""
    secret: str = ""

    def call(self, verb: str, path: str, form: Mapping[str, str] | None = None, **more: str) -> Reply:
        """Call *path*, which may have a query, with *form* in the body and *more* in the header."""
        url = path if path.startswith("http") else self.member.base + path
        parts = urlsplit(url)
        body = "&".join(f"{name}={quote(value, safe='')}" for name, value in (form or {}).items())
        own = {
            **more,
            "oauth_consumer_key": self.member.consumer.key,
            "oauth_nonce": secrets.token_urlsafe(32),
            "oauth_signature_method": "HMAC-SHA1",
            "oauth_timestamp": str(int(time.time())),
            "oauth_version": "1.0",
            **({"oauth_token": self.token} if self.token else {}),
            **({} if form else {"oauth_body_hash": base64.b64encode(hashlib.sha1(b"").digest()).decode()}),  # noqa: S324
        }
        query = parse_qsl(parts.query, keep_blank_values=True)
        pairs = [*own.items(), *query, *(form or {}).items()]
        plain = f"{parts.scheme}://{parts.netloc}{parts.path}"
        own["oauth_signature"] = signature(verb, plain, pairs, self.member.consumer.secret, self.secret)
        header = "OAuth " + ", ".join(f'{name}="{escape(value)}"' for name, value in own.items())
        headers = {"Authorization": header, "User-Agent": AGENT, "Accept": "*/*", "Content-Type": FORM}
        return send(verb, url, headers, body)

    def json(self, path: str) -> dict[str, Any]:
        """Return the one thing that the answer holds."""
        answer = self.call("GET", f"{path}{'&' if '?' in path else '?'}output=json")
        assert answer.status == 200, answer.body
        ((_, content),) = json.loads(answer.body).items()
        assert isinstance(content, dict)
        return content


def flat(value: object) -> list[Any]:
    """Return what ``[value].flatten.compact`` does in Ruby."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


@pytest.fixture(scope="module", params=["strict", "historic"])
def gem(new_member: NewMember, request: pytest.FixtureRequest) -> Gem:
    """Return the gem with an access token."""
    compat = () if request.param == "strict" else ("historic",)
    made = Gem(new_member("ruby", *compat))
    asked = made.call("POST", "/oauth/request_token", oauth_callback=CALLBACK).form
    made.token, made.secret = asked["oauth_token"], asked["oauth_token_secret"]
    filled = f"login={quote(made.member.login)}&password={quote(made.member.password)}"
    back = send("POST", asked["login_url"], {"Content-Type": FORM}, filled).headers["location"]
    verifier = dict(parse_qsl(urlsplit(back).query))["oauth_verifier"]
    given = made.call("POST", "/oauth/access_token", oauth_verifier=verifier).form
    made.token, made.secret = given["oauth_token"], given["oauth_token_secret"]
    return made


@pytest.fixture(scope="module")
def user(gem: Gem) -> str:
    """Return the address of the subscriber."""
    href = gem.json("/users/current")["link"]["href"]
    assert isinstance(href, str)
    return urlsplit(href).path


def test_one_hit_is_no_list(gem: Gem) -> None:
    """A list of one is the one, a list of none has no key, all scalars of lists are texts."""
    many = gem.json("/catalog/titles?term=the&max_results=2")
    one = gem.json("/catalog/titles?term=the&max_results=1")
    none = gem.json("/catalog/titles?term=zzzzzz")

    assert (type(many["catalog_title"]), type(one["catalog_title"])) == (list, dict)
    assert flat(one["catalog_title"]) == flat(many["catalog_title"])[:1]
    assert flat(none.get("catalog_title")) == []
    assert (many["results_per_page"], none["number_of_results"]) == ("2", "0")


def test_the_user(gem: Gem, user: str) -> None:
    """The user document has its links and preferred formats."""
    shown = gem.json(user)

    assert shown["first_name"] == "Pat"
    assert {link["title"] for link in flat(shown["link"])} >= {"queues", "rental history", "at home", "feeds"}
    formats = flat(shown["preferred_formats"]["category"])
    assert [one["term"] for one in formats] == ["Instant", "DVD", "Blu-ray"]


def test_a_queue_of_none_one_and_two(gem: Gem, user: str) -> None:
    """Whatever is in the queue, flattening it gives the entries; each change tells the next etag."""
    queue = f"{user}/queues/instant"
    refs = [title["id"] for title in flat(gem.json("/catalog/titles?term=the")["catalog_title"])]
    names: list[list[str]] = []
    shown = gem.json(queue)
    for ref in refs[:2]:
        names.append([item["title"]["regular"] for item in flat(shown.get("queue_item"))])
        given = {"title_ref": ref, "etag": str(shown["etag"])}
        done = gem.call("POST", f"{queue}?output=json", given)
        status = json.loads(done.body)["status"]
        assert (done.status, status["message"]) == (201, "Move successful")
        shown = gem.json(queue)
        assert str(shown["etag"]) == str(status["etag"])
    names.append([item["title"]["regular"] for item in flat(shown.get("queue_item"))])
    assert [len(found) for found in names] == [0, 1, 2]

    last, first = (urlsplit(item["id"]).path for item in reversed(flat(shown["queue_item"])))
    for entry in (last, first):
        deleted = json.loads(gem.call("DELETE", f"{entry}?output=json").body)
        assert deleted == {"status": {"message": "Title deleted from queue", "status_code": 200}}
    lost = gem.call("DELETE", f"{first}?output=json")
    assert json.loads(lost.body)["status"]["sub_code"] == 610


def test_an_expanded_title(gem: Gem) -> None:
    """What is expanded stands inside its link, whether the answer has one link or many."""
    found = gem.json("/catalog/titles?term=jaws&max_results=1")["catalog_title"]["id"]
    title = gem.json(f"{urlsplit(found).path}?expand=cast,directors,synopsis,formats,discs,awards")

    inside = {link["title"]: link for link in flat(title["link"])}
    assert flat(inside["directors"]["people"]["link"])[0]["title"] == "Steven Spielberg"
    assert inside["synopsis"]["synopsis"]
    assert {
        flat(one["category"])[0]["term"]
        for one in flat(inside["formats"]["delivery_formats"]["availability"])
    } >= {"instant", "DVD"}


def test_ratings_and_recommendations(gem: Gem, user: str) -> None:
    """The gem rates by POST and looks at what came of it; it is advised."""
    ref = gem.json("/catalog/titles?term=fargo&max_results=1")["catalog_title"]["id"]
    done = gem.call("POST", f"{user}/ratings/title/actual", {"title_refs": ref, "rating": "4"})

    rated = gem.json(f"{user}/ratings/title?title_refs={quote(ref, safe='')}")
    advice = gem.json(f"{user}/recommendations?max_results=4&expand=synopsis,cast")
    assert (done.status, flat(rated["ratings_item"])[0]["user_rating"]) == (201, "4")
    assert len(flat(advice["recommendation"])) == 4
