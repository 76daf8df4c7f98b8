"""Requests that are refused as they came: what is looked at, and what is said."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import httptools
import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.edge.admission import Admission
from gateway.edge.priority import Priority
from gateway.edge.turnstile import Plain, Turnstile
from gateway.telemetry.events import Event, TurnedAway
from tests.ambiguous import AMBIGUOUS

BODY: Final = b'{"query": "{ __typename }"}'


def request(
    *headers: str, line: str = "POST /graphql HTTP/1.1", body: bytes = BODY, more: bytes = b""
) -> bytes:
    """Return a request with *headers* beside those that it needs, and what comes with it."""
    needed = ["Host: g.test", f"Content-Length: {len(body)}"]
    head = "\r\n".join([line, *needed, *headers, "", ""])
    return head.encode("latin-1") + body + more


class Parsed:
    """What httptools makes of the same bytes."""

    def __init__(self, data: bytes) -> None:
        self.bodies: list[bytes] = []
        self.begun = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self._body = b""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_message_begin(self) -> None:
        """Count."""
        self.begun += 1

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        """Keep a piece."""
        self._body += body

    def on_message_complete(self) -> None:
        """Keep the whole."""
        self.bodies.append(self._body)


def test_a_plain_request_is_seen() -> None:
    """Its headers are known by name, its body as it is."""
    seen = Plain.of(request("Accept: */*", "Connection: keep-alive"))

    assert seen is not None
    assert (seen.body, seen.missing) == (BODY, 0)
    assert seen.headers[b"accept"] == b"*/*"


DOUBTFUL: Final = {
    "another path": request(line="POST /graphqlx HTTP/1.1"),
    "another method": request(line="GET /graphql HTTP/1.1"),
    "another version": request(line="POST /graphql HTTP/1.0"),
    "a query": request(line="POST /graphql?x=1 HTTP/1.1"),
    "chunks": request("Transfer-Encoding: chunked"),
    "two lengths": request("Content-Length: 5"),
    "two hosts": request("Host: other.test"),
    "a shorter length": request() + b" ",
    "another request behind": request(more=request()),
    "an expectation": request("Expect: 100-continue"),
    "an upgrade": request("Upgrade: h2c"),
    "a last request": request("Connection: close"),
    "a folded header": request("X-A: b\r\n c"),
    "a blank before a colon": request("X-A : b"),
    "a bare line feed": request("X-A: b\nX-C: d"),
    "a null": request("X-A: b\0"),
    "a letter of no code": request("X-A: \xe4"),
    "no host": request().replace(b"Host", b"Hos"),
    "no length": request().replace(b"Content-Length", b"Content-Lengt"),
    "a length of no digits": request().replace(b"Length: 2", b"Length: +"),
    "a long head": request("X-A: " + 8_192 * "b"),
    "half a head": request()[:30],
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_could_be_doubted_goes_the_long_way(name: str) -> None:
    """Only what all who read HTTP agree on is answered as it came (T32)."""
    assert Plain.of(DOUBTFUL[name]) is None


@pytest.mark.parametrize("name", [name for name in AMBIGUOUS if AMBIGUOUS[name].startswith(b"POST / ")])
def test_an_ambiguous_body_goes_the_long_way(name: str) -> None:
    """There it is refused as such."""
    assert Plain.of(AMBIGUOUS[name].replace(b"POST / ", b"POST /graphql ", 1)) is None


@given(
    st.lists(
        st.sampled_from(["\r\n", "\n", " ", ":", "\t", "\0", "a", "5", "Content-Length", "Host", "chunked"])
        | st.text(st.characters(max_codepoint=0xFF), max_size=3),
        max_size=6,
    ),
    st.integers(0, 200),
    st.binary(max_size=20),
)
@example(["\r\n", "Transfer-Encoding: chunked"], 40, b"")
@example([" "], 36, b"")
def test_the_parser_agrees(pieces: Sequence[str], at: int, more: bytes) -> None:
    """Whatever is put into a request: what is seen as one whole is one to httptools, with the same body."""
    plain = request("Accept: */*", body=BODY + more)
    data = plain[:at] + "".join(pieces).encode("latin-1") + plain[at:]
    seen = Plain.of(data)

    if seen is not None and not seen.missing:
        parsed = Parsed(data)
        assert (parsed.bodies, parsed.begun) == ([seen.body], 1)
        assert _trimmed(dict(parsed.headers)) == _trimmed(seen.headers)


def _trimmed(headers: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
    """Leave out the blanks around values, which mean nothing."""
    return {name: value.strip() for name, value in headers.items()}


class Full(Admission):
    """Has no place for questions."""

    def __init__(self) -> None:
        super().__init__(1)
        self.asked: list[tuple[Priority, int]] = []

    def turns_away(self, priority: Priority, inside: int) -> bool:
        """Turn away all but changes."""
        self.asked.append((priority, inside))
        return priority is not Priority.CHANGE


def _turned_away(
    *headers: str, tls_for: int = 0, origins: Sequence[str] = ()
) -> tuple[int, httpx.Headers, Any]:
    seen = Plain.of(request(*headers))
    assert seen is not None
    answer = Turnstile(Full(), tls_for, origins=origins).enter(seen)
    assert answer is not None
    head, _, body = answer.partition(b"\r\n\r\n")
    line, *lines = head.decode().split("\r\n")
    fields = httpx.Headers([(name, value) for name, _, value in (each.partition(": ") for each in lines)])
    assert fields.pop("content-length") == str(len(body))
    return int(line.split()[1]), fields, json.loads(body)


def test_a_refusal_is_like_every_other() -> None:
    """It has the status, the headers, the code and the id that it would have had the long way."""
    status, headers, body = _turned_away("X-Request-Id: a-test", tls_for=60)

    assert status == 503
    assert headers == {
        "retry-after": "1",
        "cache-control": "no-store",
        "vary": "Accept",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "strict-transport-security": "max-age=60",
        "content-type": "application/json; charset=utf-8",
        "x-request-id": "a-test",
    }
    assert body == {
        "errors": [
            {
                "message": "The gateway has too much to do: the operations at once may be at most 1 now.",
                "extensions": {
                    "code": "OVERLOADED",
                    "retryable": True,
                    "retryAfterMs": 1000,
                    "requestId": "a-test",
                },
            }
        ]
    }


OURS: Final = "https://app.example"


@pytest.mark.parametrize(
    ("headers", "origins", "read_by", "varies"),
    [
        ([f"Origin: {OURS}"], [OURS], OURS, "Accept, Origin"),
        (["Origin: https://app.example.evil"], [OURS], None, "Accept, Origin"),
        ([], [OURS], None, "Accept, Origin"),
        ([f"Origin: {OURS}"], [], None, "Accept"),
    ],
)
def test_a_refusal_is_read_by_our_pages(
    headers: Sequence[str], origins: Sequence[str], read_by: str | None, varies: str
) -> None:
    """A browser says where its page is from: one of ours is told when to ask again (T17)."""
    _, said, _ = _turned_away(*headers, origins=origins)

    assert said.get("access-control-allow-origin") == read_by
    assert said.get("access-control-expose-headers") == (read_by and "x-request-id, retry-after")
    assert said["vary"] == varies


def test_a_refusal_has_an_id_of_its_own() -> None:
    """Two that name themselves by nothing that is safe are told apart."""
    names = [_turned_away("X-Request-Id: <a>")[1]["x-request-id"] for _ in range(2)]

    assert len({*names, "<a>"}) == 3


def test_a_refusal_is_of_the_wanted_type() -> None:
    """Who wants the newer media type gets it."""
    _, headers, _ = _turned_away("Accept: application/graphql-response+json, application/json;q=0.9")

    assert headers["content-type"] == "application/graphql-response+json; charset=utf-8"


def test_who_is_inside_is_counted() -> None:
    """From when they are let in until they leave; who is turned away is told of, and not counted."""
    admission, events = Full(), list[Event]()
    turnstile = Turnstile(admission, observer=events.append)
    change, read = (
        Plain.of(request(body=f'{{"query": "{text} {{ x }}"}}'.encode())) for text in ("mutation", "query")
    )
    assert change is not None
    assert read is not None
    assert turnstile.enter(change) is None
    assert turnstile.enter(read) is not None
    assert turnstile.enter(change) is None
    turnstile.leave()
    turnstile.leave()
    turnstile.enter(read)

    assert [inside for _, inside in admission.asked] == [0, 1, 1, 0]
    assert events == [TurnedAway("read")] * 2
