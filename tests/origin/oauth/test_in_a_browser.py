"""A person with a real browser: allows, denies, mistypes, and takes back."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import expect
from requests_oauthlib import OAuth1Session

from .conftest import ALICE, KEY, PASSWORD, SECRET

CHROMIUM: Final = Path("/usr/bin/chromium")
ARGUMENTS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
BACK: Final = "http://127.0.0.1:9/back"


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    """Start Debian's Chromium; skip where it is missing, or fail if it is demanded."""
    if not CHROMIUM.exists():
        give_up = pytest.fail if os.environ.get("CI_DEMANDS_EXPLORER") == "1" else pytest.skip
        give_up(f"{CHROMIUM} is missing: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Person:
    """Somebody in front of a browser that runs no scripts, and an application that wants something."""

    page: playwright.Page
    origin_url: str
    session: OAuth1Session
    asked: dict[str, str]
    complaints: list[str] = field(default_factory=list)
    came_back: list[str] = field(default_factory=list)

    def ask(self, callback: str = BACK) -> None:
        """Let the application ask for a token, and open the page it leads to."""
        self.session = OAuth1Session(KEY, SECRET, callback_uri=callback)
        self.asked = self.session.fetch_request_token(f"{self.origin_url}/oauth/request_token")
        self.page.goto(self.asked["login_url"])

    def sign_in(self, button: str, password: str = PASSWORD) -> None:
        """Fill in who it is, and press a button."""
        self.page.get_by_label("Login").fill(ALICE)
        self.page.get_by_label("Password").fill(password)
        self.press(button)

    def press(self, button: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=button, exact=True).click()

    def exchange(self, verifier: str) -> int:
        """Let the application exchange its token, and return the status of a call with the new one."""
        self.session.fetch_access_token(f"{self.origin_url}/oauth/access_token", verifier=verifier)
        return self.call()

    def call(self) -> int:
        """Call the API with the access token."""
        return self.session.get(f"{self.origin_url}/catalog/titles?term=x").status_code

    def answer(self, route: playwright.Route) -> None:
        """Be the application's page that the browser comes back to."""
        self.came_back.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<h1>Back</h1>")


@pytest.fixture
def person(browser: playwright.Browser, origin_url: str) -> Iterator[Person]:
    """Open a browser that runs no scripts; at the end it has complained of nothing."""
    context = browser.new_context(java_script_enabled=False)
    somebody = Person(context.new_page(), origin_url, OAuth1Session(KEY), {})
    context.route(re.compile(re.escape(BACK)), somebody.answer)
    somebody.page.on("console", lambda message: somebody.complaints.append(message.text))
    somebody.ask()

    yield somebody

    context.close()
    assert somebody.complaints == []


def test_allowing_leads_back_with_the_verifier(person: Person) -> None:
    """The browser follows the redirection out of the form, and the application gets its token."""
    person.sign_in("Sign in and allow")

    expect(person.page.get_by_role("heading")).to_have_text("Back")
    told = dict(parse_qsl(urlsplit(person.came_back[0]).query))
    assert (told["oauth_token"], len(person.came_back)) == (person.asked["oauth_token"], 1)
    assert person.exchange(told["oauth_verifier"]) == 200


def test_denying_leads_back_without_one(person: Person) -> None:
    """No password is needed to say no."""
    person.press("Deny")

    expect(person.page.get_by_role("heading")).to_have_text("Back")
    assert dict(parse_qsl(urlsplit(person.page.url).query)) == {
        "oauth_token": person.asked["oauth_token"],
        "oauth_problem": "permission_denied",
    }


def test_a_wrong_password_can_be_mended(person: Person) -> None:
    """The page says what happened, its address holds ``Failed``, and the next try works."""
    person.sign_in("Sign in and allow", "wrong horse")

    expect(person.page.get_by_role("alert")).to_contain_text("Sign-in failed")
    assert "Failed" in person.page.url
    person.sign_in("Sign in and allow")
    expect(person.page.get_by_role("heading")).to_have_text("Back")


def test_what_was_allowed_can_be_taken_back(person: Person) -> None:
    """A code on the page, then the list that it leads to, then nothing is allowed any more."""
    person.ask("oob")
    person.sign_in("Sign in and allow")
    statuses = [person.exchange(person.page.locator("#pin").inner_text())]

    person.page.get_by_role("link", name="Applications you allowed").click()
    expect(person.page.get_by_role("listitem")).to_contain_text("Sneakers & Co")
    person.press("Take back")

    expect(person.page.get_by_role("status")).to_contain_text("Taken back")
    expect(person.page.get_by_text("No application may use your account.")).to_be_visible()
    assert [*statuses, person.call()] == [200, 401]


def test_who_is_signed_in_presses_once(person: Person) -> None:
    """The second application is allowed without a password; after signing out it is asked for again."""
    person.sign_in("Sign in and allow")
    expect(person.page.get_by_role("heading")).to_have_text("Back")
    person.ask()
    expect(person.page.get_by_label("Password")).to_have_count(0)
    person.press("Allow")
    expect(person.page.get_by_role("heading")).to_have_text("Back")

    person.page.goto(f"{person.origin_url}/oauth/authorizations")
    person.press("Sign out")
    person.ask()

    expect(person.page.get_by_label("Password")).to_have_count(1)


def test_the_page_is_not_framed(person: Person, browser: playwright.Browser) -> None:
    """Another site that puts the page into a frame shows an error instead (clickjacking)."""
    stranger = browser.new_page()
    frame = f'<iframe src="{person.asked["login_url"]}"></iframe>'
    stranger.route(BACK, lambda route: route.fulfill(content_type="text/html", body=frame))

    stranger.goto(BACK)
    stranger.wait_for_load_state("networkidle")

    shown = [one.url for one in stranger.frames[1:]]
    texts = [one.locator("body").inner_text() for one in stranger.frames[1:]]
    stranger.close()
    assert (shown, [text for text in texts if "Allow" in text]) == (["chrome-error://chromewebdata/"], [])


def test_another_sites_form_is_refused(person: Person, browser: playwright.Browser) -> None:
    """A page elsewhere that sends our form with a right password is turned away by where it is from."""
    fields = {"oauth_token": person.asked["oauth_token"], "login": ALICE, "password": PASSWORD}
    inputs = "".join(f'<input name="{name}" value="{value}">' for name, value in fields.items())
    form = f'<form method="post" action="{person.origin_url}/oauth/login">{inputs}<button>Go</button></form>'
    stranger = browser.new_page()
    elsewhere = "http://localhost.evil/"
    stranger.route(elsewhere, lambda route: route.fulfill(content_type="text/html", body=form))
    stranger.goto(elsewhere)

    stranger.get_by_role("button").click()

    expect(stranger.get_by_role("alert")).to_contain_text("This form comes from another site")
    stranger.close()
