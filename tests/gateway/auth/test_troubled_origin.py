"""An origin that is away, or answers what nobody can use: a page says so, and nobody is signed in."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.gateway.conftest import OpenGraph
from tests.gateway.documents import ORIGIN
from tests.gateway.graph import Graph
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

GOOD = {
    "oauth_token": "t",
    "oauth_token_secret": "CANARY",
    "oauth_callback_confirmed": "true",
    "login_url": f"{ORIGIN}/oauth/login?oauth_token=t",
}
HASH_KEY = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="


def _answer(**changed: str) -> Raw:
    fields = {name: value for name, value in {**GOOD, **changed}.items() if value}
    return Raw(urlencode(fields).encode())


BAD = {
    "nothing": Raw(b""),
    "no form": Raw(b"\xff\xfe<html>"),
    "a refusal": Raw(b"Invalid Signature", 401),
    "a fault": Raw(b"", 500),
    "no token": _answer(oauth_token=""),
    "no secret": _answer(oauth_token_secret=""),
    "a long token": _answer(oauth_token="t" * 1001),
    "the callback of OAuth 1.0": _answer(oauth_callback_confirmed=""),
    "no login page": _answer(login_url=""),
    "a login page elsewhere": _answer(login_url="http://evil.test/oauth/login"),
    "a login page of a like name": _answer(login_url=f"{ORIGIN}.evil.test/oauth/login"),
    "a script": _answer(login_url="javascript:alert(1)"),
    "a broken header": _answer(login_url=f"{ORIGIN}/x\r\nset-cookie: x=y"),
    "too much": Raw(b"a=b&" * 1000),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_sign_in_does_not_begin(graph: Graph, wire: Wire, what: str) -> None:
    """The browser stays with us, and is told why."""
    wire.raw["/oauth/request_token"] = BAD[what]
    response = await graph.http.get("/auth/login?return_to=/graphql")

    assert response.status_code == 502
    assert "does not answer as it should" in response.text
    assert "set-cookie" not in response.headers
    assert "CANARY" not in response.text


@pytest.mark.parametrize("refusal", [Raw(b"Invalid Signature", 401), Raw(b"Developer Inactive", 403)])
async def test_a_sign_in_that_our_key_fails_is_logged(
    graph: Graph, wire: Wire, refusal: Raw, caplog: pytest.LogCaptureFixture
) -> None:
    """With the settings to look at, and not at each try."""
    wire.raw["/oauth/request_token"] = refusal
    for _ in range(2):
        await graph.http.get("/auth/login?return_to=/graphql")

    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert "GATEWAY_CONSUMER_KEY and GATEWAY_CONSUMER_SECRET" in record.getMessage()


async def test_a_login_page_on_another_host_is_protected(graph: Graph, wire: Wire) -> None:
    """As the service had it; the consumer's key is added, which it asks for."""
    wire.raw["/oauth/request_token"] = _answer(login_url="https://user.o.test/oauth/login?oauth_token=t")
    response = await graph.http.get("/auth/login")

    asked = "oauth_consumer_key=key&oauth_token=t"
    assert response.headers["location"] == f"https://user.o.test/oauth/login?{asked}"


async def test_an_origin_that_is_away_is_said_to_be(graph: Graph, wire: Wire) -> None:
    """Within the time of one request."""
    wire.faults["/oauth/request_token"] = httpx.ConnectError("away")
    response = await graph.http.get("/auth/login")

    assert response.status_code == 502


TOKENS = {"oauth_token": "a", "oauth_token_secret": "CANARY", "user_id": "T1"}
USER = "<user><user_id>T1</user_id><first_name>Alice</first_name></user>"
LINK = '<resource><link href="{}" rel="http://schemas.netflix.com/user.current"/></resource>'


def _given(**changed: str) -> Raw:
    return Raw(urlencode({name: value for name, value in {**TOKENS, **changed}.items() if value}).encode())


UNUSABLE = {
    "no token": (_given(oauth_token=""), Raw(USER.encode()), 502),
    "an id that is a way out": (_given(user_id="../../x"), Raw(USER.encode()), 502),
    "no such subscriber": (_given(), Raw(b"<status><status_code>404</status_code></status>", 404), 502),
    "no document": (_given(), Raw(b"<html>"), 502),
    "a token that is not theirs": (_given(), Raw(b"User ID access token mismatch", 401), 403),
    "no quota": (_given(), Raw(b"Over queries per day limit", 403), 502),
}


async def _come_back(graph: Graph, wire: Wire) -> httpx.Response:
    wire.raw["/oauth/request_token"] = _answer()
    begun = await graph.http.get("/auth/login?return_to=/graphql")
    sent = wire.received[-1].headers["authorization"]
    state = (
        sent.partition("state%253D")[2].partition('"')[0] or sent.partition("state%3D")[2].partition('"')[0]
    )
    cookie = begun.headers["set-cookie"].partition(";")[0]
    way = urlencode({"state": state, "oauth_token": "t", "oauth_verifier": "v"})
    return await graph.http.get(f"/auth/callback?{way}", headers={"cookie": cookie})


@pytest.mark.parametrize("what", UNUSABLE)
async def test_a_sign_in_does_not_end_well(graph: Graph, wire: Wire, what: str) -> None:
    """Whatever the origin gives that we cannot use, there is no session and no secret in the answer."""
    given, user, status = UNUSABLE[what]
    wire.raw["/oauth/access_token"], wire.raw["/users/T1"] = given, user
    response = await _come_back(graph, wire)

    assert response.status_code == status
    assert "set-cookie" not in response.headers
    assert "CANARY" not in response.text


async def test_an_origin_that_does_not_say_who_is_asked(graph: Graph, wire: Wire) -> None:
    """Libraries drop what OAuth does not know: then the link to the current user tells."""
    wire.raw["/oauth/access_token"] = _given(user_id="")
    wire.raw["/users/current"] = Raw(LINK.format(f"{ORIGIN}/users/T1").encode())
    wire.raw["/users/T1"] = Raw(USER.encode())
    response = await _come_back(graph, wire)

    assert (response.status_code, response.headers["location"]) == (303, "/graphql")


@pytest.mark.parametrize(
    "href", ["http://evil.test/users/T1", f"{ORIGIN}/users/T1/queues", f"{ORIGIN}/x", ""]
)
async def test_an_answer_that_names_nobody_is_no_answer(graph: Graph, wire: Wire, href: str) -> None:
    """A link elsewhere is not followed, and what is no subscriber is none."""
    wire.raw["/oauth/access_token"] = _given(user_id="")
    wire.raw["/users/current"] = Raw(LINK.format(href).encode())
    response = await _come_back(graph, wire)

    assert response.status_code == 502


async def test_without_a_store_nobody_is_taken_for_nobody(open_graph: OpenGraph, redis_url: str) -> None:
    """Who brings a cookie or a token gets 503 and no answer; who brings none is answered."""
    away = redis_url.rpartition(":")[0] + ":9/0"
    async with open_graph(authenticate=None, redis_url=away, session_keys=(HASH_KEY,)) as graph:
        asked = {"query": "{ __typename }"}
        cookie = {"cookie": "__Host-gateway_session=" + "A" * 43, "sec-fetch-site": "same-origin"}
        answers = [
            await graph.http.post("/graphql", json=asked, headers=headers)
            for headers in (cookie, {"authorization": "Bearer a"}, {})
        ]

    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "5"
