"""A bulk answer gives an answer or a failure for every entry that was asked for (threat T3)."""

import logging
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.resources import Href, Text, Title, Titles
from gateway.upstream import bulk
from gateway.upstream.bulk import Entry
from gateway.upstream.errors import (
    DuplicateEntry,
    MalformedDocument,
    MissingEntry,
    OriginRefused,
    UpstreamError,
)

DOCUMENT = Path(__file__).parents[2] / "contract" / "gateway" / "bulk.xml"

MOVIE = Href("http://o.test/catalog/titles/movies/1")
OTHER = Href("http://o.test/catalog/titles/movies/2")
TEXT = Href("http://o.test/catalog/titles/movies/1/synopsis")


def facts(answer: Entry | UpstreamError) -> Entry | dict[str, object]:
    """Return an entry as it is, and of an error what it is and what it knows."""
    return answer if isinstance(answer, Entry) else {"error": type(answer), **vars(answer)}


def refused(href: Href, status: int, *, sub_code: int | None = None, message: str | None = None) -> object:
    """Return the facts of a refusal."""
    return {
        "error": OriginRefused,
        "href": href,
        "status": status,
        "sub_code": sub_code,
        "is_personal": True,
        "message": message,
        "retry_after": None,
    }


def malformed(where: str, expected: str) -> object:
    """Return the facts of a malformed entry."""
    return {"error": MalformedDocument, "where": where, "expected": expected}


def entry(name: str, body: str) -> str:
    """Return an entry of a bulk answer."""
    return f"<entry><id>{name}</id><body>{body}</body></entry>"


def answers(*entries: str, **asked: Href) -> dict[str, object]:
    """Return what the reader makes of *entries* when *asked* was asked for."""
    document = f"<response>{''.join(entries)}</response>".encode()
    return {name: facts(answer) for name, answer in bulk.read_answer(document, asked).items()}


def synopsis(text: str) -> str:
    """Return the body of an entry that went well."""
    return f"<status>200</status><synopsis>{text}</synopsis>"


def read(text: str) -> Entry:
    """Return an entry that went well."""
    return Entry(200, None, Text(text))


def test_every_form_of_an_entry_is_read() -> None:
    """Both spellings of the status, both of a refusal, and every spelling of an ETag."""
    search = Href("http://o.test/catalog/titles?term=monty%20python")
    user = Href("http://o.test/users/T1-/ratings")
    asked = {"entry_movie": MOVIE, "entry_search": search, "entry_gone": OTHER, "entry_ratings": user}

    read_answers = bulk.read_answer(DOCUMENT.read_bytes(), asked)

    named = Href("http://api.netflix.com/catalog/titles/movies/1")
    assert {name: facts(answer) for name, answer in read_answers.items()} == {
        "entry_movie": Entry(200, "17", Title(named, "M", "M")),
        "entry_search": Entry(200, "794408712429", Titles((), total=1086)),
        "entry_gone": refused(OTHER, 404, sub_code=610, message="Title is not in Queue"),
        "entry_ratings": refused(user, 401, message="user_id is invalid"),
    }


def test_order_of_the_entries_makes_no_difference() -> None:
    """Entries come in any order; the answers come in the order of the questions."""
    found = answers(entry("b", synopsis("B")), entry("a", synopsis("A")), a=TEXT, b=TEXT)

    assert list(found.items()) == [("a", read("A")), ("b", read("B"))]


def test_missing_entry_fails_alone() -> None:
    """What the answer does not mention is missing; the rest stands."""
    found = answers(entry("a", synopsis("A")), a=TEXT, b=OTHER)

    assert found == {"a": read("A"), "b": {"error": MissingEntry, "href": OTHER}}


def test_empty_answer_misses_everything() -> None:
    """An answer without entries is an answer: each question failed."""
    assert answers(a=TEXT, b=OTHER) == {
        "a": {"error": MissingEntry, "href": TEXT},
        "b": {"error": MissingEntry, "href": OTHER},
    }


@pytest.mark.parametrize("times", [2, 3])
def test_duplicate_entry_fails_alone(times: int) -> None:
    """Of several answers to one question none is believed, even if they agree."""
    found = answers(*[entry("a", synopsis("A"))] * times, entry("b", synopsis("B")), a=TEXT, b=TEXT)

    assert found == {"a": {"error": DuplicateEntry, "href": TEXT}, "b": read("B")}


def test_unknown_entries_are_dropped_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """An entry nobody asked for is no answer; the log says how many there were, and not what was in them."""
    strangers = [entry(name, synopsis("CANARY")) for name in ("CANARY", "a ", " ", "A", "entry_a")]

    with caplog.at_level(logging.WARNING):
        found = answers(*strangers, "<entry/>", a=TEXT)

    assert found == {"a": read("CANARY")}
    assert caplog.messages == ["The origin's bulk answer has 5 entries nobody asked for."]


def test_ten_times_as_many_entries_change_nothing() -> None:
    """A flood of unknown entries does not reach anybody."""
    flood = [entry(f"x{number}", synopsis("x")) for number in range(10)]

    assert answers(*flood, entry("a", synopsis("A")), a=TEXT) == {"a": read("A")}


def test_swapped_entries_fail() -> None:
    """A record that names another id than the one asked for is nobody's answer."""
    body = "<status>200</status><catalog_title><id>{}</id><title short='M'/></catalog_title>"
    swapped = (entry("a", body.format(OTHER)), entry("b", body.format(MOVIE)))

    assert answers(*swapped, a=MOVIE, b=OTHER) == {
        "a": malformed("/response/entry[1]/body/catalog_title/id", "the id that was asked for"),
        "b": malformed("/response/entry[2]/body/catalog_title/id", "the id that was asked for"),
    }


STATUS = "/response/entry/body/status"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<status>412</status>", refused(TEXT, 412)),
        ("<status>500</status><synopsis>A</synopsis>", refused(TEXT, 500)),
        (
            "<status_code>403</status_code><message>403 OVER QPS</message>",
            refused(TEXT, 403, message="403 OVER QPS"),
        ),
        ("<status>200</status><status><status_code>401</status_code></status>", refused(TEXT, 401)),
        ("<synopsis>A</synopsis><status><status_code>404</status_code></status>", refused(TEXT, 404)),
        ("<status>304</status>", refused(TEXT, 304)),
        ("<status>fine</status><synopsis>A</synopsis>", malformed(STATUS, "a status")),
        ("<status></status><synopsis>A</synopsis>", malformed(STATUS, "a status")),
        ("<status>2000</status><synopsis>A</synopsis>", malformed(STATUS, "a status")),
        ("<synopsis>A</synopsis>", malformed(STATUS, "a status")),
        (
            "<status><status_code>200</status_code></status>",
            malformed(f"{STATUS}/status_code", "an error status"),
        ),
        ("<status>200</status>", malformed("/response/entry/body", "one document")),
        ("<status>200</status>Invalid Signature", malformed("/response/entry/body", "one document")),
        (synopsis("A") + "<synopsis>B</synopsis>", malformed("/response/entry/body", "one document")),
        ("<status>200</status><html/>", malformed("/response/entry/body/html", "a document of the API")),
        (
            "<status>200</status><person><name>x</name></person>",
            malformed("/response/entry/body/person/id", "an address"),
        ),
        (
            "<status>200</status><response/>",
            malformed("/response/entry/body/response", "a document of the API"),
        ),
    ],
)
def test_failed_entry_says_why(body: str, expected: object) -> None:
    """An entry with an error status or without a sound document fails by itself, with the reason."""
    assert answers(entry("a", body), a=TEXT) == {"a": expected}


def test_entry_without_a_body_fails() -> None:
    """An entry has a body, whatever is in it."""
    found = answers("<entry><id>a</id></entry>", a=TEXT)

    assert found == {"a": malformed("/response/entry/body", "a body")}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('<header name="ETag" value="x"/>', "x"),
        ('<header name=" etag " value="&quot;x-gzip&quot;"/>', "x"),
        ('<header name="ETag" value=""/>', None),
        ('<header name="ETag"/>', None),
        ('<header value="x"/>', None),
        ('<header name="Location" value="x"/>', None),
    ],
)
def test_etag_is_found_among_the_headers(header: str, expected: str | None) -> None:
    """The ETag is read whatever the case of its name; a missing one is none."""
    found = answers(entry("a", f"<status>200</status>{header}<synopsis>A</synopsis>"), a=TEXT)

    assert found == {"a": Entry(200, expected, Text("A"))}


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<h1>Developer Inactive</h1>",
        b"<status><status_code>403</status_code></status>",
        b"<catalog_titles/>",
        b"<response><entry></response>",
        b"<response></response><response/>",
        b"<!DOCTYPE response><response/>",
    ],
)
def test_answer_that_is_no_bulk_answer_is_malformed(document: bytes) -> None:
    """Without a wrapper nothing can be told of any entry."""
    with pytest.raises(MalformedDocument):
        bulk.read_answer(document, {"a": TEXT})


def test_form_carries_each_signed_address_whole() -> None:
    """A signed address is one value: what it holds is encoded once more, blanks never as plus."""
    address = "http://o.test/catalog/titles?oauth_signature=a%2Bb%3D&term=monty%20python"

    body = bulk.form({"entry_1": address, "entry_2": "http://o.test/a b"})

    assert body == (
        b"entry_1=http%3A%2F%2Fo.test%2Fcatalog%2Ftitles%3Foauth_signature%3Da%252Bb%253D"
        b"%26term%3Dmonty%2520python&entry_2=http%3A%2F%2Fo.test%2Fa%20b"
    )


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1))
def test_form_is_read_back_as_it_was(entries: dict[str, str]) -> None:
    """Any names and addresses survive the form."""
    body = bulk.form(entries)

    assert parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True) == list(
        entries.items()
    )
