"""Lasting subscriptions of who is signed in: as many as there may be take no more than 64 MiB, or keep it."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from gateway.edge.streams import StreamLimits
from gateway.origin.accounts import AccessToken, Subscriber
from gateway.origin.database import Database
from gateway.origin.oauth.tokens import new_token
from gateway.serving import bind
from tests.attacks.memory import LEFT, MOST, RETURNS_WITHIN, asking
from tests.attacks.worker import MIB, Process
from tests.gateway.edge.test_websocket import PROTOCOL, Client
from tests.gateway.queues import TAGS
from tests.load.site import site

pytestmark = [pytest.mark.anyio, pytest.mark.verify]

LIMITS: Final = StreamLimits()
USERS: Final = LIMITS.worker_streams // LIMITS.user_streams
MUCH: Final = {f"v{number}": [[{"a": 1}] * 30] * 30 for number in range(5)}
"""Values that take some twenty times as much memory as a message."""
_AT_ONCE: Final = 20
"""Clients who begin together: so many find places."""
_SETTLES_WITHIN: Final = 11.0
"""What is free is given back every ten seconds."""
_LOOK_EVERY: Final = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway before the demo's origin, and the tokens of its users."""

    worker: Process
    bearers: list[str]
    metrics: str
    """Where it tells how many streams there are."""

    @asynccontextmanager
    async def left(self) -> AsyncIterator[AsyncExitStack]:
        """Give what clients stay as long as; wait in the end until all have left."""
        async with AsyncExitStack() as stack:
            yield stack
        async with asyncio.timeout(20), httpx.AsyncClient() as http:
            while b"\ngateway_streams 0.0\n" not in (await http.get(self.metrics)).content:  # noqa: ASYNC110
                await asyncio.sleep(_LOOK_EVERY)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a client asks, and as whom."""

    bearer: str
    count: int = 1
    variables: Mapping[str, object] | None = None


Come = Callable[[str, Ask, AsyncExitStack], Awaitable[Counter[str]]]
"""Lets a client come to a URL, and stay as long as the stack; returns what became of what it asked."""


async def _by_socket(url: str, ask: Ask, stack: AsyncExitStack) -> Counter[str]:
    address = f"{url.replace('http', 'ws', 1)}/graphql"
    options: dict[str, Any] = {"subprotocols": [PROTOCOL], "proxy": None, "compression": None}
    client = Client(await stack.enter_async_context(connect(address, ping_interval=None, **options)))
    try:
        await client.begin({"authorization": f"Bearer {ask.bearer}"})
    except ConnectionClosed as error:
        return Counter([str(error.rcvd and error.rcvd.code)])
    for number in range(ask.count):
        await client.say("subscribe", id=str(number), payload={"query": TAGS, "variables": ask.variables})
    return Counter([_outcome(await client.hear()) for _ in range(ask.count)])


def _outcome(heard: Any) -> str:  # noqa: ANN401
    return str(heard["payload"][0]["extensions"]["code"] if heard["type"] == "error" else heard["type"])


async def _by_events(url: str, ask: Ask, stack: AsyncExitStack) -> Counter[str]:
    at = httpx.URL(url)
    reader, writer = await asyncio.open_connection(at.host, at.port)
    stack.callback(writer.close)
    headers = [b"Accept: text/event-stream\r\n", f"Authorization: Bearer {ask.bearer}\r\n".encode()]
    writer.write(asking(TAGS, *headers))
    async with asyncio.timeout(10):
        status = (await reader.readline()).split()[1].decode()
        if status != "200":
            assert b"\r\nretry-after: 5\r\n" in await reader.readuntil(b"\r\n\r\n")
            return Counter([status])
        await reader.readuntil(b"queueChanged")
    return Counter(["next"])


@dataclass(frozen=True, slots=True)
class Attack:
    """As many clients or subscriptions as there may be, and what one more is told."""

    come: Come
    limit: int
    told: str
    each: int = LIMITS.user_streams
    """Clients that are one user."""
    subscriptions: int = 1
    """Of a client."""


ATTACKS: Final[Mapping[str, Attack]] = {
    "a user's sockets": Attack(_by_socket, LIMITS.user_streams, "4429", 6, LIMITS.subscriptions),
    "a worker's sockets": Attack(_by_socket, LIMITS.worker_streams, "1013", subscriptions=2),
    "a user's event streams": Attack(_by_events, LIMITS.user_streams, "429", 6),
    "a worker's event streams": Attack(_by_events, LIMITS.worker_streams, "503"),
}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Run a gateway before the demo's origin, with more users than fill a worker."""
    with bind("127.0.0.1", 0, setting="") as probe:
        port: int = probe.getsockname()[1]
    settings = {
        "GATEWAY_SIGN_INS_PER_MINUTE": "10000",
        "GATEWAY_METRICS_PORT": str(port),
        # What is measured is memory, on machines however busy.
        "GATEWAY_ORIGIN_FIRST_BYTE": "60",
        "GATEWAY_ORIGIN_TIMEOUT": "60",
        "GATEWAY_OPERATION_TIMEOUT": "60",
    }
    with site(tmp_path, **settings) as found, httpx.Client(timeout=60) as http:
        held = asyncio.run(_add_people(tmp_path, found.credentials.consumer.key))
        answers = [http.post(f"{found.gateway.url}/auth/token", data=each) for each in held]
        assert {each.status_code for each in answers} == {200}, answers[-1].text
        bearers = [str(each.json()["access_token"]) for each in answers]
        server = found.gateway
        process = Process(server.process, server.url, server.log)
        yield Place(process, bearers, f"http://127.0.0.1:{port}/metrics")


async def _add_people(folder: Path, consumer: str) -> list[dict[str, str]]:
    """Add subscribers who need no password, for they have allowed *consumer* already."""
    database = Database(f"sqlite+aiosqlite:///{folder / 'origin.sqlite3'}")
    ids = [f"T{number:029}" for number in range(USERS + 1)]
    tokens = {each: (new_token(), new_token()) for each in ids}
    try:
        async with database.write() as session:
            for each in ids:
                person = Subscriber(id=each, login=each, password="!", first_name="A", last_name="B")
                person.can_instant_watch = True
                session.add(person)
            await session.flush()
            for each, (token, secret) in tokens.items():
                access = AccessToken(token=token, secret=secret, consumer_key=consumer, subscriber_id=each)
                access.created = int(time.time())
                session.add(access)
    finally:
        await database.close()
    return [
        {"oauth_token": token, "oauth_token_secret": secret, "user_id": each}
        for each, (token, secret) in tokens.items()
    ]


async def _attack(place: Place, name: str, attack: Callable[[], Awaitable[None]]) -> None:
    """See what an *attack* takes, and that another one leaves nothing beside what is kept of the first.

    Of many objects that were there at once Python keeps pages for others: what is left of the first attack is
    told, and bounded by what it took. Each user has watched a queue before, so what is kept of them is there.
    """
    worker = place.worker
    for come in (_by_socket, _by_events):
        async with place.left() as stack:
            await _join(place, [(come, Ask(bearer)) for bearer in place.bearers], stack)
    before = await _settled(worker)
    worker.forget_peak()
    await attack()
    first = await _settled(worker)
    await attack()
    peak = worker.peak - before
    end = time.monotonic() + RETURNS_WITHIN
    while worker.resident > first * LEFT and time.monotonic() < end:  # noqa: ASYNC110 - the kernel does not tell
        await asyncio.sleep(_LOOK_EVERY)
    after = worker.resident
    told = (
        f"peak +{peak / MIB:.0f}, after one +{(first - before) / MIB:.0f}, two +{(after - before) / MIB:.0f}"
    )
    print(f"{name}: {before / MIB:.0f} MiB, {told}")  # noqa: T201
    assert peak < MOST
    assert after <= first * LEFT


async def _settled(worker: Process) -> int:
    """Return what *worker* has once it has given back what is free."""
    await asyncio.sleep(_SETTLES_WITHIN)
    return worker.resident


async def _join(place: Place, asked: list[tuple[Come, Ask]], stack: AsyncExitStack) -> Counter[str]:
    """Let clients come, a few at once; return what became of all that they asked."""
    talking = asyncio.Semaphore(_AT_ONCE)

    async def join(come: Come, ask: Ask) -> Counter[str]:
        async with talking:
            return await come(place.worker.url, ask, stack)

    return sum(await asyncio.gather(*(join(come, ask) for come, ask in asked)), Counter())


@pytest.mark.parametrize("name", ATTACKS)
async def test_streams_do_not_fill_the_memory(name: str, place: Place) -> None:
    """One stream less than there may be, as many, and one more, which is refused (T19, G9)."""
    attack = ATTACKS[name]

    async def come(more: int) -> None:
        clients = range(attack.limit + more)
        asks = [Ask(place.bearers[number // attack.each], attack.subscriptions) for number in clients]
        comes = [(attack.come, ask) for ask in asks]
        async with place.left() as stack:
            found = await _join(place, comes[: attack.limit], stack)
            # One more than all would take the place of somebody who is not signed in yet.
            found += await _join(place, comes[attack.limit :], stack)
        told = {"next": attack.subscriptions * min(attack.limit, len(asks)), attack.told: max(more, 0)}
        assert found == Counter(told)

    await _attack(place, name, lambda: come(1))
    await come(0)
    await come(-1)


@pytest.mark.parametrize("more", [-1, 0, 1])
async def test_a_socket_has_so_many_subscriptions(more: int, place: Place) -> None:
    """One less, as many, and one more, which is refused; the others go on (T19)."""
    limit = LIMITS.subscriptions
    async with place.left() as stack:
        found = await _join(place, [(_by_socket, Ask(place.bearers[0], limit + more))], stack)

    assert found == Counter({"next": min(limit, limit + more), "LIMIT_EXCEEDED": max(more, 0)})


@pytest.mark.parametrize(("count", "variables"), [(LIMITS.subscriptions, None), (1, MUCH)])
async def test_subscriptions_do_not_fill_the_memory(
    count: int, variables: Mapping[str, object] | None, place: Place
) -> None:
    """However many there are, and whatever comes along with them: some are refused (T19, G9)."""

    async def come() -> None:
        asks = [Ask(bearer, count, variables) for bearer in place.bearers]
        async with place.left() as stack:
            found = await _join(place, [(_by_socket, ask) for ask in asks], stack)
        assert found.keys() == {"next", "OVERLOADED"}
        assert found.total() == count * len(asks)

    await _attack(place, f"{count} subscriptions on each socket", come)
