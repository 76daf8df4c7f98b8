"""What a person does with the login page, for tests: opens it, fills it in, and looks where that leads."""

import re

import httpx

from .conftest import ALICE, BASE, CALLBACK, PASSWORD, Application, hidden_fields

LOGIN = "/oauth/login"


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
