"""What programs ask for below ``/oauth/``, and what they are answered."""

import re
from urllib.parse import parse_qsl

import httpx
import pytest

from gateway.origin.accounts import Subscriber

from .conftest import (
    ALICE,
    BASE,
    CALLBACK,
    DISABLED,
    GATED_CALLBACK,
    GATED_KEY,
    GATED_SECRET,
    NOW,
    SECRET,
    Application,
    MakeClient,
    header,
    link,
    log_in,
    query,
    verifier_of,
)

REQUEST, ACCESS, CLOCK = "/oauth/request_token", "/oauth/access_token", "/oauth/clock/time"
INVALID = (401, "Invalid Signature")

pytestmark = pytest.mark.anyio


def said(answer: httpx.Response) -> tuple[int, str]:
    """Return status and body."""
    return answer.status_code, answer.text


async def sent(application: Application, way: str, path: str, **given: str) -> httpx.Response:
    """Send signed parameters in one of the ways that programs have."""
    verb = way.partition(" ")[0]
    parameters = application.parameters(path, verb, **given)
    own = {name: value for name, value in parameters.items() if name in given}
    signing = {name: value for name, value in parameters.items() if name not in given}
    if way == "GET query":
        return await application.client.get(f"{path}?{query(parameters)}")
    if way == "GET header":
        headers = {"authorization": header(signing)}
        return await application.client.get(f"{path}?{query(own)}", headers=headers)
    if way == "POST header":
        return await application.client.post(path, headers={"authorization": header(parameters)})
    if way == "POST header and form":
        return await application.client.post(path, data=own, headers={"authorization": header(signing)})
    if way == "POST query":
        return await application.client.post(f"{path}?{query(parameters)}")
    return await application.client.post(path, data=parameters)


@pytest.mark.parametrize(
    "way", ["GET query", "GET header", "POST header", "POST header and form", "POST query", "POST form"]
)
async def test_both_tokens_are_given_whatever_the_way_of_asking(application: Application, way: str) -> None:
    """GET or POST; header, query or form, or mixed: request token, approval, access token (contract 9)."""
    asked = application.keep(await sent(application, way, REQUEST, oauth_callback=CALLBACK))
    verifier = await verifier_of(application.client, asked["oauth_token"])
    given = application.keep(await sent(application, way, ACCESS, oauth_verifier=verifier))

    assert list(given) == ["oauth_token", "oauth_token_secret", "user_id"]


async def test_a_request_token_comes_with_where_to_log_in(application: Application) -> None:
    """The answer is a form with the five fields, encoded as the recorded one (contract 2.4)."""
    answer = await application.post(REQUEST, oauth_callback=CALLBACK)

    fields = dict(parse_qsl(answer.text))
    token = fields["oauth_token"]
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "application/x-www-form-urlencoded",
        "no-store",
    )
    assert answer.text == (
        f"oauth_token={token}&oauth_token_secret={fields['oauth_token_secret']}"
        "&application_name=Sneakers+%26+Co"
        f"&login_url=http%3A%2F%2Forigin.example%2Foauth%2Flogin%3Foauth_token%3D{token}"
        "&oauth_callback_confirmed=true"
    )


async def test_a_callback_that_was_not_sent_is_not_confirmed(application: Application) -> None:
    """Without a callback the answer is as it was recorded; people then carry a code."""
    fields = application.keep(await application.post(REQUEST))
    page = await log_in(application.client, application.token)

    assert list(fields) == ["oauth_token", "oauth_token_secret", "application_name", "login_url"]
    assert 'id="pin"' in page.text


async def test_without_a_callback_the_registered_one_is_taken(client: httpx.AsyncClient) -> None:
    """A consumer that registered where its users return to need not repeat it."""
    gated = Application(client, key=GATED_KEY, secret=GATED_SECRET)
    gated.keep(await gated.post(REQUEST))

    answer = await log_in(client, gated.token)

    assert answer.headers["location"].startswith(
        f"{GATED_CALLBACK}?oauth_token={gated.token}&oauth_verifier="
    )


async def test_tokens_come_as_json_when_asked_for(application: Application) -> None:
    """``output=json`` answers the same fields as an object (contract 1.8)."""
    asked = (await application.post(REQUEST, oauth_callback="oob", output="json")).json()
    application.token, application.token_secret = asked["oauth_token"], asked["oauth_token_secret"]
    page = await log_in(application.client, application.token)
    pin = page.text.partition('id="pin">')[2][:8]
    answer = await application.post(ACCESS, oauth_verifier=pin, output="JSON")

    assert asked == {
        "oauth_token": application.token,
        "oauth_token_secret": application.token_secret,
        "application_name": "Sneakers & Co",
        "login_url": f"{BASE}/oauth/login?oauth_token={application.token}",
        "oauth_callback_confirmed": "true",
    }
    assert answer.headers["content-type"] == "application/json;charset=UTF-8"
    assert list(answer.json()) == ["oauth_token", "oauth_token_secret", "user_id"]


async def test_failures_come_as_json_when_asked_for(application: Application) -> None:
    """A JSON failure has ``error`` and, as everywhere, ``status``; an unknown key gets a bare sentence."""
    wrong = await Application(application.client, secret="wrong").post(REQUEST, output="json")
    unknown = await Application(application.client, key="unknown").post(REQUEST, output="json")

    assert (wrong.status_code, wrong.json()) == (
        401,
        {"error": "Invalid Signature", "status": {"status_code": 401, "message": "Invalid Signature"}},
    )
    assert said(unknown) == (403, "Developer Inactive")


async def test_the_user_id_is_the_subscribers(application: Application, alice: Subscriber) -> None:
    """The third field of the answer is the id that stands in ``/users/{id}``, in the recorded form."""
    given = await link(application)

    assert given["user_id"] == alice.id
    assert re.fullmatch(r"T1[A-Za-z0-9_.-]{40,48}-", alice.id)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("Sneakers & Co", 200), ("", 200), ("Another", (401, "Application name mismatch"))],
)
async def test_a_name_must_be_the_registered_one(
    application: Application, name: str, outcome: int | tuple[int, str]
) -> None:
    """Who sends ``application_name`` must send the right one; nobody needs to (contract 2.4)."""
    answer = await application.post(REQUEST, oauth_callback="oob", application_name=name)

    assert (answer.status_code if outcome == 200 else said(answer)) == outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"secret": "wrong"}, INVALID),
        ({"token_secret": "wrong"}, INVALID),
        ({"token": "a-token-that-nobody-has"}, INVALID),
        ({"key": "unknown"}, (403, "Developer Inactive")),
        ({"key": DISABLED}, (403, "Developer Inactive")),
        ({"key": ""}, (401, "Missing Required Consumer Key")),
    ],
)
async def test_nobody_gets_a_request_token_by_pretending(
    client: httpx.AsyncClient, changes: dict[str, str], outcome: tuple[int, str]
) -> None:
    """The signature must be the consumer's own, and no token is part of it."""
    pretender = Application(client)
    for name, value in changes.items():
        setattr(pretender, name, value)

    assert said(await pretender.post(REQUEST, oauth_callback="oob")) == outcome


@pytest.mark.parametrize(
    ("given", "outcome"),
    [
        ({"oauth_timestamp": str(NOW + 301)}, (401, "Timestamp Is Invalid")),
        ({"oauth_timestamp": str(NOW - 301)}, (401, "Timestamp Is Invalid")),
        ({"oauth_timestamp": "1_300_000_000"}, (401, "Timestamp Is Invalid")),
        ({"oauth_version": "9.9"}, (400, "oauth_version is invalid")),
        ({"oauth_signature_method": "PLAINTEXT"}, INVALID),
        ({"oauth_signature_method": "RSA-SHA1"}, INVALID),
        ({"oauth_signature_method": "none"}, INVALID),
        ({"oauth_nonce": ""}, INVALID),
        ({"oauth_nonce": "n" * 257}, (400, "oauth_nonce is invalid")),
    ],
)
@pytest.mark.parametrize("path", [REQUEST, ACCESS])
async def test_what_a_request_alone_shows_has_its_sentence(
    application: Application, path: str, given: dict[str, str], outcome: tuple[int, str]
) -> None:
    """Clocks, versions, methods and sizes are checked at both ends of the handshake (T7, T12)."""
    await application.ask()

    assert said(await application.post(path, **given)) == outcome


async def test_an_exchange_needs_a_token(client: httpx.AsyncClient) -> None:
    """``access_token`` without a request token is 400, as for every protected resource."""
    assert said(await Application(client).exchange("v")) == (400, "Missing Required Access Token")


@pytest.mark.parametrize("path", [REQUEST, ACCESS])
async def test_parameters_come_once(application: Application, path: str) -> None:
    """A second callback or verifier, wherever it is, is 400: nobody can tell which one counts (T12)."""
    name = "oauth_callback" if path == REQUEST else "oauth_verifier"
    await application.ask()
    parameters = application.parameters(path, **{name: "oob"})

    answer = await application.client.post(f"{path}?{name}=x", data=parameters)

    assert said(answer) == (400, f"{name} is invalid")


async def test_an_unsigned_callback_does_not_count(application: Application) -> None:
    """A multipart body is not signed, so its callback is not the application's word (RFC 5849, 3.4.1.3)."""
    url = f"{REQUEST}?{query(application.parameters(REQUEST))}"
    evil = "http://evil.example/"
    asked = application.keep(await application.client.post(url, files={"oauth_callback": (None, evil)}))

    answer = await log_in(application.client, asked["oauth_token"])

    assert (answer.status_code, "location" in answer.headers) == (200, False)


async def test_the_login_url_names_the_public_host(make_client: MakeClient) -> None:
    """Addresses come from the settings, not from what a request says of its host (T13)."""
    async with make_client(public_url="https://api.example") as client:
        fields = Application(client).keep(await Application(client).post(REQUEST, oauth_callback="oob"))

    assert fields["login_url"] == f"https://api.example/oauth/login?oauth_token={fields['oauth_token']}"


async def test_secrets_are_nowhere_in_an_answer(application: Application) -> None:
    """No page and no answer repeats the consumer's secret or a password."""
    await application.ask("oob")
    pages = [
        await application.client.get(f"/oauth/login?oauth_token={application.token}"),
        await log_in(application.client, application.token, password="CANARY-password"),
        await application.exchange("CANARY-verifier"),
    ]

    texts = [f"{page.headers}{page.text}" for page in pages]
    canaries = ("CANARY", SECRET, ALICE, application.token_secret)
    assert [[text for text in texts if canary in text] for canary in canaries] == [[], [], [], []]
