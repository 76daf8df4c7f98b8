"""How often one address may ask to sign in, and whose word counts for where a request comes from."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from gateway import buckets
from gateway.app import create_app
from gateway.auth.rate import RateLimit
from gateway.settings import Settings
from tests.gateway.wire import Wire

pytestmark = pytest.mark.anyio

MOST: Final = 3
ONES: Final = {
    "GET": ("/auth/login", "/auth/callback", "/auth/device"),
    "POST": ("/auth/token", "/auth/device"),
}
"""Where people are signed in."""
REFUSAL: Final = "Requests to sign in may be at most 3 a minute from here, not 4."


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@asynccontextmanager
async def limited(clock: Clock) -> AsyncIterator[Starlette]:
    """Make an application that answers an address three times a minute."""

    async def answer(_request: Request) -> Response:
        return PlainTextResponse("")

    around = RateLimit(MOST, clock=clock).around(answer, lambda why: PlainTextResponse(why, 429))
    yield Starlette(routes=[Route("/", around)])


async def ask(app: Starlette, address: str, times: int = 1) -> list[int]:
    """Ask from *address* so many times, and return the statuses."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://g.test"
    ) as http:
        return [(await http.get("/")).status_code for _ in range(times)]


async def test_as_much_as_the_limit_and_no_more() -> None:
    """Three are answered and the fourth is not; after a third of a minute there is one more."""
    clock = Clock()
    async with limited(clock) as app:
        assert await ask(app, "192.0.2.1", MOST) == [200] * MOST
        assert await ask(app, "192.0.2.1", 5) == [429] * 5
        clock.now += 19.9
        assert await ask(app, "192.0.2.1") == [429]
        clock.now += 0.2
        assert await ask(app, "192.0.2.1", 2) == [200, 429]
        clock.now += 600
        assert await ask(app, "192.0.2.1", MOST + 1) == [200] * MOST + [429]


async def test_addresses_count_for_themselves() -> None:
    """Of IPv6 a network is one address, and an IPv4 address is the same however it is written."""
    async with limited(Clock()) as app:
        assert await ask(app, "192.0.2.1", MOST) == [200] * MOST
        assert await ask(app, "192.0.2.2") == [200]
        assert await ask(app, "::ffff:192.0.2.1") == [429]
        assert await ask(app, "2001:db8::1", MOST) == [200] * MOST
        assert await ask(app, "2001:db8::ffff:1") == [429]
        assert await ask(app, "2001:db8:0:1::1") == [200]


async def test_who_asked_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many addresses as there are do not take all memory."""
    monkeypatch.setattr(buckets, "_MOST", 2)
    async with limited(Clock()) as app:
        assert await ask(app, "192.0.2.1", MOST) == [200] * MOST
        for other in ("192.0.2.2", "192.0.2.3"):
            await ask(app, other)

        assert await ask(app, "192.0.2.1") == [200]


@asynccontextmanager
async def gateway(address: str = "192.0.2.9", **settings: Any) -> AsyncIterator[httpx.AsyncClient]:  # noqa: ANN401
    """Run a gateway that *address* asks."""
    read = Settings(origin_url="http://o.test", consumer_key="key", consumer_secret="secret", **settings)
    app = create_app(read, open_pool=lambda _limits: httpx.AsyncClient(transport=httpx.ASGITransport(Wire())))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://g.test"
        ) as http,
    ):
        yield http


@pytest.mark.parametrize(("method", "path"), [(each, path) for each, paths in ONES.items() for path in paths])
async def test_every_way_to_sign_in_is_limited(method: str, path: str) -> None:
    """Nobody tries codes, takes all places of those who wait, or uses up the origin's calls (T9, T20)."""
    async with gateway(sign_ins_per_minute=MOST) as http:
        before = [(await http.request(method, path)).status_code for _ in range(MOST)]
        refused = await http.request(method, path)
        asked = await http.post("/graphql", json={"query": "{ __typename }"})
        session = await http.get("/auth/session")

    assert 429 not in before
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "20")
    assert refused.headers["cache-control"] == "no-store"
    if path == "/auth/token":
        assert refused.json() == {"error": "slow_down", "error_description": REFUSAL}
    else:
        assert REFUSAL in refused.text
    assert (asked.status_code, session.status_code) == (200, 200)


@pytest.mark.parametrize(
    ("proxies", "headers", "statuses"),
    [
        ((), {"x-forwarded-for": "198.51.100.{}"}, [200, 429]),
        (("192.0.2.0/24",), {"x-forwarded-for": "198.51.100.{}"}, [200, 200]),
        (("192.0.2.0/24",), {"x-forwarded-for": "{}.{}.{}.{}, 198.51.100.1"}, [200, 429]),
        (("203.0.113.1",), {"x-forwarded-for": "198.51.100.{}"}, [200, 429]),
        (("192.0.2.0/24",), {"forwarded": "for=198.51.100.{}", "x-real-ip": "198.51.100.{}"}, [200, 429]),
    ],
)
async def test_only_a_proxy_of_ours_says_who_asks(
    proxies: tuple[str, ...], headers: Mapping[str, str], statuses: list[int]
) -> None:
    """Anybody else's word for their address counts for nothing (H13, T13)."""
    async with gateway(sign_ins_per_minute=1, proxies=proxies) as http:
        answers = [
            await http.get(
                "/auth/device", headers={name: said.replace("{}", number) for name, said in headers.items()}
            )
            for number in ("1", "2")
        ]

    assert [429 if each.status_code == 429 else 200 for each in answers] == statuses
