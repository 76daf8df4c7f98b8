"""The three-legged flow as a program of the time walks it: token, login form, exchange (contract 2.4-2.6)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml import html

from gateway.audit.asking import Ask, Who, get
from gateway.audit.documents import Reply
from gateway.audit.failures import AuditFailed, AuditSkipped, that
from gateway.audit.session import FORM, Session
from gateway.audit.signing import urlencoded

CALLBACK: Final = "http://client.example/back?state=7"
PIN: Final = re.compile(r"\b\d{8}\b")
_DENY: Final = re.compile(r"deny|cancel|refuse|no", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Granted:
    """A request token, as the API handed it out."""

    token: str
    secret: str = field(repr=False)
    login_url: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Where a browser came to: a page, or an address outside of the API."""

    status: int
    text: str
    location: str
    headers: Mapping[str, str]
    cookies: str = field(repr=False)

    @property
    def verifier(self) -> str:
        """Return the verifier that the callback or the page carries."""
        found = dict(parse_qsl(urlsplit(self.location).query)).get("oauth_verifier")
        shown = PIN.search(re.sub(r"<[^>]*>", " ", self.text))
        if found is None and shown is None:
            raise AuditFailed("a verifier", f"{self.status} {self.location or self.text}")
        return found or (shown[0] if shown else "")


def fields(reply: Reply) -> dict[str, str]:
    """Return the form-encoded fields of an answer."""
    return dict(parse_qsl(reply.ok().text.strip(), keep_blank_values=True))


async def ask_token(session: Session, callback: str | None = "oob", **query: object) -> Granted:
    """Ask for a request token."""
    answer = fields(await session.send(get("/oauth/request_token", oauth_callback=callback, **query)))
    that({"oauth_token", "oauth_token_secret", "login_url"} <= answer.keys(), "a request token", answer)
    return Granted(answer["oauth_token"], answer["oauth_token_secret"], answer["login_url"])


async def login_page(session: Session, granted: Granted, **query: object) -> Page:
    """Open the login page that belongs to a request token."""
    ask = get(granted.login_url, oauth_consumer_key=session.credentials.key, **query)
    return _page(await session.send(ask.by(Who.NOBODY)))


async def sign_in(
    session: Session, granted: Granted, *, password: str | None = None, **query: object
) -> Page:
    """Fill in the login form, and any form after it, until the flow leaves or says how it ended."""
    person = session.credentials.subscriber(Who.ME)
    if person.login is None or person.password is None:
        raise AuditSkipped("needs a subscriber's login and password")
    own = {"login": person.login, "password": password or person.password, "accept_tos": "checked"}
    page = await login_page(session, granted, **query)
    for _ in range(3):
        ask = submission(page, session.address(granted.login_url), own)
        if ask is None:
            return page
        reply = await session.send(ask)
        page = replace(_page(reply), cookies=_page(reply).cookies or page.cookies)
        if page.location or re.search("failed|successfully", page.text, re.IGNORECASE):
            return page
    return page


def submission(page: Page, url: str, own: Mapping[str, str]) -> Ask | None:
    """Return the POST that a browser sends for the page's form, filled in with *own*."""
    form = form_of(page)
    if form is None or page.location:
        return None
    pairs = {name: value for name, value in form.fields.items() if name and value is not None}
    buttons = form.xpath('.//button[@name]|.//input[@type="submit"][@name]')
    pairs |= {item.get("name"): item.get("value", "") for item in buttons}
    agreeing = [item for item in buttons if not _DENY.search(item.get("value", "") + item.get("name"))]
    for item in agreeing[:1]:
        pairs[item.get("name")] = item.get("value", "")
    pairs |= {name: value for name, value in own.items() if name in form.fields or name == "accept_tos"}
    target = urljoin(url, form.get("action") or "")
    headers = (("content-type", FORM), ("cookie", page.cookies), ("origin", _origin(target)))
    content = urlencoded(pairs.items()).encode()
    return Ask(path=target, verb="POST", content=content, headers=headers, who=Who.NOBODY)


def form_of(page: Page) -> html.FormElement | None:
    """Return the first form of a page."""
    found = html.fromstring(page.text).xpath("//form") if page.text.strip() else []
    return found[0] if isinstance(found, list) and found and isinstance(found[0], html.FormElement) else None


async def exchange(session: Session, granted: Granted, verifier: str | None, **query: object) -> Reply:
    """Ask for an access token in exchange for a request token."""
    ask = get("/oauth/access_token", oauth_verifier=verifier, **query)
    return await session.send(replace(ask, token=(granted.token, granted.secret)))


def _page(reply: Reply) -> Page:
    cookies = "; ".join(value.partition(";")[0] for value in reply.headers.get_list("set-cookie"))
    return Page(
        reply.status, reply.text, reply.headers.get("location", ""), dict(reply.headers.items()), cookies
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
