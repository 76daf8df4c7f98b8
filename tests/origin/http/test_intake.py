"""What comes in: hosts, targets, bodies, all of them bounded."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Scope

from gateway.origin.app import create_app
from gateway.origin.database import Database
from gateway.origin.errors import Refusal
from gateway.origin.multipart import read_fields
from gateway.origin.settings import HISTORIC_HOSTS, OriginSettings

from .conftest import BASE, JAWS, Signer

BASE_HOST = b"api.netflix.com"
MOVIE = f"/catalog/titles/movies/{JAWS}"


async def raw(
    app: Callable[..., object], *messages: Message, **changes: object
) -> tuple[int, dict[str, str], bytes]:
    """Send a request as a server would hand it on, and return what came back."""
    scope: Scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/bulk",
        "raw_path": b"/bulk",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"api.netflix.com")],
        "server": ("127.0.0.1", 8001),
        **changes,
    }
    waiting = iter(messages or ({"type": "http.request", "body": b"", "more_body": False},))
    sent: list[Message] = []

    async def receive() -> Message:
        message = next(waiting, None)
        return message or await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)  # type: ignore[misc]
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def app(database: Database, settings: OriginSettings) -> Callable[..., object]:
    """Return the origin as a server calls it."""
    return create_app(database, settings)


HOSTS = [
    ([b"api.netflix.com"], 200),
    ([b"API.Netflix.Com:80"], 200),
    ([b"localhost:8001"], 200),
    ([b"127.0.0.1:8001"], 200),
    ([b"[::1]:8001"], 200),
    ([b"localhost:8002"], 421),
    ([b"localhost"], 421),
    ([b"api.netflix.com:8001"], 421),
    ([b"api-public.netflix.com"], 421),
    ([b"evil.test"], 421),
    ([b"api.netflix.com.evil.test"], 421),
    ([b"evil.test@api.netflix.com"], 421),
    ([b"api.netflix.com."], 421),
    ([b""], 421),
    ([b"\xff"], 421),
    ([b"[::1"], 421),
    ([], 421),
    ([b"api.netflix.com", b"evil.test"], 421),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("hosts", "code"), HOSTS)
async def test_only_our_hosts_are_answered(app: Callable[..., object], hosts: list[bytes], code: int) -> None:
    """Our public host and this machine's names with our port; anything else before all else (T13)."""
    status, headers, body = await raw(app, headers=[(b"host", host) for host in hosts])

    assert (status, b"evil" in body or "evil" in str(headers)) == (code, False)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("target", "code"),
    [
        (b"http://api.netflix.com/bulk", 200),
        (b"https://api.netflix.com/bulk", 200),
        (b"http://evil.test/bulk", 421),
        (b"http://[/bulk", 421),
        (b"*", 404),
        (b"", 200),
    ],
)
async def test_a_target_may_be_a_whole_url(app: Callable[..., object], target: bytes, code: int) -> None:
    """Of an absolute request target its own host counts (contract 9, 6)."""
    status, _, _ = await raw(app, raw_path=target)

    assert status == code


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("version", "host", "code"),
    [
        ("1.0", [], 200),
        ("1.1", [], 421),
        ("1.0", [b"evil.test"], 421),
        ("1.0", [BASE_HOST] * 2, 421),
    ],
)
async def test_only_http_1_0_may_name_no_host(
    app: Callable[..., object], version: str, host: list[bytes], code: int
) -> None:
    """There was no header for it in HTTP/1.0: what names none means the only host there is."""
    headers = [(b"host", name) for name in host]

    status, _, _ = await raw(app, http_version=version, headers=headers)

    assert status == code


@pytest.mark.anyio
async def test_historic_hosts_are_ours_only_when_allowed(
    make_client: Callable[..., httpx.AsyncClient],
) -> None:
    """A request to a historic host is ours under ``historic-hosts``."""
    old = "http://api-public.netflix.com/bulk"
    async with make_client() as strict, make_client(compat=frozenset({HISTORIC_HOSTS})) as lenient:
        answers = [await strict.get(old), await lenient.get(old)]

    assert [answer.status_code for answer in answers] == [421, 200]


@pytest.mark.anyio
async def test_forwarded_headers_change_nothing(client: httpx.AsyncClient, sign: Signer) -> None:
    """What we write comes from our settings, not from what someone says we are called."""
    headers = {"x-forwarded-host": "evil.test", "forwarded": "host=evil.test", "x-forwarded-proto": "https"}

    answer = await client.get(sign(MOVIE), headers=headers)

    assert (answer.status_code, "evil.test" in answer.text) == (200, False)


@pytest.mark.anyio
@pytest.mark.parametrize(("size", "code"), [(1000, 200), (1001, 413)])
async def test_a_body_is_only_so_long(
    make_client: Callable[..., httpx.AsyncClient], size: int, code: int
) -> None:
    """The limit counts what arrives, in however many pieces."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(size // 10):
            yield b"x" * 10
        yield b"x" * (size % 10)

    async with make_client(body_bytes=1000) as client:
        answer = await client.post("/bulk", content=pieces(), headers={"content-type": "text/plain"})

    assert answer.status_code == code


@pytest.mark.anyio
async def test_a_body_that_does_not_come_is_not_waited_for(
    database: Database, settings: OriginSettings
) -> None:
    """A body that stops half-way ends at its deadline, one that is cut off at once."""
    app = create_app(database, OriginSettings(public_url=BASE, clock=settings.clock, body_seconds=0.05))
    half: Message = {"type": "http.request", "body": b"entry_a=", "more_body": True}

    answers = [await raw(app, half, method="POST"), await raw(app, half, {"type": "http.disconnect"})]

    assert [answer[0] for answer in answers] == [408, 400]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"query_string": b"a=" + b"x" * 4000}, 414),
        ({"raw_path": b"/nowhere", "query_string": b"x" * 8192}, 414),
        ({"headers": [(b"host", b"api.netflix.com"), (b"x", b"y" * 16_384)]}, 431),
    ],
)
async def test_targets_and_headers_are_only_so_long(
    app: Callable[..., object], changes: dict[str, object], code: int
) -> None:
    """Long request targets and long headers are refused, and the limit is named."""
    status, _, body = await raw(app, **changes)

    assert (status, b"is limited to" in body or b"are limited to" in body) == (code, True)


MULTIPART = {"content-type": "multipart/form-data; boundary=b"}
PART = '--b\r\ncontent-disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'


@pytest.mark.anyio
async def test_fields_of_a_multipart_body_are_read_but_not_signed(
    client: httpx.AsyncClient, sign: Signer
) -> None:
    """They count as parameters and are no part of the signature; files are passed over (contract 9, 5)."""
    body = PART.format("method", "", "GET") + PART.format("v", '; filename="v"', "9") + "--b--\r\n"

    answer = await client.post(sign(MOVIE, "POST"), content=body, headers=MULTIPART)

    assert answer.status_code == 200


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--b--"),
        ("multipart/form-data; boundary=", b"--b--"),
        ("multipart/form-data; boundary=\xff", b"--b--"),
        ("multipart/form-data; boundary=b", b"garbage"),
        ("multipart/form-data; boundary=b", PART.format("a", "", "x").encode()),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
        ("multipart/form-data; boundary=b", PART.format("a", "", "\xff").encode("latin-1") + b"--b--\r\n"),
        ("multipart/form-data; boundary=b", PART.format("a", "", "\0").encode() + b"--b--\r\n"),
        ("application/x-www-form-urlencoded", b"a=%ff"),
        ("application/x-www-form-urlencoded", b"a=\xff"),
        ("application/x-www-form-urlencoded", b"a=%00"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"&" * 3000 + b"a=b&" * 2001),
    ],
)
async def test_a_body_that_cannot_be_read_is_400(
    client: httpx.AsyncClient, sign: Signer, content_type: str, body: bytes
) -> None:
    """No form breaks anything, whatever is wrong with it."""
    headers = {b"content-type": content_type.encode("latin-1")}

    answer = await client.post(sign(MOVIE, "POST"), content=body, headers=headers)

    assert answer.status_code == 400


@given(
    content_type=st.one_of(
        st.just("multipart/form-data; boundary=b"), st.text(st.characters(max_codepoint=255), max_size=40)
    ),
    body=st.one_of(
        st.binary(max_size=200),
        st.text('-b\r\n:;="acdfimnoprst/', max_size=200).map(lambda text: b"--b\r\n" + text.encode()),
    ),
)
def test_any_multipart_body_is_read_or_refused(content_type: str, body: bytes) -> None:
    """Whatever a body holds, it has fields or is refused."""
    try:
        outcome: object = isinstance(read_fields(body, content_type), tuple)
    except Refusal as refusal:
        outcome = refusal.status

    assert outcome in {True, 400}


@pytest.mark.anyio
async def test_compressed_bodies_are_refused(client: httpx.AsyncClient) -> None:
    """A body that would have to be inflated first is not read."""
    answer = await client.post("/bulk", content=b"\x1f\x8b", headers={"content-encoding": "gzip"})

    assert answer.status_code == 415


@pytest.mark.anyio
async def test_other_bodies_are_passed_over(client: httpx.AsyncClient, sign: Signer) -> None:
    """A body that is no form holds no parameters."""
    answer = await client.post(
        sign(f"{MOVIE}?method=GET", "POST"), content=b"v=9", headers={"content-type": "text/plain"}
    )

    assert answer.status_code == 200
