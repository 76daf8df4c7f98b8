"""The page on which a subscriber sees what is allowed, and takes it back."""

from dataclasses import replace

import httpx
import pytest

from gateway.origin.accounts import Subscriber
from gateway.origin.database import Database
from gateway.origin.oauth import grants
from gateway.origin.registry import consumers
from tests.databases import Databases

from .conftest import (
    ALICE,
    BASE,
    BOB,
    KEY,
    NOW,
    OTHER_KEY,
    OTHER_SECRET,
    PASSWORD,
    Application,
    fill,
    hidden_fields,
    link,
    log_in,
    query,
    verifier_of,
)

PAGE = "/oauth/authorizations"
SIGNED = "/catalog/titles/autocomplete"

pytestmark = pytest.mark.anyio


@pytest.fixture
def url(databases: Databases) -> str:
    """Return the address of accounts of one's own, on every kind of database."""
    return databases.copy(fill)


async def send(client: httpx.AsyncClient, **given: str) -> httpx.Response:
    """Open the page and send a form of it."""
    page = await client.get(PAGE)
    return await client.post(PAGE, data={"csrf": hidden_fields(page.text)["csrf"], **given})


async def sign_in(client: httpx.AsyncClient, login: str = ALICE) -> httpx.Response:
    """Sign in, and return the page."""
    await send(client, login=login, password=PASSWORD, decision="sign-in")
    return await client.get(PAGE)


async def used(application: Application) -> tuple[int, str]:
    """Use the access token, and return the answer's status and, if it is refused, its sentence."""
    parameters = application.parameters(SIGNED, "GET", term="x")
    answer = await application.client.get(f"{SIGNED}?{query(parameters)}")
    return answer.status_code, "" if answer.status_code == 200 else answer.text


async def test_a_stranger_is_asked_who_it_is(client: httpx.AsyncClient) -> None:
    """Nothing is shown before somebody has signed in."""
    page = await client.get(PAGE)

    assert (page.status_code, 'name="password"' in page.text, "Take back" in page.text) == (200, True, False)
    assert page.headers["x-frame-options"] == "DENY"
    assert "form-action 'self';" in page.headers["content-security-policy"]


async def test_it_lists_what_is_allowed_now(application: Application, alice: Subscriber) -> None:
    """Each application once, by name, with the day; others' and what was taken back not."""
    other = Application(application.client, key=OTHER_KEY, secret=OTHER_SECRET)
    for one in (application, application, other):
        await link(one)
    page = await sign_in(application.client)
    application.client.cookies.clear()
    bobs = await sign_in(application.client, BOB)

    rows = [row.partition("</b>")[0] for row in page.text.split("<div><b>")[1:]]
    assert (rows, page.text.count("allowed since 2011-03-13")) == (["Other", "Sneakers &amp; Co"], 2)
    assert "No application may use your account." in bobs.text
    assert alice.id not in page.text


async def test_what_is_allowed_is_allowed_to_one_application(application: Application) -> None:
    """Another one that has got hold of its token and signs with it is refused (F4, T9)."""
    await link(application)
    other = replace(application, key=OTHER_KEY, secret=OTHER_SECRET)

    assert [await used(one) for one in (other, application)] == [(401, "Invalid Signature"), (200, "")]


async def test_taking_back_ends_every_token_of_an_application(application: Application) -> None:
    """The next request with any of its tokens says so, and those of others go on (contract 10)."""
    second = Application(application.client)
    other = Application(application.client, key=OTHER_KEY, secret=OTHER_SECRET)
    for one in (application, second, other):
        await link(one)
    await sign_in(application.client)

    answer = await send(application.client, decision="revoke", consumer_key=KEY)

    assert (answer.status_code, answer.headers["location"]) == (302, f"{BASE}{PAGE}?status=revoked")
    ended = (401, "Invalid Or Expired Token")
    assert [await used(one) for one in (application, second, other)] == [ended, ended, (200, "")]
    page = await application.client.get(answer.headers["location"])
    assert ("Taken back" in page.text, "Sneakers" in page.text, "Other" in page.text) == (True, False, True)


async def test_what_is_revoked_is_told_only_to_who_can_sign(application: Application) -> None:
    """A forged signature is just that, whether the token was revoked or not."""
    await link(application)
    await sign_in(application.client)
    await send(application.client, decision="revoke", consumer_key=KEY)
    application.token_secret = "wrong"

    assert await used(application) == (401, "Invalid Signature")


@pytest.mark.parametrize(
    ("consumer", "outcome"),
    [
        (None, (401, "Invalid Or Expired Token")),
        (KEY, (401, "Invalid Or Expired Token")),
        (OTHER_KEY, (200, "")),
    ],
)
async def test_what_was_approved_and_not_exchanged_is_taken_back_too(
    application: Application,
    database: Database,
    alice: Subscriber,
    consumer: str | None,
    outcome: tuple[int, str],
) -> None:
    """An application that comes late with its verifier gets nothing; another one does."""
    verifier = await verifier_of(application.client, await application.ask())
    async with database.write() as session:
        await grants.revoke(session, alice.id, consumer, now=NOW)

    answer = await application.exchange(verifier)

    assert (answer.status_code, "" if answer.status_code == 200 else answer.text) == outcome


@pytest.mark.parametrize(
    "given",
    [
        {"csrf": ""},
        {"csrf": f"{'x' * 22}.{'0' * 64}"},
        {"consumer_key": ""},
        {"consumer_key": OTHER_KEY},
        {"decision": ""},
        {"decision": "anything"},
    ],
)
async def test_nothing_is_taken_back_by_accident(application: Application, given: dict[str, str]) -> None:
    """Without our code, a consumer and the word, everything stays."""
    await link(application)
    await sign_in(application.client)

    await send(application.client, **{"decision": "revoke", "consumer_key": KEY, **given})

    assert await used(application) == (200, "")


async def test_another_site_takes_nothing_back(application: Application) -> None:
    """A form that comes from elsewhere is refused."""
    page = await sign_in(application.client)
    form = {"csrf": hidden_fields(page.text)["csrf"], "decision": "sign-out"}

    answer = await application.client.post(PAGE, data=form, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403


async def test_signing_in_needs_our_form(client: httpx.AsyncClient) -> None:
    """Another site cannot sign somebody in as somebody else (login CSRF)."""
    await client.get(PAGE)

    await client.post(PAGE, data={"login": ALICE, "password": PASSWORD, "decision": "sign-in"})

    assert 'name="password"' in (await client.get(PAGE)).text


@pytest.mark.parametrize(
    ("password", "tries", "status"), [("wrong", 1, "Failed"), ("wrong", 11, "Failed-Too-Often")]
)
async def test_a_wrong_password_shows_nothing(
    client: httpx.AsyncClient, password: str, tries: int, status: str
) -> None:
    """The limits of the login page hold here, too."""
    for _ in range(tries):
        answer = await send(client, login=ALICE, password=password, decision="sign-in")

    assert answer.headers["location"] == f"{BASE}{PAGE}?status={status}"
    assert "failed" in (await client.get(answer.headers["location"])).text


async def test_signing_out_is_possible(client: httpx.AsyncClient) -> None:
    """The next visitor of the same browser is a stranger."""
    await sign_in(client)

    await send(client, decision="sign-out")

    assert 'name="password"' in (await client.get(PAGE)).text


async def test_a_disabled_consumer_can_be_taken_back(application: Application, database: Database) -> None:
    """What was allowed is shown until it is taken back, whoever else has put a stop to it."""
    await link(application)
    async with database.write() as session:
        await consumers.switch(session, KEY, is_enabled=False)
    page = await sign_in(application.client)
    await send(application.client, decision="revoke", consumer_key=KEY)

    assert ("Sneakers" in page.text, await used(application)) == (True, (403, "Developer Inactive"))
    assert "No application" in (await application.client.get(PAGE)).text


async def test_one_login_serves_both_pages(application: Application) -> None:
    """Who has allowed something by our form finds the list open."""
    token = await application.ask("oob")
    page = await application.client.get(f"/oauth/login?oauth_token={token}")
    await log_in(application.client, token, **hidden_fields(page.text))

    assert ALICE in (await application.client.get(PAGE)).text
