"""What historic clients were seen to send (contract 9), item by item, to an origin that is strict."""

import base64
import socket
import time
from typing import Final
from urllib.parse import urlencode, urlsplit

import pytest

from .conftest import NewMember
from .habit import Habit, Pairs
from .wire import FORM, escape, links, send, signature


@pytest.fixture(scope="module")
def habit(new_member: NewMember) -> Habit:
    """Return a program that may act for a subscriber."""
    made = Habit(new_member("habits"))
    made.sign_in()
    return made


@pytest.fixture(scope="module")
def user(habit: Habit) -> str:
    """Return the path of the subscriber."""
    (href,) = links(habit.query("/users/current").xml, "user.current")
    return urlsplit(href).path


TERM: Final = (("term", "jaws"),)
SEARCH: Final = "/catalog/titles"


def test_oauth_parameters_may_be_anywhere(habit: Habit) -> None:
    """Item 1: in the header, in the query, in a form, or some here and some there."""
    url = habit.member.base + SEARCH
    by_header = send("GET", f"{url}?term=jaws", {"Authorization": habit.header("GET", SEARCH, TERM)})
    own = habit.oauth("GET", SEARCH, TERM)
    here, there = dict(list(own.items())[:3]), dict(list(own.items())[3:])
    header = "OAuth " + ", ".join(f'{name}="{escape(value)}"' for name, value in here.items())
    mixed = send("GET", f"{url}?{urlencode([*TERM, *there.items()])}", {"Authorization": header})
    form = habit.form(SEARCH, [*TERM, ("method", "GET")])

    answers = [by_header, habit.query(SEARCH, TERM), mixed, form]
    assert [(answer.status, answer.body == by_header.body) for answer in answers] == [(200, True)] * 4


@pytest.mark.parametrize(
    ("begins", "joint"),
    [
        ("OAuth ", ", "),
        ("OAuth ", ","),
        ('OAuth realm="",', ","),
        ('OAuth realm="a, b", ', ", "),
        ("OAuth ,", ","),
    ],
)
def test_headers_come_in_many_forms(habit: Habit, begins: str, joint: str) -> None:
    """Item 2: with a realm or none, with blanks or none, with nothing before the first comma."""
    own = habit.oauth("GET", SEARCH, TERM)
    header = begins + joint.join(f'{name}="{escape(value)}"' for name, value in own.items())

    assert send("GET", f"{habit.member.base}{SEARCH}?term=jaws", {"Authorization": header}).status == 200


def test_a_nonce_for_a_whole_process(new_member: NewMember) -> None:
    """Item 3: with ``nonce-per-process`` one nonce signs all reads of a second, the same twice, too."""
    program = Habit(new_member("nonce", "nonce-per-process"))
    same = {"oauth_nonce": "always", "oauth_timestamp": str(int(time.time()))}

    answers = [program.query(SEARCH, [("term", term)], **same) for term in ("jaws", "fargo", "jaws")]

    assert [answer.status for answer in answers] == [200, 200, 200]


@pytest.mark.parametrize(
    "pairs",
    [
        [("term", "a b"), ("position", "")],
        [("term", "R&B, 50%: me@home; it's = (1)* ~é!")],
        [("term", "jaws"), ("term", "jaws")],
        [("term", "jaws"), ("expand", "languages and audio,screen formats")],
    ],
)
def test_odd_values_are_signed_as_they_are(habit: Habit, pairs: Pairs) -> None:
    """Item 4: empty values, blanks, and signs that encoders disagree on verify in queries and forms."""
    spaced = habit.oauth("GET", SEARCH, pairs)
    plus = send("GET", f"{habit.member.base}{SEARCH}?{urlencode([*pairs, *spaced.items()])}")

    form = habit.form(SEARCH, [*pairs, ("method", "GET")])
    assert [habit.query(SEARCH, pairs).status, plus.status, form.status] == [200] * 3


def test_writes_take_parameters_wherever_they_are(habit: Habit, user: str) -> None:
    """Item 4: a POST with all in the query, one with some in both, a DELETE with a form."""
    film, other = (
        habit.query(SEARCH, [("term", term)]).xml.findtext("catalog_title/id", "")
        for term in ("jaws", "fargo")
    )
    queue = f"{user}/queues/instant"
    first = habit.query(queue, [("title_ref", film), ("position", "")], "POST")
    own = habit.oauth("POST", queue, [("title_ref", other), ("output", "json")])
    url = f"{habit.member.base}{queue}?output=json"
    second = send("POST", url, {"Content-Type": FORM}, urlencode({"title_ref": other, **own}))
    entries = [urlsplit(id_.text or "").path for id_ in habit.query(queue).xml.iterfind("queue_item/id")]
    deleted = [habit.form(entry, [("etag", "")], "DELETE").status for entry in reversed(entries)]

    assert (first.status, second.status, second.headers["content-type"][:16]) == (
        201,
        201,
        "application/json",
    )
    assert deleted == [200, 200]


def test_fields_of_a_multipart_body_are_read_unsigned(habit: Habit, user: str) -> None:
    """Item 5: a multipart POST and PUT carry parameters that no signature covers."""
    film = habit.query(SEARCH, TERM).xml.findtext("catalog_title/id", "")
    path = f"{user}/ratings/title/actual"
    statuses = []
    for verb, at, fields in (
        ("POST", path, {"title_ref": film, "rating": "3"}),
        ("PUT", f"{path}/{film.rpartition('/')[2]}", {"rating": "5"}),
    ):
        body = "".join(
            f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        headers = {
            "Content-Type": "multipart/form-data; boundary=xyz",
            "Authorization": habit.header(verb, at, []),
        }
        statuses.append(send(verb, habit.member.base + at, headers, f"{body}--xyz--\r\n").status)

    assert statuses == [201, 200]


def test_a_target_may_be_a_whole_address(new_member: NewMember) -> None:
    """Item 6: what proxies are sent is understood, and its host counts."""
    program = Habit(new_member("proxied", "historic-hosts"))
    own = program.oauth("GET", SEARCH, TERM)
    base = "http://api.netflix.com"
    own["oauth_signature"] = signature(
        "GET",
        base + SEARCH,
        [*TERM, *((name, value) for name, value in own.items() if name != "oauth_signature")],
        program.member.consumer.secret,
        "",
    )
    target = f"{base}{SEARCH}?{urlencode([*TERM, *own.items()])}"
    host = urlsplit(program.member.base)
    with socket.create_connection((str(host.hostname), host.port or 80), timeout=30) as connection:
        connection.sendall(
            f"GET {target} HTTP/1.1\r\nHost: api.netflix.com\r\nConnection: close\r\n\r\n".encode()
        )
        line = connection.makefile("rb").readline()

    assert line.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("verb", ["put", "PUT", "Put"])
def test_the_verb_is_a_parameter(habit: Habit, user: str, verb: str) -> None:
    """Item 7: ``method`` in any letter case, in a query or a form, is signed like any other parameter."""
    film = habit.query(SEARCH, [("term", "fargo")]).xml.findtext("catalog_title/id", "")
    habit.form(f"{user}/ratings/title/actual", [("title_ref", film), ("rating", "1")])
    path = f"{user}/ratings/title/actual/{film.rpartition('/')[2]}"

    answers = [ask(path, [("method", verb), ("rating", "2")]) for ask in (habit.query, habit.form)]

    assert [answer.status for answer in answers] == [200, 200]


def test_one_trailing_slash_is_forgiven(habit: Habit, user: str) -> None:
    """Item 8: one slash too many is forgiven, two are not."""
    paths = [f"{SEARCH}/", f"{user}/", f"{SEARCH}//"]

    assert [habit.query(path, TERM).status for path in paths] == [200, 200, 404]


@pytest.mark.parametrize(
    "host", ["http://api.netflix.com", "https://api-public.netflix.com", "{base}", "{local}", ""], ids=str
)
def test_titles_are_named_by_any_host(habit: Habit, user: str, host: str) -> None:
    """Item 9: either historic host, our own, another name of this machine, or none."""
    path = urlsplit(habit.query(SEARCH, TERM).xml.findtext("catalog_title/id", "")).path
    base = habit.member.base
    ref = host.format(base=base, local=base.replace("127.0.0.1", "localhost")) + path

    shown = habit.query(f"{user}/title_states", [("title_refs", f"{ref},{ref}")])

    assert (shown.status, len(shown.xml.findall("title_state")) > 0) == (200, True)


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("output", ["", "json"])
def test_tokens_are_given_by_get_and_post(habit: Habit, verb: str, output: str) -> None:
    """Item 10: extra parameters do no harm, and an answer is JSON if that is asked for."""
    fresh = Habit(habit.member)
    given = [("application_name", ""), ("output", output), ("extra", "1")]
    ask = fresh.query if verb == "GET" else fresh.form

    asked = ask("/oauth/request_token", given)

    assert (asked.status, asked.body[:1] == b"{") == (200, output == "json")


def test_the_login_form_is_filled_by_programs(habit: Habit) -> None:
    """Item 11: fields named login and password; the words that programs look for."""
    fresh = Habit(habit.member)
    page = fresh.query("/oauth/request_token", oauth_callback="oob").form["login_url"]
    shown = send("GET", page).body.decode()
    texts = []
    for password in ("not this one", habit.member.password):
        filled = urlencode({"login": habit.member.login, "password": password, "accept_tos": "checked"})
        answer = send("POST", page, {"Content-Type": FORM}, filled)
        if answer.status == 302:
            assert "ailed" in answer.headers["location"]
            answer = send("GET", answer.headers["location"])
        texts.append(answer.body.decode())

    assert all(f'name="{name}"' in shown for name in ("login", "password"))
    assert ["failed" in text for text in texts] == [True, False]
    assert ["successfully" in text for text in texts] == [False, True]


@pytest.mark.parametrize(
    "host", ["http://api.netflix.com", "http://api-public.netflix.com", "api-public.netflix.com", "{base}"]
)
def test_filters_name_any_host(habit: Habit, host: str) -> None:
    """Item 12: a filter is an address on either host, or one without its beginning."""
    wanted = f"{host.format(base=habit.member.base)}/categories/title_formats/instant"

    found = habit.query(SEARCH, [("term", "the"), ("v", "1.5"), ("filters", wanted)]).xml

    assert int(found.findtext("number_of_results", "")) > 0


def test_unknown_and_empty_parameters_are_signed_and_ignored(habit: Habit) -> None:
    """Item 13: they change no answer, and a signature without them does not verify."""
    odd = [*TERM, ("expand", ""), ("movie_id", "1"), ("client", "plex")]
    own = habit.oauth("GET", SEARCH, TERM)
    unsigned = send("GET", f"{habit.member.base}{SEARCH}?{urlencode([*odd, *own.items()])}")

    assert habit.query(SEARCH, odd).body == habit.query(SEARCH, TERM).body
    assert (unsigned.status, unsigned.body) == (401, b"Invalid Signature")


def test_an_empty_version_is_none(habit: Habit) -> None:
    """Item 13: ``oauth_version=`` says no more than nothing; another version than 1.0 is refused."""
    answers = [habit.query(SEARCH, TERM, oauth_version=version) for version in ("", "1.0", "1.0A")]

    assert [answer.status for answer in answers] == [200, 200, 400]


def test_a_feed_is_read_in_other_forms(habit: Habit, user: str) -> None:
    """Item 14: the literal ``&output=atom`` is taken out, a larger page is asked for; nothing is signed."""
    for feed in links(habit.query(f"{user}/feeds").xml, ""):
        assert "&output=atom" in feed
        plain = send("GET", f"{feed.replace('&output=atom', '')}&max_results=500&expand=synopsis")
        assert (plain.status, plain.headers["content-type"]) == (200, "text/xml;charset=UTF-8")


def test_a_key_is_enough_where_it_is(habit: Habit) -> None:
    """Item 15: nonce, timestamp and method do no harm where nothing is signed."""
    own = habit.oauth("GET", "/catalog/titles/autocomplete", TERM)
    own = {name: value for name, value in own.items() if name not in {"oauth_signature", "oauth_token"}}

    for path in ("/catalog/titles/autocomplete", "/oauth/clock/time"):
        assert send("GET", f"{habit.member.base}{path}?{urlencode([*TERM, *own.items()])}").status == 200


def test_a_body_may_wait_to_be_asked_for(habit: Habit) -> None:
    """A form that is announced with ``Expect: 100-continue``, as .NET and curl do, is asked for."""
    own = habit.oauth("POST", SEARCH, [*TERM, ("method", "GET")])
    body = urlencode([*TERM, ("method", "GET"), *own.items()]).encode()
    host = urlsplit(habit.member.base)
    with socket.create_connection((str(host.hostname), host.port or 80), timeout=30) as connection:
        connection.sendall(
            f"POST {SEARCH} HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: {FORM}\r\n"
            f"Expect: 100-continue\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        )
        lines = connection.makefile("rb")
        asked = lines.readline()
        connection.sendall(body)
        rest = lines.read()

    assert asked.startswith(b"HTTP/1.1 100 ")
    assert b"HTTP/1.1 200 " in rest


def test_the_signature_of_the_documentation() -> None:
    """What signs for these tests makes the signature that the old documentation printed (contract 2.2)."""
    told = {
        "term": "sneakers",
        "max_results": "5",
        "oauth_consumer_key": "123456789012345678901234",
        "oauth_nonce": "24aea97b0b5dd516145966aaf2945c6a",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1233950836",
        "oauth_version": "1.0",
    }

    made = signature("GET", "http://api.netflix.com/catalog/titles", told.items(), "1234567890", "")

    assert made == "vlROEST9UXwI+zc9fld82giaYPE="
    assert len(base64.b64decode(made)) == 20
