"""Checks of the OAuth endpoints and of the login page (contract 2.3 to 2.6, 10)."""

import re
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from gateway.audit.asking import Ask, get
from gateway.audit.audit import kind
from gateway.audit.dance import CALLBACK, PIN, ask_token, exchange, fields, form_of, login_page, sign_in
from gateway.audit.documents import link, mapping
from gateway.audit.failures import equal, that
from gateway.audit.session import Session
from gateway.audit.vocabulary import S

TOKEN: Final = frozenset({"oauth_token", "oauth_token_secret"})


@kind
async def token_fields(session: Session, ask: Ask) -> None:
    """Ask for a request token, its secret, the application's name and where to log in."""
    found = fields(await session.send(ask))
    equal({*TOKEN, "application_name", "login_url"} - found.keys(), set())
    query = dict(parse_qsl(urlsplit(found["login_url"]).query))
    equal(query.get("oauth_token"), found["oauth_token"])


@kind
async def token_named(session: Session, ask: Ask, *, suffix: str, status: int) -> None:
    """Ask that the application's name may be sent, and must be the registered one."""
    name = fields(await session.send(ask))["application_name"]
    equal((await session.send(ask.but(application_name=name + suffix))).status, status)


@kind
async def token_confirmed(session: Session, ask: Ask, confirmed: str | None) -> None:
    """Ask that a callback given is confirmed."""
    equal(fields(await session.send(ask)).get("oauth_callback_confirmed"), confirmed)


@kind
async def token_json(session: Session, ask: Ask) -> None:
    """Ask for a request token in JSON."""
    found = mapping((await session.send(ask.but(output="json"))).ok().json())
    equal({*TOKEN, "application_name", "login_url"} - found.keys(), set())


@kind
async def token_json_error(session: Session, ask: Ask) -> None:
    """Ask for an object with the key ``error`` where an exchange fails in JSON."""
    reply = await session.send(ask)
    that(reply.status >= 400, "an error", reply.status)
    that("error" in mapping(reply.json()), "the key error", reply.text)


@kind
async def tokens_differ(session: Session) -> None:
    """Ask for another token each time."""
    first, second = await ask_token(session), await ask_token(session)
    that(first.token != second.token and first.secret != second.secret, "two tokens", first.token)


@kind
async def clock(session: Session, ask: Ask) -> None:
    """Ask for the time, in Unix seconds."""
    root = (await session.send(ask)).root()
    equal(root.tag, "time")
    that(abs(int(root.text or "0") - session.clock()) < 300, "the time", root.text)


@kind
async def login_form(session: Session, field: str) -> None:
    """Ask for a form with a field of this very name."""
    page = await login_page(session, await ask_token(session))
    equal(page.status, 200)
    form = form_of(page)
    that(form is not None and field in form.fields, f"a field {field}", page.text)


@kind
async def login_not_framed(session: Session) -> None:
    """Ask that no other site can show the login page within its own."""
    page = await login_page(session, await ask_token(session))
    policy = page.headers.get("content-security-policy", "") + page.headers.get("x-frame-options", "")
    that(re.search("frame-ancestors 'none'|DENY", policy, re.IGNORECASE), "no framing", policy)


@kind
async def login_not_cached(session: Session) -> None:
    """Ask that the login page is not kept."""
    page = await login_page(session, await ask_token(session))
    that("no-store" in page.headers.get("cache-control", ""), "no-store", page.headers.get("cache-control"))


@kind
async def login_alias(session: Session, path: str) -> None:
    """Ask for the login page at its other name."""
    granted = await ask_token(session)
    other = replace(granted, login_url=granted.login_url.replace("/oauth/login", path))
    equal((await login_page(session, other)).status, 200)


@kind
async def login_unknown(session: Session, token: str) -> None:
    """Ask that the login page does not open for a token that is none."""
    granted = await ask_token(session)
    other = replace(granted, login_url=granted.login_url.replace(granted.token, token))
    status = (await login_page(session, other)).status
    that(400 <= status < 500, "a refusal", status)


@kind
async def login_fails(session: Session) -> None:
    """Ask that a wrong password leads to a page that says ``failed`` and to nothing else."""
    page = await sign_in(session, await ask_token(session, CALLBACK), password="no such word")  # noqa: S106
    that(not page.location.startswith("http://client.example"), "no way back", page.location)
    that("failed" in (page.text + page.location).lower(), "failed", page.text)


@kind
async def login_callback(session: Session) -> None:
    """Ask that consent leads back to the callback, its query kept, with token and verifier."""
    granted = await ask_token(session, CALLBACK)
    page = await sign_in(session, granted)
    query = dict(parse_qsl(urlsplit(page.location).query))
    that(page.status in {302, 303}, "a redirect", page.status)
    equal(page.location.partition("?")[0], CALLBACK.partition("?")[0])
    equal((query.get("state"), query.get("oauth_token")), ("7", granted.token))
    that(len(query.get("oauth_verifier", "")) >= 22, "a verifier of 128 bits", query)


@kind
async def login_pin(session: Session) -> None:
    """Ask that consent out of band says ``successfully`` and shows a PIN of eight digits."""
    page = await sign_in(session, await ask_token(session))
    that("successfully" in page.text, "successfully", page.text)
    that(PIN.search(page.text), "eight digits", page.text)


@kind
async def login_callback_ignored(session: Session) -> None:
    """Ask that a callback which comes as late as the login page leads nowhere (strict)."""
    page = await sign_in(session, await ask_token(session), oauth_callback="http://evil.example/")
    that("evil.example" not in page.location, "no redirect", page.location)


@kind
async def exchanged(session: Session, callback: str) -> None:
    """Ask that the whole flow ends in a token that opens the subscriber's own resources."""
    granted = await ask_token(session, callback)
    page = await sign_in(session, granted)
    found = fields(await exchange(session, granted, page.verifier))
    equal({*TOKEN, "user_id"} - found.keys(), set())
    who = replace(get("/users/current"), token=(found["oauth_token"], found["oauth_token_secret"]))
    href = link((await session.send(who)).root(), f"{S}/user.current").get("href", "")
    equal(href.rpartition("/")[2], found["user_id"])


@kind
async def exchanged_json(session: Session) -> None:
    """Ask for the access token in JSON."""
    granted = await ask_token(session)
    page = await sign_in(session, granted)
    found = mapping((await exchange(session, granted, page.verifier, output="json")).ok().json())
    equal({*TOKEN, "user_id"} - found.keys(), set())


@kind
async def exchanged_once(session: Session) -> None:
    """Ask that a request token serves one exchange."""
    granted = await ask_token(session)
    verifier = (await sign_in(session, granted)).verifier
    (await exchange(session, granted, verifier)).ok()
    equal((await exchange(session, granted, verifier)).status, 401)


@kind
async def exchange_refused(session: Session, verifier: str | None) -> None:
    """Ask for 401 where consent was given but the verifier is wrong or lacks."""
    granted = await ask_token(session)
    await sign_in(session, granted)
    equal((await exchange(session, granted, verifier)).status, 401)


@kind
async def exchange_early(session: Session) -> None:
    """Ask for 401 where nobody has consented yet."""
    equal((await exchange(session, await ask_token(session), "12345678")).status, 401)


@kind
async def exchange_guessed(session: Session, tries: int) -> None:
    """Ask that the right verifier counts no more after so many wrong ones."""
    granted = await ask_token(session)
    verifier = (await sign_in(session, granted)).verifier
    for guess in range(tries):
        equal((await exchange(session, granted, f"0000000{guess}")).status, 401)
    equal((await exchange(session, granted, verifier)).status, 401)


@kind
async def exchange_forged(session: Session) -> None:
    """Ask that the signature is checked before the verifier: a wrong secret says nothing else."""
    granted = await ask_token(session)
    reply = await exchange(session, replace(granted, secret="x"), "12345678")  # noqa: S106
    equal((reply.status, reply.text.strip()), (401, "Invalid Signature"))


@kind
async def request_token_opens_nothing(session: Session) -> None:
    """Ask that a request token is no access token."""
    granted = await ask_token(session)
    reply = await session.send(replace(get("/users/current"), token=(granted.token, granted.secret)))
    equal(reply.status, 401)
