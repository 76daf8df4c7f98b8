"""The rows of the fault list that a proxy on loopback can serve, and what may come of each.

Tests of their own have what is no fault of a single answer: names that do not resolve (U3, test_names), TLS
(U4, test_tls), a slow family beside others (U17), a pool that is exhausted (U19), recovery (U20).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from tests.faults import documents as d
from tests.faults import transport as t
from tests.faults.exchange import Asked
from tests.faults.origin import Origin
from tests.faults.proxy import Fault

TIMEOUT, UNAVAILABLE, BAD = "UPSTREAM_TIMEOUT", "UPSTREAM_UNAVAILABLE", "UPSTREAM_BAD_RESPONSE"
LIMITED, SPENT, SIGNED_OUT = "RATE_LIMITED", "QUOTA_EXHAUSTED", "UNAUTHENTICATED"
NOT_FOUND, CONFLICT = "NOT_FOUND", "CONFLICT"

Which = Callable[[Asked], bool]


def anything(_asked: Asked) -> bool:
    """Strike all requests."""
    return True


def bulk(asked: Asked) -> bool:
    """Strike bulk requests."""
    return asked.is_bulk


def alone(asked: Asked) -> bool:
    """Strike what reads one resource."""
    return not asked.is_write and not asked.is_bulk


def read(asked: Asked) -> bool:
    """Strike what changes nothing."""
    return not asked.is_write


def change(asked: Asked) -> bool:
    """Strike changes."""
    return asked.is_write


def personal(asked: Asked) -> bool:
    """Strike what is asked on a subscriber's behalf."""
    return asked.is_personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A fault, made anew for every cell."""

    make: Callable[[], Fault]
    codes: frozenset[str] = frozenset()
    """The codes of errors that may come of it; none says that it goes unnoticed."""
    which: Which = anything
    must_fail: bool = False
    """Whether a read that was struck at first cannot have gone well."""
    is_altering: bool = False
    """Whether what is shown may be another thing than what the origin has."""
    is_absence: bool = False
    """Whether the origin says that something is not there: then it is not shown, without an error."""


def _one(entry: bytes) -> list[bytes]:
    return [entry, entry]


def _same_origin(asked: Asked, _origin: Origin) -> str:
    return asked.target


def _elsewhere(_asked: Asked, _origin: Origin) -> str:
    return "http://127.0.0.1:9/stolen"


def _wire(make: Fault, *codes: str, which: Which = anything, must_fail: bool = True) -> Row:
    return Row(make=lambda: make, codes=frozenset(codes), which=which, must_fail=must_fail)


def _answer(change_: Callable[..., bytes], *codes: str, must_fail: bool = True) -> Row:
    return _wire(t.answered(change_), *codes, must_fail=must_fail)


def _document(
    edit: d.Edit, *codes: str, must_fail: bool = False, is_altering: bool = True, is_absence: bool = False
) -> Row:
    return Row(
        make=lambda: d.edited(edit),
        codes=frozenset(codes),
        must_fail=must_fail,
        is_altering=is_altering,
        is_absence=is_absence,
    )


def _once(fault: Fault, *codes: str, which: Which = anything) -> Row:
    return Row(make=lambda: d.first_calls(1, fault), codes=frozenset(codes), which=which)


def _sent_on(*codes: str, which: Which, must_fail: bool = False) -> Row:
    """Redirect whoever asks once to where they asked."""
    return Row(
        make=partial(t.redirected, _same_origin, times=1),
        codes=frozenset(codes),
        which=which,
        must_fail=must_fail,
    )


def _bulk(edit: Callable[[list[bytes]], list[bytes]], *codes: str, is_absence: bool = False) -> Row:
    return Row(make=lambda: d.entries(edit), codes=frozenset(codes), which=bulk, is_absence=is_absence)


def _xml(body: bytes) -> Fault:
    return d.bare(200, body, content_type="text/xml")


TRANSPORT: Final[Mapping[str, Row]] = {
    "U5 silence": _wire(t.silence, TIMEOUT, UNAVAILABLE),
    "U6 dripping headers": _wire(t.dripping(headers=True, pause=0.015), TIMEOUT, UNAVAILABLE),
    "U7 dripping body": _wire(t.dripping(headers=False, pause=0.015), TIMEOUT, UNAVAILABLE),
    "U8 reset at once": _wire(t.reset(after="request"), UNAVAILABLE),
    "U8 reset in headers": _wire(t.reset(after="headers"), UNAVAILABLE),
    "U8 reset in body": _wire(t.reset(after="body"), UNAVAILABLE),
    "U8 reset once": _once(t.reset(after="body"), which=read),
    "U9 truncated": _answer(t.truncated, UNAVAILABLE),
    "U10 cut in half": _answer(t.cut_in_half, BAD, UNAVAILABLE),
    "U11 chunk size": _answer(t.bad_chunk_size, BAD, UNAVAILABLE),
    "U11 last chunk": _answer(t.no_last_chunk, BAD, UNAVAILABLE),
    # The parser passes extensions over, however long, and keeps none of them: nothing is wrong then.
    "U11 extension": _answer(t.huge_extension, must_fail=False),
    "U11 endless extension": _wire(t.endless_extension, TIMEOUT, UNAVAILABLE),
    "U12 endless": _wire(t.endless, BAD, TIMEOUT),
    "U12 200 MB": _wire(t.claims_much, BAD, TIMEOUT),
    "U13 bomb": _answer(t.gzip_bomb, BAD),
    "U13 truncated": _answer(t.gzip_truncated, BAD),
    "U13 sum": _answer(t.gzip_bad_sum, BAD),
    "U13 trailing": _answer(t.gzip_trailing, BAD),
    "U13 label": _answer(t.gzip_label_only, BAD),
    "U13 twice": _answer(t.gzip_twice, BAD),
    "U14 many headers": _answer(t.many_headers, BAD, must_fail=False),
    "U14 long header": _answer(t.long_header, BAD),
    "U14 garbage": _answer(t.garbage, BAD, UNAVAILABLE),
    "U14 hints": _answer(t.early_hints, must_fail=False),
    "U15 closed once": _once(t.closed, which=read),
    "U16 redirect": _sent_on(which=alone),
    "U16 bulk": _sent_on(BAD, which=bulk, must_fail=True),
    "U16 change": _sent_on(BAD, which=change),
    "U16 away": _wire(t.redirected(_elsewhere), BAD, UNAVAILABLE),
    "U16 loop": _wire(t.redirected(_same_origin), BAD),
    "U17 late": _wire(t.late(0.05), must_fail=False),
    "U17 sliced": _wire(t.sliced, must_fail=False),
    "U18 flipped": Row(
        make=lambda: t.answered(t.flipped(7)),
        codes=frozenset({BAD}),
        which=read,
        is_absence=True,  # A link whose name is flipped is a link that nobody knows.
    ),
}

STATUSES: Final[Mapping[str, Row]] = {
    "D1": _wire(d.said(401, "Invalid Or Expired Token"), SIGNED_OUT, which=personal),
    "D2": _wire(d.said(401, "Invalid Signature"), UNAVAILABLE),
    "D3": _once(d.bare(401, b"Timestamp Is Invalid"), which=read),
    "D4 once": _once(d.said(403, "Service is over queries per second limit", retry_after="1"), LIMITED),
    "D4": _wire(d.said(403, "Service is over queries per second limit", retry_after="1"), LIMITED),
    "D5": _wire(d.said(403, "Over queries per day limit"), SPENT),
    "D6": _wire(d.bare(403, b"<h1>403 Developer Inactive</h1>"), UNAVAILABLE),
    "D7 document": Row(
        make=partial(d.said, 404, "Resource not found"), codes=frozenset({NOT_FOUND, BAD}), is_absence=True
    ),
    "D7 page": _wire(d.bare(404, b"<html><h1>Not Found</h1></html>", content_type="text/html"), BAD),
    "D8": _wire(d.said(409, "Conflict"), CONFLICT, BAD),
    "D9": Row(
        make=partial(d.said, 412, "Precondition failed"), codes=frozenset({BAD, CONFLICT}), which=change
    ),
    **{
        f"D10 {status} {often}": row
        for status in (500, 502, 504)
        for often, row in (
            ("once", _once(d.bare(status), which=read)),
            ("always", _wire(d.bare(status), UNAVAILABLE, TIMEOUT)),
        )
    },
    "D11 once": _once(d.said(503, "Busy", retry_after="0"), which=read),
    **{
        f"D11 {after}": _wire(d.said(503, "Busy", retry_after=after), UNAVAILABLE)
        for after in ("2", "86400", "Sun, 06 Nov 2044 08:49:37 GMT", "soon", "-5")
    },
    "D12": _wire(d.said(429, "Too many"), LIMITED),
    "D13": _wire(d.bare(304, etag='"1"'), BAD),
    "D13 once": _once(d.bare(304), which=read),
    "D14": Row(
        make=lambda: _xml(b"<status><status_code>404</status_code><message>None</message></status>"),
        codes=frozenset({NOT_FOUND, BAD}),
        is_absence=True,
    ),
    "D15 page": _wire(d.bare(200, b"<html><body>Sign in</body></html>", content_type="text/html"), BAD),
    "D15 empty": _wire(d.bare(200), BAD),
    "D15 204": _wire(d.bare(204), BAD),
    "D16 JSON": _wire(d.bare(200, b'{"catalog_titles": {}}', content_type="text/xml"), BAD),
}

DOCUMENTS: Final[Mapping[str, Row]] = {
    "D17 unclosed": _document(lambda body: body.rpartition(b"</")[0], BAD, must_fail=True),
    "D17 two roots": _document(d.wrapped(b"", b"<people></people>"), BAD, must_fail=True),
    "D17 encoding": _document(d.wrapped(b'<?xml version="1.0" encoding="utf-16"?>'), BAD, must_fail=True),
    "D17 DTD": _document(d.wrapped(b"<!DOCTYPE x>"), BAD, must_fail=True),
    "D17 entities": _document(d.ENTITIES, BAD, must_fail=True),
    "D17 depth": _document(d.deep, BAD, must_fail=True),
    "D17 text": _document(d.huge_text, BAD, TIMEOUT, must_fail=True),
    "D18 no id": _document(d.sub(rb"<id>http[^<]*</id>", b""), BAD),
    "D18 empty id": _document(d.sub(rb"<id>http[^<]*</id>", b"<id></id>"), BAD),
    "D18 no href": _document(d.sub(rb'<link href="[^"]*"', b"<link"), BAD, is_absence=True),
    "D18 unknown element": _document(d.sub(rb"(</title>|/>)", rb"\1<surprise><a/></surprise>"), BAD),
    "D18 unknown rel": _document(d.sub(rb'rel="[^"]*"', b'rel="http://x.test/y"'), BAD, is_absence=True),
    "D19": _document(d.sub(rb"<release_year>[^<]*<", b"<release_year>1e9<"), is_absence=True),
    "D19 NaN": _document(d.sub(rb"<average_rating>[^<]*<", b"<average_rating>NaN<"), is_absence=True),
    "D20": _document(d.sub(rb"(<number_of_results>)[^<]*<", rb"\g<1>1000000000<")),
    "D20 none": _document(d.sub(rb"(<number_of_results>)[^<]*<", rb"\g<1>0<")),
    "D20 start": _document(d.sub(rb"(<start_index>)[^<]*<", rb"\g<1>99999<"), BAD),
    "D21": Row(make=partial(d.headed, etag='W/"x"-gzip'), is_altering=True),
    "D21 none": Row(make=partial(d.headed, etag=None)),
    "D22": _document(d.sub(rb'href="http://127[^"/]*/', b'href="http://127.0.0.1:9/'), BAD, is_absence=True),
}

BULK: Final[Mapping[str, Row]] = {
    "B1": _bulk(lambda found: found[1:], BAD),
    "B2 double": _bulk(lambda found: [found[0], *found], BAD),
    "B2 unknown": _bulk(lambda found: [*found, d.unknown(found[0])]),
    "B2 reordered": _bulk(lambda found: [*reversed(found[1:]), found[0]]),
    "B3 401": _bulk(
        lambda found: [d.refused(found[0], 401, "Invalid Or Expired Token"), *found[1:]],
        SIGNED_OUT,
        UNAVAILABLE,
    ),
    "B3 403": _bulk(
        lambda found: [d.refused(found[0], 403, "Service is over queries per second limit"), *found[1:]],
        LIMITED,
    ),
    "B3 404": _bulk(
        lambda found: [d.refused(found[0], 404, "Resource not found"), *found[1:]], NOT_FOUND, is_absence=True
    ),
    "B3 500": _bulk(lambda found: [d.refused(found[0], 500, "It went wrong"), *found[1:]], UNAVAILABLE),
    "B4 413": _wire(d.said(413, "Too long"), which=bulk, must_fail=False),
    "B4 400": _wire(d.said(400, "Too long"), which=bulk, must_fail=False),
    "B5": Row(
        make=lambda: d.edited(lambda body: body[: body.index(b"</entry>") + 8]),
        codes=frozenset({BAD}),
        which=bulk,
    ),
    "B6 404": _wire(d.said(404, "Resource not found"), which=bulk, must_fail=False),
    "B6 501": _wire(d.said(501, "Not implemented"), which=bulk, must_fail=False),
}

ROWS: Final[Mapping[str, Row]] = {**TRANSPORT, **STATUSES, **DOCUMENTS, **BULK}
