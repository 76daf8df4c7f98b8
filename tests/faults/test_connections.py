"""When there is no way to the origin, or no room on it: it is said soon, and well again soon after."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.upstream.breaker import Tripping
from gateway.upstream.bulkheads import Room
from tests.faults import documents, transport
from tests.faults.exchange import Asked
from tests.faults.loops import settled
from tests.faults.operations import Operation
from tests.faults.origin import Origin
from tests.faults.proxy import Fault, Line, bound
from tests.faults.rig import ATTEMPT, TRIPPING, House, Reply

pytestmark = pytest.mark.anyio

AT_ONCE: Final = 40
PLACES: Final = Room().requests
UNAVAILABLE: Final = {"UPSTREAM_UNAVAILABLE"}


def search(number: int = 0) -> Operation:
    """Return a search of its own."""
    return Operation("search", f'{{ __typename titles(search: "love {number}", first: 1) {{ totalCount }} }}')


def codes(reply: Reply) -> set[str]:
    """Return the codes of an answer."""
    return {error["extensions"]["code"] for error in reply.errors}


async def test_nobody_listens_and_then_somebody_does(house: House) -> None:
    """A refused connection is told at once (U1); soon after the origin is back all is well again (U20)."""
    address = bound()
    url = f"http://127.0.0.1:{address.getsockname()[1]}"
    async with house.rig(origin_url=url, origin_timeout=5, operation_timeout=20) as rig:
        replies = [await rig.ask(search(number)) for number in range(10)]
        assert [codes(reply) for reply in replies] == [UNAVAILABLE] * 10
        assert rig.breaker.is_open
        assert rig.calls == 0, "what never left was counted"

        async with house.origin(at=address) as proxy:
            await asyncio.sleep(TRIPPING.open_for)
            reply = await rig.ask(search())

            assert (codes(reply), len(proxy.asked)) == (set(), 1)
            assert not rig.breaker.is_open


async def test_there_is_no_herd(house: House) -> None:
    """Of many who wait for the origin to be back a few try it; until it is, the others are told."""
    async with house.rig(operation_timeout=5) as rig:
        rig.trip()
        rig.proxy.plan = lambda _asked: ("silence", transport.silence)
        await asyncio.sleep(TRIPPING.open_for)

        replies = await asyncio.gather(*(rig.ask(search(number)) for number in range(AT_ONCE)))

        assert len(rig.proxy.asked) <= TRIPPING.probes
        assert all(codes(reply) for reply in replies)


async def test_a_black_hole_is_left(house: House) -> None:
    """A connection that does not come about is given up within the time of an attempt (U2)."""
    with bound() as full, socket.socket() as first:
        full.listen(0)
        first.connect(full.getsockname())
        url = f"http://127.0.0.1:{full.getsockname()[1]}"
        async with house.rig(origin_url=url, attempts=1, operation_timeout=20) as rig:
            reply = await rig.ask(search())

    assert codes(reply) <= {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"}
    assert reply.errors
    assert reply.seconds < 10 * ATTEMPT


async def test_a_name_that_is_nobodys(house: House) -> None:
    """A host that is not found is an origin that is not there (U3)."""
    async with house.rig(origin_url="http://origin.invalid", operation_timeout=20) as rig:
        reply = await rig.ask(search())

    assert codes(reply) <= {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"}
    assert reply.body["data"] == {"__typename": "Query", "titles": None}


def _certificate(folder: Path, *, name: str, days: int) -> ssl.SSLContext:
    """Make a certificate that nobody has vouched for, for *name*, until so many *days* from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@asynccontextmanager
async def _tls(context: ssl.SSLContext | None, heard: list[bytes]) -> AsyncIterator[str]:
    """Serve TLS by *context*, or nothing that is TLS; *heard* is what comes as plain text."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("name", "days"), [("localhost", 30), ("localhost", -1), ("another.test", 30), (None, 0)]
)
async def test_whom_nobody_vouches_for_gets_no_request(
    name: str | None, days: int, house: House, tmp_path: Path
) -> None:
    """Self-signed, expired, for another name, or no TLS at all: nothing is sent, in plain neither (U4)."""
    context = _certificate(tmp_path, name=name, days=days) if name else None
    heard: list[bytes] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    async with _tls(context, heard) as url, house.rig(origin_url=url, operation_timeout=20) as rig:
        reply = await rig.ask(search())

    assert codes(reply) == UNAVAILABLE
    assert [b"HTTP" in each for each in heard if each] == [False] * len([each for each in heard if each])


async def test_who_finds_no_room_is_told(house: House) -> None:
    """With every place taken by what is stuck another does not wait for it (U19); and all come back."""
    gate = asyncio.Event()

    async def stuck(asked: Asked, origin: Origin, line: Line) -> bool:
        await gate.wait()
        await line.say((await origin.ask(asked)).encode())
        return True

    async with house.rig(origin_timeout=60, operation_timeout=60) as rig:
        rig.proxy.plan = lambda _asked: ("stuck", stuck)
        waiting = []
        for number in range(PLACES):
            waiting.append(asyncio.create_task(rig.ask(search(number))))
            assert await settled(lambda: len(rig.proxy.asked) == len(waiting), 20)
        told = await rig.ask(search(PLACES))
        gate.set()
        replies = await asyncio.gather(*waiting)
        again = await rig.ask(search(PLACES))

        assert codes(told) == {"OVERLOADED"}
        assert [codes(reply) for reply in (*replies, again)] == [set()] * (PLACES + 1)
        assert len(rig.proxy.asked) == PLACES + 1
        assert rig.held() == []


BROWN_OUTS: Final[Mapping[str, Fault]] = {
    "500": documents.bare(500),
    "503": documents.bare(503),
    "silence": transport.silence,
    "resets": transport.reset(after="request"),
    "half an answer": transport.reset(after="body"),
    "drops": transport.dripping(headers=True, pause=0.5),
}


@pytest.mark.verify
@pytest.mark.parametrize("tripping", [Tripping(), TRIPPING], ids=["as it is", "trying often"])
@pytest.mark.parametrize("fault", BROWN_OUTS)
async def test_a_brown_out_costs_hardly_more_calls(house: House, fault: str, tripping: Tripping) -> None:
    """While every request fails, at most 1.2 calls are made for each that would have been (G13)."""
    people, questions = 8, 25
    async with house.rig(tripping=tripping, operation_timeout=5) as rig:
        rig.proxy.plan = lambda _asked: (fault, BROWN_OUTS[fault])

        async def ask(who: int) -> None:
            for number in range(questions):
                await rig.ask(search(who * questions + number))

        await asyncio.gather(*map(ask, range(people)))
        in_trouble = rig.proxy.calls

    assert in_trouble <= 1.2 * people * questions
    assert in_trouble >= tripping.fewest
