"""What goes wrong with requests: some before they are signed, so that it gets far, some after."""

from collections.abc import Callable
from random import Random
from typing import Final

from .drafts import Draft, Message, Signed
from .wishes import SHARED
from .world import Consumer, World

Change = Callable[[Random, World, Draft], None]
Damage = Callable[[Random, Message], None]

TEXTS: Final = (
    "",
    " ",
    "0",
    "-1",
    "1e9",
    "9" * 40,
    "2147483648",
    "9223372036854775808",
    "NaN",
    "٣",
    "²",
    "true",
    "null",
    "\0",
    "a\0b",
    "\x01\x1b\x7f\x85",
    "\ufffe\uffff",
    "\u202e\u200d",
    "\U0001d56c\U0001f3ac\u200d\U0001f467",
    "e\u0301" * 200,
    "\r\nset-cookie: x=y",
    "<!--]]>&amp;<x/>",
    "%25%00%zz+",
    "'; DROP TABLE title; --",
    '" OR * : NEAR(',
    "!& | :* ' <->",
    "../../etc/passwd",
    "http://[",
    "http://[::1]:99999/catalog/titles/movies/1",
    "//origin.example/catalog/titles/movies/1",
    "javascript:alert(1)",
    "x" * 300,
    "word " * 120,
    "," * 600,
    "@" + "title,@" * 40,
    "1e400",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00",
    "2010-02-30",
    "Infinity",
)
NAMES: Final = (
    *SHARED,
    "term",
    "title_ref",
    "title_refs",
    "position",
    "format",
    "rating",
    "etag",
    "method",
    "feed_token",
    "include_amg",
    "entry_0",
    "entry_",
    "oauth_token",
    "oauth_callback",
    "oauth_signature",
    "output",
    "login",
    "csrf",
    "",
    "é",
    "a b",
    "x" * 300,
)
VERBS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "BREW")
SEGMENTS: Final = (
    "",
    ".",
    "..",
    "x",
    "%",
    "%2F",
    "%00",
    "%ff",
    "é",
    "0",
    "1",
    "9" * 30,
    "current",
    "a;b",
    "~" * 130,
)
HEADERS: Final = (
    ("accept", "application/json"),
    ("accept", "text/xml;q=0.1, application/json;q=x, */*;q=9"),
    ("accept", ";q=,;;,/"),
    ("accept-encoding", "gzip"),
    ("accept-encoding", "gzip;q=1e999, *;q=nan"),
    ("if-match", "*"),
    ("if-match", '"\\'),
    ("if-none-match", '*, W/"x", "'),
    ("etag", '"9" * 40'),
    ("content-encoding", "gzip"),
    ("cookie", "origin_visit=" + "m" * 43 + "~99999999999~" + "0" * 64 + "~é"),
    ("origin", "http://evil.example"),
    ("sec-fetch-site", "cross-site"),
    ("x-http-method-override", "DELETE"),
    ("range", "bytes=5-"),
    ("content-type", "multipart/form-data"),
    ("content-type", "multipart/form-data; boundary="),
    ("content-type", "application/x-www-form-urlencoded; charset=utf-16"),
    ("content-type", "text/xml; charset=klingon"),
    ("authorization", 'OAuth oauth_consumer_key="é", oauth_token="%ZZ"'),
    ("authorization", "Basic eDp5"),
    ("x-forwarded-host", "evil.example"),
)
DOCUMENTS: Final = (
    b"",
    b"<",
    b"<queue/>",
    b"<queue><etag>\xff</etag></queue>",
    b"<queue>" + b"<queue_item>" * 3_000,
    b"<queue>" + b"<queue_item/>" * 600 + b"</queue>",
    b'<?xml version="1.0" encoding="utf-16"?><queue/>',
    b'<?xml version="1.1"?><queue>&#1;</queue>',
    b'<!DOCTYPE q [<!ENTITY a "b">]><queue>&a;</queue>',
    b"\xff\xfe<\0q\0u\0e\0u\0e\0/\0>\0",
    b'<x:queue xmlns:x="y"><x:queue_item/></x:queue>',
    b'<queue xmlns="y"><queue_item xml:base="z"/></queue>',
    b"<queue><etag>" + b"9" * 5_000 + b"</etag></queue>",
    b'{"queue": []}',
    b"<queue><queue_item><link rel='\xe2\x98\x83' href='http://['/></queue_item></queue>",
)


def odd_value(chance: Random, _world: World, draft: Draft) -> None:
    """Give a parameter a value that means nothing."""
    pairs = chance.choice([part for part in (draft.query, draft.form) if part] or [draft.query])
    if pairs:
        place = chance.randrange(len(pairs))
        pairs[place] = (pairs[place][0], _odd(chance, pairs[place][1]))
    else:
        odd_parameter(chance, _world, draft)


def odd_parameter(chance: Random, _world: World, draft: Draft) -> None:
    """Add a parameter, which may be one that is read."""
    name = chance.choice(NAMES)
    value = chance.choice([*SHARED.get(name, ()), *chance.sample(TEXTS, 2)])
    (draft.form if draft.form and chance.random() < 0.5 else draft.query).append((name, value))


def lost_parameter(chance: Random, _world: World, draft: Draft) -> None:
    """Leave a parameter out, or say it twice."""
    pairs = draft.form or draft.query
    if pairs:
        place = chance.randrange(len(pairs))
        pairs[place : place + 1] = chance.choice(
            [[], [pairs[place]] * 2, [pairs[place], (pairs[place][0], "x")]]
        )


def other_verb(chance: Random, _world: World, draft: Draft) -> None:
    """Use another verb, or say that another is meant."""
    if chance.random() < 0.5:
        draft.verb = chance.choice(VERBS)
    else:
        draft.query.append(("method", chance.choice([*VERBS, "é", "GET\0"])))


def other_place(chance: Random, _world: World, draft: Draft) -> None:
    """Send parameters, or the signature, in another part of the request."""
    draft.is_multipart = chance.random() < 0.5
    draft.signed = chance.choice(list(Signed))
    if chance.random() < 0.6:
        draft.query, draft.form = draft.form, draft.query


def odd_path(chance: Random, _world: World, draft: Draft) -> None:
    """Change a segment of the path."""
    parts = draft.path.split("/")
    place = chance.randrange(1, len(parts) + 1)
    parts[place : place + chance.randrange(2)] = [chance.choice(SEGMENTS)]
    # A target that is no ASCII does not get through a server; percent-encoded it does.
    draft.path = "/".join(parts).replace("é", chance.choice(["%C3%A9", "%e9"]))


def respelt_path(chance: Random, _world: World, draft: Draft) -> None:
    """Write the same path in another way."""
    place = chance.randrange(1, len(draft.path) + 1)
    before, after = draft.path[:place], draft.path[place:]
    spelt = f"%{ord(after[0]):02X}{after[1:]}" if after else "/"
    draft.path = chance.choice([before + spelt, draft.path + "/", draft.path + "//", draft.path.upper()])


def other_caller(chance: Random, world: World, draft: Draft) -> None:
    """Sign as somebody else, or nobody."""
    who = chance.choice(world.people)
    draft.token = chance.choice(
        [None, (who.token, who.secret), (who.token, "wrong"), ("\0", ""), ("x" * 300, "")]
    )
    draft.consumer = chance.choice([*world.consumers, Consumer("unknown", ""), None])


def odd_claim(chance: Random, _world: World, draft: Draft) -> None:
    """Sign something that no program would."""
    names = (
        "nonce",
        "timestamp",
        "version",
        "signature_method",
        "consumer_key",
        "token",
        "callback",
        "verifier",
    )
    draft.oauth[f"oauth_{chance.choice(names)}"] = chance.choice(TEXTS)


def odd_document(chance: Random, _world: World, draft: Draft) -> None:
    """Send another document, or damage the one that is there."""
    if draft.document and chance.random() < 0.7:
        draft.document = _damaged(chance, draft.document)
    else:
        draft.document = chance.choice(DOCUMENTS)
    draft.media = chance.choice(["text/xml", "application/xml;charset=latin-1", "", "x"])


def odd_header(chance: Random, _world: World, draft: Draft) -> None:
    """Add a header."""
    name, value = chance.choice(HEADERS)
    draft.headers.append((name, chance.choice([value, value, value, chance.choice(TEXTS).replace("\0", "")])))


def odd_target(chance: Random, message: Message) -> None:
    """Put something into the request target."""
    place = chance.randrange(1, len(message.target) + 1)
    noise = chance.choice(
        [b"%", b"%ff", b"%00", b"%u0041", b"&", b"?", b"+", b"=&=", b";", b"//", b"%c0%af", b"a" * 9_000]
    )
    message.target = message.target[:place] + noise + message.target[place:]


def whole_url(chance: Random, message: Message) -> None:
    """Make the target a whole URL."""
    host = next((value for name, value in message.headers if name == b"host"), b"x")
    base = chance.choice(
        [b"http://" + host, b"HTTPS://" + host, b"http://api.netflix.com", b"http://", b"http://u@x:1"]
    )
    message.target = base + message.target


def other_host(chance: Random, message: Message) -> None:
    """Name another host, or none, or two."""
    hosts = [
        b"",
        b"api.netflix.com",
        b"evil.example",
        b"[::1]:x",
        b"\xff",
        b"localhost:99999",
        b"origin.example:80",
    ]
    kept = [pair for pair in message.headers if pair[0] != b"host"]
    message.headers = [*kept, *((b"host", name) for name in chance.sample(hosts, chance.randrange(3)))]


def damaged_header(chance: Random, message: Message) -> None:
    """Damage, repeat or lose a header."""
    place = chance.randrange(len(message.headers))
    name, value = message.headers[place]
    damaged = _damaged(chance, value).translate(None, b"\0\r\n")
    changed = chance.choice(
        [[], [(name, damaged)], [(name, value)] * 2, [(name, value), (b"x-long", b"y" * 20_000)]]
    )
    message.headers[place : place + 1] = changed


def damaged_body(chance: Random, message: Message) -> None:
    """Damage the body."""
    message.body = _damaged(chance, message.body)


CHANGES: Final[tuple[Change, ...]] = (
    odd_value,
    odd_value,
    odd_value,
    odd_value,
    odd_parameter,
    odd_parameter,
    odd_parameter,
    odd_parameter,
    lost_parameter,
    other_verb,
    other_place,
    odd_path,
    respelt_path,
    other_caller,
    odd_claim,
    odd_document,
    odd_header,
)
DAMAGES: Final[tuple[Damage, ...]] = (odd_target, whole_url, other_host, damaged_header, damaged_body)


def _odd(chance: Random, value: str) -> str:
    if not value or chance.random() < 0.6:
        return chance.choice(TEXTS)
    place = chance.randrange(len(value))
    return chance.choice(
        [value[:place], value[:place] + chance.choice(TEXTS) + value[place:], value * 9, value[::-1]]
    )


def _damaged(chance: Random, text: bytes) -> bytes:
    """Return *text* with a few bytes changed, lost or repeated."""
    damaged = bytearray(text)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(damaged) + 1)
        long = chance.choice([0, 1, 1, 30, len(damaged)])
        damaged[place : place + long] = chance.choice(
            [b"", b"\xff", b"<", b'"', b"%", b"\r\n", b"\0", text[:50]]
        )
    return bytes(damaged)
