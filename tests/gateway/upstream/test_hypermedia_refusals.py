"""How the reader tells an answer from a refusal, and one record from another."""

import pytest

from gateway.resources import Href, Text, Title
from gateway.upstream import hypermedia
from gateway.upstream.errors import MalformedDocument, OriginRefused, UpstreamError

HREF = Href("http://o.test/catalog/titles/movies/1")
GONE = b"""<status>
  <status_code>404</status_code><sub_code>610</sub_code><message> Not  in Queue</message>
</status>"""


def facts(error: UpstreamError) -> dict[str, object]:
    """Return what an error is and what it knows."""
    return {"error": type(error), **vars(error)}


def refused(status: int, sub_code: int | None = None, message: str | None = None) -> dict[str, object]:
    """Return the facts of a refusal."""
    return {
        "error": OriginRefused,
        "href": HREF,
        "status": status,
        "sub_code": sub_code,
        "is_personal": True,
        "retry_after": None,
        "message": message,
    }


@pytest.mark.parametrize(
    ("document", "status", "expected"),
    [
        (GONE, 404, refused(404, 610, "Not in Queue")),
        (b"<status><message>Over queries per day limit</message></status>", 403,
         refused(403, None, "Over queries per day limit")),
        (b"<status></status>", 400, refused(400)),
        (b"Invalid Signature", 401, refused(401, None, "Invalid Signature")),
        (b"Timestamp Is Invalid\r\n", 401, refused(401, None, "Timestamp Is Invalid")),
        (b"<html><head><title>x</title></head><body><h1>Developer Inactive</h1></body></html>", 403,
         refused(403, None, "Developer Inactive")),
        (b"<p>Bad<br>Gateway \x1b[31m</p>", 502, refused(502, None, "Bad Gateway [31m")),
        (b"", 500, refused(500)),
        (b"\xff\x00", 500, refused(500, None, "\N{REPLACEMENT CHARACTER}")),
        (b"a" * 9_000_000, 500, refused(500, None, "a" * 200)),
    ],
)  # fmt: skip
def test_refusal_is_told_in_whatever_style_it_comes(
    document: bytes, status: int, expected: dict[str, object]
) -> None:
    """A status document, a bare sentence and a page with a headline all say why; the status is HTTP's."""
    assert facts(hypermedia.read_refusal(document, HREF, status=status)) == expected


@pytest.mark.parametrize("document", [b"<html><h1>Not Found</h1></html>", b"Not Found", b"", b"<person/>"])
def test_404_without_a_status_document_is_not_the_services(document: bytes) -> None:
    """That nothing is there is believed only if the service itself says so."""
    error = hypermedia.read_refusal(document, HREF, status=404)

    assert facts(error) == {"error": MalformedDocument, "where": "/", "expected": "a status document"}


def test_refusal_inside_a_good_answer_is_a_refusal() -> None:
    """A status document that came with 200 counts as the status that it names."""
    with pytest.raises(OriginRefused) as error:
        hypermedia.read_document(GONE, HREF)

    assert facts(error.value) == refused(404, 610, "Not in Queue")


@pytest.mark.parametrize("code", ["200", "", "many", "600", "-404"])
def test_status_document_without_an_error_status_is_malformed(code: str) -> None:
    """A status document in place of a representation has to be a refusal."""
    document = f"<status><status_code>{code}</status_code></status>".encode()

    with pytest.raises(MalformedDocument) as error:
        hypermedia.read_document(document, HREF)

    assert (error.value.where, error.value.expected) == ("/status/status_code", "an error status")


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("http://o.test/catalog/titles/movies/1", "http://o.test/catalog/titles/movies/1?v=1.5&expand=x"),
        ("http://api.netflix.com/catalog/titles/movies/1", "http://o.test/catalog/titles/movies/1"),
        ("http://o.test/catalog/titles/movies/1/", "http://o.test/catalog/titles/movies/1"),
        ("http://o.test/catalog/titles/programs/7/9", "http://o.test/catalog/titles/programs/9"),
        ("http://o.test/catalog/titles/programs/9", "http://o.test/catalog/titles/programs/7/9"),
    ],
)
def test_record_may_name_itself_by_another_form_of_its_address(named: str, asked: str) -> None:
    """Neither the host nor the query nor the series of a program makes another record."""
    document = f"<catalog_title><id>{named}</id><title short='M'/></catalog_title>".encode()

    assert hypermedia.read_document(document, Href(asked)) == Title(Href(named), "M", "M")


@pytest.mark.parametrize(
    "named",
    [
        "http://o.test/catalog/titles/movies/2",
        "http://o.test/catalog/titles/series/1",
        "http://o.test/catalog/titles/movies/1/synopsis",
        "http://o.test/catalog/people/1",
        "http://o.test/catalog/titles/movies",
        "1",
    ],
)
@pytest.mark.parametrize("record", ["catalog_title", "person"])
def test_record_of_something_else_is_malformed(record: str, named: str) -> None:
    """A record that names another id than the one asked for is nobody's answer."""
    document = f"<{record}><id>{named}</id><title short='M'/><name>M</name></{record}>".encode()

    with pytest.raises(MalformedDocument) as error:
        hypermedia.read_document(document, HREF)

    assert (error.value.where, error.value.expected) == (f"/{record}/id", "the id that was asked for")


def test_document_without_an_id_answers_for_any_address() -> None:
    """A text names no id, so there is nothing to compare."""
    href = Href("http://o.test/catalog/titles/movies/1/synopsis")

    assert hypermedia.read_document(b"<synopsis>A hunt.</synopsis>", href) == Text("A hunt.")


@pytest.mark.parametrize(("size", "sub_code"), [(100_000, 710), (100_001, None)])
def test_what_is_too_long_for_a_refusal_is_not_taken_apart(size: int, sub_code: int | None) -> None:
    """An error's page of megabytes would hold up all who are answered by the same loop."""
    document = b"<status><sub_code>710</sub_code></status>".ljust(size)

    refusal = hypermedia.read_refusal(document, HREF, status=412)

    assert isinstance(refusal, OriginRefused)
    assert (refusal.status, refusal.sub_code) == (412, sub_code)
