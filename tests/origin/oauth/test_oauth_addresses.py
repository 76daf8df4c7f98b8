"""The clock, and which verbs and paths there are below ``/oauth/``."""

import httpx
import pytest

from .conftest import (
    BASE,
    KEY,
    NOW,
    Application,
    query,
)

REQUEST, ACCESS, CLOCK = "/oauth/request_token", "/oauth/access_token", "/oauth/clock/time"

pytestmark = pytest.mark.anyio


def said(answer: httpx.Response) -> tuple[int, str]:
    """Return status and body."""
    return answer.status_code, answer.text


async def test_the_time_is_told_to_who_has_a_key(client: httpx.AsyncClient) -> None:
    """Level 1: no signature, though one is taken; XML, or JSON when asked for (contract 2.3)."""
    bare = await client.get(f"{CLOCK}?oauth_consumer_key={KEY}")
    signed = await client.get(f"{CLOCK}?{query(Application(client).parameters(CLOCK, 'GET'))}")
    json = await client.get(f"{CLOCK}?oauth_consumer_key={KEY}&output=json")

    document = f'<?xml version="1.0" standalone="yes"?>\n<time>{NOW}</time>'
    assert [said(bare), said(signed), said(json)] == [
        (200, document),
        (200, document),
        (200, f'{{"time":{NOW}}}'),
    ]
    assert bare.headers["content-type"] == "text/xml;charset=UTF-8"


@pytest.mark.parametrize(
    ("parameters", "status", "message"),
    [
        ("", 401, "Missing Required Consumer Key"),
        ("oauth_consumer_key=unknown", 403, "Developer Inactive"),
        (f"oauth_consumer_key={KEY}&oauth_signature=x&oauth_timestamp={NOW}", 401, "Invalid Signature"),
    ],
)
async def test_the_clock_says_in_a_document_what_is_wrong(
    client: httpx.AsyncClient, parameters: str, status: int, message: str
) -> None:
    """On failure the root is ``<status>``, not a bare sentence (contract 2.3)."""
    answer = await client.get(f"{CLOCK}?{parameters}")

    told = f"<status><status_code>{status}</status_code><message>{message}</message></status>"
    assert said(answer) == (status, f'<?xml version="1.0" standalone="yes"?>\n{told}')


@pytest.mark.parametrize(
    ("verb", "path", "status", "allowed"),
    [
        ("PUT", REQUEST, 405, "GET, POST"),
        ("HEAD", ACCESS, 405, "GET, POST"),
        ("DELETE", "/oauth/login", 405, "GET, HEAD, POST"),
        ("GET", "/oauth/", 404, None),
        ("GET", "/oauth/nothing", 404, None),
        ("GET", "/oauth/Login", 404, None),
        ("GET", "/oauth/login//", 404, None),
        ("GET", f"{CLOCK}/?oauth_consumer_key={KEY}", 200, None),
        ("HEAD", "/oauth/authorizations/", 200, None),
    ],
)
async def test_paths_and_verbs_are_exact(
    client: httpx.AsyncClient, verb: str, path: str, status: int, allowed: str | None
) -> None:
    """Other verbs are 405 with those that are known, other paths 404; one trailing slash is forgiven."""
    answer = await client.request(verb, path)

    assert (answer.status_code, answer.headers.get("allow")) == (status, allowed)


async def test_a_bulk_request_does_not_reach_here(application: Application) -> None:
    """What is below ``/oauth/`` is no entry of a bulk request: it answers nothing that could be one."""
    entry = f"{BASE}{CLOCK}?oauth_consumer_key={KEY}"

    answer = await application.client.get("/utility/bulk", params={"entry_a": entry})

    assert "<status_code>404</status_code>" in answer.text
