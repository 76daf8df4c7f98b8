"""What a page of another site can make a browser send: nothing of it changes anything (T15)."""

from pathlib import Path
from typing import Final

import httpx
import pytest

from gateway.app import create_app
from gateway.auth.dance import Person
from gateway.auth.sessions import Sessions, Sort
from gateway.settings import Settings
from gateway.storage import Storage
from gateway.upstream.signing import Credentials
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

OURS: Final = "https://graph.example"
CHANGE: Final = 'mutation { rateTitle(input: {titleId: "bW92aWU6MQ", opinion: {stars: 4}}) { __typename } }'
KINDS: Final = (
    *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    *(
        "text/plain; application/json",
        "application/json; charset=utf-7",
        "application/xml",
        "application/json",
    ),
)
"""What a form can send, and what looks like JSON; the last one is it."""
PAGES: Final[tuple[dict[str, str], ...]] = (
    {},
    {"origin": OURS},
    {"origin": "https://evil.test", "sec-fetch-site": "cross-site"},
    {"origin": "null"},
    {"origin": OURS, "sec-fetch-site": "same-site"},
)
"""What a browser says of the page: nothing, ours, and several others."""


async def _credentials(settings: Settings) -> dict[str, dict[str, str]]:
    """Sign somebody in, and return all that could show it; the last one is what no browser adds by itself."""
    storage = Storage.of(settings)
    async with storage.opened():
        sessions = Sessions(storage.records, storage.sealer)
        ann = Person("ann", "Ann", Credentials("token", "secret"))
        cookie = f"__Host-gateway_session={await sessions.begin(ann, Sort.COOKIE)}"
        bearer = f"Bearer {await sessions.begin(ann, Sort.BEARER)}"
    return {
        "nothing": {},
        "a cookie": {"cookie": cookie},
        "a cookie and a password": {"cookie": cookie, "authorization": "Basic YTph"},
        "a bearer token": {"authorization": bearer},
    }


async def test_no_other_site_changes_anything(tmp_path: Path, wire: Wire) -> None:
    """Whatever the credentials, the body and the page: a change leaves for our own page alone."""
    settings = Settings(
        origin_url=wire.origin, consumer_key="key", consumer_secret="secret", home=tmp_path, public_url=OURS
    )
    app = create_app(
        settings, open_pool=lambda _limits: httpx.AsyncClient(transport=httpx.ASGITransport(wire))
    )
    credentials = await _credentials(settings)
    changed = []
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=OURS) as http,
    ):
        for name, shown in credentials.items():
            for kind in KINDS:
                for page in PAGES:
                    before = len(wire.requests)
                    headers = {**shown, **page, "content-type": kind}
                    await http.post("/graphql", json={"query": CHANGE}, headers=headers)
                    if len(wire.requests) > before:
                        changed.append((name, kind, page))

    ours = [("a cookie", KINDS[-1], PAGES[1]), ("a cookie and a password", KINDS[-1], PAGES[1])]
    assert changed == [*ours, *(("a bearer token", KINDS[-1], page) for page in PAGES)]
