"""Signing in and out by browser, over a real origin."""

import logging
import re
from pathlib import Path

import pytest

from .conftest import Invite
from .house import ALICE, BOB, NAMES, House, Person, parameters

SESSION, LOGIN = "__Host-gateway_session", "__Host-gateway_login"


def test_signing_in_leads_to_a_session(alice: Person, ours: House) -> None:
    """Through the origin's own page, and back to where it began."""
    answer = alice.sign_in("/graphql?query=%7Bx%7D")

    assert (answer.status_code, answer.headers["location"]) == (303, "/graphql?query=%7Bx%7D")
    session = alice.session()
    assert session["user"]["name"] == NAMES[ALICE]
    assert session["user"]["id"] in {token.subscriber_id for token in ours.access_tokens()}
    assert session["since"] < session["until"]
    assert set(session) == {"user", "since", "until"}


def test_nobody_is_signed_in_at_first(alice: Person) -> None:
    """Who has no cookie has no session, and gets none by asking."""
    answer = alice.get("/auth/session")

    assert answer.json() == {"session": None}
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


def test_cookies_are_kept_as_safe_as_browsers_can(alice: Person) -> None:
    """No script reads them, no other host sets or gets them, and no other site's form carries them."""
    begun = alice.get("/auth/login?return_to=/graphql")
    ended = alice.get(alice.allow(begun.headers["location"]))

    [pending] = begun.headers.get_list("set-cookie")
    kept, dropped = ended.headers.get_list("set-cookie")
    safe = "Path=/; HttpOnly; Secure; SameSite=Lax"
    assert re.fullmatch(rf"{LOGIN}=[\w-]{{43}}; Max-Age=600; {safe}", pending)
    assert re.fullmatch(rf"{SESSION}=[\w-]{{43}}; Max-Age=15552000; {safe}", kept)
    assert dropped == f"{LOGIN}=; Max-Age=0; {safe}"


def test_the_session_is_another_after_signing_in_again(alice: Person, invite: Invite) -> None:
    """The secret changes, and whoever still has the old one is nobody."""
    alice.sign_in()
    old = alice.cookie()
    alice.sign_in()
    thief = invite()
    thief.http.cookies.set(SESSION, old or "")

    assert alice.cookie() not in {None, old}
    assert alice.session() is not None
    assert thief.session() is None


def test_a_planted_session_is_not_taken_over(alice: Person) -> None:
    """Whatever secret a browser brings, signing in makes a new one."""
    planted = "A" * 43
    alice.http.cookies.set(SESSION, planted, domain="127.0.0.1")
    alice.sign_in()

    cookies = {cookie.value for cookie in alice.http.cookies.jar if cookie.name == SESSION}
    assert cookies != {planted}


def test_signing_out_ends_the_session(alice: Person, invite: Invite) -> None:
    """The cookie is taken back, and its copy is worth nothing."""
    alice.sign_in()
    thief = invite()
    thief.http.cookies.set(SESSION, alice.cookie() or "")
    answer = alice.post("/auth/logout")

    assert (answer.status_code, alice.cookie(), alice.session()) == (204, None, None)
    assert thief.session() is None


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_signs_nobody_out(alice: Person, site: str) -> None:
    """The browser says that a page of another site sent the form."""
    alice.sign_in()
    answer = alice.post("/auth/logout", site=site)

    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert alice.session() is not None


def test_signing_out_is_no_link(alice: Person) -> None:
    """A GET ends nothing."""
    alice.sign_in()

    assert alice.get("/auth/logout").status_code == 405
    assert alice.session() is not None


def test_two_people_are_two_sessions(alice: Person, invite: Invite) -> None:
    """Each is who they are, at the same time."""
    bob = invite(BOB)
    alice.sign_in()
    bob.sign_in()

    assert [person.session()["user"]["name"] for person in (alice, bob)] == [NAMES[ALICE], NAMES[BOB]]


def test_several_tabs_may_sign_in_at_once(alice: Person) -> None:
    """What one tab begins, another does not spoil."""
    first, second = alice.begin("/first"), alice.begin("/second")
    answers = [alice.get(back) for back in [alice.allow(page) for page in (first, second)][:1]]

    assert [answer.headers.get("location") for answer in answers] == ["/first"]


def test_saying_no_leads_back(alice: Person) -> None:
    """A page says so, links to where it began, and nobody is signed in."""
    answer = alice.get(alice.allow(alice.begin("/graphql?a=1&b=2"), "deny"))

    assert answer.status_code == 403
    assert '<a href="/graphql?a=1&amp;b=2">' in answer.text
    assert alice.session() is None


def test_pages_cannot_be_framed(alice: Person) -> None:
    """Nobody puts a page of ours into another, and no script runs in it."""
    answer = alice.get("/auth/callback")

    assert answer.headers["x-frame-options"] == "DENY"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy


def test_another_name_of_this_machine_leads_to_ours(alice: Person, ours: House) -> None:
    """Who opened localhost signs in where our cookies count."""
    port = ours.url.rpartition(":")[2]
    answer = alice.get("/auth/login?return_to=/graphql", host=f"localhost:{port}")
    foreign = alice.get("/auth/login?return_to=/graphql", host="evil.test")

    assert answer.headers["location"] == f"{ours.url}/auth/login?return_to=%2Fgraphql"
    assert foreign.headers["location"].startswith(f"{ours.origin}/oauth/login?")
    assert "evil.test" not in str(foreign.headers) + foreign.text


def test_the_callback_is_fixed_before_anybody_signs_in(alice: Person, ours: House) -> None:
    """The origin knows it from the signed request; the login page's address does not hold it."""
    page = alice.begin()

    assert set(parameters(page)) == {"oauth_token", "oauth_consumer_key"}
    back = alice.allow(page)
    assert back.startswith(f"{ours.url}/auth/callback?state=")


def test_nothing_that_scripts_reach_holds_a_secret(alice: Person, ours: House) -> None:
    """Not the token, not its secret, not the session: in no body and in no header but the cookie's own."""
    alice.sign_in()
    alice.session()
    alice.ask("{ __typename }")
    seen = "".join(
        response.text + str([pair for pair in response.headers.items() if pair[0] != "set-cookie"])
        for response in alice.received
        if str(response.url).startswith(ours.url)
    )

    secrets = [each for token in ours.access_tokens() for each in (token.token, token.secret)]
    secrets.append(alice.cookie() or "")
    assert len(secrets) >= 3
    assert [secret for secret in secrets if secret in seen] == []


def test_what_is_stored_shows_nobody_anything(alice: Person, ours: House, home: Path) -> None:
    """A copy of the folder's database has no token, no secret, no session and no name in it."""
    page = alice.begin()
    request_token = parameters(page)["oauth_token"]
    alice.get(alice.allow(page))
    alice.begin()
    stored = b"".join(file.read_bytes() for file in home.glob("sessions.sqlite3*"))

    secrets = [each for token in ours.access_tokens() for each in (token.token, token.secret)]
    secrets += [alice.cookie() or "", alice.cookie(LOGIN) or "", request_token, "CANARY"]
    assert len(stored) > 1000
    assert [secret for secret in secrets if secret.encode() in stored] == []


def test_no_log_holds_a_secret(alice: Person, ours: House, caplog: pytest.LogCaptureFixture) -> None:
    """However talkative everything is: signing in, asking, being told no, and signing out."""
    caplog.set_level(logging.DEBUG)
    page = alice.begin()
    request_token, browser = parameters(page)["oauth_token"], alice.cookie(LOGIN)
    back = alice.allow(page)
    alice.get(back)
    session = alice.cookie()
    alice.ask("{ viewer { firstName } }")
    ours.revoke(ALICE)
    alice.ask("{ viewer { firstName } }")
    alice.post("/auth/logout")
    # But for what the tests' own client says, and the origin's database, which keeps tokens as they are.
    logged = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name not in {"httpx", "httpcore.http11"}
        and (record.name != "aiosqlite" or " records " in record.getMessage())
    )

    secrets = [each for token in ours.access_tokens() for each in (token.token, token.secret)]
    secrets += [*parameters(back).values(), request_token, browser or "", session or "", "CANARY"]
    assert "records" in logged
    assert [secret for secret in secrets if secret in logged] == []


def test_files_are_for_their_owner_alone(alice: Person, home: Path) -> None:
    """The key and the sessions, and the folder around them."""
    alice.sign_in()

    modes = {file.name: file.stat().st_mode & 0o777 for file in home.iterdir()}
    assert {"session.key": 0o600, "sessions.sqlite3": 0o600}.items() <= modes.items()
    assert set(modes.values()) == {0o600}
    assert home.stat().st_mode & 0o777 == 0o700
