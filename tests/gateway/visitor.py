"""Somebody in front of GraphiQL in a real browser."""

import re
from dataclasses import dataclass, field
from typing import Self

import playwright.sync_api as playwright
from playwright.sync_api import expect


@dataclass
class Visitor:
    """Somebody in front of the browser; complaints are what it reports as errors or warnings."""

    page: playwright.Page
    login: str
    password: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def before(cls, page: playwright.Page, login: str, password: str) -> Self:
        """Sit somebody down in front of *page*."""
        visitor = cls(page, login, password)
        page.on("console", visitor.listen)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        return visitor

    def listen(self, message: playwright.ConsoleMessage) -> None:
        """Note warnings and errors; a violated policy is an error."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def sign_in(self) -> None:
        """Follow the link, and fill in the origin's own page."""
        self.page.get_by_role("link", name="Sign in", exact=True).click()
        self.page.get_by_label("Login").fill(self.login)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in and allow").click()

    def ask(self, query: str) -> None:
        """Write a query in place of what is there, and execute it."""
        self.page.bring_to_front()
        editor = self.page.locator(".graphiql-query-editor")
        expect(editor.locator(".view-lines")).to_contain_text("{")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        # As if it were pasted: typed key by key, the editor closes brackets by itself.
        self.page.keyboard.insert_text(query)
        # GraphiQL takes a tenth of a second to note it; a user is slower.
        self.page.wait_for_timeout(500)
        self.page.get_by_role("button", name=re.compile("Execute query")).click()

    @property
    def answer(self) -> playwright.Locator:
        """The response pane."""
        return self.page.locator(".result-window .view-lines")

    @property
    def account(self) -> playwright.Locator:
        """What the page says about who is signed in."""
        return self.page.locator(".account")
