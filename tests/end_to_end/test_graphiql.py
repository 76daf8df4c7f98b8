"""A subscriber of the demo does everything from GraphiQL, in a real browser."""

import re
from collections.abc import Iterator
from typing import Final

import playwright.sync_api as playwright
import pytest
from playwright.sync_api import expect

from gateway.origin.demo.credentials import DemoCredentials
from gateway.resources import Kind
from gateway.schema import ids
from gateway.upstream.href import Address
from tests.gateway.auth.house import House, house
from tests.gateway.chromium import launched
from tests.gateway.visitor import Visitor

JAWS, PLATOON = (ids.encode(Address(Kind.MOVIE, (number,))) for number in ("60001220", "860591"))
# Each in one line: the editor closes brackets by itself, and the next line would not type over them.
QUERY: Final = "query Q { viewer { firstName } }"
WATCH: Final = "subscription S { queueChanged(kind: INSTANT) { items(first: 1) { nodes { title { id } } } } }"
CHANGE: Final = 'mutation M {{ replaceQueue(input: {{titleIds: ["{}", "{}"]}}) {{ __typename }} }}'


@pytest.fixture(scope="module")
def running(
    changing: tuple[str, DemoCredentials], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Run the whole; what others change at the origin would be found after a thousand seconds."""
    home = tmp_path_factory.mktemp("home")
    with house(changing[0], home, watch_min=1_000, watch_max=1_000) as running:
        yield running


@pytest.fixture(scope="module")
def browser(running: House) -> Iterator[playwright.Browser]:  # noqa: ARG001 - it is made before the browser
    """Start Chromium."""
    with launched() as chromium:
        yield chromium


def test_all_of_it_from_the_page(
    browser: playwright.Browser, running: House, changing: tuple[str, DemoCredentials]
) -> None:
    """Somebody signs in, asks, watches a queue, and changes it in a second tab; the first one shows it."""
    ann = changing[1].subscribers[0]
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    first, second = (Visitor.before(context.new_page(), ann.login, ann.password) for _ in range(2))
    first.page.goto(f"{running.url}/graphql")

    first.sign_in()
    expect(first.account).to_contain_text("Signed in as")
    first.ask(QUERY)
    expect(first.answer).to_contain_text('"firstName": "Ann"')

    second.page.goto(f"{running.url}/graphql")
    second.ask(CHANGE.format(JAWS, PLATOON))
    expect(second.answer).to_contain_text('"__typename": "QueueChanged"')

    first.ask(WATCH)
    expect(first.answer).to_contain_text(f'"id": "{JAWS}"')
    second.ask(CHANGE.format(PLATOON, JAWS))
    expect(first.answer).to_contain_text(f'"id": "{PLATOON}"')

    first.page.bring_to_front()
    first.page.get_by_role("button", name=re.compile("Stop query")).click()
    context.close()
    assert (first.complaints, second.complaints) == ([], [])
