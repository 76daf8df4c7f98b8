"""The three-legged flow over a real connection, by programs that are not ours."""

import http.client
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import requests
from requests_oauthlib import OAuth1Session

from gateway.origin.settings import compat_names

from .conftest import ALICE, KEY, PASSWORD, SECRET, serving

CREDENTIALS = {"login": ALICE, "password": PASSWORD, "accept_tos": "checked"}


class _Callbacks(BaseHTTPRequestHandler):
    """An application's page to come back to; it notes what it is told."""

    told: dict[str, str]

    def do_GET(self) -> None:
        """Note the query."""
        self.server.told.update(parse_qsl(urlsplit(self.path).query))  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def callbacks() -> Iterator[ThreadingHTTPServer]:
    """Run an application that people come back to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Callbacks)
    server.told = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("placement", ["AUTH_HEADER", "BODY", "QUERY"])
def test_requests_oauthlib_comes_back_by_callback(
    origin_url: str, callbacks: ThreadingHTTPServer, placement: str
) -> None:
    """Token, page, form, redirection, exchange and a signed call, with the parameters in each place."""
    back = f"http://127.0.0.1:{callbacks.server_port}/back"
    session = OAuth1Session(KEY, SECRET, callback_uri=back, signature_type=placement)
    asked = session.fetch_request_token(f"{origin_url}/oauth/request_token")
    page = session.authorization_url(f"{origin_url}/oauth/login")

    final = requests.post(page, data=CREDENTIALS, timeout=10)
    told = callbacks.told  # type: ignore[attr-defined]
    session.parse_authorization_response(f"{back}?{urlencode(told)}")
    given = session.fetch_access_token(f"{origin_url}/oauth/access_token")

    assert (final.text, told["oauth_token"]) == ("ok", asked["oauth_token"])
    assert asked["login_url"] == f"{origin_url}/oauth/login?oauth_token={asked['oauth_token']}"
    call = session.post(f"{origin_url}/catalog/titles", data={"term": "x", "method": "GET"})
    assert call.status_code == 200
    assert given["user_id"].startswith("T1")


def test_requests_oauthlib_carries_a_code(origin_url: str) -> None:
    """Out of band: the code on the page is the verifier."""
    session = OAuth1Session(KEY, SECRET, callback_uri="oob")
    asked = session.fetch_request_token(f"{origin_url}/oauth/request_token")
    page = requests.post(asked["login_url"], data=CREDENTIALS, timeout=10).text
    pin = page.partition('id="pin">')[2].partition("<")[0]

    given = session.fetch_access_token(f"{origin_url}/oauth/access_token", verifier=pin)

    assert ("successfully" in page, sorted(given)) == (True, ["oauth_token", "oauth_token_secret", "user_id"])


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what matters to a program."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        if tag == "input":
            self.fields[given["name"]] = given.get("value", "")


@pytest.mark.parametrize("keeps_cookies", [True, False])
def test_a_plain_program_fills_the_form(origin_url: str, *, keeps_cookies: bool) -> None:
    """Read the page, fill its fields, send them all: with cookies or without."""
    session = OAuth1Session(KEY, SECRET, callback_uri="oob")
    asked = session.fetch_request_token(f"{origin_url}/oauth/request_token")
    opener = build_opener(*([HTTPCookieProcessor(CookieJar())] if keeps_cookies else []))
    texts = []

    for password in ("wrong horse", PASSWORD):
        with opener.open(asked["login_url"], timeout=10) as page:
            form = _Form()
            form.feed(page.read().decode())
        filled = urlencode({**form.fields, **CREDENTIALS, "password": password}).encode()
        with opener.open(urljoin(asked["login_url"], form.action), filled, timeout=10) as answer:
            texts.append((answer.read().decode(), "Failed" in answer.url))

    assert [("failed" in text, "successfully" in text, shown) for text, shown in texts] == [
        (True, False, True),
        (False, True, False),
    ]


def test_a_program_of_2008_runs_unchanged(url: str) -> None:
    """OAuth 1.0 with ``--compat historic``: signed for the old host, callback at login, no verifier.

    It sends old HTTP: absolute targets, no cookies, no redirection followed.
    """
    with serving(url, compat=compat_names({"historic"})) as address:
        session = OAuth1Session(KEY, SECRET, signature_type="QUERY")
        old = "http://api.netflix.com"

        def fetch(verb: str, target: str, body: str = "") -> http.client.HTTPResponse:
            connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
            connection.request(
                verb,
                target,
                body or None,
                {"Host": "api.netflix.com", "Content-Type": "application/x-www-form-urlencoded"},
            )
            answer = connection.getresponse()
            answer.text = answer.read().decode()  # type: ignore[attr-defined]
            connection.close()
            return answer

        def signed(path: str) -> str:
            return str(requests.Request("GET", old + path, auth=session.auth).prepare().url)

        asked = dict(parse_qsl(fetch("GET", signed("/oauth/request_token")).text))  # type: ignore[attr-defined]
        where = urlencode(
            {
                "oauth_token": asked["oauth_token"],
                "oauth_consumer_key": KEY,
                "application_name": asked["application_name"],
                "oauth_callback": "http://application.example/",
            }
        )
        answer = fetch("POST", f"/oauth/login?{where}", urlencode(CREDENTIALS))
        session.token = {name: asked[name] for name in ("oauth_token", "oauth_token_secret")}  # type: ignore[assignment]
        given = dict(parse_qsl(fetch("GET", signed("/oauth/access_token")).text))  # type: ignore[attr-defined]

    assert answer.getheader("location") == f"http://application.example/?oauth_token={asked['oauth_token']}"
    assert list(given) == ["oauth_token", "oauth_token_secret", "user_id"]
