"""OAuth 1.0 as it was, only when ``callback-at-login`` is asked for by name (contract 10)."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.origin.settings import CALLBACK_AT_LOGIN, COMPAT, compat_names

from .conftest import (
    ALICE,
    CALLBACK,
    GATED_CALLBACK,
    GATED_KEY,
    GATED_SECRET,
    KEY,
    PASSWORD,
    Application,
    MakeClient,
    hidden_fields,
    log_in,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(make_client: MakeClient) -> AsyncIterator[httpx.AsyncClient]:
    """Return a client of an origin with this one leniency."""
    async with make_client(compat=frozenset({CALLBACK_AT_LOGIN})) as opened:
        yield opened


def test_the_leniencies_have_their_names() -> None:
    """``historic`` is all five."""
    names = {"nonce-per-process", "callback-at-login", "historic-hosts", "token-as-user", "shared-queue-etag"}

    assert (set(COMPAT), compat_names({"historic"})) == (names, frozenset(names))


async def test_the_callback_may_come_with_the_login_page(application: Application) -> None:
    """The page carries it along, leads there without a verifier, and the exchange needs none."""
    token = await application.ask(None)
    address = {"oauth_token": token, "oauth_consumer_key": KEY, "oauth_callback": CALLBACK}
    page = await application.client.get("/oauth/login", params=address)
    form = {**hidden_fields(page.text), "login": ALICE, "password": PASSWORD}
    answer = await application.client.post("/oauth/login", data=form)

    assert "go back to <b>http://application.example</b>" in page.text
    assert answer.headers["location"] == f"{CALLBACK}&oauth_token={token}"
    assert (await application.exchange()).status_code == 200


async def test_without_any_callback_there_is_a_page(application: Application) -> None:
    """A program that has none reads "successfully", and exchanges without a verifier."""
    await application.ask(None)

    answer = await log_in(application.client, application.token)

    assert (answer.status_code, "successfully" in answer.text) == (200, True)
    assert (await application.exchange()).status_code == 200


async def test_a_code_that_is_brought_must_be_right(application: Application) -> None:
    """Who carries the code of the page along is held to it."""
    await application.ask(None)
    page = await log_in(application.client, application.token)
    pin = page.text.partition('id="pin">')[2][:8]

    answers = [(await application.exchange(guess)).status_code for guess in ("wrong", pin)]

    assert answers == [401, 200]


@pytest.mark.parametrize(
    "evil", ["javascript:alert(1)", "//evil.example", "myapp://x", "http://a@evil.example/"]
)
async def test_it_leads_to_no_odd_place(application: Application, evil: str) -> None:
    """What is no callback at the request of the token is none on the page either (T11)."""
    token = await application.ask(None)

    answer = await log_in(application.client, token, oauth_callback=evil)

    assert (answer.status_code, "location" in answer.headers) == (200, False)


@pytest.mark.parametrize("given", ["http://evil.example/", "", GATED_CALLBACK])
async def test_who_registered_is_led_there(client: httpx.AsyncClient, given: str) -> None:
    """The page's address cannot lead the users of a registered consumer elsewhere."""
    gated = Application(client, key=GATED_KEY, secret=GATED_SECRET)
    token = await gated.ask(None)

    answer = await log_in(client, token, oauth_callback=given)

    assert answer.headers["location"] == f"{GATED_CALLBACK}?oauth_token={token}"


async def test_who_signs_a_callback_is_treated_as_strictly_as_ever(application: Application) -> None:
    """With a callback from the start it is OAuth 1.0a: fixed, and with a verifier."""
    token = await application.ask()
    answer = await log_in(application.client, token, oauth_callback="http://evil.example/")
    verifier = httpx.URL(answer.headers["location"]).params["oauth_verifier"]

    answers = [(await application.exchange(guess)).status_code for guess in (None, "wrong", verifier)]

    assert answer.headers["location"].startswith(CALLBACK)
    assert answers == [401, 401, 200]


async def test_an_origin_that_became_strict_is_strict(
    application: Application, make_client: MakeClient
) -> None:
    """A token from lenient times is led nowhere by the page's address, and needs its code."""
    token = await application.ask(None)
    async with make_client() as strict:
        page = await log_in(strict, token, oauth_callback=CALLBACK)
        pin = page.text.partition('id="pin">')[2][:8]
        application.client = strict
        answers = [(await application.exchange(guess)).status_code for guess in (None, pin)]

    assert (page.status_code, "location" in page.headers, answers) == (200, False, [401, 200])
