"""Who is signed in, by our own form and by nothing else: against those who forge (T10)."""

import re
from collections.abc import Callable

import httpx
import pytest

from gateway.origin.accounts import Subscriber
from gateway.origin.database import Database
from gateway.origin.oauth.visits import SECONDS
from gateway.origin.registry import subscribers

from .browsing import ALLOWED, FAILED, LOGIN, fill, open_page, outcome, sign_in
from .conftest import (
    ALICE,
    BASE,
    BOB,
    PASSWORD,
    Application,
    Clock,
    MakeClient,
    hidden_fields,
)

pytestmark = pytest.mark.anyio


async def test_who_signed_in_need_not_do_so_again(application: Application) -> None:
    """In the same browser the next page shows who is signed in, and one press allows."""
    await sign_in(application)

    page = await open_page(application)
    answer = await fill(application, page, decision="allow")

    assert f"You are signed in as <b>{ALICE}</b>" in page.text
    assert 'name="password"' not in page.text
    assert outcome(answer) == ALLOWED


async def test_another_account_can_be_used(application: Application) -> None:
    """The page offers the two fields again to who is somebody else."""
    await sign_in(application)

    page = await open_page(application, **{"as": "another"})
    await fill(application, page, login=BOB, password=PASSWORD)

    assert 'name="password"' in page.text


async def no_code(page: httpx.Response) -> dict[str, str]:
    """Send all but the code."""
    return {**hidden_fields(page.text), "csrf": ""}


async def own_code(page: httpx.Response) -> dict[str, str]:
    """Send a code of another visit."""
    code = hidden_fields(page.text)["csrf"]
    return {**hidden_fields(page.text), "csrf": f"{code[:22]}.{'0' * 64}"}


async def no_sense(page: httpx.Response) -> dict[str, str]:
    """Send a code that is none."""
    return {**hidden_fields(page.text), "csrf": "é" * 87}


@pytest.mark.parametrize("forge", [no_code, own_code, no_sense])
async def test_consent_needs_the_code_of_our_form(
    application: Application, forge: Callable[[httpx.Response], object]
) -> None:
    """Without a password, a form that another page made is worth nothing (T10)."""
    await sign_in(application)
    page = await open_page(application)
    form = await forge(page)  # type: ignore[misc]

    answer = await application.client.post(LOGIN, data={**form, "decision": "allow"})

    assert outcome(answer) == FAILED
    assert (await application.exchange("x")).text == "Invalid Or Expired Token"


async def test_the_code_of_another_browser_is_worth_nothing(
    application: Application, make_client: MakeClient
) -> None:
    """An attacker's own form, sent by the subscriber's browser, allows nothing (T10)."""
    await sign_in(application)
    page = await open_page(application)
    async with make_client() as attacker:
        theirs = await attacker.get(LOGIN, params={"oauth_token": application.token})

    answers = [
        await application.client.post(LOGIN, data={**hidden_fields(theirs.text), "decision": "allow"}),
        await fill(application, page, decision="allow"),
    ]

    assert [outcome(answer) for answer in answers] == [FAILED, ALLOWED]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 302),
        ({"sec-fetch-site": "none"}, 302),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://origin.example.evil.example"}, 403),
        ({"origin": "https://origin.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": BASE}, 302),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, 302),
        ({}, 302),
    ],
)
async def test_forms_of_other_sites_are_refused(
    application: Application, headers: dict[str, str], expected: int
) -> None:
    """What a browser says of where a form comes from is believed; programs say nothing."""
    token = await application.ask()
    form = {"login": ALICE, "password": PASSWORD, "oauth_token": token}

    answer = await application.client.post(LOGIN, data=form, headers=headers)

    assert answer.status_code == expected


async def test_another_site_cannot_sign_somebody_in(application: Application) -> None:
    """A right password without our code approves, but leaves the browser signed out (login CSRF)."""
    page = await open_page(application)
    form = {**hidden_fields(page.text), "csrf": "forged", "login": BOB, "password": PASSWORD}
    answer = await application.client.post(LOGIN, data=form)

    after = await open_page(application)

    assert (outcome(answer), "signed in as" in after.text) == (ALLOWED, False)


async def test_a_planted_cookie_is_replaced_on_signing_in(application: Application) -> None:
    """Whoever knew the cookie before knows nothing after (session fixation)."""
    page = await open_page(application, "oob")
    planted = application.client.cookies["origin_visit"]
    await fill(application, page, login=ALICE, password=PASSWORD)

    assert application.client.cookies["origin_visit"] != planted
    application.client.cookies.clear()
    application.client.cookies["origin_visit"] = planted
    assert "signed in as" not in (await open_page(application)).text


@pytest.mark.parametrize(
    "forge",
    [
        lambda cookie: cookie.replace("T1", "T2"),
        lambda cookie: cookie.partition("~")[0],
        lambda cookie: cookie.replace("~13000", "~93000"),
        lambda cookie: f"{cookie}x",
        lambda cookie: f"{cookie}; origin_visit={cookie}",
        lambda _cookie: "x",
        lambda _cookie: f"{'x' * 43}~99999999999~{'0' * 64}~nobody",
    ],
)
async def test_a_forged_cookie_is_nobodys(
    application: Application, forge: Callable[[str], str], alice: Subscriber
) -> None:
    """Another id, another time, no seal, two cookies: such a browser is not signed in."""
    await sign_in(application)
    cookie = application.client.cookies["origin_visit"]
    application.client.cookies.clear()

    page = await application.client.get(
        LOGIN,
        params={"oauth_token": await _new_token(application)},
        headers={"cookie": f"origin_visit={forge(cookie)}"},
    )

    assert alice.id in cookie
    assert "signed in as" not in page.text


async def _new_token(application: Application) -> str:
    application.token = application.token_secret = ""
    return await application.ask()


async def test_each_visit_has_a_cookie_of_its_own(application: Application) -> None:
    """Who knows one knows no other, even of the same subscriber in the same second."""
    cookies = []
    for _ in range(3):
        application.client.cookies.clear()
        await sign_in(application)
        cookies.append(application.client.cookies["origin_visit"].partition("~")[0])

    assert len(set(cookies)) == 3


async def test_a_visit_lasts_half_an_hour(application: Application, clock: Clock) -> None:
    """Then the password is asked for again."""
    await sign_in(application)
    pages = []
    for wait in (SECONDS - 1, 1):
        clock.now += wait
        pages.append(await open_page(application))

    assert ["signed in as" in page.text for page in pages] == [True, False]


async def test_a_new_password_ends_all_visits(application: Application, database: Database) -> None:
    """What the cookie was sealed with is gone."""
    await sign_in(application)
    async with database.write() as session:
        subscribers.change_password(await subscribers.existing(session, ALICE), "another horse")

    assert "signed in as" not in (await open_page(application)).text


@pytest.mark.parametrize(
    ("public", "cookie"),
    [
        ("http://origin.example", r"origin_visit=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax"),
        ("https://origin.example", r"__Host-origin_visit=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure"),
    ],
)
async def test_the_cookie_is_kept_as_close_as_can_be(
    make_client: MakeClient, public: str, cookie: str
) -> None:
    """No script reads it, no other site sends it with a form; over TLS no other host can set it."""
    async with make_client(public_url=public) as client:
        page = await client.get("/oauth/authorizations")

    assert re.fullmatch(cookie, page.headers["set-cookie"])


async def test_no_answer_holds_the_same_code_twice(application: Application) -> None:
    """Each page has a code of its own, so compression tells nothing of it (BREACH)."""
    pages = [await open_page(application) for _ in range(3)]

    assert len({hidden_fields(page.text)["csrf"] for page in pages}) == 3
