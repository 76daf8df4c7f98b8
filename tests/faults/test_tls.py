"""An origin that is not who it says it is: nothing is sent to it, and nothing in plain instead (U4)."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.faults.rig import DEADLINE, House
from tests.faults.test_connections import codes, search

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
HERE = x509.IPAddress(ip_address("127.0.0.1"))
ANSWER = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Authority:
    """Vouches for servers."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls) -> Self:
        """Make one."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _unsigned("An authority", "An authority", key, 30 * DAY)
        basic = x509.BasicConstraints(ca=True, path_length=None)
        return cls(key, made.add_extension(basic, critical=True).sign(key, hashes.SHA256()))

    @property
    def trusted(self) -> ssl.SSLContext:
        """Return what trusts those that it vouches for."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def server(
        self, folder: Path, *, name: x509.GeneralName = HERE, lasts: timedelta = DAY
    ) -> ssl.SSLContext:
        """Return how a server called *name* speaks TLS, that it vouches for until then."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([name])
        made = _unsigned("A server", "An authority", key, lasts).add_extension(names, critical=False)
        file = folder / "server.pem"
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = made.sign(self.key, hashes.SHA256())
        file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _unsigned(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 60 * DAY)
        .not_valid_after(now + lasts)
    )


@asynccontextmanager
async def _serving(context: ssl.SSLContext | None, heard: list[bytes]) -> AsyncIterator[str]:
    """Serve by *context*, or stay silent without one; *heard* is what arrives."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))
        if context is not None:
            writer.write(ANSWER)
        else:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def _servers(folder: Path, authority: Authority) -> dict[str, ssl.SSLContext]:
    old = authority.server(folder)
    with pytest.deprecated_call():
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    return {
        "expired": authority.server(folder, lasts=-DAY),
        "another's name": authority.server(folder, name=x509.DNSName("another.test")),
        "nobody vouches": Authority.new().server(folder),
        "old protocol": old,
    }


async def _asked(
    house: House, authority: Authority, context: ssl.SSLContext | None
) -> tuple[set[str], float, list[bytes]]:
    """Ask a gateway before a server of *context*; return the codes, after how long, and what was heard."""
    heard: list[bytes] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    trusting = replace(house, tls=authority.trusted)
    async with _serving(context, heard) as url, trusting.rig(origin_url=url) as rig:
        reply = await rig.ask(search())
    return codes(reply), reply.seconds, heard


async def test_whom_somebody_vouches_for_is_asked(house: House, tmp_path: Path) -> None:
    """So it is by what is wrong with them that the others are not."""
    authority = Authority.new()

    _, _, heard = await _asked(house, authority, authority.server(tmp_path))

    assert heard[0].startswith(b"GET /catalog/titles?")


@pytest.mark.parametrize("fault", ["expired", "another's name", "nobody vouches", "old protocol"])
async def test_who_cannot_be_trusted_gets_no_request(fault: str, house: House, tmp_path: Path) -> None:
    """Neither by TLS nor in plain; and it is told."""
    authority = Authority.new()

    said, _, heard = await _asked(house, authority, _servers(tmp_path, authority)[fault])

    assert said == {"UPSTREAM_UNAVAILABLE"}
    assert [each for each in heard if each] == []


async def test_a_handshake_that_stalls_is_left(house: House) -> None:
    """Nothing but hellos is sent to who does not answer them."""
    said, seconds, heard = await _asked(house, Authority.new(), None)

    assert said
    assert said <= {"UPSTREAM_UNAVAILABLE", "UPSTREAM_TIMEOUT"}
    assert seconds <= DEADLINE + 0.25
    assert {each[:1] for each in heard} == {b"\x16"}


FAREWELLS = {
    "nothing": b"",
    "half a hello": b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03",
    "an alert": b"\x15\x03\x03\x00\x02\x02\x28",
    "no TLS": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("farewell", FAREWELLS)
async def test_a_handshake_that_breaks_off_is_told(farewell: str, house: House) -> None:
    """Who hangs up after the hello gets another hello perhaps, and no request."""
    heard: list[bytes] = []

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65_536))
        writer.write(FAREWELLS[farewell])
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with replace(house, tls=Authority.new().trusted).rig(origin_url=url) as rig:
            reply = await rig.ask(search())
            assert rig.held() == []

    assert codes(reply) == {"UPSTREAM_UNAVAILABLE"}
    assert reply.seconds <= DEADLINE + 0.25
    assert heard
    assert {each[:1] for each in heard} == {b"\x16"}
