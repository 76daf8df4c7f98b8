"""Where subscribers may be sent back to, and that nobody can change it on the way (T10, T11)."""

import httpx
import pytest

from gateway.origin.oauth.callbacks import is_allowed, is_callback, with_parameters

from .conftest import (
    CALLBACK,
    GATED_CALLBACK,
    GATED_KEY,
    GATED_SECRET,
    KEY,
    PASSWORD,
    Application,
    log_in,
)

EVIL = "http://evil.example/"


@pytest.mark.parametrize(
    "text",
    [
        "http://a",
        "https://a.example/",
        "http://localhost:3000/callback?next=%2Fhome&x",
        "http://127.0.0.1:8080/back",
        "http://[::1]:8080/back",
        "https://xn--bcher-kva.example/",
        "http://a.example./x",
        "http://a/..x/.hidden",
    ],
)
def test_these_are_callbacks(text: str) -> None:
    """Http and https, with ports, queries and any host."""
    assert is_callback(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "oob",
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "https:evil.example",
        "http:///path",
        "http://",
        "/..//evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt://a/%0aalert(1)",
        "data:text/html,x",
        "ftp://a/",
        "myapp://back",
        "file:///etc/passwd",
        "\t//evil.example",
        "http://a/\r\nSet-Cookie: x=y",
        "http://a/\0",
        "http://a/ b",
        "http://a/é",
        "http://\N{FULLWIDTH LATIN SMALL LETTER A}/",
        "http://a@b/",
        "http://a:b@c/",
        "http://a:port/",
        "http://a:99999/",
        "http://a:/",
        "http://a\\b/",
        "http://a/#fragment",
        "http://a/#",
        "http://[::1/",
        "http://a_b.example/<script>",
        'http://a/"x',
        "http://a/../b",
        "http://a/%2e%2e/b",
        "http://a/%252e%252e/b",
        "http://a/x%2f..%2fb",
        "http://a/" + "x" * 2_048,
    ],
)
def test_these_are_none(text: str) -> None:
    """Other schemes, hidden hosts, control characters, ways up, ten kilobytes: nobody is sent there."""
    assert not is_callback(text)


REGISTERED = "https://gated.example/back"


@pytest.mark.parametrize(
    ("callback", "registered", "outcome"),
    [
        ("http://anywhere.example/", None, True),
        ("oob", REGISTERED, True),
        (REGISTERED, REGISTERED, True),
        ("https://gated.example:443/back", REGISTERED, True),
        ("HTTPS://Gated.Example/back", REGISTERED, True),
        ("https://gated.example/back/and/on", REGISTERED, True),
        ("https://gated.example/back?state=1", REGISTERED, True),
        ("https://gated.example/backdoor", REGISTERED, False),
        ("https://gated.example/", REGISTERED, False),
        ("https://gated.example:8443/back", REGISTERED, False),
        ("http://gated.example/back", REGISTERED, False),
        ("https://gated.example.evil.example/back", REGISTERED, False),
        ("https://evil.example/back", REGISTERED, False),
        ("https://gated.example/any", "https://gated.example", True),
        ("https://gated.example", "https://gated.example/", True),
        ("https://a/b?x=1&y=2", "https://a/b?x=1", True),
        ("https://a/b?x=12", "https://a/b?x=1", False),
        ("https://a/b/c?x=1", "https://a/b?x=1", False),
    ],
)
def test_a_registered_callback_can_only_be_extended(
    callback: str, registered: str | None, *, outcome: bool
) -> None:
    """The same place, further down or with more parameters; who registered none may go anywhere."""
    assert is_allowed(callback, registered) is outcome


def test_parameters_go_behind_those_that_are_there() -> None:
    """The callback's own query stays."""
    assert [with_parameters(callback, {"oauth_token": "a&b"}) for callback in ("http://a/", CALLBACK)] == [
        "http://a/?oauth_token=a%26b",
        f"{CALLBACK}&oauth_token=a%26b",
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("callback", ["myapp://back", "javascript:alert(1)", "//evil.example", "x" * 2_049])
async def test_a_callback_that_is_none_is_refused(application: Application, callback: str) -> None:
    """The application hears of it at once, before any subscriber is asked."""
    answer = await application.post("/oauth/request_token", oauth_callback=callback)

    assert (answer.status_code, answer.text) == (400, "oauth_callback is invalid")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("callback", "status"), [(GATED_CALLBACK, 200), (f"{GATED_CALLBACK}/x", 200), (EVIL, 400)]
)
async def test_a_registered_consumer_goes_where_it_registered(
    client: httpx.AsyncClient, callback: str, status: int
) -> None:
    """Another callback than the registered one is refused when the token is asked for (T10)."""
    gated = Application(client, key=GATED_KEY, secret=GATED_SECRET)

    answer = await gated.post("/oauth/request_token", oauth_callback=callback)

    assert answer.status_code == status


@pytest.mark.anyio
@pytest.mark.parametrize("where", ["query", "form"])
async def test_the_login_page_changes_no_callback(application: Application, where: str) -> None:
    """Whatever the login page is told, the verifier goes where the application said, signed (T10)."""
    token = await application.ask()
    evil = {"oauth_callback": EVIL, "oauth_consumer_key": KEY}
    page = await application.client.get("/oauth/login", params={"oauth_token": token, **evil})
    if where == "form":
        answer = await log_in(application.client, token, **evil)
    else:
        form = {"login": "alice@example.com", "password": PASSWORD}
        answer = await application.client.post(
            "/oauth/login", params={"oauth_token": token, **evil}, data=form
        )

    assert "http://application.example" in page.text
    assert answer.headers["location"].startswith(f"{CALLBACK}&oauth_token={token}&oauth_verifier=")


@pytest.mark.anyio
async def test_a_callback_at_login_alone_counts_for_nothing(application: Application) -> None:
    """Who named no callback carries a code by hand, unless ``callback-at-login`` is asked for."""
    token = await application.ask(None)

    answer = await log_in(application.client, token, oauth_callback=EVIL)

    assert (answer.status_code, "location" in answer.headers, "evil" in answer.text) == (200, False, False)
