"""Writes as they stand on the wire, checked by a foreign library's reading of the signature."""

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import pytest
from authlib.oauth1.rfc5849.signature import construct_base_string, hmac_sha1_signature

from gateway.resources import Href
from gateway.upstream.client import Client
from gateway.upstream.errors import (
    MalformedDocument,
    OriginRefused,
    OriginTimedOut,
    OriginUnreachable,
    UpstreamError,
)
from gateway.upstream.signing import Credentials, Signer
from gateway.upstream.statuses import Written
from gateway.upstream.writer import Write, Writer, is_settled
from tests.gateway.upstream.test_signing import read_header

pytestmark = pytest.mark.anyio

QUEUE = Href("http://o.test/users/1/queues/instant")
TOKEN = Credentials("token", "token secret")
ADDED = "<status><status_code>201</status_code><message>Move successful</message><etag>12</etag></status>"


async def send(
    write: Write, answer: Callable[[httpx.Request], httpx.Response], signer: Signer | None = None
) -> Written:
    """Send *write* to an origin that answers it so."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        writer = Writer(Client(http), signer or Signer(Credentials("key", "secret")))
        return await writer.write(write, deadline=asyncio.get_running_loop().time() + 5)


def says(status: int, text: str = "", **headers: str) -> httpx.Response:
    """Return an answer that is read as it comes."""
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(text.encode()))


def signature_of(request: httpx.Request, form: str) -> str:
    """Return the signature that *request* should have."""
    oauth = read_header(request.headers["authorization"])
    oauth.pop("oauth_signature")
    query = str(request.url).partition("?")[2]
    parameters = [*parse_qsl(query, keep_blank_values=True), *parse_qsl(form, keep_blank_values=True)]
    base = construct_base_string(request.method, str(request.url), [*parameters, *oauth.items()])
    return str(hmac_sha1_signature(base, "secret", "token secret"))


async def test_a_form_is_signed() -> None:
    """The parameters of a form are part of the signature, with whatever is in them."""
    seen: list[httpx.Request] = []
    form = (("title_ref", "http://o.test/catalog/titles/movies/1"), ("format", "Blu-ray & +%~ü"), ("x", ""))

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return says(201, ADDED)

    written = await send(Write(method="POST", href=Href(f"{QUEUE}?v=1.5"), token=TOKEN, form=form), answer)

    assert written == Written(status=201, message="Move successful", etag="12")
    (request,) = seen
    body = request.content.decode()
    assert parse_qsl(body, keep_blank_values=True) == list(form)
    oauth = read_header(request.headers["authorization"])
    assert oauth["oauth_signature"] == signature_of(request, body)
    assert oauth["oauth_token"] == "token"


async def test_a_document_is_not_signed() -> None:
    """No signature covers it, and it comes with its own media type."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return says(304, etag='"12"')

    written = await send(Write(method="PUT", href=QUEUE, token=TOKEN, document=b"<queue></queue>"), answer)

    assert written == Written(status=304, etag="12")
    (request,) = seen
    assert request.content == b"<queue></queue>"
    assert request.headers["content-type"] == "text/xml;charset=UTF-8"
    assert read_header(request.headers["authorization"])["oauth_signature"] == signature_of(request, "")


async def test_a_refusal_says_why() -> None:
    """Its sub code tells what is queued already from a tag that is old."""
    document = "<status><status_code>412</status_code><sub_code>710</sub_code><message>M</message></status>"

    with pytest.raises(OriginRefused) as raised:
        await send(Write(method="DELETE", href=QUEUE, token=TOKEN), lambda _: says(412, document))

    assert (raised.value.status, raised.value.sub_code, raised.value.message) == (412, 710, "M")


async def test_a_refusal_of_our_clock_sets_it() -> None:
    """By the date of the answer (T35)."""
    signer = Signer(Credentials("key", "secret"), clock=lambda: 0.0)
    refusal = says(401, "Timestamp Is Invalid", date="Sun, 06 Nov 1994 12:00:00 GMT")

    with pytest.raises(OriginRefused):
        await send(Write(method="DELETE", href=QUEUE, token=TOKEN), lambda _: refusal, signer)

    assert signer.clock() == 784_123_200.0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OriginUnreachable(QUEUE, never_left=True), True),
        (OriginRefused(QUEUE, 400, sub_code=130), True),
        (OriginRefused(QUEUE, 412), True),
        (OriginRefused(QUEUE, 408), False),
        (OriginRefused(QUEUE, 500), False),
        (OriginRefused(QUEUE, 504), False),
        (OriginRefused(QUEUE, 302), False),
        (OriginUnreachable(QUEUE), False),
        (OriginTimedOut(QUEUE, 5), False),
        (MalformedDocument("/", "a status document"), False),
    ],
)
def test_only_a_clear_answer_settles_a_write(error: UpstreamError, expected: bool) -> None:  # noqa: FBT001
    """After anything else nobody knows what has become of it."""
    assert is_settled(error) is expected
