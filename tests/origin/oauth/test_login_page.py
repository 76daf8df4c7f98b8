"""The page that asks a subscriber: for people, for programs, and against those who forge (T10)."""

import re
from collections.abc import Callable

import httpx
import pytest

from gateway.origin.accounts import Subscriber
from gateway.origin.database import Database
from gateway.origin.oauth.visits import SECONDS
from gateway.origin.registry import consumers, subscribers

from .conftest import (
    ALICE,
    BASE,
    BOB,
    CALLBACK,
    DISABLED,
    KEY,
    OTHER_KEY,
    PASSWORD,
    Application,
    Clock,
    MakeClient,
    hidden_fields,
    log_in,
    verifier_of,
)

LOGIN = "/oauth/login"

pytestmark = pytest.mark.anyio


def outcome(answer: httpx.Response) -> tuple[int, str]:
    """Return the status, and where it leads: the address without what differs from time to time."""
    location = answer.headers.get("location", "")
    return answer.status_code, re.sub(r"(oauth_token|oauth_verifier)=[\w-]+", r"\1=…", location)


ALLOWED = (302, f"{CALLBACK}&oauth_token=…&oauth_verifier=…")
FAILED = (302, f"{BASE}{LOGIN}?oauth_token=…&status=Failed")


async def open_page(application: Application, callback: str = CALLBACK, **given: str) -> httpx.Response:
    """Open the page for a new request token."""
    application.token = application.token_secret = ""
    token = await application.ask(callback)
    return await application.client.get(LOGIN, params={"oauth_token": token, **given})


async def fill(application: Application, page: httpx.Response, **given: str) -> httpx.Response:
    """Send the page's form with what it carries and what is filled in."""
    return await application.client.post(LOGIN, data={**hidden_fields(page.text), **given})


async def sign_in(application: Application) -> None:
    """Allow something, which signs the browser in."""
    page = await open_page(application, "oob")
    answer = await fill(application, page, login=ALICE, password=PASSWORD, decision="allow")
    assert "successfully" in answer.text


async def test_it_says_who_asks_and_for_what(application: Application) -> None:
    """Application, powers, where it leads, and the two fields by the names that programs know."""
    page = await open_page(application)

    assert page.status_code == 200
    for said in (
        "<b>Sneakers &amp; Co</b> asks to act for you",
        "see and change your disc queue and your instant queue",
        "see and change your ratings",
        "go back to <b>http://application.example</b>",
        '<input name="login" ',
        '<input name="password" type="password" ',
        ">Sign in and allow</button>",
        ">Deny</button>",
    ):
        assert said in page.text


@pytest.mark.parametrize("callback", [CALLBACK, "oob"])
async def test_no_frame_no_script_no_cache(application: Application, callback: str) -> None:
    """The page allows its own style and its own form, and nothing else (T10)."""
    page = await open_page(application, callback)

    policy = page.headers["content-security-policy"]
    forms = "'self' https: http:" if callback == CALLBACK else "'self'"
    assert re.sub(r"sha256-[\w+/=]{44}", "sha256-…", policy) == (
        f"default-src 'none'; style-src 'sha256-…'; form-action {forms}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert {
        name: page.headers.get(name) for name in ("x-frame-options", "cache-control", "referrer-policy")
    } == {
        "x-frame-options": "DENY",
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
    }
    assert "<script" not in page.text


async def test_programs_fill_it_at_once(application: Application) -> None:
    """Login and password, no page before, no cookie, no code: they are the proof (contract 9, 11)."""
    answers = []
    for callback in (CALLBACK, "oob"):
        await application.ask(callback)
        answers.append(await log_in(application.client, application.token))
        application.token = application.token_secret = ""

    assert [outcome(answer) for answer in answers] == [ALLOWED, (200, "")]
    assert ["successfully" in answer.text for answer in answers] == [True, True]
    assert ["set-cookie" in answer.headers for answer in answers] == [False, False]


async def test_programs_may_repeat_what_the_address_says(application: Application) -> None:
    """Hidden fields come again in the form, or fields nobody knows; both are borne (contract 2.5)."""
    token = await application.ask("oob")
    address = {"oauth_token": token, "oauth_consumer_key": "", "oauth_callback": ""}
    repeated = {"oauth_token": token, "oauth_consumer_key": KEY}
    unknown = {"name": "Alice", "email": ALICE, "output": "pox"}
    form = {"login": ALICE, "password": PASSWORD, "accept_tos": "checked", **repeated, **unknown}

    answer = await application.client.post(LOGIN, params=address, data=form)

    assert "successfully" in answer.text


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong horse"}, {"login": "nobody"}, {"login": ""}, {"password": ""}]
)
async def test_a_wrong_password_leads_to_an_address_that_says_so(
    application: Application, wrong: dict[str, str]
) -> None:
    """The address holds ``Failed``, both pages ``failed``, and the token can still be approved."""
    token = await application.ask()

    answer = await log_in(application.client, token, **wrong)
    page = await application.client.get(answer.headers["location"])

    assert (outcome(answer), page.status_code) == (FAILED, 200)
    assert ["failed" in text for text in (answer.text, page.text)] == [True, True]
    assert outcome(await log_in(application.client, token)) == ALLOWED


async def test_only_an_outcome_names_an_outcome(application: Application) -> None:
    """Programs look for two words, so the page before knows neither, and no page knows both."""
    await sign_in(application)
    before = [await open_page(application), await open_page(application, **{"as": "another"})]
    denied = await fill(application, before[0], decision="deny")
    allowed = await fill(application, before[1], login=ALICE, password=PASSWORD)
    refused = await application.client.get(LOGIN, params={"oauth_token": "x"})

    words = [
        [word in page.text for word in ("successfully", "failed")]
        for page in (*before, denied, allowed, refused)
    ]
    assert words == [[False, False], [False, False], [False, False], [True, False], [False, True]]


async def test_a_password_is_not_read_from_the_address(application: Application) -> None:
    """What others may see in an address is no proof."""
    token = await application.ask()
    address = {"oauth_token": token, "login": ALICE, "password": PASSWORD}

    answers = [
        await application.client.get(LOGIN, params=address),
        await application.client.post(LOGIN, params=address),
    ]

    assert [outcome(answer) for answer in answers] == [(200, ""), FAILED]


@pytest.mark.parametrize("callback", [CALLBACK, "oob"])
async def test_denying_ends_it(application: Application, callback: str) -> None:
    """The application is told, if it can be; nothing can be exchanged, nor decided again."""
    page = await open_page(application, callback)

    answer = await fill(application, page, decision="deny")

    told = (302, f"{CALLBACK}&oauth_token=…&oauth_problem=permission_denied")
    assert outcome(answer) == (told if callback == CALLBACK else (200, ""))
    exchanged = await application.exchange("x")
    again = await log_in(application.client, application.token)
    assert [exchanged.text, again.status_code] == ["Invalid Or Expired Token", 401]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"oauth_token": ""}, "Expired or bad request token"),
        ({"oauth_token": "nobody-has-it"}, "Expired or bad request token"),
        ({"oauth_token": "\N{SNOWMAN}"}, "Expired or bad request token"),
        ({"oauth_consumer_key": OTHER_KEY}, "Consumer key mismatch"),
        ({"oauth_consumer_key": DISABLED}, "Consumer key mismatch"),
        ({"application_name": "Other"}, "Application name mismatch"),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_there_may_be_nothing_to_decide(
    application: Application, verb: str, given: dict[str, str], reason: str
) -> None:
    """A page says so with 401, and nothing is approved (contract 2.8)."""
    token = await application.ask()
    form = {"login": ALICE, "password": PASSWORD}

    answer = await application.client.request(
        verb, LOGIN, params={"oauth_token": token, **given}, data=form if verb == "POST" else None
    )

    assert (answer.status_code, f"failed: {reason}." in answer.text) == (401, True)
    assert outcome(await log_in(application.client, token)) == ALLOWED


@pytest.mark.parametrize("name", ["oauth_consumer_key", "application_name"])
async def test_the_address_may_name_who_asks(application: Application, name: str) -> None:
    """Programs add the key and the name to the address of the page (contract 2.5)."""
    named = {"oauth_consumer_key": KEY, "application_name": "Sneakers & Co"}

    page = await open_page(application, **{name: named[name], "oauth_callback": ""})

    assert page.status_code == 200


async def test_it_can_be_decided_once_and_in_time(application: Application, clock: Clock) -> None:
    """After a decision, and after ten minutes, the page is gone."""
    await verifier_of(application.client, await application.ask())
    answers = [await log_in(application.client, application.token)]
    application.token = application.token_secret = ""
    await application.ask()
    clock.now += 601
    answers.append(await log_in(application.client, application.token))

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_a_consumer_that_was_locked_out_is_allowed_nothing(
    application: Application, database: Database
) -> None:
    """Its page is gone, too, though the token was asked for in time."""
    token = await application.ask()
    async with database.write() as session:
        await consumers.switch(session, KEY, is_enabled=False)

    assert (await log_in(application.client, token)).status_code == 401


async def test_two_tokens_in_one_request_are_refused(application: Application) -> None:
    """Nobody can tell which of two request tokens is meant."""
    first = await application.ask()

    answer = await log_in(application.client, first, oauth_token="another")

    assert (answer.status_code, "oauth_token is invalid" in answer.text) == (400, True)


async def test_names_cannot_be_markup(application: Application) -> None:
    """What comes from outside is text on the page."""
    page = await open_page(application, status='"><script>', oauth_callback='"><script>')

    assert "<script" not in page.text


# Visits: signed in by our own form, and by nothing else.


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
