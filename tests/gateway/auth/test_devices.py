"""Devices that wait for an approval in a browser, over a real origin (RFC 8628)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx
import pytest

from gateway.auth.sealing import fingerprint

from .conftest import Invite
from .house import ALICE, BOB, NAMES, House, Person, parameters


@dataclass
class Device:
    """A program without a browser."""

    http: httpx.Client
    started: dict[str, Any]

    def ask(self) -> tuple[int, Any]:
        """Ask for the token."""
        answer = self.http.post("/auth/token", data={"device_code": self.started["device_code"]})
        assert answer.headers["cache-control"] == "no-store"
        return answer.status_code, answer.json()

    def token(self) -> str:
        """Return the token, which must be there."""
        status, given = self.ask()
        assert (status, given["token_type"]) == (200, "Bearer"), given
        return str(given["access_token"])


@pytest.fixture
def device(ours: House) -> Iterator[Device]:
    """Start a device."""
    with httpx.Client(base_url=ours.url) as http:
        yield Device(http, http.post("/auth/token").json())


def _decide(person: Person, page: httpx.Response, decision: str, **changed: str) -> httpx.Response:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
    carried = {unescape(name): unescape(value) for name, value in found}
    return person.post("/auth/device", **{**carried, "decision": decision, **changed})


def _approve(person: Person, device: Device, decision: str = "allow") -> httpx.Response:
    page = person.get(device.started["verification_uri_complete"])
    assert page.status_code == 200, page.text
    return _decide(person, page, decision)


def _session_of(http: httpx.Client, token: str) -> Any:  # noqa: ANN401
    return http.get("/auth/session", headers={"authorization": f"Bearer {token}"}).json()["session"]


def test_a_device_is_told_what_to_show(device: Device, ours: House) -> None:
    """The names are those of RFC 8628, and the short code is one that people can type."""
    started = device.started

    assert set(started) == {
        "device_code",
        "user_code",
        "verification_uri",
        "verification_uri_complete",
        "expires_in",
        "interval",
    }
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", started["user_code"])
    assert started["verification_uri"] == f"{ours.url}/auth/device"
    assert parameters(started["verification_uri_complete"]) == {"user_code": started["user_code"]}
    assert (started["expires_in"], started["interval"]) == (600, 5)


def test_an_approved_device_acts_for_who_approved_it(device: Device, alice: Person) -> None:
    """Who is not signed in is sent to sign in first, and comes back to the question."""
    asked = alice.get(device.started["verification_uri_complete"])
    to_origin = alice.get(asked.headers["location"]).headers["location"]
    back = alice.get(alice.allow(to_origin))
    page = alice.get(back.headers["location"])
    done = _decide(alice, page, "allow")

    assert (asked.status_code, back.status_code, page.status_code, done.status_code) == (303, 303, 200, 200)
    assert device.started["user_code"] in page.text
    assert NAMES[ALICE] in page.text
    assert _session_of(device.http, device.token())["user"]["name"] == NAMES[ALICE]


def test_until_then_it_is_told_to_wait(device: Device) -> None:
    """And to slow down when it asks sooner than it was told to."""
    assert [device.ask() for _ in range(3)] == [
        (400, {"error": "authorization_pending"}),
        (400, {"error": "slow_down"}),
        (400, {"error": "slow_down"}),
    ]


def test_an_impatient_device_gets_its_token_all_the_same(device: Device, alice: Person) -> None:
    """What it was told is forgotten once it is approved."""
    device.ask()
    device.ask()
    alice.sign_in()
    _approve(alice, device)

    assert _session_of(device.http, device.token()) is not None


def test_a_denied_device_gets_nothing(device: Device, alice: Person) -> None:
    """It is told so once."""
    alice.sign_in()
    done = _approve(alice, device, "deny")

    assert done.status_code == 200
    assert [device.ask() for _ in range(2)] == [
        (400, {"error": "access_denied"}),
        (400, {"error": "expired_token"}),
    ]


def test_a_token_is_given_once(device: Device, alice: Person) -> None:
    """Whoever learns the long code later is too late."""
    alice.sign_in()
    _approve(alice, device)
    device.token()

    assert device.ask() == (400, {"error": "expired_token"})


def test_a_code_is_decided_once(device: Device, alice: Person, invite: Invite) -> None:
    """The second who tries finds no device."""
    bob = invite(BOB)
    alice.sign_in()
    bob.sign_in()
    page = bob.get(device.started["verification_uri_complete"])
    _approve(alice, device)

    assert _decide(bob, page, "allow").status_code == 404
    assert _session_of(device.http, device.token())["user"]["name"] == NAMES[ALICE]


@pytest.mark.parametrize("changed", [{"proof": ""}, {"proof": "0" * 64}, {"user_code": "BBBB-BBBB"}])
def test_only_our_own_form_decides(device: Device, alice: Person, changed: dict[str, str]) -> None:
    """Without the proof, with another, or with another's proof, nothing is decided."""
    alice.sign_in()
    page = alice.get(device.started["verification_uri_complete"])
    answer = _decide(alice, page, "allow", **changed)

    assert answer.status_code == 403
    assert device.ask() == (400, {"error": "authorization_pending"})


def test_the_form_of_one_session_is_no_good_in_another(device: Device, alice: Person, invite: Invite) -> None:
    """Mallory's proof in Alice's browser is refused."""
    mallory = invite(BOB)
    alice.sign_in()
    mallory.sign_in()
    page = mallory.get(device.started["verification_uri_complete"])

    assert _decide(alice, page, "allow").status_code == 403


def test_another_site_approves_nothing(device: Device, alice: Person) -> None:
    """Even if it had the proof."""
    alice.sign_in()
    page = alice.get(device.started["verification_uri_complete"])
    found = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
    answer = alice.post("/auth/device", site="cross-site", **{**dict(found), "decision": "allow"})

    assert answer.status_code == 403
    assert device.ask() == (400, {"error": "authorization_pending"})


def test_the_question_cannot_be_framed(device: Device, alice: Person) -> None:
    """Nobody lays something over its buttons."""
    alice.sign_in()
    page = alice.get(device.started["verification_uri_complete"])

    assert page.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text


@pytest.mark.parametrize("typed", ["lower", "no dash", "blanks"])
def test_a_code_may_be_typed_as_people_type(device: Device, alice: Person, typed: str) -> None:
    """In small letters, without the dash, with blanks."""
    alice.sign_in()
    code = device.started["user_code"]
    spelled = {"lower": code.lower(), "no dash": code.replace("-", ""), "blanks": f" {code[:4]} {code[5:]} "}
    page = alice.get(str(httpx.URL("/auth/device", params={"user_code": spelled[typed]})))

    assert code in page.text


@pytest.mark.parametrize("typed", ["BBBB-BBBB", "x", "<script>", "%00", "\N{SNOWMAN}", "B" * 3000])
def test_a_code_that_nobody_shows_is_said_to_be_none(alice: Person, typed: str) -> None:
    """The page says so, without repeating what was typed."""
    alice.sign_in()
    page = alice.get(str(httpx.URL("/auth/device", params={"user_code": typed})))

    assert page.status_code == 404
    assert "<script" not in page.text


def test_nobody_tries_many_codes(device: Device, alice: Person, invite: Invite) -> None:
    """After ten that no device shows, not even a right one is taken from this session; from others it is."""
    alice.sign_in()
    found = [alice.get("/auth/device?user_code=BBBB-BBBB").status_code for _ in range(11)]
    page = alice.get(device.started["verification_uri_complete"])
    bob = invite(BOB)
    bob.sign_in()

    assert found == [*[404] * 10, 429]
    assert page.status_code == 429
    assert _approve(bob, device).status_code == 200


def test_who_knows_their_own_session_tries_no_more_by_form(alice: Person) -> None:
    """The proof of a form can be computed from one's own cookie: trying counts there, too."""
    alice.sign_in()
    proof = fingerprint("form", alice.cookie() or "", "BBBB-BBBB")
    form = {"user_code": "BBBB-BBBB", "proof": proof, "decision": "allow"}
    found = [alice.post("/auth/device", **form).status_code for _ in range(11)]

    assert found == [*[404] * 10, 429]


def test_who_opens_the_short_address_is_asked_for_the_code(alice: Person) -> None:
    """A form that needs no script."""
    alice.sign_in()
    page = alice.get("/auth/device")

    assert page.status_code == 200
    assert 'name="user_code"' in page.text
    assert 'method="get" action="/auth/device"' in page.text


ODD: list[dict[str, Any]] = [
    {"content": b"\xff"},
    {"content": b"x" * 9000},
    {"json": []},
    {"json": {"device_code": 1}},
    {"json": {"a": "b"}},
    {"content": b'{"device_code": "a", "device_code": "b"}', "headers": {"content-type": "application/json"}},
    {"content": b"{", "headers": {"content-type": "application/json"}},
    {"content": b"device_code=a&device_code=b"},
    {"content": b"a" * 10 + b"&b" * 30},
    {"data": {"device_code": "CANARY"}},
    {"data": {"oauth_token": "CANARY", "oauth_token_secret": "b", "user_id": "c"}},
]


@pytest.mark.parametrize("odd", ODD)
def test_odd_requests_are_refused_in_terms_of_oauth(device: Device, odd: dict[str, Any]) -> None:
    """Whatever anybody sends, the answer is one of the known errors."""
    answer = device.http.post("/auth/token", **odd)

    assert answer.status_code in {400, 413}
    assert answer.json()["error"] in {"invalid_request", "expired_token", "unsupported_grant_type"}
    assert "CANARY" not in answer.text


@pytest.mark.parametrize(
    "twice",
    [
        {
            "content": b'{"device_code": "a", "device_code": "b"}',
            "headers": {"content-type": "application/json"},
        },
        {
            "content": b'{"grant_type": "a", "grant\\u005ftype": "b"}',
            "headers": {"content-type": "application/json"},
        },
        {
            "content": b"device_code=a&device_code=b",
            "headers": {"content-type": "application/x-www-form-urlencoded"},
        },
    ],
)
def test_a_field_is_given_once(device: Device, twice: dict[str, Any]) -> None:
    """Of two, nobody could say which one counts (T12)."""
    answer = device.http.post("/auth/token", **twice)

    assert (answer.status_code, answer.json()) == (
        400,
        {"error": "invalid_request", "error_description": "A parameter is given twice."},
    )


DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
CHOICE = (
    "Give device_code, or oauth_token, oauth_token_secret and user_id; or nothing, for a device to begin."
)
EXPLAINED: list[tuple[dict[str, Any], str, str]] = [
    ({"data": {"device_code": ""}}, "invalid_request", "device_code is missing."),
    ({"data": {"grant_type": DEVICE_CODE, "client_id": "tv"}}, "invalid_request", "device_code is missing."),
    (
        {"data": {"devicecode": "CANARY"}},
        "invalid_request",
        CHOICE,
    ),
    ({"json": ["CANARY"]}, "invalid_request", "The body must be a form, or a JSON object of texts."),
    ({"content": b"x" * 9000}, "invalid_request", "The bytes of the body may be at most 8000."),
    (
        {"data": {"oauth_token": "CANARY"}},
        "unsupported_grant_type",
        "This gateway takes no access tokens in exchange.",
    ),
]


@pytest.mark.parametrize(("given", "error", "why"), EXPLAINED)
def test_what_is_wrong_with_a_request_is_explained(
    device: Device, given: dict[str, Any], error: str, why: str
) -> None:
    """By what is missing, in the form of RFC 6749 section 5.2; nothing that was sent comes back."""
    answer = device.http.post("/auth/token", **given)

    assert answer.json() == {"error": error, "error_description": why}


def test_tokens_come_by_post_alone(device: Device) -> None:
    """An address in a history or a log gives nothing."""
    assert device.http.get("/auth/token").status_code == 405
