"""Somebody signs in from GraphiQL in a real browser, asks, and signs out."""

import re
from collections.abc import Iterator

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import expect

from tests.gateway.chromium import launched
from tests.gateway.visitor import Visitor

from .house import ALICE, NAMES, PASSWORD, House

QUERY = "query Me { viewer { firstName } }"


@pytest.fixture(scope="module")
def browser(ours: House) -> Iterator[playwright.Browser]:  # noqa: ARG001 - it is made before the browser
    """Start Chromium."""
    with launched() as chromium:
        yield chromium


@pytest.fixture
def visitor(browser: playwright.Browser, ours: House) -> Iterator[Visitor]:
    """Open GraphiQL; at the end the browser has complained of nothing."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    somebody = Visitor.before(context.new_page(), ALICE, PASSWORD)
    somebody.page.goto(f"{ours.url}/graphql")

    yield somebody

    context.close()
    assert somebody.complaints == []


def test_signing_in_asking_and_signing_out(visitor: Visitor, ours: House) -> None:
    """Through the origin's own page and back, with the name on the page and in the answer."""
    expect(visitor.account).to_contain_text("Nobody is signed in")
    visitor.sign_in()
    expect(visitor.page).to_have_url(f"{ours.url}/graphql")
    expect(visitor.account).to_contain_text(f"Signed in as {NAMES[ALICE]}")

    visitor.ask(QUERY)
    expect(visitor.answer).to_contain_text('"firstName": "Alice"')

    visitor.page.get_by_role("button", name="Sign out").click()
    expect(visitor.account).to_contain_text("Signed out.")
    expect(visitor.answer).not_to_contain_text("Alice")
    visitor.page.get_by_role("button", name=re.compile("Execute query")).click()
    expect(visitor.answer).to_contain_text('"viewer": null')


def test_a_queue_is_watched(visitor: Visitor) -> None:
    """By WebSocket, under the page's own policy, with the cookie to say whose queue it is."""
    sockets: list[str] = []
    visitor.page.on("websocket", lambda socket: sockets.append(socket.url))
    visitor.sign_in()
    expect(visitor.account).to_contain_text("Signed in as")
    visitor.ask("subscription Q { queueChanged(kind: INSTANT) { kind etag } }")

    expect(visitor.answer).to_contain_text('"kind": "INSTANT"')
    assert [url.partition("://")[0] for url in sockets] == ["ws"]
    visitor.page.get_by_role("button", name="Stop query").click()


def test_signing_out_leaves_no_answers(visitor: Visitor) -> None:
    """Neither what was watched is shown any more, nor why it is not; once it is said what was done."""
    visitor.sign_in()
    expect(visitor.account).to_contain_text("Signed in as")
    visitor.ask("subscription Q { queueChanged(kind: INSTANT) { kind etag } }")
    expect(visitor.answer).to_contain_text('"kind": "INSTANT"')
    visitor.page.get_by_role("button", name="Sign out").click()

    expect(visitor.account).to_contain_text("Signed out.")
    expect(visitor.answer).to_have_text("")
    expect(visitor.page.get_by_role("button", name="Execute query")).to_be_visible()
    visitor.page.reload()
    expect(visitor.account).to_contain_text("Nobody is signed in")


def test_scripts_reach_no_secret(visitor: Visitor, ours: House) -> None:
    """Neither cookies nor storage nor the page hold the session, or a token of the origin's."""
    visitor.sign_in()
    expect(visitor.account).to_contain_text("Signed in as")
    reached = visitor.page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage},"
        " document.documentElement.outerHTML])"
    )

    cookies = {cookie["name"]: cookie for cookie in visitor.page.context.cookies() if "name" in cookie}
    session = cookies["__Host-gateway_session"]
    assert (session.get("httpOnly"), session.get("secure"), session.get("sameSite")) == (True, True, "Lax")
    secrets = [each for token in ours.access_tokens() for each in (token.token, token.secret)]
    secrets.append(str(session.get("value")))
    assert [secret for secret in secrets if secret in reached] == []
    assert "graphiql" in reached


def test_a_device_is_approved_without_scripts(browser: playwright.Browser, ours: House) -> None:
    """From the address that the device shows, through signing in, to the button and its answer."""
    context = browser.new_context(java_script_enabled=False)
    somebody = Visitor.before(context.new_page(), ALICE, PASSWORD)
    started = context.request.post(f"{ours.url}/auth/token").json()
    somebody.page.goto(started["verification_uri"])
    somebody.page.get_by_label("Login").fill(ALICE)
    somebody.page.get_by_label("Password").fill(PASSWORD)
    somebody.page.get_by_role("button", name="Sign in and allow").click()
    somebody.page.get_by_label("The code that the device shows").fill(started["user_code"].lower())
    somebody.page.get_by_role("button", name="Continue").click()
    expect(somebody.page.locator(".code")).to_have_text(started["user_code"])
    somebody.page.get_by_role("button", name="Allow").click()

    expect(somebody.page.get_by_role("heading")).to_have_text("The device is signed in")
    given = context.request.post(f"{ours.url}/auth/token", form={"device_code": started["device_code"]})
    assert given.status == 200
    context.close()
    assert somebody.complaints == []
