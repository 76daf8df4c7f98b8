"""An origin whose clock is not ours: whoever asks it is told once, and asks again by the origin's."""

import re
import time
from email.utils import formatdate
from typing import Final
from urllib.parse import urlencode

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from gateway.resources import Href, Text
from gateway.upstream.client import Client
from gateway.upstream.errors import OriginRefused
from gateway.upstream.href import Origin
from gateway.upstream.identity import PUBLIC
from gateway.upstream.poller import Poller
from gateway.upstream.reader import Read
from gateway.upstream.signing import Credentials, Signer
from tests.gateway.documents import ORIGIN, address, text
from tests.gateway.graph import gateway_over
from tests.gateway.loaders.fetcher import PLENTY, Purse, budget_with
from tests.gateway.wire import Raw, Wire

pytestmark = pytest.mark.anyio

AHEAD: Final = 86_400.0
SYNOPSIS: Final = "/catalog/titles/movies/1/synopsis"
BEGUN: Final = {
    "oauth_token": "t",
    "oauth_token_secret": "s",
    "oauth_callback_confirmed": "true",
    "login_url": f"{ORIGIN}/oauth/login",
}


class AnotherTime(Wire):
    """An origin that is a day ahead; it says so, unless it *tells* nobody."""

    def __init__(self, *, tells: bool = True) -> None:
        super().__init__()
        self.tells = tells
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what is signed by its clock."""
        now = time.time() + AHEAD
        signed = re.search('oauth_timestamp="([0-9]+)"', Request(scope).headers["authorization"])
        if signed and abs(int(signed[1]) - now) < 300:
            await super().__call__(scope, receive, send)
            return
        self.refused += 1
        headers = {"date": formatdate(now, usegmt=True)} if self.tells else {}
        await PlainTextResponse("Timestamp Is Invalid", 401, headers)(scope, receive, send)


async def test_a_sign_in_begins_by_the_origins_clock() -> None:
    """The first request of all may be somebody's who signs in; those who follow are not refused again."""
    wire = AnotherTime()
    wire.raw["/oauth/request_token"] = Raw(urlencode(BEGUN).encode())
    async with gateway_over(wire, authenticate=None) as graph:
        answers = [await graph.http.get("/auth/login") for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert (wire.refused, wire.requests) == (1, [["/oauth/request_token"]] * 2)


async def _poll(wire: AnotherTime) -> tuple[object, int]:
    """Return what a poll comes to, and how many calls it cost."""
    wire.documents[SYNOPSIS] = text("synopsis", "It is here.")
    purse = Purse(budget_with(PLENTY))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        signer = Signer(Credentials("key", "secret"))
        poller = Poller(Client(http), signer, purse.budget, Origin.at(ORIGIN), seconds=5)
        try:
            found = await poller.poll(Read(Href(address(SYNOPSIS))), None, PUBLIC)
        except OriginRefused as refusal:
            return refusal.message, purse.used
    return found and found.content, purse.used


async def test_a_poll_goes_by_the_origins_clock() -> None:
    """It is asked once more, for a call of its own."""
    assert await _poll(AnotherTime()) == (Text("It is here."), 2)


async def test_a_clock_that_is_not_told_is_not_guessed() -> None:
    """Once more is not for ever."""
    wire = AnotherTime(tells=False)

    assert await _poll(wire) == ("Timestamp Is Invalid", 2)
    assert (wire.refused, wire.requests) == (2, [])
