"""The page that asks a subscriber: for people, for programs, and against those who forge (T10)."""

import re

import pytest

from gateway.origin.database import Database
from gateway.origin.registry import consumers

from .browsing import ALLOWED, FAILED, LOGIN, fill, open_page, outcome, sign_in
from .conftest import (
    ALICE,
    CALLBACK,
    DISABLED,
    KEY,
    OTHER_KEY,
    PASSWORD,
    Application,
    Clock,
    log_in,
    verifier_of,
)

pytestmark = pytest.mark.anyio


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
