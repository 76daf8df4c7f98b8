"""Operations by WebSocket: the protocol and its limits, spoken by a foreign client over loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from gateway import serving, websocket_protocol
from gateway.edge.admission import Admission
from gateway.edge.priority import Demand, Priority
from gateway.edge.streams import Ending, StreamLimits, Streams
from gateway.loaders.viewer import Viewer
from gateway.stores.records import StoreUnavailable
from gateway.upstream.signing import Credentials
from tests.gateway.queues import TAGS, Live, QueueOrigin, live

pytestmark = pytest.mark.anyio

PROTOCOL = Subprotocol("graphql-transport-ws")
ANN = {"authorization": "Bearer ann"}
SHAKING = b"""GET /graphql HTTP/1.1\r
Host: 127.0.0.1\r
Upgrade: websocket\r
Connection: Upgrade\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r
Sec-WebSocket-Protocol: graphql-transport-ws\r
\r
"""


class Client:
    """Speaks messages as JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def say(self, type_: str, **rest: object) -> None:
        """Send a message."""
        await self.socket.send(json.dumps({"type": type_, **rest}))

    async def hear(self) -> Any:  # noqa: ANN401
        """Receive a message."""
        async with asyncio.timeout(10):
            return json.loads(await self.socket.recv())

    async def begin(self, payload: object = None) -> None:
        """Say who it is."""
        await self.say("connection_init", payload=payload or ANN)
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, name: str, query: str = TAGS) -> None:
        """Ask an operation."""
        await self.say("subscribe", id=name, payload={"query": query})

    async def talk(self) -> int:
        """Send pings, and take no answer, until the socket is closed; return the code."""
        try:
            while True:
                await self.say("ping", payload="x" * 60_000)
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 1006

    @property
    def reason(self) -> str:
        """Return why the socket was closed."""
        return self.socket.close_reason or ""

    async def closed(self) -> int:
        """Return the code that the socket is closed with, whatever comes before."""
        async with asyncio.timeout(10):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as error:
                return error.rcvd.code if error.rcvd else 1006


@asynccontextmanager
async def opened(to: Live, **options: Any) -> AsyncIterator[Client]:  # noqa: ANN401
    """Open a socket, and say nothing yet."""
    options = {"subprotocols": [PROTOCOL], "proxy": None, "compression": None, **options}
    async with connect(to.socket_url, **options) as socket:
        yield Client(socket)


@pytest.fixture
def origin() -> QueueOrigin:
    """Return an origin of queues."""
    return QueueOrigin()


def tag(name: str, etag: int) -> dict[str, object]:
    """Return the message that a queue has this tag."""
    return {"id": name, "type": "next", "payload": {"data": {"queueChanged": {"etag": str(etag)}}}}


async def test_a_change_at_the_origin_is_told(origin: QueueOrigin) -> None:
    """First the queue as it is, then each difference; nothing in between, nothing after `complete`."""
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        await ann.begin()
        await ann.subscribe("1")
        assert await ann.hear() == tag("1", 1)
        for etag in (2, 3):
            origin.change("ann")
            assert await ann.hear() == tag("1", etag)
        await ann.say("complete", id="1")
        await ann.say("ping", payload={"number": 1})

        assert await ann.hear() == {"type": "pong", "payload": {"number": 1}}


async def test_many_watchers_share_the_polls(origin: QueueOrigin) -> None:
    """A hundred subscriptions of one user begin with a single request for the queue."""
    async with live(origin, "ann") as gateway, AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(opened(gateway)) for _ in range(5)]
        for each in sockets:
            await each.begin()
        await sockets[0].subscribe("first")
        assert await sockets[0].hear() == tag("first", 1)
        polls = len(origin.polls)
        for each in sockets:
            for number in range(19):
                await each.subscribe(str(number))
        origin.change("ann")
        for each in sockets:
            heard = [(await each.hear())["id"] for _ in range(19)]
            assert len(set(heard)) >= 1
        assert len(origin.polls) - polls < 95, "as many polls as watchers"


async def test_queries_and_errors_travel_too(origin: QueueOrigin) -> None:
    """A query is answered once; what cannot be executed is an `error` with its code, and no `complete`."""
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        await ann.begin()
        await ann.subscribe("q", "{ __typename }")
        assert await ann.hear() == {"id": "q", "type": "next", "payload": {"data": {"__typename": "Query"}}}
        assert await ann.hear() == {"id": "q", "type": "complete"}
        for query, code in REFUSED:
            await ann.subscribe("e", query)
            heard = await ann.hear()
            assert (heard["type"], heard["payload"][0]["extensions"]["code"]) == ("error", code)


async def test_operations_need_a_place(origin: QueueOrigin) -> None:
    """What finds none is an `error` with its code, also a subscription; one that is begun holds none."""
    admission = Admission(1, soon=0.01)
    async with live(origin, "ann", admission=admission) as gateway, opened(gateway) as ann:
        await ann.begin()
        await ann.subscribe("s")
        assert (await ann.hear())["type"] == "next"
        async with admission.place(Demand(Priority.READ, None)):
            for query in ("{ __typename }", TAGS):
                await ann.subscribe("q", query)
                heard = await ann.hear()
                assert (heard["type"], heard["payload"][0]["extensions"]["code"]) == ("error", "OVERLOADED")
        await ann.subscribe("q", "{ __typename }")
        assert (await ann.hear())["type"] == "next"


async def test_cookies_count_from_our_own_page_alone(origin: QueueOrigin) -> None:
    """A browser says which page it shows; another page's socket is not opened, an unsaid one not begun."""
    cookie = {"cookie": "user=ann"}
    async with live(origin, "ann") as gateway:
        async with opened(gateway, additional_headers=cookie, origin=Origin(gateway.url)) as ours:
            await ours.say("connection_init")
            assert await ours.hear() == {"type": "connection_ack"}
        with pytest.raises(InvalidStatus) as refused:
            async with opened(gateway, additional_headers=cookie, origin=Origin("http://evil.example")):
                pass
        assert refused.value.response.status_code == 403
        async with opened(gateway, additional_headers=cookie) as unsaid:
            await unsaid.say("connection_init")
            assert await unsaid.closed() == 4403
            assert unsaid.reason == "A cookie counts only with an `Origin`."


async def test_who_is_nobody_is_told_how_to_be_somebody(origin: QueueOrigin) -> None:
    """Who comes without a token or a cookie, from no page or from ours, is not told of pages and cookies."""
    async with live(origin, "ann") as gateway:
        for page in (None, Origin(gateway.url)):
            async with opened(gateway, origin=page) as nobody:
                await nobody.say("connection_init")
                assert await nobody.closed() == 4401
                reason = "A socket is for who is signed in: say `authorization` in `connection_init`."
                assert nobody.reason == reason


REFUSED = (
    ("{", "GRAPHQL_PARSE_FAILED"),
    ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
    ("subscription { queueChanged(kind: INSTANT) { " + "etag " * 11 + "} }", "LIMIT_EXCEEDED"),
    ("{" + "".join(f"a{number}: __typename " for number in range(21)) + "}", "LIMIT_EXCEEDED"),
    ("{ __typename }" + "#" * 32_768, "LIMIT_EXCEEDED"),
)
BAD: list[str | bytes] = [
    "not json",
    "[" * 60_000,
    '{"a":' * 10_000,
    "null",
    "[]",
    "{}",
    '{"type": 1}',
    '{"type": "start"}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{a}"}}',
    '{"type": "subscribe", "id": "1", "payload": "{a}"}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": []}}',
    '{"type": "complete", "id": null}',
    '{"type": "connection_init", "payload": 1}',
    '{"type": "connection_init", "payload": {"authorization": 1}}',
    '{"type": "connection_init", "payload": {"authorization": "Bearer \\r\\nx"}}',
    '{"type": "ping", "type": "pong"}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": {"a": 1, "\\u0061": 2}}}',
    '{"type": "ping", "payload": NaN}',
    '{"type": "ping", "payload": 1e400}',
    '{"type": "ping", "payload": 0.' + "1" * 401 + "}",
    '{"type": "ping", "payload": "\\ud800"}',
    '{"type": "ping", "payload": ' + "[" * 64 + "]" * 64 + "}",
    b"binary",
]


@pytest.mark.parametrize("is_begun", [False, True])
async def test_what_is_no_message_closes_the_socket(
    origin: QueueOrigin, caplog: pytest.LogCaptureFixture, *, is_begun: bool
) -> None:
    """With 4400, whatever it is, and without a line in the log: read as strictly as a body (T19, Q17)."""
    async with live(origin, "ann") as gateway:
        for text in BAD:
            async with opened(gateway) as ann:
                if is_begun:
                    await ann.begin()
                await ann.socket.send(text)
                assert await ann.closed() == 4400, text[:60]
    assert caplog.records == []


async def test_a_message_has_a_size(origin: QueueOrigin) -> None:
    """64 KiB are read; one byte more closes the socket, by both numbers (T19, G19)."""
    head, tail = '{"type":"ping","payload":"', '"}'
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        await ann.begin()
        for size in (65_535, 65_536):
            await ann.socket.send(head + "x" * (size - len(head + tail)) + tail)
            assert (await ann.hear())["type"] == "pong"
        await ann.socket.send(head + "x" * (65_537 - len(head + tail)) + tail)
        assert await ann.closed() == 1009
        assert "65537" in ann.reason
        assert "65536" in ann.reason


class _Away(set[str]):
    """Who is signed in, where nobody can tell."""

    def __contains__(self, _name: object) -> bool:
        raise StoreUnavailable("CANARY")


async def test_who_cannot_be_recognised_may_come_again(origin: QueueOrigin) -> None:
    """It is the gateway's store that is away; a client that comes again later may find it."""
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        gateway.signed_in = _Away()
        await ann.say("connection_init", payload={"authorization": "Bearer ann"})

        assert await ann.closed() == 1013
        assert ann.reason == "The gateway's own store does not answer now."


async def test_who_says_nothing_must_go(origin: QueueOrigin) -> None:
    """A socket that is not begun in time is closed, pings or not."""
    async with live(origin, "ann", init_within=0.05) as gateway, opened(gateway) as silent:
        await silent.say("ping")
        assert await silent.closed() == 4408
        assert silent.reason == "A connection must be initialised within 0.05 s."


async def test_who_answers_no_farewell_is_gone(origin: QueueOrigin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is told to go, and stays, is let go soon."""
    monkeypatch.setattr(websocket_protocol, "LAST_WORD_WITHIN", 0.05)
    async with live(origin, "ann", init_within=0.05) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(gateway.url).port)
        writer.write(SHAKING)
        async with asyncio.timeout(10):
            told = await reader.read()
        writer.close()

    assert (4408).to_bytes(2, "big") in told


async def test_who_answers_no_ping_is_gone(origin: QueueOrigin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Now and then each socket is asked whether anybody is there; who does not say so is let go."""
    monkeypatch.setattr(serving, "PING_EVERY", 0.05)
    async with live(origin, "ann", init_within=60) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(gateway.url).port)
        writer.write(SHAKING)
        async with asyncio.timeout(10):
            told = await reader.read()
        writer.close()
        await until(lambda: gateway.streams.count == 0)

    _, _, frames = told.partition(b"\r\n\r\n")
    assert frames[0] == 0x89, "the first frame is no ping"


def test_what_a_client_may_use() -> None:
    """The limits are those that are written down."""
    assert StreamLimits() == StreamLimits(
        subscriptions=20, user_streams=5, worker_streams=500, message_bytes=65_536, init_within=5.0
    )
    assert (serving.PING_EVERY, serving.LONGEST_MESSAGE) == (20.0, 65_536)


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([{"type": "subscribe", "id": "1", "payload": {"query": "{ a }"}}], 4401),
        ([{"type": "connection_init"}], 4401),
        ([{"type": "connection_init", "payload": {"authorization": "Bearer eve"}}], 4401),
        ([{"type": "connection_init", "payload": ANN}] * 2, 4429),
        (
            [
                {"type": "connection_init", "payload": ANN},
                {"type": "subscribe", "id": "1", "payload": {"query": TAGS}},
                {"type": "subscribe", "id": "1", "payload": {"query": TAGS}},
            ],
            4409,
        ),
    ],
)
async def test_the_protocol_is_kept(
    origin: QueueOrigin, messages: list[dict[str, object]], code: int
) -> None:
    """Each breach of it has a code of its own."""
    async with live(origin, "ann") as gateway, opened(gateway) as client:
        for message in messages:
            await client.socket.send(json.dumps(message))
        assert await client.closed() == code


async def test_no_other_subprotocol_is_spoken(origin: QueueOrigin) -> None:
    """A client of the old protocol is told so."""
    async with live(origin) as gateway, opened(gateway, subprotocols=None) as old:
        assert await old.closed() == 4406


async def test_a_socket_has_so_many_operations(origin: QueueOrigin) -> None:
    """One more is refused by name, and there is room again when one has ended."""
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        await ann.begin()
        for number in range(21):
            await ann.subscribe(str(number))
        heard = {each["id"]: each for each in [await ann.hear() for _ in range(21)]}
        refused = heard.pop("20")
        await ann.say("complete", id="1")
        await ann.subscribe("20")
        again = await ann.hear()

    assert heard == {str(number): tag(str(number), 1) for number in range(20)}
    assert refused["type"] == "error"
    (error,) = refused["payload"]
    assert error["message"] == "The operations on a socket may be at most 20, not 21."
    assert (error["extensions"]["code"], "requestId" in error["extensions"]) == ("LIMIT_EXCEEDED", True)
    assert again == tag("20", 1)


async def test_a_user_and_a_worker_have_so_many_sockets(origin: QueueOrigin) -> None:
    """One more of a user is closed, and one more of anybody; whoever leaves makes room."""
    async with (
        live(origin, "ann", "bob", worker_streams=6) as gateway,
        AsyncExitStack() as stack,
    ):
        for _ in range(5):
            await (await stack.enter_async_context(opened(gateway))).begin()
        async with opened(gateway) as sixth:
            await sixth.say("connection_init", payload=ANN)
            assert await sixth.closed() == 4429
            assert sixth.reason == "The streams of a user may be at most 5, not 6."
        async with opened(gateway) as bob:
            await bob.begin({"authorization": "Bearer bob"})
            async with opened(gateway) as seventh:
                assert await seventh.closed() == 1013
                assert seventh.reason == "The streams of a worker may be at most 6, not 7."
        await until(lambda: gateway.streams.count == 5)
        async with opened(gateway) as bob:
            await bob.begin({"authorization": "Bearer bob"})


async def test_strangers_keep_nobody_out(origin: QueueOrigin) -> None:
    """Where all places are taken, the one of who has said nothing for longest is given to who comes (T19)."""
    async with (
        live(origin, "ann", "bob", worker_streams=2) as gateway,
        opened(gateway) as first,
        opened(gateway) as second,
        opened(gateway) as ann,
    ):
        assert (await first.closed(), first.reason) == (1013, "Others needed the place.")
        await ann.begin()
        async with opened(gateway) as bob:
            assert await second.closed() == 1013
            await bob.begin({"authorization": "Bearer bob"})
            async with opened(gateway) as last:
                assert await last.closed() == 1013
        await ann.say("ping")

        assert await ann.hear() == {"type": "pong"}


async def until(condition: Any) -> None:  # noqa: ANN401
    """Wait until *condition* holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is in another place
            await asyncio.sleep(0.005)


async def test_a_revoked_token_ends_its_subscriptions(origin: QueueOrigin) -> None:
    """Each of them with an `error` that says so; another user's go on."""
    async with live(origin, "ann", "bob") as gateway, opened(gateway) as ann, opened(gateway) as bob:
        await ann.begin()
        await bob.begin({"authorization": "Bearer bob"})
        for each in (ann, bob):
            await each.subscribe("1")
            assert await each.hear() == tag("1", 1)
        origin.revoked.add("ann")
        heard = await ann.hear()
        assert (heard["id"], heard["type"]) == ("1", "error")
        assert heard["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        origin.change("bob")
        assert await bob.hear() == tag("1", 2)


async def test_who_is_signed_out_must_go(origin: QueueOrigin) -> None:
    """A session that ends closes the sockets that it opened."""
    async with live(origin, "ann", recheck=0.02) as gateway, opened(gateway) as ann:
        await ann.begin()
        gateway.signed_in.remove("ann")
        assert await ann.closed() == 4403


async def test_signing_out_ends_the_streams_of_one_session() -> None:
    """Another session of the same user goes on, and so does who is nobody yet."""
    streams, token = Streams(), Credentials("token", "secret")
    with streams.open() as mine, streams.open() as theirs, streams.open() as stranger:
        mine.belongs_to(Viewer("ann", token, "one"))
        theirs.belongs_to(Viewer("ann", token, "other"))
        streams.sign_out("one")

        assert [each.ending.done() for each in (mine, theirs, stranger)] == [True, False, False]
        assert mine.ending.result() is Ending.SIGNED_OUT


async def test_who_takes_nothing_is_given_up(origin: QueueOrigin) -> None:
    """A client that reads nothing holds neither memory nor a place for long."""
    async with live(origin, "ann", send_within=0.1) as gateway, opened(gateway, max_queue=1) as ann:
        await ann.begin()
        async with asyncio.timeout(20):
            assert await ann.talk() != 1000
        assert gateway.streams.count == 0


async def test_leaving_ends_the_watching(origin: QueueOrigin) -> None:
    """A connection that breaks without a word ends the polls, too."""
    async with live(origin, "ann") as gateway:
        async with opened(gateway) as ann:
            await ann.begin()
            await ann.subscribe("1")
            await ann.hear()
            ann.socket.transport.abort()
        await until(lambda: gateway.streams.count == 0)
        polls = len(origin.polls)
        await asyncio.sleep(0.1)
        assert len(origin.polls) <= polls + 1


async def test_a_server_that_stops_says_so(origin: QueueOrigin) -> None:
    """Sockets are closed with 1001, at once, and the server has stopped soon after."""
    async with live(origin, "ann") as gateway, opened(gateway) as ann:
        await ann.begin()
        await ann.subscribe("1")
        await ann.hear()
        gateway.server.should_exit = True
        assert await ann.closed() == 1001


async def test_large_messages_are_read_one_at_a_time(origin: QueueOrigin) -> None:
    """One waits until another has been read; small ones of others do not (G9)."""
    async with live(origin, "ann") as gateway, opened(gateway) as large, opened(gateway) as small:
        for each in (large, small):
            await each.begin({"authorization": "Bearer ann"})
        await gateway.streams.reading.acquire()
        await large.say("ping", payload={"x": "y" * 9_000})
        heard = asyncio.create_task(large.hear())
        for _ in range(3):
            await small.say("ping")
            assert (await small.hear())["type"] == "pong"
        assert not heard.done()

        gateway.streams.reading.release()
        assert (await heard)["type"] == "pong"
