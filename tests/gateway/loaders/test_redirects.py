"""Where the origin sends us on to: followed a few times, within its own addresses, by reads."""

import asyncio
import re
from typing import Any, Final
from urllib.parse import unquote

import httpx
import oauthlib.oauth1
import oauthlib.oauth1.rfc5849.signature as signing
import pytest

from gateway import relations
from gateway.loaders.levels import Operation
from gateway.loaders.wants import Answered, Want
from gateway.loaders.window import Window
from gateway.resources import Href, Kind, Text
from gateway.schema import ids
from gateway.upstream.client import Client
from gateway.upstream.errors import ForeignLink, OriginRefused, Redirected
from gateway.upstream.href import Address, Origin
from gateway.upstream.identity import PUBLIC
from gateway.upstream.poller import Poller
from gateway.upstream.reader import Read, Reader
from gateway.upstream.redirects import MOST_HOPS
from gateway.upstream.signing import Credentials, Signer
from tests.gateway.documents import ORIGIN, address, text
from tests.gateway.graph import gateway_over
from tests.gateway.household import ANN, FILM, Household
from tests.gateway.loaders.fetcher import budget_of, fetcher_over
from tests.gateway.wire import BULK, Raw, Received, Wire

pytestmark = pytest.mark.anyio

FIRST: Final = "/catalog/titles/movies/1/synopsis"
THERE: Final = "/elsewhere/synopsis"
FOUND: Final = Text("It is here.")
RATE: Final = f"""mutation {{ rateTitle(input: {{
    titleId: "{ids.encode(Address(Kind.MOVIE, ("1",)))}", opinion: {{stars: 4}} }}) {{ __typename }} }}"""
EVIL: Final = (
    "http://evil.test/x",
    "http://o.test@evil.test/x",
    "http://o.test.evil.test/x",
    "http://o.test./x",
    "https://o.test/x",
    "http://o.test:81/x",
    "//evil.test/x",
    "/\\evil.test/x",
    "\\\\evil.test/x",
    "file:///etc/passwd",
    "gopher://o.test/x",
    "http://[::ffff:127.0.0.1]/x",
    "http://2130706433/x",
    "http://169.254.169.254/x",
    "http://o.test/%2e%2e/x",
    "http://o.test/a%0d%0aX: y",
    "http://ö.test/x",
)
"""Where no link may lead (T5)."""


def to(location: str, status: int = 302) -> Raw:
    """Return an answer that sends whoever asks to *location*."""
    return Raw(b"", status, {"location": location})


@pytest.fixture
def wire(wire: Wire) -> Wire:
    """Return an origin where something has moved."""
    wire.documents[THERE] = text("synopsis", "It is here.")
    wire.raw[FIRST] = to(address(THERE))
    return wire


class House:
    """A window onto the wire, one operation, and what the origin's allowance is used for."""

    def __init__(self, reader: Reader, **given: Any) -> None:  # noqa: ANN401
        self.fetcher = fetcher_over(reader, **given)
        self.window = Window(self.fetcher)
        self.operation = Operation(asyncio.get_running_loop().time() + 5)

    async def read(self, *paths: str) -> list[Answered]:
        """Read *paths* for the operation."""
        wants = [Want(PUBLIC, Href(address(path)), relations.SYNOPSIS) for path in paths]
        return await self.window.fetch(wants, self.operation)

    @property
    def calls(self) -> tuple[int, int]:
        """Return how many calls the operation has made, and how many are used of the allowance."""
        return self.operation.calls, budget_of(self.fetcher).used


def signed_right(received: Received) -> bool:
    """Tell whether oauthlib makes the same signature for the address that was asked for."""
    given = dict(re.findall(r'(oauth_\w+)="([^"]*)"', received.headers["authorization"]))
    oauth = {name: unquote(value) for name, value in given.items()}
    signature = oauth.pop("oauth_signature")
    query = httpx.URL(received.url).query.decode()
    pairs = [*signing.collect_parameters(uri_query=query), *oauth.items()]
    base = signing.signature_base_string(
        "GET",
        signing.base_string_uri(received.url),
        signing.normalize_parameters(pairs),  # type: ignore[arg-type]
    )
    made: str = signing.sign_hmac_sha1_with_client(
        base, oauthlib.oauth1.Client("key", client_secret="secret")
    )
    return signature == made


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", [address(THERE), THERE, "../../../../elsewhere/synopsis"])
async def test_a_redirect_within_the_origin_is_followed(
    status: int, location: str, wire: Wire, reader: Reader
) -> None:
    """With what we want of it, signed anew for where it leads; both requests are calls."""
    house = House(reader)
    wire.raw[FIRST] = to(location, status)

    assert await house.read(FIRST) == [FOUND]
    assert wire.requests == [[FIRST], [THERE]]
    assert house.calls == (2, 2)
    assert list(map(signed_right, wire.received)) == [True, True]
    assert "v=1.5" in wire.received[1].url


async def test_a_few_redirects_are_followed(wire: Wire, reader: Reader) -> None:
    """As many as may be; one more is refused, and each was a call."""
    paths = [f"/hops/{number}" for number in range(MOST_HOPS + 1)]
    for here, there in zip(paths, [*paths[1:], THERE], strict=True):
        wire.raw[here] = to(there)
    house, other = House(reader), House(reader)

    assert await house.read(paths[1]) == [FOUND]
    assert house.calls == (4, 4)
    [refused] = await other.read(paths[0])
    assert isinstance(refused, Redirected)
    assert other.calls == (4, 4)
    assert wire.requests[4:] == [[path] for path in paths]


async def test_a_loop_ends(wire: Wire, reader: Reader) -> None:
    """Even one that leads on for ever costs no more."""
    house = House(reader)
    wire.raw[FIRST], wire.raw[THERE] = to(THERE), to(FIRST)

    assert [type(each) for each in await house.read(FIRST)] == [Redirected]
    assert wire.requests == [[FIRST], [THERE]] * 2


@pytest.mark.parametrize("location", EVIL)
async def test_nobody_is_sent_away(location: str, wire: Wire, reader: Reader) -> None:
    """Neither off the origin nor to an address that two could read in two ways (T5)."""
    house = House(reader)
    wire.raw[FIRST] = to(location)

    assert [type(each) for each in await house.read(FIRST)] == [ForeignLink]
    assert (wire.requests, house.calls) == ([[FIRST]], (1, 1))


async def test_a_redirect_without_a_place_is_refused(wire: Wire, reader: Reader) -> None:
    """It leads nowhere."""
    house = House(reader)
    wire.raw[FIRST] = Raw(b"", 302)

    assert [type(each) for each in await house.read(FIRST)] == [OriginRefused]
    assert wire.requests == [[FIRST]]


async def test_a_bulk_request_is_not_sent_elsewhere(wire: Wire, reader: Reader) -> None:
    """What is posted goes where it is posted to; nothing of it is signed for another place."""
    house = House(reader)
    wire.raw[BULK] = to(address(THERE), 307)

    answers = await house.read(FIRST, "/catalog/titles/movies/2/synopsis")

    assert [each.status for each in answers if isinstance(each, OriginRefused)] == [307, 307]
    assert len(wire.requests) == 1


async def test_an_operation_that_may_make_no_more_calls_is_not_sent_on(wire: Wire, reader: Reader) -> None:
    """A hop is a call like any other."""
    house = House(reader)
    house.operation.most_calls = 1

    assert [type(each) for each in await house.read(FIRST)] == [Redirected]
    assert (wire.requests, house.calls) == ([[FIRST]], (1, 1))


async def test_what_fails_after_a_redirect_is_asked_for_again_there(wire: Wire, reader: Reader) -> None:
    """The origin has said where it is."""
    house = House(reader, attempts=2)
    wire.raw[THERE] = Raw(b"", 503)

    assert [type(each) for each in await house.read(FIRST)] == [OriginRefused]
    assert wire.requests == [[FIRST], [THERE], [THERE]]


async def test_a_poll_is_sent_on_too(wire: Wire, reader: Reader) -> None:
    """Each hop is covered by a permit of its own."""
    fetcher = fetcher_over(reader)
    budget = budget_of(fetcher)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(wire)) as http:
        signer = Signer(Credentials("key", "secret"))
        poller = Poller(Client(http), signer, budget.budget, Origin.at(ORIGIN), seconds=5)
        found = await poller.poll(Read(Href(address(FIRST))), None, PUBLIC)
        wire.raw[THERE] = to("http://evil.test/x")
        with pytest.raises(ForeignLink):
            await poller.poll(Read(Href(address(FIRST))), None, PUBLIC)

    assert found is not None
    assert found.content == FOUND
    assert wire.requests == [[FIRST], [THERE]] * 2
    assert budget.used == 4


async def test_what_a_change_looks_at_may_have_moved(wire: Wire) -> None:
    """What it is sent to may not: nothing is posted to another place than the link leads to."""
    household, moved = Household(), "/elsewhere/ratings"
    household.serve(wire)
    ratings, given = f"{household.root}/stars", f"{household.root}/given"
    wire.documents[moved] = wire.documents[ratings]
    wire.raw[ratings] = to(f"{moved}?title_refs={address(FILM(1))}", 307)
    wire.raw[given] = to(THERE, 307)

    async with gateway_over(wire, operation_timeout=0.5, change_timeout=0.5) as graph:
        answer = await graph.ask(RATE, user=ANN)

    assert answer.codes == {"rateTitle": "OUTCOME_UNKNOWN"}
    assert wire.requests[2:5] == [[ratings], [moved], [given]]
    assert [THERE] not in wire.requests
